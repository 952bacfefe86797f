"""Calls to a server's API, and requests that are to be sent again and again."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any, TypeVar
from urllib.parse import urlsplit

TIMEOUT_S = 300
Headers = tuple[tuple[str, str], ...]
Found = TypeVar("Found")


class Refused(Exception):
    """A server did not answer as it was asked to."""


@dataclass(frozen=True)
class Request:
    """What is sent. path: with the query string."""

    method: str
    path: str
    body: bytes | None = None
    headers: Headers = ()


@dataclass(frozen=True)
class Client:
    """Somebody at a server. headers: who it is. base: scheme, host, port, and the path below which the server lives."""

    base: str
    headers: Headers = ()

    def request(self, method: str, path: str, body: Any = None) -> Request:
        """The request, with who asks in it. body: anything that JSON can hold."""
        prefix = urlsplit(self.base).path.rstrip("/")
        if body is None:
            return Request(method, prefix + path, None, self.headers)
        return Request(method, prefix + path, json.dumps(body).encode(), (*self.headers, ("Content-Type", JSON)))

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON that comes back. Raises Refused."""
        return self.answered(self.request(method, path, body), lambda response: json.loads(response.read()))

    def answered(self, request: Request, read: Callable[[HTTPResponse], Found]) -> Found:
        """What was read of the answer. Raises Refused."""
        connection = self.connection()
        try:
            return read(answer(connection, request))
        finally:
            connection.close()

    def connection(self) -> HTTPConnection:
        """A connection of its own to the server."""
        place = urlsplit(self.base)
        kind = HTTPSConnection if place.scheme == "https" else HTTPConnection
        return kind(place.netloc, timeout=TIMEOUT_S)


JSON = "application/json"


def answer(connection: HTTPConnection, request: Request) -> HTTPResponse:
    """The answer, its body not read yet. Raises Refused."""
    connection.request(request.method, request.path, request.body, dict(request.headers))
    response = connection.getresponse()
    if response.status >= 300:
        text = response.read()[:200].decode(errors="replace")
        raise Refused(f"{request.method} {request.path.partition('?')[0]} answered {response.status}: {text}")
    return response
