import pytest

from bench import redash_work, rows
from bench.client import Client, Request
from bench.redash_work import Work

asked: list[tuple[str, str]] = []


class Server(Client):
    """Answers calls as a server of ours would, and writes down what it is asked."""

    def call(self, method: str, path: str, body: object = None) -> object:
        asked.append((method, path))
        if path == "/api/session":
            return {"user": {"id": 7}}
        if path == "/api/users/7":
            return {"api_key": "u-key"}
        if (method, path) == ("POST", "/api/queries"):
            return {"id": len(asked)}
        if path.endswith("/results"):
            return {"query_result": {}}
        return {"latest_query_data_id": 900}


def test_there_are_queries_with_kept_results(monkeypatch: pytest.MonkeyPatch) -> None:
    asked.clear()
    monkeypatch.setattr(redash_work, "QUERIES", 5)
    monkeypatch.setattr(redash_work, "keyed", lambda base, key: Server(base, (("Authorization", f"Key {key}"),)))
    work = redash_work.prepared(Server("http://here"), 1)
    assert (work.key, work.results) == ("u-key", (900, 900))
    assert asked.count(("POST", "/api/queries")) == 5
    assert sum(path.endswith("/results") for _, path in asked) == 3


def test_each_row_is_asked_with_the_key() -> None:
    found = redash_work.requests_of("http://here", Work("k", 1, 2, 3, (8, 9)))
    assert tuple(found) == rows.REDASH
    assert {request.headers[0] for request in found.values()} == {("Authorization", "Key k")}
    assert isinstance(found[rows.RESULT_CSV], Request)
    assert found[rows.RESULT_CSV].path == "/api/query_results/9.csv"
