"""superset-like import"""

import json
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from superset_like.cli import acting_as
from superset_like.services.bundles import importing
from superset_like.services.bundles.importing import Step, Wish


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--overwrite", is_flag=True, help="Change what exists; without it, a bundle about it is refused.")
@click.option("--plan", is_flag=True, help="Say what would become of each file, and change nothing.")
@click.option(
    "--passwords",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='A JSON file such as {"databases/shop.yaml": "the password"}.',
)
@click.option("--user", help="User name of who imports and owns what is new; an administrator when not given.")
@with_appcontext
def import_(file: Path, overwrite: bool, plan: bool, passwords: Path | None, user: str | None) -> None:
    """Apply the bundle in FILE: all of it, or nothing and an error."""
    wish = Wish(overwrite=overwrite, passwords=_passwords(passwords), is_plan=plan)
    with acting_as(user) as actor, file.open("rb") as stream:
        steps = importing.apply(actor, None, stream, wish)
    for step in steps:
        click.echo(_line(step))
    click.echo("Nothing was changed: this is a plan." if plan else "Done.")


def _line(step: Step) -> str:
    return f"  {step.action:8} {step.file}{': ' if step.fields else ''}{', '.join(step.fields)}"


def _passwords(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        value: Any = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        value = None
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise click.BadParameter("must hold a JSON object of texts", param_hint="--passwords")
    return value
