"""DuckDB files below the folders that the administrator names."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from typing import Any

import pyarrow as pa

from superset_like.engine.databases import duckdb_files, kinds, places, stored_time
from superset_like.engine.databases.base import ColumnInfo, Engine, Relation, Session, TableInfo, Target
from superset_like.engine.databases.duckdb_functions import FUNCTIONS
from superset_like.engine.databases.loading import Already, Load, Spelling, Types
from superset_like.engine.databases.running import RunningSession, first_line
from superset_like.engine.query import Column, Kind, TableName
from superset_like.errors import DatabaseUnreachable, NotFound, QueryFailed, WriteRefused

_READS = frozenset({"SELECT", "EXPLAIN", "RELATION"})
# What Arrow cannot hold as it is, or what DuckDB hands over wrongly.
_AS_TEXT = ("BIGNUM", "BIT", "ENUM", "TIME WITH TIME ZONE", "TIMETZ", "UHUGEINT", "UNION", "VARIANT")
_MOMENTS = ("DATE", "TIMESTAMP")
_SPELLING = Spelling(Types(text="VARCHAR"))
_BATCH = "uploaded_batch"
_BUCKETS = {
    "PT5S": "5 seconds",
    "PT30S": "30 seconds",
    "PT5M": "5 minutes",
    "PT10M": "10 minutes",
    "PT15M": "15 minutes",
    "PT30M": "30 minutes",
    "PT6H": "6 hours",
}
_TRUNCATED = {
    "PT1S": "second",
    "PT1M": "minute",
    "PT1H": "hour",
    "P1D": "day",
    "P1W": "week",
    "P1M": "month",
    "P3M": "quarter",
    "P1Y": "year",
}


class DuckDbSession(RunningSession):
    """A cursor of a shared instance, or of the only writer's."""

    def __init__(self, held: AbstractContextManager[duckdb_files.Instance], writable: bool, timeout_s: float | None):
        super().__init__("duckdb", timeout_s)
        self._held: AbstractContextManager[duckdb_files.Instance] | None = held
        self._writable = writable
        instance = held.__enter__()
        self.catalog = instance.alias
        try:
            self._cursor = instance.cursor()
        except BaseException:
            self.close()
            raise

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of one of our own questions."""
        with self._watched():
            found: list[tuple[Any, ...]] = self._cursor.execute(sql, list(parameters)).fetchall()
            return found

    def described(self, sql: str) -> list[tuple[str, str]]:
        """The name and the type of each column that a query would answer."""
        with self._watched():
            relation = self._relation(sql)
            return list(zip(relation.columns, map(str, relation.types), strict=True))

    def close(self) -> None:
        """Gives the instance back."""
        self._end_all()
        held, self._held = self._held, None
        if held is not None:
            if hasattr(self, "_cursor"):
                self._cursor.close()
            held.__exit__(None, None, None)

    def _relation(self, sql: str) -> Any:
        found = duckdb_files.driver().extract_statements(sql)
        if len(found) != 1 or found[0].type.name not in _READS:
            raise WriteRefused()
        relation = self._cursor.sql(sql)
        if relation is None:
            raise WriteRefused()
        return relation

    def _read(self, sql: str, batch_rows: int) -> pa.RecordBatchReader:
        relation = self._relation(sql)
        columns = [
            (_readable(f"#{position}", str(type_)), duckdb_files.quoted(name))
            for position, (name, type_) in enumerate(zip(relation.columns, relation.types, strict=True), 1)
        ]
        if any(expression for expression, _ in columns):
            chosen = [f"{expression or f'#{at}'} AS {name}" for at, (expression, name) in enumerate(columns, 1)]
            relation = relation.project(", ".join(chosen))
        return relation.to_arrow_reader(batch_rows)

    def _write(self, sql: str) -> int:
        if not self._writable:
            raise WriteRefused()
        found = self._cursor.execute(sql).fetchone()
        return found[0] if found and isinstance(found[0], int) else 0

    def _load(self, load: Load) -> int:
        if not self._writable:
            raise WriteRefused()
        run, table, count = self._cursor.execute, _SPELLING.place(load.table), 0
        run("BEGIN")
        try:
            if load.already is Already.REPLACE:
                run(f"DROP TABLE IF EXISTS {table}")
            if load.already is not Already.APPEND:
                run(_SPELLING.create(load.table, load.schema))
            for batch in load.batches:
                # Batch by batch: what the file is blamed for would not come out of DuckDB as it was raised.
                self._cursor.register(_BATCH, pa.Table.from_batches([batch]))
                run(f"INSERT INTO {table} ({_SPELLING.columns(load.schema)}) SELECT * FROM temp.main.{_BATCH}")
                self._cursor.unregister(_BATCH)
                count += batch.num_rows
            run("COMMIT")
        except BaseException:
            with suppress(duckdb_files.driver().Error):
                run("ROLLBACK")
            raise
        return count

    def _stop(self) -> None:
        self._cursor.interrupt()

    def _message(self, error: Exception) -> str:
        # Errors while a stream is read come without the driver's class.
        line = first_line(str(error)) or QueryFailed.default_message
        return "Files outside the database are out of reach" if line.startswith("Permission Error") else line


READ_ONLY = "read_only"


class DuckDb(Engine):
    """DuckDB, embedded."""

    name = "duckdb"
    title = "DuckDB"
    schemes = frozenset({"duckdb"})
    dialect = "duckdb"
    is_file = True
    takes_files = True
    uri_form = "duckdb:////folder/file.duckdb"
    cancels = "yes: an interrupt"
    reads_only = "yes: the file is opened to be read"
    supports_catalogs = True
    allowed_options = frozenset({"memory_limit", "threads"})
    functions = FUNCTIONS
    table_functions = frozenset({"GENERATE_SERIES", "RANGE", "UNNEST"})
    moved = "(({col}) + INTERVAL '{seconds} seconds')"
    zone_shift = "(({col}) AT TIME ZONE '{source}' AT TIME ZONE '{target}')"
    grains = {
        **{grain: f"DATE_TRUNC('{unit}', {{col}})" for grain, unit in _TRUNCATED.items()},
        **{grain: f"TIME_BUCKET(INTERVAL '{width}', {{col}})" for grain, width in _BUCKETS.items()},
        "1969-12-28T00:00:00Z/P1W": "DATE_TRUNC('week', {col} + INTERVAL '1 day') - INTERVAL '1 day'",
        "1969-12-29T00:00:00Z/P1W": "DATE_TRUNC('week', {col})",
        "P1W/1970-01-03T00:00:00Z": "DATE_TRUNC('week', {col} + INTERVAL '1 day') + INTERVAL '5 days'",
        "P1W/1970-01-04T00:00:00Z": "DATE_TRUNC('week', {col}) + INTERVAL '6 days'",
    }

    def check_uri(self, target: Target) -> None:
        """Raises Invalid unless the URI names a file in reach and nothing more."""
        url = places.parsed(target.uri)
        # Superset's users write it; here every session reads unless the connection allows writing.
        places.require_allowed(url, {"duckdb"}, {"access_mode"})
        if url.query.get("access_mode", READ_ONLY) != READ_ONLY:
            raise places.invalid("The option access_mode can only be read_only in a connection string")
        if target.writable and url.query:
            raise places.invalid("The connection string asks for a file that is only read")
        places.file_of(target)

    def open(self, target: Target, timeout_s: float | None = None) -> Session:
        """A session of its own on the file."""
        return self._open(target, timeout_s)

    def _open(self, target: Target, timeout_s: float | None = None) -> DuckDbSession:
        self.check_uri(target)
        hold = duckdb_files.writing if target.writable else duckdb_files.reading
        try:
            return DuckDbSession(hold(places.file_of(target), dict(target.options)), target.writable, timeout_s)
        except duckdb_files.driver().Error as error:
            raise DatabaseUnreachable() from error

    def time_literal(self, moment: datetime, column: Column) -> str:
        """SQL for a moment, as the column stores it."""
        spelled = stored_time.stored(moment, column)
        if spelled is not None:
            return spelled
        iso = stored_time.iso(moment)
        if kinds.is_date(column.type) and stored_time.is_midnight(moment):
            return f"DATE '{iso[:10]}'"
        if kinds.is_zoned(column.type):
            return f"TIMESTAMPTZ '{iso}+00'"
        if column.type and kinds.kind_of(column.type) is Kind.STRING and not column.expression:
            return f"'{iso[:10] if stored_time.is_midnight(moment) else iso}'"
        return f"TIMESTAMP '{iso}'"

    def as_timestamp(self, sql: str, column: Column) -> str:
        """SQL that reads the stored form as a timestamp."""
        if column.time_format == "epoch_s":
            return f"MAKE_TIMESTAMP(CAST(CAST({sql} AS DOUBLE) * 1000000 AS BIGINT))"
        if column.time_format == "epoch_ms":
            return f"MAKE_TIMESTAMP(CAST(CAST({sql} AS DOUBLE) * 1000 AS BIGINT))"
        if column.time_format is not None:
            return f"STRPTIME({sql}, {stored_time.text(column.time_format)})"
        return f"CAST({sql} AS TIMESTAMP)"

    def kind(self, type_text: str) -> Kind:
        """The kind of values a type holds."""
        return kinds.kind_of(type_text)

    def catalogs(self, target: Target) -> Sequence[str]:
        """The file's own."""
        with self._open(target) as session:
            return [session.catalog]

    def default_schema(self, target: Target) -> str | None:
        """`main`."""
        return "main"

    def schemas(self, target: Target) -> Sequence[str]:
        """The schemas of the file."""
        sql = "SELECT schema_name FROM duckdb_schemas() WHERE database_name = ? AND NOT internal ORDER BY 1"
        with self._open(target) as session:
            return sorted({name for (name,) in session.rows(sql, [target.catalog or session.catalog])} | {"main"})

    def relations(self, target: Target, schema: str | None) -> Sequence[Relation]:
        """Tables and views of a schema, sorted by name."""
        sql = (
            "SELECT table_name AS name, 'table' FROM duckdb_tables() WHERE database_name = $1 AND schema_name = $2"
            " UNION ALL SELECT view_name, 'view' FROM duckdb_views()"
            " WHERE database_name = $1 AND schema_name = $2 AND NOT internal ORDER BY name"
        )
        with self._open(target) as session:
            found = session.rows(sql, [target.catalog or session.catalog, schema or "main"])
            return [Relation(name, kind) for name, kind in found]

    def describe(self, target: Target, table: TableName) -> TableInfo:
        """Facts about a table or view. Raises NotFound."""
        with self._open(target) as session:
            place = [table.catalog or target.catalog or session.catalog, table.schema or "main", table.name]
            columns = tuple(_column_info(*row) for row in session.rows(_about("columns", _COLUMNS), place))
            if not columns:
                raise NotFound(f"There is no table {table.name}")
            constraints = session.rows(_about("constraints", _CONSTRAINTS), place)
            indexes = session.rows(_about("indexes", "index_name, is_unique, expressions"), place)
            comment = session.rows(_about("tables", "comment"), place)
        return TableInfo(
            columns=columns,
            primary_key=next((tuple(row[2]) for row in constraints if row[1] == "PRIMARY KEY"), ()),
            foreign_keys=tuple(_foreign_key(row) for row in constraints if row[1] == "FOREIGN KEY"),
            indexes=tuple(_index(*row) for row in indexes),
            comment=comment[0][0] if comment else None,
        )

    def describe_sql(self, target: Target, sql: str) -> Sequence[ColumnInfo]:
        """The columns a SELECT would answer; it is bound and not run."""
        with self._open(target) as session:
            return [_column_info(name, type_) for name, type_ in session.described(sql)]


_COLUMNS = "column_name, data_type, is_nullable, column_default, comment"
_CONSTRAINTS = "constraint_name, constraint_type, constraint_column_names, referenced_table, referenced_column_names"


def _about(what: str, facts: str) -> str:
    order = " ORDER BY column_index" if what == "columns" else " ORDER BY 1"
    return (
        f"SELECT {facts} FROM duckdb_{what}()"
        f" WHERE database_name = ? AND lower(schema_name) = lower(?) AND lower(table_name) = lower(?){order}"
    )


def _column_info(
    name: str, type_: str, nullable: bool = True, default: str | None = None, comment: str | None = None
) -> ColumnInfo:
    kind = kinds.kind_of(type_)
    return ColumnInfo(name, type_, kind, kind is Kind.TEMPORAL, nullable, default, comment)


def _foreign_key(row: tuple[Any, ...]) -> dict[str, object]:
    return {"name": row[0], "columns": list(row[2]), "referred_table": row[3], "referred_columns": list(row[4] or [])}


def _index(name: str, unique: bool, expressions: str) -> dict[str, object]:
    columns = [part.strip(" \"'") for part in (expressions or "").strip("[]").split(",")]
    return {"name": name, "unique": unique, "columns": columns}


def _readable(value: str, type_: str) -> str | None:
    """SQL that makes of the value what Arrow holds exactly; None when it does as it is.

    Moments of years that Python does not have become NULL.
    """
    if type_.endswith("]") or type_.startswith(("STRUCT", "MAP")):
        return None
    if type_.startswith(_AS_TEXT):
        return f"CAST({value} AS VARCHAR)"
    if type_ == "TIMESTAMP_NS":
        return f"CASE WHEN ISFINITE({value}) THEN {value} END"
    if type_.startswith(_MOMENTS):
        last = "9999-12-31" if type_ == "DATE" else "9999-12-31 23:59:59.999999"
        return f"CASE WHEN {value} BETWEEN '0001-01-01' AND '{last}' THEN {value} END"
    return None
