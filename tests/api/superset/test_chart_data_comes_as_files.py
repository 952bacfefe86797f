"""The same rows as CSV, NDJSON, Arrow and a workbook."""

import io
import threading
import weakref
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from functools import partial
from typing import Any

import orjson
import pyarrow as pa
import pytest
from flask import Flask

from superset_like.engine import cache, run
from superset_like.services import chart_data
from tests.conftest import ClientOf
from tests.row_rules import limit


def download(client_of: ClientOf, sales: int, form: str, force: bool = False, **query: Any) -> Any:
    asked = {"columns": ["id", "region"], "metrics": None, "orderby": [["id", True]], **query}
    body = {"datasource": {"id": sales, "type": "table"}, "queries": [asked], "force": force, "result_format": form}
    return client_of("bob").post("/api/v1/chart/data", json=body)


def rows(form: str, answer: Any) -> list[dict[str, Any]]:
    if form == "ndjson":
        return [orjson.loads(line) for line in answer.data.splitlines()]
    found: list[dict[str, Any]] = pa.ipc.open_stream(io.BytesIO(answer.data)).read_all().to_pylist()
    return found


@pytest.mark.parametrize("form", ["ndjson", "arrow"])
def test_rows_and_types_are_kept(client_of: ClientOf, sales: int, form: str) -> None:
    answer = download(client_of, sales, form, row_limit=2)
    assert answer.status_code == 200
    assert rows(form, answer) == [{"id": 1, "region": "north"}, {"id": 2, "region": "north"}]
    assert (answer.headers["X-Row-Count"], answer.headers["X-Truncated"]) == ("2", "true")
    assert download(client_of, sales, form, row_limit=20).headers["X-Truncated"] == "false"


@pytest.mark.parametrize("form", ["csv", "ndjson", "arrow"])
def test_what_is_too_large_to_hold_is_streamed(
    client_of: ClientOf, sales: int, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = download(client_of, sales, form).data
    monkeypatch.setattr(chart_data, "MOST_HELD_ROWS", 5)
    answer = download(client_of, sales, form, row_offset=0, url_params={"x": "1"}, row_limit=100)
    assert answer.status_code == 200
    if form != "arrow":
        assert answer.data == whole
    answer.close()
    assert "X-Row-Count" not in answer.headers
    assert answer.headers["X-Applied-Limit"] == "100"


@pytest.mark.parametrize("form", ["csv", "ndjson", "arrow", "xlsx"])
def test_row_rules_hold_in_every_form(app: Flask, client_of: ClientOf, sales: int, form: str) -> None:
    before = download(client_of, sales, form).data
    limit(app, "Gamma", "id = 3", sales)
    after = download(client_of, sales, form)
    assert after.data != before
    if form in {"ndjson", "arrow"}:
        assert rows(form, after) == [{"id": 3, "region": "south"}]
    if form == "csv":
        assert after.text == 'id,region\n3,"south"\n'


def test_an_empty_answer_has_its_columns(client_of: ClientOf, sales: int) -> None:
    none = [{"col": "id", "op": "<", "val": 0}]
    assert download(client_of, sales, "csv", filters=none).text == "id,region\n"
    assert download(client_of, sales, "ndjson", filters=none).data == b""
    table = pa.ipc.open_stream(io.BytesIO(download(client_of, sales, "arrow", filters=none).data)).read_all()
    assert (table.column_names, table.num_rows) == (["id", "region"], 0)


def test_rows_that_were_encoded_are_not_held(client_of: ClientOf, sales: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "BATCH_ROWS", 2)
    seen: list[weakref.ref[pa.RecordBatch]] = []
    held: list[int] = []

    def watched(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            held.append(sum(1 for each in seen if each() is not None))
            seen.append(weakref.ref(batch))
            yield batch

    encode = chart_data.STREAMS["csv"]
    watching = {"csv": lambda schema, batches, header: encode(schema, watched(batches), header)}
    monkeypatch.setattr(chart_data, "STREAMS", {**chart_data.STREAMS, **watching})
    answer = download(client_of, sales, "csv", force=True, row_limit=12)
    assert (answer.headers["X-Row-Count"], len(answer.text.splitlines())) == ("12", 13)
    # The one that the encoder has just left, and the first, which the stream looked at before.
    assert len(held) > 3 and max(held) <= 2


@pytest.mark.parametrize(("most", "is_held"), [(100, True), (5, False)])
def test_who_asks_the_same_at_once_gets_the_same(
    client_of: ClientOf, sales: int, monkeypatch: pytest.MonkeyPatch, most: int, is_held: bool
) -> None:
    monkeypatch.setattr(chart_data, "MOST_HELD_ROWS", most)
    waiting = threading.Semaphore(0)
    opened: list[run.Stream] = []
    answers: list[Any] = []

    class Watched(Future[Any]):
        def result(self, timeout: float | None = None) -> Any:
            waiting.release()
            return super().result(timeout)

    begin = run.Stream.__init__

    def counted(self: run.Stream, *arguments: Any) -> None:
        opened.append(self)
        if len(opened) == 1:
            assert all(waiting.acquire(timeout=10) for _ in range(3))
        begin(self, *arguments)

    monkeypatch.setattr(cache, "Future", Watched)
    monkeypatch.setattr(run.Stream, "__init__", counted)
    ask = partial(download, client_of, sales, "csv", force=True)
    threads = [threading.Thread(target=lambda: answers.append(ask())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [answer.text.count("\n") for answer in answers] == [13] * 4
    assert len(opened) == (1 if is_held else 4)
    assert all(("X-Row-Count" in answer.headers) is is_held for answer in answers)
