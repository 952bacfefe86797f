"""superset-like warm-up"""

import click
from flask.cli import with_appcontext

from superset_like.access import actors
from superset_like.access.actor import acting
from superset_like.errors import ProductError
from superset_like.services import kept_answers, people


@click.command("warm-up")
@click.argument("dashboards", nargs=-1)
@click.option(
    "--user", required=True, help="User name of whom the answers are for: those who see the same rows get them."
)
@click.option("--background", is_flag=True, help="Leave it to a worker.")
@with_appcontext
def warm_up(dashboards: tuple[str, ...], user: str, background: bool) -> None:
    """Ask the charts of DASHBOARDS (ids, uuids or slugs; all published ones when none is named) before people do."""
    try:
        with acting(actors.of_user(people.named(user).id)) as actor:
            if background:
                kept_answers.send_warm_up(actor, dashboards)
                click.echo("A worker warms them up.")
                return
            failed = [not _said(warmed) for warmed in kept_answers.warm_dashboards(actor, dashboards)]
    except ProductError as error:
        raise click.ClickException(error.message) from error
    click.echo(f"{len(failed) - sum(failed)} charts are warm, {sum(failed)} failed.")
    raise SystemExit(1 if any(failed) else 0)


def _said(warmed: kept_answers.Warmed) -> bool:
    click.echo(f"  chart {warmed.chart_id:6} {warmed.error or 'warm'}")
    return warmed.error is None
