"""A server that answers what Redash answered."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "recorded0key0of0the0administrator0000000"
PAGED = frozenset({"queries", "queries/archive", "users", "dashboards"})
UNKNOWN = {"message": "Couldn't find resource. Please login and try again."}
RECORDED = Path(__file__).parent / "answers.json"


@dataclass
class Redash:
    """What it answers: path -> body, which tests change; refused: path -> (status, headers, body). asked: what was."""

    address: str
    answers: dict[str, Any]
    refused: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    largest_page: int = 250

    def body(self, target: str) -> Any:
        """The body, None for what is not there."""
        parts, path = urlsplit(target), urlsplit(target).path.removeprefix("/api/")
        arguments = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if path not in PAGED:
            return self.answers.get(path)
        known = f"users?disabled={arguments['disabled']}" if path == "users" else path
        page, size = int(arguments["page"]), min(int(arguments["page_size"]), self.largest_page)
        whole = self.answers[known]
        results = whole[(page - 1) * size : page * size]
        return {"count": len(whole), "page": page, "page_size": size, "results": results}


@contextmanager
def recorded_redash() -> Iterator[Redash]:
    """A server on loopback with the recorded answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            redash.asked.append(self.path)
            path = urlsplit(self.path).path.removeprefix("/api/")
            if path in redash.refused:
                self._send(*redash.refused[path])
                return
            found = redash.body(self.path) if self.headers.get("Authorization") == f"Key {KEY}" else None
            body = json.dumps(UNKNOWN if found is None else found).encode()
            self._send(404 if found is None else 200, {"Content-Type": "application/json"}, body)

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    redash = Redash(f"http://127.0.0.1:{server.server_port}", json.loads(RECORDED.read_text()))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield redash
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
