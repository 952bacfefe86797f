"""superset-like import-redash"""

from collections import Counter

import click
from flask.cli import with_appcontext

from superset_like.cli import acting_as
from superset_like.services import redash_import
from superset_like.services.redash_import import Line, Outcome, Source, Wish


@click.command("import-redash")
@click.argument("url")
@click.argument("key", envvar="REDASH_API_KEY")
@click.option("--plan", is_flag=True, help="Say what would become of each object, and change nothing.")
@click.option("--user", help="User name of the administrator who imports; the first one when not given.")
@click.option(
    "--connection",
    "connections",
    multiple=True,
    metavar="NUMBER=NAME",
    help="The data source of this number there is the connection of this name here.",
)
@with_appcontext
def import_redash(url: str, key: str, plan: bool, user: str | None, connections: tuple[str, ...]) -> None:
    """Bring what people made with the Redash at URL, asked with an administrator's KEY (or REDASH_API_KEY).

    Again, it brings what is new there, and updates what changed there and nobody changed here.
    """
    counted: Counter[tuple[str, Outcome]] = Counter()

    def tell(line: Line) -> None:
        counted[line.kind, line.outcome] += 1
        if line.outcome is not Outcome.SAME:
            click.echo(_text(line))

    wish = Wish(is_plan=plan, connections=dict(map(_connection, connections)))
    with acting_as(user) as actor:
        redash_import.bring(actor, Source(url, key), wish, tell)
    for kind in dict.fromkeys(kind for kind, _ in counted):
        told = ", ".join(f"{counted[kind, each]} {each}" for each in Outcome if counted[kind, each])
        click.echo(f"{kind}: {told}")
    click.echo("Whatever there was, no run brings:")
    for each in redash_import.STAYS_THERE:
        click.echo(f"  {each}")
    click.echo("Nothing was changed: this is a plan." if plan else "Done.")


def _text(line: Line) -> str:
    name = "".join(each if each.isprintable() else " " for each in line.name)
    return (
        f"  {line.outcome:11} {line.kind} {line.foreign_id} {name}{': ' if line.notes else ''}{'; '.join(line.notes)}"
    )


def _connection(text: str) -> tuple[int, str]:
    number, _, name = text.partition("=")
    if not (number.isascii() and number.isdigit() and name):
        raise click.BadParameter("must be NUMBER=NAME", param_hint="--connection")
    return int(number), name
