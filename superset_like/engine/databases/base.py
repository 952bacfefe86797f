"""What a database engine states; a file beside this one states only its differences.

An engine is found by the name in a connection's URI: `superset_like.engine.databases.find("postgresql")`.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

import pyarrow as pa

from superset_like.engine.databases import kinds
from superset_like.engine.databases.loading import Load
from superset_like.engine.query import Column, Kind, TableName
from superset_like.errors import QueryRefused

# As SQLAlchemy has it: a lower-case name is one that needs no quotes.
_BARE = re.compile(r"[a-z_][a-z0-9_$]*")


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect: a SQLAlchemy-style URI with its password, never shown.

    writable: the connection may change data; without it the session is read-only. folders: the only places below which
    a file engine opens files. options: `engine_params.connect_args` of the connection, already allow-listed.
    """

    uri: str = field(repr=False)
    writable: bool = False
    catalog: str | None = None
    schema: str | None = None
    folders: tuple[str, ...] = ()
    options: tuple[tuple[str, str | int | bool], ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnInfo:
    """A column of a table in the database. type: the engine's own text, as people know it (`VARCHAR(20)`)."""

    name: str
    type: str
    kind: Kind
    is_temporal: bool = False
    nullable: bool = True
    default: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A table's facts; indexes and foreign keys as plain dicts: name, columns, (unique | referred_table, ...)."""

    columns: tuple[ColumnInfo, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[Mapping[str, object], ...] = ()
    indexes: tuple[Mapping[str, object], ...] = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """A name one can read from: kind is `table`, `view` or `materialized_view`."""

    name: str
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Syntax:
    """Where an engine's SQL parts from what most engines take.

    booleans: a condition is a value. ilike: LIKE without regard to case exists. null_safe: IS NOT DISTINCT FROM exists.
    escape: LIKE takes ESCAPE; where not, a backslash escapes. wildcards: what LIKE reads as more than itself. text: the
    type to which other values are cast to be read as text. by_position: groups are named by number, since a name may
    mean an output. plain_labels: output names are letters, digits and underscores. upper: bare names mean upper-case
    ones. marked_unicode: texts beyond ASCII are written N'...'. nested_with: a sub-query may begin with WITH and be
    ordered. as_text: a virtual dataset's SQL goes in as text; sqlglot looks into sub-queries of some dialects.
    """

    booleans: bool = True
    ilike: bool = True
    null_safe: bool = True
    escape: bool = True
    wildcards: str = "%_"
    text: str = "TEXT"
    by_position: bool = False
    plain_labels: bool = False
    upper: bool = False
    marked_unicode: bool = False
    nested_with: bool = True
    as_text: bool = True


class Session(ABC):
    """One open connection, used by one thread; `cancel` alone may be called from another."""

    @abstractmethod
    def read(self, sql: str, batch_rows: int) -> pa.RecordBatchReader:
        """The rows of one statement, produced while they are read.

        Raises QueryFailed, QueryCanceled, QueryTimedOut; while the reader is read as well.
        """

    @abstractmethod
    def write(self, sql: str) -> int:
        """Rows touched by one statement that is no query; committed. 0 when the engine does not tell."""

    def load(self, load: Load) -> int:
        """The number of rows that a table has got: all of them, or none and an error. Raises what its batches raise."""
        raise QueryRefused("This kind of database does not take uploaded files")

    @abstractmethod
    def cancel(self) -> None:
        """Ends what runs, in the engine itself, within about a second; harmless when nothing runs."""

    @abstractmethod
    def close(self) -> None:
        """Gives the connection back; a connection in doubt is thrown away instead."""

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class Engine(ABC):
    """A kind of database.

    schemes: the names its URIs begin with, before any `+driver`. dialect: sqlglot's name. grains: ISO duration ->
    SQL template over `{col}`, which is a timestamp. functions: names (upper case) that user SQL may call beyond the
    portable ones; table_functions: those allowed as a table. label_length: longest output name, None if unlimited.
    moved: SQL template over `{col}`, a timestamp, and `{seconds}`, a whole number: so much later. zone_shift: SQL
    template over `{col}`, a wall clock, `{source}` and `{target}`, names of zones: what the other zone's clocks show
    then; empty where the engine knows no zones, or not surely.
    extra: the extra of the installation that holds its driver. is_proven: our tests run it on a real server. uri_form,
    cancels, reads_only, estimates: for docs/engines.md; estimates is empty where the engine tells no costs.
    takes_files: its sessions `load`.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    schemes: ClassVar[frozenset[str]]
    dialect: ClassVar[str]
    default_driver: ClassVar[str] = ""
    is_file: ClassVar[bool] = False
    supports_catalogs: ClassVar[bool] = False
    label_length: ClassVar[int | None] = None
    grains: ClassVar[Mapping[str, str]] = {}
    moved: ClassVar[str] = ""
    zone_shift: ClassVar[str] = ""
    functions: ClassVar[frozenset[str]] = frozenset()
    table_functions: ClassVar[frozenset[str]] = frozenset()
    allowed_options: ClassVar[frozenset[str]] = frozenset()
    syntax: ClassVar[Syntax] = Syntax()
    default_port: ClassVar[int | None] = None
    extra: ClassVar[str] = ""
    uri_form: ClassVar[str] = ""
    is_proven: ClassVar[bool] = True
    cancels: ClassVar[str] = "yes"
    reads_only: ClassVar[str] = "yes"
    estimates: ClassVar[str] = ""
    takes_files: ClassVar[bool] = False

    @abstractmethod
    def check_uri(self, target: Target) -> None:
        """Raises Invalid (field `sqlalchemy_uri`) when the URI names a driver, option or place that is not allowed."""

    @abstractmethod
    def open(self, target: Target, timeout_s: float | None = None) -> Session:
        """A session, read-only unless target.writable; a statement ends after timeout_s in the engine where it can.

        Raises DatabaseUnreachable.
        """

    @abstractmethod
    def time_literal(self, moment: datetime, column: Column) -> str:
        """SQL for a moment, to be compared with the column as the column is stored (type or time_format)."""

    @abstractmethod
    def as_timestamp(self, sql: str, column: Column) -> str:
        """SQL that reads the column's stored form (text, epoch number, date) as a timestamp."""

    @abstractmethod
    def kind(self, type_text: str) -> Kind:
        """The kind of values a declared column type holds."""

    def is_zoned(self, type_text: str | None) -> bool:
        """Whether a column's type holds instants, which are read and written in UTC, and not wall clocks."""
        return kinds.is_zoned(type_text)

    @abstractmethod
    def catalogs(self, target: Target) -> Sequence[str]:
        """Catalogs one may name; empty where the engine has none."""

    @abstractmethod
    def default_schema(self, target: Target) -> str | None:
        """The schema that an unqualified name means."""

    @abstractmethod
    def schemas(self, target: Target) -> Sequence[str]:
        """Schemas of the target's catalog, the engine's own ones left out."""

    @abstractmethod
    def relations(self, target: Target, schema: str | None) -> Sequence[Relation]:
        """Tables and views of a schema, sorted by name."""

    @abstractmethod
    def describe(self, target: Target, table: TableName) -> TableInfo:
        """Facts about a table. Raises NotFound when there is none of that name."""

    @abstractmethod
    def describe_sql(self, target: Target, sql: str) -> Sequence[ColumnInfo]:
        """The columns a SELECT would answer, without running it to its end. Raises QueryFailed."""

    def estimate(self, target: Target, sql: str) -> Sequence[Mapping[str, str]]:
        """What a SELECT would cost, per statement: name of a figure -> its text. Raises QueryRefused, QueryFailed."""
        raise QueryRefused("Database does not support cost estimation")

    def spelled(self, name: str) -> str:
        """The name of a table or column as it has to stand in quotes."""
        is_bare = self.syntax.upper and _BARE.fullmatch(name)
        return name.upper() if is_bare else name

    def dialect_type(self, info: ColumnInfo) -> str:
        """The column's type as the engine's users write it."""
        return info.type
