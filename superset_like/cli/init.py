"""superset-like init"""

import click
from flask.cli import ScriptInfo

from superset_like.config.load import check_secrets, load
from superset_like.services import setup


@click.command()
@click.pass_context
def init(ctx: click.Context) -> None:
    """Bring secrets, schema, permissions and roles up to date; what is up to date stays."""
    settings = load()
    created = setup.create_secrets(settings)
    click.echo(f"Home folder {settings.home}")
    click.echo(f"  secrets      {_said(created)}")
    settings = load()
    check_secrets(settings)
    done = setup.migrate(settings)
    click.echo(f"  schema       {_moved(done)}")
    setup.prepare(ctx.ensure_object(ScriptInfo).load_app())
    click.echo("  permissions  up to date, roles too")


def _said(created: list[str]) -> str:
    return f"created {', '.join(name.upper() for name in created)}" if created else "there already"


def _moved(done: setup.Migrated) -> str:
    if done.before == done.after:
        return f"at {done.after} already"
    return f"migrated from {done.before or 'nothing'} to {done.after}"
