"""superset-like doctor"""

import click
from flask.cli import with_appcontext

from superset_like.services import doctor as examination
from superset_like.services.doctor import Verdict

COLOURS = {Verdict.GOOD: "green", Verdict.UNSAFE: "yellow", Verdict.BROKEN: "red"}


@click.command()
@with_appcontext
def doctor() -> None:
    """Say what is configured, reachable and unsafe; ends with 1 when something does not work."""
    click.echo("Settings that differ from their defaults")
    for name, value in examination.configured():
        click.echo(f"  {name} = {value}")
    click.echo("Findings")
    is_broken = False
    for found in examination.findings():
        click.echo(f"  {click.style(f'{found.verdict:6}', fg=COLOURS[found.verdict])} {found.subject}: {found.text}")
        is_broken = is_broken or found.verdict is Verdict.BROKEN
    raise SystemExit(1 if is_broken else 0)
