"""What a newcomer does: one command, then his first requests, those of the README."""

import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.cli.commands import command, environment, free_port

pytestmark = pytest.mark.slow
PATIENCE_S = 120


@contextmanager
def running(home: Path, log: Path) -> Iterator[str]:
    """The address of a server that `run` started; it has ended without complaint after the block."""
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command("run", "--port", str(port)),
            env=environment(home),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait(f"http://127.0.0.1:{port}/health", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0


def wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        assert process.poll() is None, "it ended before it answered"
        try:
            if requests.get(url, timeout=5).text == "OK":
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError("it did not answer")


def signed_in(base: str, password: str) -> requests.Session:
    session = requests.Session()
    login = {"username": "admin", "password": password, "provider": "db"}
    answer = session.post(f"{base}/api/v1/security/login", json=login, timeout=30)
    assert answer.status_code == 200, answer.text
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return session


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
