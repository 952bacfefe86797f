"""What can be asked, and of what: frozen values, no behaviour, no web, no storage.

A dialect translates its JSON to `Query`; a service turns a stored dataset into a `Shape`; `build` makes a
`Statement` of both; `run` answers it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool | Decimal | date | datetime | time | None


class Kind(IntEnum):
    """The sort of a column's values, numbered as Superset's clients know them (`coltypes`)."""

    NUMERIC = 0
    STRING = 1
    TEMPORAL = 2
    BOOLEAN = 3


class Operator(StrEnum):
    """How a filter compares."""

    EQ = "=="
    NE = "!="
    GT = ">"
    LT = "<"
    GE = ">="
    LE = "<="
    LIKE = "LIKE"
    NOT_LIKE = "NOT LIKE"
    ILIKE = "ILIKE"
    NOT_ILIKE = "NOT ILIKE"
    IN = "IN"
    NOT_IN = "NOT IN"
    IS_NULL = "IS NULL"
    IS_NOT_NULL = "IS NOT NULL"
    IS_TRUE = "IS TRUE"
    IS_FALSE = "IS FALSE"


class Aggregate(StrEnum):
    """How a simple measure sums up its column."""

    AVG = "AVG"
    COUNT = "COUNT"
    COUNT_DISTINCT = "COUNT_DISTINCT"
    MAX = "MAX"
    MIN = "MIN"
    SUM = "SUM"


@dataclass(frozen=True, slots=True)
class TableName:
    """A table as the engine spells it; None where the connection's own catalog or schema is meant."""

    name: str
    schema: str | None = None
    catalog: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a dataset.

    type: the engine's own type text. expression: SQL of a calculated column, else None. time_format: how a text or
    number column spells time: a strftime pattern, `epoch_s` or `epoch_ms`; None when it is a real time type.
    """

    name: str
    type: str | None = None
    kind: Kind = Kind.STRING
    is_temporal: bool = False
    expression: str | None = None
    time_format: str | None = None
    verbose_name: str | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """A saved measure of a dataset: SQL that aggregates."""

    name: str
    expression: str
    verbose_name: str | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """A dataset as the engine sees it: a table, or SQL that was rendered and guarded before.

    engine: the name of a file in `engine/databases`. sql: None for a table; else one SELECT with row rules already in
    it. version: differs whenever anything here does. values_predicate: SQL that limits the values offered in filters.
    hours_offset: how much later the time columns are shown than they are stored. time_zone: IANA name of the zone in
    which they are written where their type tells none; None: UTC, and nobody said so.
    """

    engine: str
    table: TableName
    columns: tuple[Column, ...]
    metrics: tuple[Metric, ...] = ()
    sql: str | None = None
    main_time_column: str | None = None
    always_filter_main_time: bool = False
    values_predicate: str | None = None
    hours_offset: int = 0
    time_zone: str | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A column of the answer: a dataset's column, or an expression of the asker; cut to a time grain or not.

    grain: ISO 8601 duration or named week (`PT1H`, `P1W/1970-01-03T00:00:00Z`); see the engine's `grains`.
    """

    label: str
    column: str | None = None
    expression: str | None = None
    grain: str | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """A value summed up: a saved metric, an aggregate over a column, or an aggregating expression of the asker."""

    label: str
    metric: str | None = None
    column: str | None = None
    aggregate: Aggregate | None = None
    expression: str | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A comparison of a column (or an expression) with a value; IN and NOT IN take a tuple, which may hold None."""

    operator: Operator
    column: str | None = None
    expression: str | None = None
    value: Scalar | tuple[Scalar, ...] = None
    grain: str | None = None


@dataclass(frozen=True, slots=True)
class FilterGroup:
    """Filters that must all hold, or of which one must hold; empty means no restriction."""

    members: "tuple[Filter | FilterGroup, ...]" = ()
    any_of: bool = False


@dataclass(frozen=True, slots=True)
class TimeRange:
    """since inclusive, until exclusive, None is open; naive, in the question's zone."""

    column: str
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """By an output or any other column or measure of the dataset."""

    by: "Dimension | Measure"
    ascending: bool = True


@dataclass(frozen=True, slots=True)
class SeriesLimit:
    """Only the top `count` combinations of `dimensions` (labels), ranked by `measure` (None: the first measure)."""

    count: int
    dimensions: tuple[str, ...]
    measure: Measure | None = None
    ascending: bool = False
    group_others: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """One question.

    measures: None asks for raw rows (no grouping); an empty tuple for the distinct dimensions. where_sql, having_sql:
    SQL of the asker, to be parsed and bound to the dataset. limit: None means no limit. time_zone: IANA name of the
    zone in which time is cut to grains and moments are answered, with their offset; None: as the columns write them.
    """

    dimensions: tuple[Dimension, ...] = ()
    measures: tuple[Measure, ...] | None = None
    where: FilterGroup = field(default_factory=FilterGroup)
    time: tuple[TimeRange, ...] = ()
    where_sql: str | None = None
    having_sql: str | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    series: SeriesLimit | None = None
    row_count: bool = False
    use_values_predicate: bool = False
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class Predicate:
    """A row rule as SQL over a table's own columns, rendered. origin: who set it, for `explain` (`rule 3`, `guest`)."""

    sql: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """One column of an answer, in order. kind, time_format: how to read the engine's value; None: as it comes.

    written: the zone whose wall clock moments without a zone show; None leaves them without. hours: to be added.
    """

    label: str
    kind: Kind | None = None
    time_format: str | None = None
    verbose_name: str | None = None
    written: str | None = None
    hours: int = 0


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL for one engine, and what its columns are; the i-th column of the answer is outputs[i].

    limit: the number of rows asked for; the SQL asks for one more, so that a cut is seen. time_zone: that in which
    moments are shown; None: as they come.
    """

    sql: str
    outputs: tuple[Output, ...]
    limit: int | None = None
    time_zone: str | None = None
