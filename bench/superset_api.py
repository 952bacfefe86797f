"""What is asked of a server that speaks Superset's API: ours and Superset get the same requests."""

import http.client
import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from bench import rows
from bench.client import Client, Refused, Request
from bench.rows import Row

CHARTS = 1000
CALLERS = 200
GROUPS, MEASURE = ("carrier", "origin"), "arr_delay"
WIDTH = 10
AGGREGATE = {
    "columns": list(GROUPS),
    "metrics": [
        {"expressionType": "SIMPLE", "column": {"column_name": MEASURE}, "aggregate": "AVG", "label": "delay"},
        {"expressionType": "SQL", "sqlExpression": "COUNT(*)", "label": "flights"},
    ],
    "orderby": [["flights", False]],
    "row_limit": 100,
}


@dataclass(frozen=True)
class Flights:
    """The dataset of flights that the server has. columns: those that are stored."""

    id: int
    database: int
    schema: str | None
    table: str
    columns: tuple[str, ...]

    @property
    def place(self) -> str:
        """The table as SQL names it."""
        return self.table if self.schema is None else f"{self.schema}.{self.table}"


def signed_in(base: str, username: str, password: str) -> Client:
    """Somebody who sends a token with each request. Raises Refused."""
    login = {"username": username, "password": password, "provider": "db", "refresh": False}
    token = Client(base).call("POST", "/api/v1/security/login", login)["access_token"]
    return Client(base, (("Authorization", f"Bearer {token}"),))


def with_csrf_token(client: Client) -> Client:
    """The same with a session and its CSRF token, without which Superset refuses most writes."""

    def read(response: http.client.HTTPResponse) -> tuple[str, bytes]:
        cookies = [cookie.partition(";")[0] for cookie in response.headers.get_all("Set-Cookie") or []]
        return "; ".join(cookies), response.read()

    cookies, _ = client.answered(client.request("GET", "/api/v1/security/csrf_token/"), read)
    with_session = Client(client.base, (*client.headers, ("Cookie", cookies)))
    token = with_session.call("GET", "/api/v1/security/csrf_token/")["result"]
    return Client(client.base, (*with_session.headers, ("X-CSRFToken", token), ("Referer", client.base)))


def flights(client: Client, dataset: int | None = None) -> Flights:
    """That dataset, or the one over the table `flights`. Raises Refused when it is missing or holds something else."""
    pk = dataset if dataset is not None else _named_flights(client)
    found = client.call("GET", f"/api/v1/dataset/{pk}")["result"]
    columns = tuple(column["column_name"] for column in found["columns"] if not column.get("expression"))
    missing = {*GROUPS, MEASURE} - set(columns)
    if missing or len(columns) < WIDTH:
        raise Refused(f"dataset {pk} is not the example's flights: {', '.join(sorted(missing))} missing")
    return Flights(pk, found["database"]["id"], found["schema"], found["table_name"], columns)


def _named_flights(client: Client) -> int:
    q = "(filters:!((col:table_name,opr:eq,value:flights)))"
    found = client.call("GET", f"/api/v1/dataset/?q={q}")["result"]
    if not found:
        raise Refused("no dataset over a table `flights`; make one over the example data and name its id")
    pk: int = found[0]["id"]
    return pk


def requests_of(client: Client, found: Flights) -> dict[Row, Request]:
    """Row -> what is sent for it. Makes charts until there are a thousand."""
    wide = {"columns": list(found.columns[:WIDTH]), "metrics": None, "row_limit": 10_000}
    select = f"SELECT * FROM {found.place}"
    sql = {"database_id": found.database, "sql": select, "queryLimit": 1000, "runAsync": False}
    chart = _charts(client, found)
    return {
        rows.HEALTH: client.request("GET", "/health"),
        rows.CACHED: _data(client, found.id, AGGREGATE),
        rows.AGGREGATE: _data(client, found.id, AGGREGATE, force=True),
        rows.WIDE_CACHED: _data(client, found.id, wide),
        rows.WIDE: _data(client, found.id, wide, force=True),
        rows.CHARTS: client.request("GET", "/api/v1/chart/?q=(page_size:25)"),
        rows.CHART: client.request("GET", f"/api/v1/chart/{chart}"),
        rows.SQL: client.request("POST", "/api/v1/sqllab/execute/", sql),
        rows.CSV: _data(client, found.id, {**wide, "row_limit": 100_000}, force=True, result_format="csv"),
    }


def keeps_answers(client: Client, request: Request) -> bool:
    """Whether a chart's data that is asked for twice comes from the cache, as the rows about the cache suppose."""
    _answered(client, request)
    return bool(_answered(client, request)["is_cached"])


def guest_token(client: Client) -> Request:
    """The request for a visitor's token, of a dashboard that is embedded for it. Raises Refused where that is off."""
    dashboards = client.call("GET", "/api/v1/dashboard/")["result"]
    pk = dashboards[0]["id"] if dashboards else _new_dashboard(client)
    embedded = client.call("POST", f"/api/v1/dashboard/{pk}/embedded", {"allowed_domains": []})
    resource = {"type": "dashboard", "id": embedded["result"]["uuid"]}
    body = {"user": {"username": "visitor"}, "resources": [resource], "rls": []}
    return client.request("POST", "/api/v1/security/guest_token/", body)


def runs_of_a_cold_key(client: Client, found: Flights) -> int:
    """How many queries were run for one question that 200 ask at once when nobody has asked it before.

    Its answer holds a number that the database draws anew in each run: there were as many runs as different answers.
    """
    work = f"SELECT DISTINCT * FROM {found.place}"
    sql = f"SELECT COUNT(*) AS n, CAST(gen_random_uuid() AS VARCHAR(36)) AS run FROM ({work}) AS t"
    name = f"bench_{uuid.uuid4().hex[:8]}"
    made = {"database": found.database, "schema": found.schema, "table_name": name, "sql": sql}
    pk: int = client.call("POST", "/api/v1/dataset/", made)["id"]
    try:
        return len(set(_asked_at_once(client, pk)))
    finally:
        client.call("DELETE", f"/api/v1/dataset/{pk}")


def _asked_at_once(client: Client, dataset: int) -> list[str]:
    request = _data(client, dataset, {"columns": ["n", "run"], "metrics": None, "row_limit": 1})
    ready = threading.Barrier(CALLERS)

    def one(_: int) -> str:
        ready.wait()
        run: str = _answered(client, request)["data"][0]["run"]
        return run

    with ThreadPoolExecutor(CALLERS) as threads:
        return list(threads.map(one, range(CALLERS)))


def _answered(client: Client, request: Request) -> dict[str, Any]:
    found: dict[str, Any] = client.answered(request, lambda response: json.loads(response.read()))["result"][0]
    return found


def _charts(client: Client, found: Flights) -> int:
    """The id of one of at least a thousand charts."""
    count = client.call("GET", "/api/v1/chart/?q=(page_size:1)")["count"]
    for number in range(count, CHARTS):
        made = {"slice_name": f"Chart {number}", "datasource_id": found.id, "datasource_type": "table"}
        client.call("POST", "/api/v1/chart/", {**made, "viz_type": "table", "params": "{}"})
    pk: int = client.call("GET", "/api/v1/chart/?q=(page_size:1)")["result"][0]["id"]
    return pk


def _new_dashboard(client: Client) -> int:
    pk: int = client.call("POST", "/api/v1/dashboard/", {"dashboard_title": "bench"})["id"]
    return pk


def _data(client: Client, dataset: int, query: dict[str, Any], force: bool = False, **more: Any) -> Request:
    body = {"datasource": {"id": dataset, "type": "table"}, "queries": [query], "force": force, **more}
    return client.request("POST", "/api/v1/chart/data", body)
