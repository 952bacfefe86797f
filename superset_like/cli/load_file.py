"""superset-like load-file"""

from pathlib import Path

import click
from flask.cli import with_appcontext

from superset_like.cli import acting_as
from superset_like.engine.databases.loading import Already
from superset_like.engine.uploads.wishes import Wishes
from superset_like.services import databases, uploads
from superset_like.services.uploads import Destination, File

KINDS = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".txt"), "csv"),
    ".xlsx": "excel",
    **dict.fromkeys((".parquet", ".orc", ".feather", ".arrow", ".zip"), "columnar"),
}


@click.command("load-file")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--database", required=True, help="Name of the database, which must allow file uploads.")
@click.option("--table", required=True, help="Name of the table.")
@click.option("--schema", help="Its schema; by default the database's own.")
@click.option("--if-exists", type=click.Choice([each.value for each in Already]), default="fail", show_default=True)
@click.option("--delimiter", help="Of a file of lines; by default a comma, in .tsv a tab.")
@click.option("--sheet", help="Of a workbook; by default the first one.")
@click.option("--user", help="User name of whom the dataset will be, under whose rights this runs.")
@with_appcontext
def load_file(
    file: Path,
    database: str,
    table: str,
    schema: str | None,
    if_exists: str,
    delimiter: str | None,
    sheet: str | None,
    user: str | None,
) -> None:
    """Write FILE (CSV, TSV, Excel, Parquet, ORC, Arrow, a zip of these three) into a table; a dataset is over it."""
    kind = KINDS.get(file.suffix.lower())
    if kind is None:
        raise click.ClickException(f"Not a kind of file that can be loaded; known are {', '.join(KINDS)}")
    with acting_as(user) as actor:
        loaded = uploads.load(
            actor,
            databases.named(actor, database).id,
            File(file, file.name, kind),
            Destination(table, schema, already=Already(if_exists)),
            Wishes(delimiter=delimiter, sheet_name=sheet),
        )
    dataset = f", dataset {loaded.dataset.id}" if loaded.dataset else ""
    rows = "1 row is" if loaded.rows == 1 else f"{loaded.rows} rows are"
    click.echo(f"{rows} in {loaded.table.name}{dataset}.")
