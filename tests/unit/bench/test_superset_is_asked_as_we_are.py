"""Against our own server, which speaks Superset's API."""

import threading
from collections.abc import Iterator

import duckdb
import pytest
from flask import Flask
from werkzeug.serving import make_server

from bench import load, pages, rows, superset_api
from bench.__main__ import speaking_superset
from bench.client import Client, Refused
from bench.products import measure
from superset_like.config.settings import Settings
from tests.people import password_of

pytestmark = pytest.mark.slow

COLUMNS = ("carrier", "origin", "arr_delay", "a", "b", "c", "d", "e", "f", "g", "h")
CALLERS, CHARTS = 6, 3


@pytest.fixture
def base(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def client(base: str) -> Client:
    return superset_api.with_csrf_token(superset_api.signed_in(base, "admin", password_of("admin")))


@pytest.fixture
def flights(client: Client, settings: Settings) -> int:
    """The id of a dataset with the columns of the example's flights."""
    path = settings.home / "data" / "flights.duckdb"
    # The application keeps it open from an earlier test.
    if not path.exists():
        values = ", ".join(f"{number} AS {name}" for number, name in enumerate(COLUMNS))
        with duckdb.connect(path) as connection:
            connection.execute(f"CREATE TABLE flights AS SELECT {values}")
    made = {"database_name": "flights", "sqlalchemy_uri": f"duckdb:///{path}"}
    database = client.call("POST", "/api/v1/database/", made)["id"]
    pk: int = client.call("POST", "/api/v1/dataset/", {"database": database, "table_name": "flights"})["id"]
    return pk


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(superset_api, "CHARTS", CHARTS)
    monkeypatch.setattr(superset_api, "CALLERS", CALLERS)
    monkeypatch.setattr(load, "SLICES", 1)


@pytest.mark.parametrize("is_named", [True, False])
def test_each_row_is_measured(client: Client, flights: int, is_named: bool) -> None:
    product = speaking_superset("Superset", client, flights if is_named else None, None)
    for row in rows.REQUESTS:
        measure(row, [product], 0.003)
    assert product.left_out == {}
    assert list(product.costs) == [row for row in rows.REQUESTS if row not in rows.REDASH]
    assert product.notes == {}
    assert client.call("GET", "/api/v1/chart/")["count"] == CHARTS


def test_one_query_is_run_for_all_who_ask_at_once(client: Client, flights: int) -> None:
    product = speaking_superset("Superset", client, flights, None)
    before = client.call("GET", "/api/v1/dataset/")["count"]
    assert product.cold_key
    assert product.cold_key() == 1
    assert client.call("GET", "/api/v1/dataset/")["count"] == before


def test_runs_are_counted_where_nothing_is_kept(client: Client, flights: int) -> None:
    found = superset_api.flights(client, flights)
    client.call("PUT", f"/api/v1/database/{found.database}", {"cache_timeout": -1})
    assert superset_api.runs_of_a_cold_key(client, found) > 1


def test_a_cache_that_is_off_is_said(client: Client, flights: int) -> None:
    client.call("PUT", f"/api/v1/dataset/{flights}", {"cache_timeout": -1})
    product = speaking_superset("Superset", client, flights, None)
    assert product.notes[rows.CACHED] == "its cache is off"


def test_what_are_not_the_flights_is_refused(client: Client, sales: int) -> None:
    with pytest.raises(Refused, match="arr_delay, carrier, origin missing"):
        superset_api.flights(client, sales)


def test_nobody_is_measured_with_a_wrong_password(base: str) -> None:
    with pytest.raises(Refused, match="answered 401"):
        superset_api.signed_in(base, "admin", "wrong")


@pytest.mark.chromium
def test_a_browser_that_knows_nothing_is_counted(client: Client, flights: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "LOADS", 1)
    found = pages.embedded(client)
    assert 200 < found[rows.SCRIPTS] < 1000
    assert 10 < found[rows.PAGE_REQUESTS] < 40
    assert 0 < found[rows.FIRST_CHART] <= found[rows.ALL_CHARTS]
