"""What a newcomer does: one command, then his first requests, those of the README."""

import re
import time
from pathlib import Path

import pytest
import requests

from tests.cli.commands import running, signed_in

pytestmark = pytest.mark.slow


def test_a_newcomer_is_served_with_real_data(tmp_path: Path) -> None:
    home, log = tmp_path / "home", tmp_path / "log"
    with running(home, log) as base:
        found = re.findall(r"password of admin: (\S+)", log.read_text())
        assert len(found) == 1
        session = signed_in(base, found[0])
        datasets = session.get(f"{base}/api/v1/dataset/", timeout=30).json()["result"]
        flights = next(each["id"] for each in datasets if each["table_name"] == "flights")
        question = {
            "datasource": {"id": flights, "type": "table"},
            "queries": [{"columns": ["origin"], "metrics": ["count"], "orderby": [["origin", True]]}],
        }
        rows = session.post(f"{base}/api/v1/chart/data", json=question, timeout=30).json()["result"][0]["data"]
        assert [row["origin"] for row in rows] == ["EWR", "JFK", "LGA"]
        assert sum(row["count"] for row in rows) == 336_776
        dashboards = session.get(f"{base}/api/v1/dashboard/", timeout=30).json()["result"]
        charts = session.get(f"{base}/api/v1/dashboard/{dashboards[0]['id']}/charts", timeout=30).json()["result"]
        assert len({chart["form_data"]["viz_type"] for chart in charts}) >= 8
        runs_sql_in_the_background(session, base)
    with running(home, tmp_path / "second") as base:
        assert "password" not in (tmp_path / "second").read_text()
        signed_in(base, found[0])


def runs_sql_in_the_background(session: requests.Session, base: str) -> None:
    databases = session.get(f"{base}/api/v1/database/", timeout=30).json()["result"]
    body = {"database_id": databases[0]["id"], "sql": "SELECT COUNT(*) AS n FROM flights", "runAsync": True}
    asked = session.post(f"{base}/api/v1/sqllab/execute/", json=body, timeout=30)
    assert asked.status_code == 202, asked.text
    until = time.monotonic() + 60
    while time.monotonic() < until:
        query = session.get(f"{base}/api/v1/query/{asked.json()['query']['queryId']}", timeout=30).json()["result"]
        if query["status"] == "success":
            break
        assert query["status"] in {"pending", "running"}, query
        time.sleep(0.2)
    rows = session.get(f"{base}/api/v1/sqllab/results/?q=(key:'{query['results_key']}')", timeout=30).json()["data"]
    assert rows == [{"n": 336_776}]
