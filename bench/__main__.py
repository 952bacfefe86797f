"""Prints what each kind of request costs. CPU of the server for one request is the figure to compare.

Needs nothing but this installation: it makes a home of its own, with the example data and a thousand charts.
"""

import argparse
import importlib.metadata
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.load import Cost, Request, measured
from bench.server import PASSWORD, Server, bare, call, prepare, serving

CHARTS = 1000
AGGREGATE = {
    "columns": ["carrier", "origin"],
    "metrics": [
        {"expressionType": "SIMPLE", "column": {"column_name": "arr_delay"}, "aggregate": "AVG", "label": "delay"},
        {"expressionType": "SQL", "sqlExpression": "COUNT(*)", "label": "flights"},
    ],
    "orderby": [["flights", False]],
    "row_limit": 100,
}
# More than the target, so that a slow machine shows as such and not as a regression.
TARGET_CPU_MS = {
    "chart data, cached, 35 rows": 0.8,
    "chart data, 10,000 x 10, cached": 2.0,
    "chart data, 10,000 x 10, forced": 40.0,
    "list of 25 of 1,000 charts": 1.5,
    "one chart": 1.0,
    "guest token": 1.5,
    "SQL editor, 1,000 x 19, synchronous": 12.0,
    "CSV, 100,000 x 10, forced": 200.0,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each request is sent")
    parser.add_argument("--port", type=int, default=8189)
    arguments = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        with bare(arguments.port) as server:
            cost = measured(server, Request("GET", "/health"), arguments.seconds)
            print(f"{'Flask alone, to compare machines by':45} {cost.cpu_ms:8.2f} ms CPU\n", flush=True)
        for name, seconds in prepare(home).items():
            print(f"{name:45} {seconds:8.2f} s", flush=True)
        with serving(home, arguments.port) as server:
            run(server, arguments.seconds)
        with serving(home, arguments.port) as server:
            print(f"{'start to the first answer':45} {server.started_s:8.2f} s")
        print(f"{'packages':45} {len(list(importlib.metadata.distributions())):8d}")
        print(f"{'size installed':45} {_installed_mb():8.0f} MB")
    finally:
        shutil.rmtree(home)


def run(server: Server, seconds: float) -> None:
    """Each row of the table, printed as it is measured."""
    token = call(server.base, "POST", "/api/v1/security/login", _login())["access_token"]
    fresh_mib = server.memory_mib()
    requests = requests_of(server, token)
    print(f"\n{'':45} {'CPU ms':>8} {'target':>8} {'req/s':>8} {'p50 ms':>8} {'req/s 8':>8} {'p50 8':>8} {'bytes':>10}")
    for name, request in requests.items():
        before = server.peak_mib()
        _print(name, measured(server, request, seconds))
        if name.startswith("CSV"):
            print(f"{'  more memory at its peak':45} {server.peak_mib() - before:8.0f} MiB")
    print(f"\n{'memory of a worker, fresh':45} {fresh_mib:8.0f} MiB")
    print(f"{'memory of a worker, after load':45} {server.memory_mib():8.0f} MiB")


def requests_of(server: Server, token: str) -> dict[str, Request]:
    """Name of a row -> what is sent for it."""
    flights, database = _flights(server, token)
    for number in range(CHARTS):
        chart = {"slice_name": f"Chart {number}", "datasource_id": flights, "datasource_type": "table"}
        found = call(server.base, "POST", "/api/v1/chart/", {**chart, "viz_type": "table", "params": "{}"}, token)
    dashboards = call(server.base, "GET", "/api/v1/dashboard/", token=token)["result"]
    embedded = call(
        server.base, "POST", f"/api/v1/dashboard/{dashboards[0]['id']}/embedded", {"allowed_domains": []}, token
    )
    guest = {
        "user": {"username": "visitor"},
        "resources": [{"type": "dashboard", "id": embedded["result"]["uuid"]}],
        "rls": [],
    }
    wide = {"columns": _columns(server, token, flights)[:10], "metrics": None, "row_limit": 10_000}
    sql = {"database_id": database, "sql": "SELECT * FROM flights", "queryLimit": 1000}
    return {
        "health": Request("GET", "/health"),
        "chart data, cached, 35 rows": _data(token, flights, AGGREGATE),
        "chart data, forced, aggregate over 336,776 rows": _data(token, flights, AGGREGATE, force=True),
        "chart data, 10,000 x 10, cached": _data(token, flights, wide),
        "chart data, 10,000 x 10, forced": _data(token, flights, wide, force=True),
        "list of 25 of 1,000 charts": _get(token, "/api/v1/chart/?q=(page_size:25)"),
        "one chart": _get(token, f"/api/v1/chart/{found['id']}"),
        "guest token": _post(token, "/api/v1/security/guest_token/", guest),
        "SQL editor, 1,000 x 19, synchronous": _post(token, "/api/v1/sqllab/execute/", sql),
        "CSV, 100,000 x 10, forced": _data(
            token, flights, {**wide, "row_limit": 100_000}, force=True, result_format="csv"
        ),
    }


def _flights(server: Server, token: str) -> tuple[int, int]:
    q = "(filters:!((col:table_name,opr:eq,value:flights)))"
    found = call(server.base, "GET", f"/api/v1/dataset/?q={q}", token=token)["result"][0]
    return found["id"], found["database"]["id"]


def _columns(server: Server, token: str, dataset: int) -> list[str]:
    found = call(server.base, "GET", f"/api/v1/dataset/{dataset}", token=token)["result"]["columns"]
    return [column["column_name"] for column in found if not column["expression"]]


def _data(token: str, dataset: int, query: dict[str, Any], force: bool = False, **more: Any) -> Request:
    body = {"datasource": {"id": dataset, "type": "table"}, "queries": [query], "force": force, **more}
    return _post(token, "/api/v1/chart/data", body)


def _post(token: str, path: str, body: dict[str, Any]) -> Request:
    headers = (("Authorization", f"Bearer {token}"), ("Content-Type", "application/json"))
    return Request("POST", path, json.dumps(body).encode(), headers)


def _get(token: str, path: str) -> Request:
    return Request("GET", path, headers=(("Authorization", f"Bearer {token}"),))


def _login() -> dict[str, str | bool]:
    return {"username": "admin", "password": PASSWORD, "provider": "db", "refresh": False}


def _print(name: str, cost: Cost) -> None:
    target = TARGET_CPU_MS.get(name)
    shown = f"{target:8.1f}" if target is not None else " " * 8
    print(
        f"{name:45} {cost.cpu_ms:8.2f} {shown} {cost.rate_1:8.0f} {cost.p50_1_ms:8.2f} {cost.rate_8:8.0f} "
        f"{cost.p50_8_ms:8.2f} {cost.bytes:10d}",
        flush=True,
    )


def _installed_mb() -> float:
    folder = Path(sys.prefix)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()) / 1e6


if __name__ == "__main__":
    start = time.perf_counter()
    main()
    print(f"\nmeasured in {time.perf_counter() - start:.0f} s")
