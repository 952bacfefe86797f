"""Grains and ranges in a zone, against what Python's own zones say, on the four engines."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from superset_like.engine import databases, run
from superset_like.engine.build import build
from superset_like.engine.databases.base import Target
from superset_like.engine.query import (
    Aggregate,
    Column,
    Dimension,
    Filter,
    FilterGroup,
    Kind,
    Measure,
    Operator,
    Query,
    Shape,
    TableName,
    TimeRange,
)
from tests.engines.places import TABLE, Place, duckdb_file, in_mariadb, in_postgres, sqlite_file
from tests.services_at_hand import uri_of

NAME = f"{TABLE}_zones"
# Around both changes of New York's clocks in 2013, around midnights there and in Kolkata, and in other years.
MOMENTS = [
    *(datetime(2013, 3, 10, 4, 20) + timedelta(minutes=25 * n) for n in range(12)),
    *(datetime(2013, 11, 3, 3, 50) + timedelta(minutes=20 * n) for n in range(14)),
    *(datetime(2013, 6, 30, 16) + timedelta(minutes=95 * n) for n in range(10)),
    datetime(1998, 12, 31, 20),
    datetime(2024, 2, 29, 23, 59, 59),
]
ZONED = {"postgresql": "TIMESTAMPTZ", "duckdb": "TIMESTAMPTZ", "mysql": "TIMESTAMP", "sqlite": "TIMESTAMP"}
SPELLED = {"postgresql": "TIMESTAMP WITH TIME ZONE", "duckdb": "TIMESTAMP WITH TIME ZONE", "mysql": "TIMESTAMP"}
ROWS = Measure("rows", expression="COUNT(*)")
GRAINS = {
    "PT5M": lambda wall: wall.replace(minute=wall.minute // 5 * 5, second=0),
    "PT30M": lambda wall: wall.replace(minute=wall.minute // 30 * 30, second=0),
    "PT1H": lambda wall: wall.replace(minute=0, second=0),
    "PT6H": lambda wall: wall.replace(hour=wall.hour // 6 * 6, minute=0, second=0, fold=0),
    "P1D": lambda wall: wall.replace(hour=0, minute=0, second=0, fold=0),
    "P1W": lambda wall: wall.replace(hour=0, minute=0, second=0, fold=0) - timedelta(days=wall.weekday()),
    "P1M": lambda wall: wall.replace(day=1, hour=0, minute=0, second=0, fold=0),
    "P1Y": lambda wall: wall.replace(month=1, day=1, hour=0, minute=0, second=0, fold=0),
}
ZONES = ["America/New_York", "Asia/Kolkata", "Australia/Adelaide", "UTC"]


@pytest.fixture(
    params=[
        "duckdb",
        "sqlite",
        pytest.param("postgres", marks=pytest.mark.postgres),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ]
)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    kind: str = request.param
    engine = {"postgres": "postgresql", "mariadb": "mysql"}.get(kind, kind)
    plain = "DATETIME" if engine == "mysql" else "TIMESTAMP"
    # Whoever fills the table says of his session that it is in UTC.
    first = {"postgresql": "SET TIME ZONE 'UTC'", "duckdb": "SET TimeZone = 'UTC'", "mysql": "SET time_zone = '+00:00'"}
    rows = ", ".join(f"('{moment}', '{moment}', '{moment:%Y-%m-%d}')" for moment in MOMENTS)
    drop = f"DROP TABLE IF EXISTS {NAME}"
    statements = [
        *([first[engine]] if engine in first else []),
        drop,
        f"CREATE TABLE {NAME} (plain {plain} NULL, zoned {ZONED[engine]} NULL, day DATE)",
        f"INSERT INTO {NAME} VALUES {rows}",
    ]
    if kind in ("duckdb", "sqlite"):
        target = (duckdb_file if kind == "duckdb" else sqlite_file)(tmp_path, *statements)
        yield Place(databases.find(kind), target)
        return
    uri = uri_of(kind)
    act = in_postgres if kind == "postgres" else in_mariadb
    act(uri, statements)
    yield Place(databases.of_uri(uri), Target(uri))
    act(uri, [drop])


def shape(place: Place, time_zone: str | None = None, **more: Any) -> Shape:
    name = place.engine.name
    columns = (
        Column("plain", "DATETIME" if name == "mysql" else "TIMESTAMP", Kind.TEMPORAL, is_temporal=True),
        Column("zoned", SPELLED.get(name, "TIMESTAMP"), Kind.TEMPORAL, is_temporal=True),
        Column("day", "DATE", Kind.TEMPORAL, is_temporal=True),
    )
    return Shape(engine=name, table=TableName(NAME), columns=columns, time_zone=time_zone, **more)


def answered(place: Place, query: Query, of: Shape) -> list[tuple[Any, ...]]:
    statement = build(query, of, place.engine, ())
    table = run.answer(place.engine, place.target, statement, run.Limits(timeout_s=20)).table
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def column_written_in(place: Place, name: str, own: str) -> str:
    """The zone in which the engine keeps the column: SQLite has no type that holds instants."""
    return "UTC" if name == "zoned" and place.engine.name != "sqlite" else own


def instants(place: Place, name: str, own: str) -> list[datetime]:
    zone = ZoneInfo(column_written_in(place, name, own))
    return [moment.replace(tzinfo=zone).astimezone(UTC) for moment in MOMENTS]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("column", ["plain", "zoned"])
def test_grains_begin_where_the_clocks_of_the_zone_say(place: Place, column: str, zone: str) -> None:
    for grain, cut in GRAINS.items():
        query = Query((Dimension("at", column=column, grain=grain),), (ROWS,), time_zone=zone)
        walls = [moment.astimezone(ZoneInfo(zone)) for moment in instants(place, column, "UTC")]
        expected = Counter(cut(wall).astimezone(UTC) for wall in walls)
        rows = answered(place, query, shape(place))
        assert {str(at.tzinfo) for at, _ in rows} == {zone}
        assert Counter({at.astimezone(UTC): count for at, count in rows}) == expected, grain


def test_moments_without_a_zone_are_read_in_that_of_the_dataset(place: Place) -> None:
    own, zone = "America/New_York", "Europe/Berlin"
    for column in ("plain", "zoned"):
        for grain in ("P1D", "P1M"):
            query = Query((Dimension("at", column=column, grain=grain),), (ROWS,), time_zone=zone)
            walls = [moment.astimezone(ZoneInfo(zone)) for moment in instants(place, column, own)]
            expected = Counter(GRAINS[grain](wall).astimezone(UTC) for wall in walls)
            found = Counter({at.astimezone(UTC): count for at, count in answered(place, query, shape(place, own))})
            assert found == expected, (column, grain)


@pytest.mark.parametrize("column", ["plain", "zoned"])
def test_a_range_is_that_of_the_zone(place: Place, column: str) -> None:
    zone = ZoneInfo("America/New_York")
    since, until = datetime(2013, 11, 3), datetime(2013, 11, 3, 3)
    query = Query(
        (Dimension("at", column=column),), None, time=(TimeRange(column, since, until),), time_zone="America/New_York"
    )
    expected = sorted(
        moment
        for moment in instants(place, column, "UTC")
        if since.replace(tzinfo=zone) <= moment < until.replace(tzinfo=zone)
    )
    rows = answered(place, query, shape(place))
    assert sorted(at.astimezone(UTC) for (at,) in rows) == expected
    assert {at.utcoffset() for (at,) in rows} <= {timedelta(hours=-4), timedelta(hours=-5)}


def test_values_of_filters_are_wall_clocks_of_the_zone_or_say_their_offset(place: Place) -> None:
    for value in ("2013-03-10T00:10:00", "2013-03-10T05:10:00+00:00", "2013-03-10T06:10:00+01:00", 1362892200000):
        query = Query(
            (Dimension("at", column="plain"),),
            None,
            where=FilterGroup((Filter(Operator.EQ, "plain", value=value),)),
            time_zone="America/New_York",
        )
        rows = answered(place, query, shape(place))
        assert [at.astimezone(UTC) for (at,) in rows] == [datetime(2013, 3, 10, 5, 10, tzinfo=UTC)], value


def test_a_day_is_the_same_day_everywhere(place: Place) -> None:
    asked = Query((Dimension("day", column="day"),), (), time_zone="Asia/Kolkata")
    shown = {str(day)[:10] for (day,) in answered(place, asked, shape(place))}
    assert shown == {f"{moment:%Y-%m-%d}" for moment in MOMENTS}
    span = (TimeRange("day", datetime(2013, 3, 10), datetime(2013, 3, 11)),)
    months = replace(asked, dimensions=(Dimension("at", column="day", grain="P1M"),), time=span)
    [(at,)] = answered(place, months, shape(place))
    assert at == datetime(2013, 3, 1, tzinfo=ZoneInfo("Asia/Kolkata"))


def test_the_largest_moment_has_the_zone_too(place: Place) -> None:
    largest = Measure("last", column="plain", aggregate=Aggregate.MAX)
    [(at,)] = answered(place, Query((), (largest,), time_zone="America/New_York"), shape(place))
    assert at == datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)
    assert at.utcoffset() == timedelta(hours=-5)


def test_a_dataset_may_show_its_moments_some_hours_later(place: Place) -> None:
    shifted = shape(place, hours_offset=3)
    days = Query((Dimension("at", column="plain", grain="P1D"),), (ROWS,))
    expected = Counter((moment + timedelta(hours=3)).date() for moment in MOMENTS)
    assert Counter({datetime.fromisoformat(str(at)).date(): n for at, n in answered(place, days, shifted)}) == expected
    range_ = (TimeRange("plain", datetime(2024, 3, 1), datetime(2024, 3, 2)),)
    rows = answered(place, Query((Dimension("at", column="plain"),), None, time=range_), shifted)
    assert rows == [(datetime(2024, 3, 1, 2, 59, 59),)]


def test_without_a_zone_moments_come_as_they_are_written(place: Place) -> None:
    rows = answered(place, Query((Dimension("at", column="plain"),), None), shape(place))
    assert sorted(at for (at,) in rows) == sorted(MOMENTS)
