"""A whole installation over a broker, and a client that speaks to it as Redash's do."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from superset_like.access import derived_keys
from superset_like.access.actor import acting
from superset_like.access.actors import of_user
from superset_like.access.derived_keys import KeyKind
from superset_like.config.settings import Settings
from superset_like.extensions import db
from superset_like.models import UserKey
from superset_like.services import databases
from tests.conftest import ApiClient
from tests.services import test_queries_are_run_by_a_worker as workers
from tests.services.test_queries_are_run_by_a_worker import Site

QUEUED, STARTED, FINISHED, FAILED, CANCELLED = range(1, 6)
LOOK_S = 0.05


@dataclass
class Desk:
    """A site with a worker beside it, and the key of its administrator."""

    site: Site
    key: str

    @property
    def client(self) -> ApiClient:
        """A client of its own."""
        return client(self.site.app, self.key)

    def source(self, uri: str) -> int:
        """The id of a new data source over this database."""
        with self.site.app.app_context(), acting(of_user(self.site.user)) as actor:
            return databases.create(actor, {"database_name": uri.split(":")[0], "sqlalchemy_uri": uri}).id

    def query(self, sql: str, source: int | None = None, **more: Any) -> int:
        """The id of a new query."""
        body = {"name": "Q", "query": sql, "data_source_id": source or self.site.database, **more}
        made = self.client.post("/api/queries", json=body)
        assert made.status_code == 200, made.text
        pk: int = made.get_json()["id"]
        return pk

    def ask(self, query: int, asking: ApiClient | None = None, **wish: Any) -> dict[str, Any]:
        """The job of a new run."""
        asked = (asking or self.client).post(f"/api/queries/{query}/results", json={"max_age": 0, **wish})
        assert asked.status_code == 200, asked.text
        job: dict[str, Any] = asked.get_json()["job"]
        return job

    def wait(self, job: dict[str, Any], status: int | None = None, seconds: float = 60.0) -> dict[str, Any]:
        """The job once it has this status, or one of those that are final."""
        end = time.monotonic() + seconds
        looking = self.client
        while time.monotonic() < end:
            found: dict[str, Any] = looking.get(f"/api/jobs/{job['id']}").get_json()["job"]
            if found["status"] == status or found["status"] > STARTED:
                return found
            time.sleep(LOOK_S)
        raise AssertionError(f"still {found['status']} after {seconds} s")

    def rows(self, job: dict[str, Any]) -> list[dict[str, Any]]:
        """The rows of a job that succeeded."""
        assert job["status"] == FINISHED, job["error"]
        answer = self.client.get(f"/api/query_results/{job['query_result_id']}.json")
        rows: list[dict[str, Any]] = answer.get_json()["query_result"]["data"]["rows"]
        return rows


def client(app: Flask, key: str) -> ApiClient:
    """A client with this key."""
    made = ApiClient(app, app.response_class)
    made.headers = {"Authorization": f"Key {key}"}
    return made


def key_of(app: Flask, user_id: int) -> str:
    """The key of an account, which gets one."""
    with app.app_context():
        found = db.session.get(UserKey, user_id) or UserKey(user_id=user_id)
        db.session.add(found)
        db.session.commit()
        return derived_keys.key_of(KeyKind.USER, user_id, found.nonce).text


@contextmanager
def desk(home: Path, broker: str, usual: Settings, *, works: bool = True, **more: Any) -> Iterator[Desk]:
    """A desk in this folder; gone at the end. usual: what the tests' application is bound to again."""
    site = workers.made_site(home, broker, **more)
    try:
        if works:
            workers.start_worker(site)
        yield Desk(site, key_of(site.app, site.user))
    finally:
        workers.end(site)
        workers.bind(usual)


@contextmanager
def served(settings: Settings, log: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """(address, process) of a web server over this installation."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("superset-like")), "serve", "--port", str(port), "--no-worker"]
    with log.open("ab") as output:
        environment = workers.environment(settings)
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, start_new_session=True)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address, process, log)
        yield address, process
    finally:
        ended(process)


def ended(process: subprocess.Popen[bytes]) -> None:
    """The process and all that it started are gone."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait(30)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text(errors="replace")[-2000:]
        try:
            urllib.request.urlopen(f"{address}/health", timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server did not answer within a minute")
