"""What all engines promise alike, on real ones."""

import threading
import time
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from superset_like.engine.databases.base import ColumnInfo, Relation, Session
from superset_like.engine.query import Column, Kind, TableName
from superset_like.errors import NotFound, QueryCanceled, QueryError, QueryFailed, QueryTimedOut
from tests.engines.places import TABLE, Place

ENDLESS = {
    "duckdb": "SELECT count(*) FROM range(100000000000) a, range(1000) b",
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT count(*) FROM generate_series(1, 100000000000) a",
    "mysql": "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 0 FROM n) SELECT sleep(60) FROM n",
}
NUMBERS = {
    "duckdb": "SELECT range AS i FROM range(120000)",
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 119999) SELECT i FROM n",
    "postgresql": "SELECT i FROM generate_series(0, 119999) AS g(i)",
    "mysql": "SELECT seq AS i FROM seq_0_to_119999",
}
SUNDAY = datetime(2020, 1, 5, 10, 17, 42)


def rows(session: Session, sql: str) -> list[tuple[object, ...]]:
    table = session.read(sql, 1000).read_all()
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def test_rows_come_back_exactly(place: Place) -> None:
    with place.engine.open(place.target, 10) as session:
        table = session.read(f"SELECT id, name, price FROM {TABLE} ORDER BY id DESC", 1).read_all()
    price = 1.1 if place.engine.name == "sqlite" else Decimal("1.10")
    assert table.column_names == ["id", "name", "price"]
    assert table.column("id").to_pylist() == [9007199254740993, 2]
    assert table.column("name").to_pylist() == ["Köln 😀", None]
    assert table.column("price").to_pylist() == [price, None]


def test_two_columns_may_have_one_name_and_no_row_has_columns_too(place: Place) -> None:
    with place.engine.open(place.target) as session:
        reader = session.read(f"SELECT id, id FROM {TABLE} WHERE id = 0", 10)
        assert reader.schema.names == ["id", "id"]
        assert reader.read_all().num_rows == 0


def test_a_session_reads_again_and_again(place: Place) -> None:
    with place.engine.open(place.target, 10) as session:
        session.cancel()
        assert [rows(session, f"SELECT {number} AS n")[0] for number in range(3)] == [(0,), (1,), (2,)]


def test_many_threads_read_at_once(place: Place) -> None:
    found: list[object] = []

    def work() -> None:
        for _ in range(5):
            with place.engine.open(place.target, 10) as session:
                found.extend(rows(session, f"SELECT count(*) FROM {TABLE}"))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [(2,)] * 30


def test_it_ends_in_time(place: Place) -> None:
    began = time.monotonic()
    with place.engine.open(place.target, 0.3) as session, pytest.raises(QueryTimedOut) as error:
        rows(session, ENDLESS[place.engine.name])
    assert error.value.details == {"limit_s": 0.3}
    assert time.monotonic() - began < 2


def test_it_is_stopped_from_another_thread(place: Place) -> None:
    with place.engine.open(place.target, 30) as session:
        timer = threading.Timer(0.3, session.cancel)
        timer.start()
        began = time.monotonic()
        with pytest.raises(QueryCanceled):
            rows(session, ENDLESS[place.engine.name])
        timer.join()
        assert time.monotonic() - began < 1.3
    with place.engine.open(place.target, 10) as session:
        assert rows(session, "SELECT 1 AS one") == [(1,)]


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM {table}",
        "CREATE TABLE engine_evil (a INTEGER)",
        "DROP TABLE {table}",
        "SELECT 1; DELETE FROM {table}",
    ],
)
def test_a_reading_session_writes_nothing(place: Place, sql: str) -> None:
    sql = sql.format(table=TABLE)
    with place.engine.open(place.target, 10) as session, pytest.raises(QueryError):
        rows(session, sql)
    with place.engine.open(place.target, 10) as session, pytest.raises(QueryError):
        session.write(sql)
    with place.engine.open(place.target, 10) as session:
        assert rows(session, f"SELECT count(*) FROM {TABLE}") == [(2,)]


def test_ending_the_transaction_does_not_open_the_door(place: Place) -> None:
    with place.engine.open(place.target, 10) as session:
        with pytest.raises(QueryError):
            rows(session, "COMMIT")
        with pytest.raises(QueryError):
            rows(session, f"DELETE FROM {TABLE}")
    with place.engine.open(place.target, 10) as session:
        assert rows(session, f"SELECT count(*) FROM {TABLE}") == [(2,)]


def test_a_writer_writes_and_readers_see_it(place: Place) -> None:
    with place.engine.open(place.target, 10) as session:
        assert rows(session, f"SELECT count(*) FROM {TABLE}") == [(2,)]
    with place.engine.open(replace(place.target, writable=True), 10) as session:
        assert session.write(f"INSERT INTO {TABLE} (id) VALUES (3), (4)") == 2
    with place.engine.open(place.target, 10) as session:
        assert rows(session, f"SELECT count(*) FROM {TABLE}") == [(4,)]


def test_errors_are_the_databases_own_first_line(place: Place) -> None:
    with place.engine.open(place.target, 10) as session, pytest.raises(QueryFailed) as error:
        rows(session, f"SELECT nothing_like_this FROM {TABLE}")
    assert "nothing_like_this" in error.value.message
    assert "\n" not in error.value.message
    assert TABLE not in error.value.message
    assert error.value.details["engine"] == place.engine.name


def test_a_table_is_described(place: Place) -> None:
    info = place.engine.describe(place.target, TableName(TABLE))
    assert [column.name for column in info.columns] == ["id", "name", "price", "sold"]
    assert info.columns[1] == ColumnInfo("name", info.columns[1].type, Kind.STRING, default=info.columns[1].default)
    assert info.columns[3].type.startswith("TIMESTAMP") and info.columns[3].is_temporal
    assert [column.kind for column in info.columns] == [Kind.NUMERIC, Kind.STRING, Kind.NUMERIC, Kind.TEMPORAL]
    assert info.primary_key == ("id",)
    with pytest.raises(NotFound):
        place.engine.describe(place.target, TableName("no_such_table"))


def test_the_columns_of_a_select_are_described(place: Place) -> None:
    found = place.engine.describe_sql(place.target, f"SELECT id, id, name AS city FROM {TABLE}")
    kinds = [(column.name, column.kind) for column in found]
    assert kinds == [("id", Kind.NUMERIC), ("id", Kind.NUMERIC), ("city", Kind.STRING)]
    with pytest.raises(QueryFailed):
        place.engine.describe_sql(place.target, "SELECT nothing FROM nowhere")


def test_the_places_of_a_database_are_listed(place: Place) -> None:
    schema = place.engine.default_schema(place.target)
    assert schema in place.engine.schemas(place.target)
    assert Relation(TABLE) in place.engine.relations(place.target, schema)
    assert Relation(TABLE) in place.engine.relations(place.target, None)


GRAINS = {
    "PT1S": "2020-01-05 10:17:42",
    "PT5S": "2020-01-05 10:17:40",
    "PT30S": "2020-01-05 10:17:30",
    "PT1M": "2020-01-05 10:17:00",
    "PT5M": "2020-01-05 10:15:00",
    "PT10M": "2020-01-05 10:10:00",
    "PT15M": "2020-01-05 10:15:00",
    "PT30M": "2020-01-05 10:00:00",
    "PT1H": "2020-01-05 10:00:00",
    "PT6H": "2020-01-05 06:00:00",
    "P1D": "2020-01-05 00:00:00",
    "P1W": "2019-12-30 00:00:00",
    "P1M": "2020-01-01 00:00:00",
    "P3M": "2020-01-01 00:00:00",
    "P1Y": "2020-01-01 00:00:00",
    "1969-12-28T00:00:00Z/P1W": "2020-01-05 00:00:00",
    "1969-12-29T00:00:00Z/P1W": "2019-12-30 00:00:00",
    "P1W/1970-01-03T00:00:00Z": "2020-01-11 00:00:00",
    "P1W/1970-01-04T00:00:00Z": "2020-01-05 00:00:00",
}


def test_grains_cut_a_moment(place: Place) -> None:
    column = Column("sold", "TIMESTAMP", Kind.TEMPORAL, is_temporal=True)
    moment = place.engine.time_literal(SUNDAY, column)
    names = list(place.engine.grains)
    cut = ", ".join(place.engine.grains[name].replace("{col}", moment) for name in names)
    with place.engine.open(place.target, 10) as session:
        found = rows(session, f"SELECT {cut}")[0]
    spelled = [str(value)[:19] if len(str(value)) > 10 else f"{value} 00:00:00" for value in found]
    assert dict(zip(names, spelled, strict=True)) == GRAINS


@pytest.mark.parametrize(
    ("stored", "time_format"),
    [
        ("1578219462", "epoch_s"),
        ("1578219462000", "epoch_ms"),
        ("'05.01.2020 10:17:42'", "%d.%m.%Y %H:%M:%S"),
        ("'20200105101742'", "%Y%m%d%H%M%S"),
    ],
)
def test_moments_are_read_and_compared_as_they_are_stored(place: Place, stored: str, time_format: str) -> None:
    column = Column("sold", "TEXT", time_format=time_format)
    assert place.engine.time_literal(SUNDAY, column) == stored
    with place.engine.open(place.target, 10) as session:
        found = rows(session, f"SELECT {place.engine.as_timestamp(stored, column)}")[0][0]
    assert str(found)[:19] == "2020-01-05 10:17:42"


def test_many_rows_stream_in_batches(place: Place) -> None:
    with place.engine.open(place.target, 30) as session:
        batches = list(session.read(NUMBERS[place.engine.name], 10_000))
    assert max(batch.num_rows for batch in batches) <= 10_000
    table = pa.Table.from_batches(batches)
    assert table.num_rows == 120_000
    assert table.column("i").to_pylist() == list(range(120_000))


def test_costs_are_told_where_the_engine_knows_them(place: Place) -> None:
    if place.engine.estimates:
        (told,) = place.engine.estimate(place.target, f"SELECT * FROM {TABLE}")
        assert set(told) == {"Start-up cost", "Total cost"}
        assert float(told["Total cost"]) > 0
    else:
        with pytest.raises(QueryError, match="does not support cost estimation"):
            place.engine.estimate(place.target, f"SELECT * FROM {TABLE}")
