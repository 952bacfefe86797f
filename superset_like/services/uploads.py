"""Files of people become tables: looked into, written whole or not at all, and made into datasets."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from sqlalchemy import func, update

from superset_like.access import row_filters, rules
from superset_like.access.actor import Actor
from superset_like.engine import guard
from superset_like.engine.databases.base import ColumnInfo, Engine, Target
from superset_like.engine.databases.loading import Already, Load
from superset_like.engine.query import Kind, TableName
from superset_like.engine.uploads import names, reading
from superset_like.engine.uploads.reading import Prepared, Preview
from superset_like.engine.uploads.types import INSTANT, MOMENT
from superset_like.engine.uploads.wishes import MIB, Wishes
from superset_like.errors import Forbidden, Invalid, NotFound, QueryRefused
from superset_like.extensions import db, settings
from superset_like.models import Database, Dataset
from superset_like.models.mixins import now
from superset_like.services import databases, datasets, found, slots

NOT_ALLOWED = "Database schema is not allowed for file uploads"
LONGEST_NAME = 128
_DIGITS = re.compile(r"(?:DECIMAL|NUMERIC)\((\d+),\s*(\d+)\)")
_FLOATING = ("DOUBLE", "FLOAT", "REAL")


@dataclass(frozen=True, slots=True)
class File:
    """A file on our disk. name: as its sender calls it. kind: csv, excel or columnar."""

    path: Path
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the rows go, as the sender says it."""

    table_name: str
    schema: str | None = None
    catalog: str | None = None
    already: Already = Already.FAIL


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was written. dataset: over the table, as far as the caller may make or use one."""

    table: TableName
    rows: int
    columns: Sequence[ColumnInfo]
    dataset: Dataset | None


def require_database(actor: Actor, database_id: int) -> Database:
    """The connection, which takes files. Raises NotFound, Forbidden, Invalid: before a file is looked at."""
    if not actor.can("can_upload", "Database"):
        raise Forbidden()
    database = found.one(actor, Database, database_id)
    if not database.allow_file_upload:
        raise Forbidden("Database does not allow file uploads")
    if not databases.engine_of(database).takes_files:
        raise Invalid("This kind of database does not take uploaded files")
    return database


def preview(file: File, wishes: Wishes) -> Sequence[Preview]:
    """The columns, types and first rows of the file, sheet by sheet where it has sheets. Raises Invalid, TooLarge."""
    with TemporaryDirectory(prefix="upload-") as folder:
        return reading.previews(file.path, file.name, file.kind, Path(folder), _bounded(wishes, LONGEST_NAME))


def load(actor: Actor, database_id: int, file: File, to: Destination, wishes: Wishes) -> Loaded:
    """The rows of the file are in a table: all of them, or none and an error; a dataset is over it.

    Raises NotFound, Forbidden, DataForbidden, Invalid, TooLarge, QueryFailed, ...
    """
    database = require_database(actor, database_id)
    engine = databases.engine_of(database)
    longest = min(engine.label_length or LONGEST_NAME, LONGEST_NAME)
    table = _table(database, engine, to, longest)
    _require_place(actor, database, engine, table)
    databases.require_running(database)
    target = databases.target(database, writable=True, schema=table.schema, catalog=table.catalog)
    present = _columns_there(actor, database, target, table, to.already)
    given = _types_there(engine, present) if present and to.already is Already.APPEND else {}
    # Files are read and written for minutes: no connection to the metadata waits for that.
    db.session.commit()
    with TemporaryDirectory(prefix="upload-") as folder:
        prepared = reading.prepared(file.path, file.name, file.kind, Path(folder), _bounded(wishes, longest), given)
        if present and to.already is Already.APPEND:
            prepared = _named_as_there(prepared, present)
        already = to.already if present else Already.FAIL
        with slots.take(actor, database_id), engine.open(target, settings().upload_timeout_s) as session:
            rows = session.load(Load(table, prepared.schema, prepared.batches(), already))
    _outdate(database_id, table)
    columns = engine.describe(databases.target(database, schema=table.schema, catalog=table.catalog), table).columns
    return Loaded(table, rows, columns, _dataset(actor, database, table))


def _bounded(wishes: Wishes, longest: int) -> Wishes:
    return replace(wishes, longest_name=longest, max_unpacked=settings().max_upload_unpacked_mib * MIB)


def _table(database: Database, engine: Engine, to: Destination, longest: int) -> TableName:
    name = names.of_table(to.table_name, longest)
    # An empty table of rights knows no default: the schema is said in full.
    schema = to.schema or engine.default_schema(databases.target(database, catalog=to.catalog or None))
    return TableName(name, schema, to.catalog or None)


def _require_place(actor: Actor, database: Database, engine: Engine, table: TableName) -> None:
    allowed = databases.json_object(database.extra, "extra").get("schemas_allowed_for_file_upload") or []
    if allowed and table.schema not in allowed:
        raise Forbidden(NOT_ALLOWED)
    if not rules.may_upload(actor, database, table.schema, table.catalog):
        raise Forbidden(NOT_ALLOWED)
    if guard.is_system(table, engine):
        raise QueryRefused("The engine's own tables cannot be made")
    if table.schema not in engine.schemas(databases.target(database, catalog=table.catalog)):
        raise _bad("schema", "There is no such schema.")


def _columns_there(
    actor: Actor, database: Database, target: Target, table: TableName, already: Already
) -> Sequence[ColumnInfo]:
    """The columns of the table that is to be replaced or to be added to; none when there is no table."""
    engine = databases.engine_of(database)
    try:
        present = engine.describe(replace(target, writable=False), table).columns
    except NotFound:
        return ()
    if already is Already.FAIL:
        raise _bad(
            "table_name", f"Table {table.name} already exists. Choose another name, or replace it or append to it."
        )
    rules.require_tables(actor, database, [table])
    if row_filters.for_tables(actor, database, [table]):
        # What a rule hides would be lost, or changed, unseen.
        raise Forbidden("A table on which row rules limit you cannot be replaced or appended to")
    kinds = {
        each.name.casefold(): each.kind for each in engine.relations(replace(target, writable=False), table.schema)
    }
    if kinds.get(table.name.casefold(), "table") != "table":
        raise _bad("table_name", f"{table.name} is a view.")
    return present


def _types_there(engine: Engine, present: Sequence[ColumnInfo]) -> Mapping[str, pa.DataType]:
    types = {column.name.casefold(): _type_there(engine, column) for column in present}
    return {name: type_ for name, type_ in types.items() if type_ is not None}


def _type_there(engine: Engine, column: ColumnInfo) -> pa.DataType | None:
    text = column.type.upper()
    if column.kind is Kind.TEMPORAL:
        if text.startswith("DATE") and not text.startswith("DATETIME"):
            return pa.date32()
        return INSTANT if engine.is_zoned(text) else MOMENT
    if column.kind is Kind.BOOLEAN:
        return pa.bool_()
    if column.kind is Kind.STRING:
        return pa.string() if "CHAR" in text or "TEXT" in text else None
    digits = _DIGITS.match(text)
    if digits and int(digits[1]) <= 38:
        return pa.decimal128(int(digits[1]), int(digits[2]))
    # In MySQL TINYINT(1) is a truth.
    is_whole = "INT" in text and not text.startswith(("TINYINT(1)", "UBIGINT")) and "UNSIGNED" not in text
    return pa.int64() if is_whole else pa.float64() if text.startswith(_FLOATING) else None


def _named_as_there(prepared: Prepared, present: Sequence[ColumnInfo]) -> Prepared:
    known = {column.name.casefold(): column.name for column in present}
    unknown = [column.name for column in prepared.columns if column.name.casefold() not in known]
    if unknown:
        raise _bad("file", f"The table has no column {unknown[0]}")
    columns = tuple(replace(column, name=known[column.name.casefold()]) for column in prepared.columns)
    return replace(prepared, columns=columns)


def _outdate(database_id: int, table: TableName) -> None:
    """What is kept of the table's former rows is out of date, whoever may see the datasets over it."""
    same = func.lower(Dataset.table_name) == table.name.lower()
    # It is no change of a dataset: neither its version nor its author moves.
    values = {"answers_valid_from": now(), "changed_on": Dataset.changed_on}
    db.session.execute(update(Dataset).where(Dataset.database_id == database_id, same).values(**values))
    db.session.commit()


def _dataset(actor: Actor, database: Database, table: TableName) -> Dataset | None:
    if not actor.can("can_write", "Dataset"):
        return None
    values = {"database_id": database.id, "table_name": table.name, "schema": table.schema, "catalog": table.catalog}
    # The rows are there: whoever may not see or change somebody's dataset over them is told so by its absence.
    with suppress(Forbidden):
        dataset = datasets.get_or_create(actor, values)
        # A new one may have the id of one that is gone, under which answers are kept.
        _outdate(database.id, table)
        return datasets.refresh(actor, dataset.id) if rules.can(actor, "edit", dataset) else dataset
    return None


def _bad(field: str, message: str) -> Invalid:
    return Invalid(message, fields={field: [message]})
