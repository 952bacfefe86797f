"""superset-like export"""

from pathlib import Path

import click
from flask.cli import with_appcontext

from superset_like.cli import acting_as
from superset_like.services.bundles import exporting
from superset_like.services.bundles.kinds import all_kinds


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--kind", help="chart, dashboard, dataset, database or saved_query; all of them when not given.")
@click.option("--id", "ids", type=int, multiple=True, help="Which of the kind; may be given several times.")
@click.option("--user", help="User name of whom the bundle is for; an administrator when not given.")
@with_appcontext
def export(file: Path, kind: str | None, ids: tuple[int, ...], user: str | None) -> None:
    """Write a bundle of everything, or of some objects with what they need, into FILE."""
    if kind not in {None, *all_kinds()}:
        raise click.BadParameter(f"must be one of {', '.join(all_kinds())}", param_hint="--kind")
    if bool(kind) != bool(ids):
        raise click.UsageError("--kind and --id go together")
    with acting_as(user) as actor:
        bundle = exporting.assets(actor) if kind is None else exporting.objects(actor, kind, ids)
    file.write_bytes(bundle.data)
    click.echo(f"Wrote {file}.")
