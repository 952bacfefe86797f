"""Against a server with Redash's shapes: a run is a job at first, then a kept result."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bench import load, rows
from bench.__main__ import speaking_redash
from bench.client import Refused
from bench.products import measure
from bench.redash_api import keyed
from tests.unit.bench.answering import Asked, answering

pytestmark = pytest.mark.slow

AGGREGATE, WIDE, BROKEN = 1, 2, 3


def job(query: int, status: int, error: str = "") -> dict[str, Any]:
    result = query if status == 3 else None
    found = {"id": f"job-{query}", "updated_at": 0, "status": status, "error": error}
    return {"job": {**found, "result": result, "query_result_id": result}}


def result(query: int) -> dict[str, Any]:
    columns = [{"name": name, "friendly_name": name, "type": None} for name in ("carrier", "n")]
    data = {"columns": columns, "rows": [{"carrier": "UA", "n": 3}, {"carrier": "B6", "n": 2}]}
    kept = {"id": query, "query_hash": "0", "query": "select 1", "data": data, "data_source_id": 1}
    return {"query_result": {**kept, "runtime": 0.01, "retrieved_at": "2026-01-01T00:00:00.000Z"}}


class Redash:
    """Remembers what was asked, and which queries have run."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.polled: dict[int, int] = {}

    def answer(self, asked: Asked) -> tuple[int, bytes]:
        self.asked.append(f"{asked.method} {asked.path}")
        if asked.path == "/ping":
            return 200, b"PONG."
        if asked.authorization != "Key secret":
            return 404, b'{"message": "Couldn\'t find resource. Please login and try again."}'
        if asked.path.endswith(".csv"):
            return 200, b"carrier,n\r\nUA,3\r\nB6,2\r\n"
        return 200, json.dumps(self._json(asked)).encode()

    def _json(self, asked: Asked) -> dict[str, Any]:
        if asked.path.startswith("/api/queries?"):
            return {"count": 2, "page": 1, "page_size": 25, "results": [{"id": 2}, {"id": 1}]}
        query = int(asked.path.removeprefix("/api/jobs/job-").removeprefix("/api/queries/").split("/")[0])
        if asked.method == "POST":
            assert json.loads(asked.body) == {"max_age": -1}
            return result(query) if self.polled.get(query, 0) > 1 else job(query, 1)
        if asked.path.startswith("/api/jobs/"):
            self.polled[query] = self.polled.get(query, 0) + 1
            ended = job(query, 4, "no such table") if query == BROKEN else job(query, 3)
            return ended if self.polled[query] > 1 else job(query, 2)
        return {"id": query, "name": "flights", "latest_query_data_id": query}


@pytest.fixture
def redash() -> Redash:
    return Redash()


@pytest.fixture
def base(redash: Redash) -> Iterator[str]:
    with answering(redash.answer) as url:
        yield url


def test_each_of_its_rows_is_measured(redash: Redash, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "SLICES", 1)
    product = speaking_redash(keyed(base, "secret"), AGGREGATE, WIDE, None)
    assert redash.polled == {AGGREGATE: 2, WIDE: 2}
    expected = [rows.HEALTH, rows.CACHED, rows.WIDE_CACHED, rows.CHARTS, rows.CHART, rows.CSV]
    for row in rows.REQUESTS:
        measure(row, [product], 0.003)
    assert list(product.costs) == expected
    assert product.left_out == {}
    assert product.costs[rows.CSV].bytes == len("carrier,n\r\nUA,3\r\nB6,2\r\n")
    assert product.costs[rows.CACHED].bytes == len(json.dumps(result(AGGREGATE)))
    assert redash.asked.count("POST /api/queries/1/results") > 2


def test_without_a_wide_query_its_rows_are_not_asked(base: str) -> None:
    product = speaking_redash(keyed(base, "secret"), AGGREGATE, None, None)
    assert set(product.requests) == {rows.HEALTH, rows.CACHED, rows.CHARTS, rows.CHART}


def test_a_query_that_fails_is_said(base: str) -> None:
    with pytest.raises(Refused, match="query 3 failed: no such table"):
        speaking_redash(keyed(base, "secret"), BROKEN, None, None)


def test_a_wrong_key_is_said(base: str) -> None:
    with pytest.raises(Refused, match="answered 404"):
        speaking_redash(keyed(base, "wrong"), AGGREGATE, None, None)
