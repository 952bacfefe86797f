"""A server as its users start it, with the example data, for all clients."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
import requests

from tests.cli.commands import running, signed_in
from tests.contract.clients_at_hand import require_all


@dataclass(frozen=True)
class Server:
    """A server, and what its administrator reads and writes through the API."""

    base: str
    password: str
    session: requests.Session

    def get(self, path: str) -> Any:
        """The answer's body."""
        return self._body(self.session.get(f"{self.base}/api/v1/{path}", timeout=60))

    def post(self, path: str, body: object) -> Any:
        """The answer's body."""
        return self._body(self.session.post(f"{self.base}/api/v1/{path}", json=body, timeout=60))

    def put(self, path: str, body: object) -> Any:
        """The answer's body."""
        return self._body(self.session.put(f"{self.base}/api/v1/{path}", json=body, timeout=60))

    def rows(self, resource: str, column: str = "", value: object = "") -> list[dict[str, Any]]:
        """The things of a kind, or those with a value."""
        filters = f",filters:!((col:{column},opr:eq,value:'{value}'))" if column else ""
        found: list[dict[str, Any]] = self.get(f"{resource}/?q={quote(f'(page_size:100{filters})')}")["result"]
        return found

    def only(self, resource: str, column: str, value: object) -> dict[str, Any]:
        """The one thing with that value."""
        (found,) = self.rows(resource, column, value)
        return found

    @staticmethod
    def _body(answer: requests.Response) -> Any:
        assert answer.ok, answer.text
        return answer.json()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server in a fresh home. Each command of a client signs in anew, so logins are not limited."""
    require_all()
    folder = tmp_path_factory.mktemp("contract")
    log = folder / "log"
    with running(folder / "home", log, LOGIN_RATE_LIMIT="") as base:
        (password,) = re.findall(r"password of admin: (\S+)", log.read_text())
        yield Server(base, password, signed_in(base, password))


@dataclass(frozen=True)
class RedashServer:
    """The same server by Redash's API: its administrator's key there, and the example data as a data source."""

    base: str
    key: str
    source: int

    def get(self, path: str) -> Any:
        """The answer's body."""
        return self._asked("GET", path)

    def post(self, path: str, body: object = None) -> Any:
        """The answer's body."""
        return self._asked("POST", path, body)

    def query(self, name: str, sql: str, *definitions: dict[str, Any], **more: Any) -> dict[str, Any]:
        """A new query, published."""
        body = {"name": name, "query": sql, "data_source_id": self.source, **more}
        made = self.post("queries", {**body, "options": {"parameters": list(definitions)}})
        found: dict[str, Any] = self.post(f"queries/{made['id']}", {"is_draft": False})
        return found

    def dashboard(self, name: str, *queries: dict[str, Any], text: str = "") -> dict[str, Any]:
        """A new dashboard with the first visualization of each query, published."""
        made = self.post("dashboards", {"name": name})
        widget = {"dashboard_id": made["id"], "width": 1}
        for query in queries:
            shown = {"visualization_id": query["visualizations"][0]["id"], "text": ""}
            self.post("widgets", {**widget, **shown, "options": {}})
        if text:
            self.post("widgets", {**widget, "visualization_id": None, "text": text, "options": {}})
        self.post(f"dashboards/{made['id']}", {"is_draft": False})
        found: dict[str, Any] = self.get(f"dashboards/{made['id']}")
        return found

    def _asked(self, method: str, path: str, body: object = None) -> Any:
        headers = {"Authorization": f"Key {self.key}"}
        answer = requests.request(method, f"{self.base}/api/{path}", json=body, headers=headers, timeout=60)
        assert answer.ok, answer.text
        return answer.json()


@pytest.fixture(scope="session")
def redash(server: Server) -> RedashServer:
    """See RedashServer."""
    me = server.session.get(f"{server.base}/api/session", timeout=60).json()["user"]["id"]
    key = server.session.get(f"{server.base}/api/users/{me}", timeout=60).json()["api_key"]
    return RedashServer(server.base, key, server.only("database", "database_name", "examples")["id"])
