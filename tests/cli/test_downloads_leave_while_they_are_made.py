"""Large files from a real server: its memory stays, a failure in the middle shows, who goes away stops the query."""

import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import requests

from tests.cli.commands import command, environment, free_port, ran

pytestmark = pytest.mark.slow
ROWS = 3_000_000
MANY = f"SELECT range AS i, 'row ' || range AS t FROM range({ROWS})"
FAILS = "SELECT range AS i, CAST(CASE WHEN range = 900000 THEN 'x' ELSE '1' END AS INTEGER) AS t FROM range(1000000)"


@dataclass
class Server:
    """A server, and a session of its administrator."""

    base: str
    session: requests.Session
    process: subprocess.Popen[bytes]

    def status(self, name: str) -> int:
        """A line of the largest process's status, in MiB."""
        pids = [self.process.pid, *children(self.process.pid)]
        return max(line_of(pid, name) for pid in pids) // 1024

    def cpu_ticks(self) -> int:
        """What all its processes have used."""
        found = 0
        for pid in [self.process.pid, *children(self.process.pid)]:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            found += int(fields[11]) + int(fields[12])
        return found

    def download(self, dataset: int, form: str, rows: int) -> requests.Response:
        """A file of that many rows, not read yet."""
        query = {"columns": ["i", "t"], "metrics": None, "row_limit": rows}
        body = {
            "datasource": {"id": dataset, "type": "table"},
            "queries": [query],
            "result_format": form,
            "force": True,
        }
        return self.session.post(f"{self.base}/api/v1/chart/data", json=body, stream=True, timeout=60)

    def dataset(self, name: str, sql: str) -> int:
        """The id of a dataset over SQL."""
        databases = self.session.get(f"{self.base}/api/v1/database/", timeout=30).json()["result"]
        body: dict[str, Any] = {"database": databases[0]["id"], "table_name": name, "sql": sql}
        made: int = self.session.post(f"{self.base}/api/v1/dataset/", json=body, timeout=30).json()["id"]
        return made


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def line_of(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("home")
    ran(home, "init")
    ran(home, "create-admin", "--password", "admin-password")
    duckdb.connect(home / "data" / "d.duckdb").close()
    port = free_port()
    process = subprocess.Popen(command("serve", "--port", str(port), "--no-worker"), env=environment(home))
    base = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                requests.get(f"{base}/health", timeout=5)
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        session = requests.Session()
        login = {"username": "admin", "password": "admin-password", "provider": "db"}
        token = session.post(f"{base}/api/v1/security/login", json=login, timeout=30).json()["access_token"]
        session.headers["Authorization"] = f"Bearer {token}"
        made = {"database_name": "d", "sqlalchemy_uri": f"duckdb:///{home}/data/d.duckdb"}
        assert session.post(f"{base}/api/v1/database/", json=made, timeout=30).status_code == 201
        yield Server(base, session, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def test_many_rows_take_no_more_memory_than_few(server: Server) -> None:
    dataset = server.dataset("many", MANY)
    assert server.download(dataset, "csv", 200_000).text.count("\n") == 200_001
    before = server.status("VmHWM")
    answer = server.download(dataset, "csv", ROWS)
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert answer.headers["X-Applied-Limit"] == str(ROWS)
    lines = sum(chunk.count(b"\n") for chunk in answer.iter_content(1 << 16))
    assert lines == ROWS + 1
    assert server.status("VmHWM") - before < 64


@pytest.mark.parametrize("form", ["csv", "ndjson", "arrow"])
def test_a_failure_in_the_middle_is_no_whole_file(server: Server, form: str) -> None:
    dataset = server.dataset(f"fails_{form}", FAILS)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        for _ in server.download(dataset, form, 1_000_000).iter_content(1 << 16):
            pass


def test_a_failure_at_the_beginning_is_an_answer(server: Server) -> None:
    dataset = server.dataset("fails_at_once", "SELECT range AS i, CAST('x' || range AS INTEGER) AS t FROM range(10)")
    answer = server.download(dataset, "csv", 10)
    assert (answer.status_code, answer.json()["message"][:7]) == (400, "Error: ")


def test_who_goes_away_stops_the_query(server: Server) -> None:
    dataset = server.dataset("long", MANY.replace(str(ROWS), "10000000"))
    answer = server.download(dataset, "ndjson", 10_000_000)
    next(answer.iter_content(1 << 16))
    answer.close()
    time.sleep(1.5)
    used = server.cpu_ticks()
    time.sleep(1)
    assert server.cpu_ticks() - used < 20
