"""What our own server is asked in Redash's API: queries that it has, kept results, and a fresh one."""

import statistics
import time
from dataclasses import dataclass

from bench import rows
from bench.client import Client, Refused, Request
from bench.redash_api import ensure_result, keyed
from bench.rows import Row

QUERIES = 200
RUNS = 11
PAUSE_S = 0.05
PATIENCE_S = 60
AGGREGATE = (
    "SELECT carrier, COUNT(*) AS n, AVG(arr_delay) AS delay FROM flights GROUP BY carrier ORDER BY n DESC LIMIT 5"
)
WIDE = "SELECT year, month, day, dep_time, carrier, flight, tailnum, origin, dest FROM flights LIMIT "


@dataclass(frozen=True)
class Work:
    """Numbers of queries whose results are kept; of the results of the larger ones too. key: of the caller."""

    key: str
    aggregate: int
    thousand: int
    ten_thousand: int
    results: tuple[int, int]


def prepared(client: Client, database: int) -> Work:
    """The queries, with kept results; a worker has to run. client: signed in. Raises Refused."""
    me = client.call("GET", "/api/session")["user"]["id"]
    key = client.call("GET", f"/api/users/{me}")["api_key"]
    asking = keyed(client.base, key)
    for number in range(QUERIES - 3):
        _query(asking, database, f"Query {number}", f"SELECT {number} AS n, carrier FROM flights LIMIT 10")
    made = [_query(asking, database, "Aggregate", AGGREGATE)]
    made += [_query(asking, database, f"{count} rows", f"{WIDE}{count}") for count in (1000, 10_000)]
    for query in made:
        ensure_result(asking, query)
    latest = [asking.call("GET", f"/api/queries/{query}")["latest_query_data_id"] for query in made]
    return Work(key, made[0], made[1], made[2], (latest[1], latest[2]))


def fresh_s(base: str, work: Work) -> float:
    """Seconds from asking for a new run to its rows, with a look at the job each 50 ms; the median of some."""
    client = keyed(base, work.key)
    return statistics.median(_fresh_s(client, work.aggregate) for _ in range(RUNS))


def requests_of(base: str, work: Work) -> dict[Row, Request]:
    """Row -> what is sent for it; nothing of it needs a worker."""
    client = keyed(base, work.key)
    thousand, ten_thousand = work.results
    return {
        rows.QUERIES: client.request("GET", "/api/queries?page=1&page_size=25"),
        rows.QUERY: client.request("GET", f"/api/queries/{work.aggregate}"),
        rows.KEPT_RESULT: client.request("POST", f"/api/queries/{work.aggregate}/results", {"max_age": -1}),
        rows.THOUSAND: client.request("GET", f"/api/query_results/{thousand}.json"),
        rows.TEN_THOUSAND: client.request("GET", f"/api/query_results/{ten_thousand}.json"),
        rows.RESULT_CSV: client.request("GET", f"/api/query_results/{ten_thousand}.csv"),
    }


def _query(client: Client, database: int, name: str, sql: str) -> int:
    made = {"name": name, "query": sql, "data_source_id": database, "tags": ["bench"]}
    pk: int = client.call("POST", "/api/queries", made)["id"]
    return pk


def _fresh_s(client: Client, query: int) -> float:
    start = time.perf_counter()
    job = client.call("POST", f"/api/queries/{query}/results", {"max_age": 0})["job"]
    while job["status"] in (1, 2):
        if time.perf_counter() - start > PATIENCE_S:
            raise Refused("a query was not run within a minute")
        time.sleep(PAUSE_S)
        job = client.call("GET", f"/api/jobs/{job['id']}")["job"]
    if job["query_result_id"] is None:
        raise Refused(f"a query failed: {job['error']}")
    client.call("GET", f"/api/query_results/{job['query_result_id']}")
    return time.perf_counter() - start
