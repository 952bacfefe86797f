"""Answers about other times beside an answer: each row beside its counterpart a year, a week or a range ago."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from superset_like.engine.query import Query
from superset_like.engine.time_range import Offset

SEPARATOR = "__"
# How far apart periods of a coarse grain begin. Finer ones meet to the moment, or not at all.
PERIODS: Mapping[str, timedelta] = {
    "P1W": timedelta(days=7),
    "1969-12-28T00:00:00Z/P1W": timedelta(days=7),
    "1969-12-29T00:00:00Z/P1W": timedelta(days=7),
    "P1W/1970-01-03T00:00:00Z": timedelta(days=7),
    "P1W/1970-01-04T00:00:00Z": timedelta(days=7),
    "P1M": timedelta(days=28),
    "P0.25Y": timedelta(days=90),
    "P3M": timedelta(days=90),
    "P1Y": timedelta(days=365),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same question about another time. label: marks its measures (`1 year ago`). step: from that time to ours."""

    label: str
    query: Query
    step: Offset


@dataclass(frozen=True, slots=True)
class Meeting:
    """What makes rows counterparts. keys: labels of the dimensions; axis: the one that is a time, cut to `grain`."""

    keys: tuple[str, ...]
    axis: str | None
    grain: str | None
    measures: tuple[str, ...]


def joined(table: pa.Table, others: Sequence[tuple[Comparison, pa.Table]], meeting: Meeting) -> pa.Table:
    """The table with each measure of the others beside its own, as `<measure>__<label>`; NULL without a counterpart."""
    ours = _keys(table, meeting)
    moments = sorted({key[0] for key in ours if key[0] is not None}) if meeting.axis else []
    for comparison, other in others:
        places = _places(_keys(other, meeting), comparison.step, moments, meeting)
        rows = pa.array([places.get(key) for key in ours], pa.int64())
        for measure in meeting.measures:
            found = other.column(measure).combine_chunks().take(rows)
            table = table.append_column(f"{measure}{SEPARATOR}{comparison.label}", found)
    return table


def shifted(table: pa.Table, step: Offset) -> pa.Table:
    """The table with all its moments one step on; days stay days."""
    for at, name in enumerate(table.column_names):
        column = table.column(at)
        if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
            coded = column.combine_chunks().dictionary_encode()
            moved = [None if value is None else _stepped(value, step) for value in coded.dictionary.to_pylist()]
            table = table.set_column(at, name, pa.array(moved, column.type).take(coded.indices))
    return table


def _stepped(value: datetime | date, step: Offset) -> datetime | date:
    if isinstance(value, datetime):
        # By the clocks of its zone.
        return step.add_to(value.replace(tzinfo=None)).replace(tzinfo=value.tzinfo)
    return step.add_to(datetime(value.year, value.month, value.day)).date()


def _keys(table: pa.Table, meeting: Meeting) -> list[tuple[Any, ...]]:
    """A tuple for each row, the moment of its axis first when there is one."""
    names = [name for name in meeting.keys if name != meeting.axis]
    columns = [table.column(name).to_pylist() for name in names]
    if meeting.axis is not None:
        columns.insert(0, [_moment(value) for value in table.column(meeting.axis).to_pylist()])
    return list(zip(*columns, strict=True)) if columns else [()] * table.num_rows


def _moment(value: Any) -> Any:
    if isinstance(value, datetime):
        # A year before a midnight is a midnight, also where the clocks were changed between them.
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    # An axis that is no time (a text, a number) meets its equal.
    return value


def _places(
    keys: Sequence[tuple[Any, ...]], step: Offset, moments: Sequence[Any], meeting: Meeting
) -> dict[tuple[Any, ...], int]:
    """Our key -> the other's row. Where several meet one of ours, the nearest does, and of equals the last."""
    if meeting.axis is None:
        return {key: row for row, key in enumerate(keys)}
    places: dict[tuple[Any, ...], int] = {}
    distances: dict[tuple[Any, ...], timedelta] = {}
    met: dict[Any, tuple[Any, timedelta]] = {}
    for row, (moment, *rest) in enumerate(keys):
        if moment not in met:
            met[moment] = _met(moment, step, moments, meeting.grain)
        ours, distance = met[moment]
        key = (ours, *rest)
        if key not in places or distance <= distances[key]:
            places[key], distances[key] = row, distance
    return places


def _met(moment: Any, step: Offset, moments: Sequence[Any], grain: str | None) -> tuple[Any, timedelta]:
    """The moment of ours that the other's one meets, and how far they are apart; itself when it meets none."""
    if not isinstance(moment, datetime):
        return moment, timedelta(0)
    moved = step.add_to(moment)
    reach = PERIODS.get(grain or "")
    if reach is None or not moments:
        return moved, timedelta(0)
    at = bisect_left(moments, moved)
    nearest = min(moments[max(at - 1, 0) : at + 1], key=lambda ours: abs(ours - moved))
    distance = abs(nearest - moved)
    return (nearest, distance) if distance * 2 < reach else (moved, timedelta(0))
