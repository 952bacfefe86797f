"""What is asked of Redash: saved queries and their kept results, which is what it has for the table's rows."""

import time
from typing import Any

from bench import rows
from bench.client import Client, Refused, Request
from bench.rows import Row

DONE, FAILED, CANCELLED = 3, 4, 5
WAIT_S = 120


def keyed(base: str, key: str) -> Client:
    """Whoever owns the key."""
    return Client(base, (("Authorization", f"Key {key}"),))


def requests_of(client: Client, query: int, wide: int | None = None) -> dict[Row, Request]:
    """Row -> what is sent for it. Runs the queries where no result is kept. Raises Refused.

    query: the aggregate over the flights; wide: 10,000 rows of ten columns.
    """
    ensure_result(client, query)
    found = {
        rows.HEALTH: client.request("GET", "/ping"),
        rows.CACHED: _kept(client, query),
        rows.CHARTS: client.request("GET", "/api/queries?page=1&page_size=25"),
        rows.CHART: client.request("GET", f"/api/queries/{query}"),
    }
    if wide is None:
        return found
    ensure_result(client, wide)
    return found | {
        rows.WIDE_CACHED: _kept(client, wide),
        rows.CSV: client.request("GET", f"/api/queries/{wide}/results.csv"),
    }


def notes() -> dict[Row, str]:
    """Row -> what Redash does differently for it."""
    return {
        rows.HEALTH: "/ping",
        rows.CHARTS: "queries, as many as it has",
        rows.CHART: "one query",
        rows.CSV: "the kept 10,000 rows",
    }


def ensure_result(client: Client, query: int) -> None:
    """The query has a kept result, whatever its age. Raises Refused when it fails, or takes minutes."""
    answer = client.call("POST", f"/api/queries/{query}/results", {"max_age": -1})
    until = time.monotonic() + WAIT_S
    while "query_result" not in answer:
        job = _job(answer, query)
        if job["status"] == DONE:
            return
        if job["status"] in (FAILED, CANCELLED):
            raise Refused(f"query {query} failed: {job.get('error')}")
        if time.monotonic() > until:
            raise Refused(f"query {query} had no result after {WAIT_S} s")
        time.sleep(0.1)
        answer = client.call("GET", f"/api/jobs/{job['id']}")


def _job(answer: dict[str, Any], query: int) -> dict[str, Any]:
    job: dict[str, Any] | None = answer.get("job")
    if job is None:
        raise Refused(f"query {query} answered neither a result nor a job")
    return job


def _kept(client: Client, query: int) -> Request:
    return client.request("POST", f"/api/queries/{query}/results", {"max_age": -1})
