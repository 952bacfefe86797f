"""The other server: what its API answers to its key. Nothing is written there."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from superset_like.errors import Invalid, NotFound, SourceFailed

TIMEOUT_S = 30.0
# What a server answers that is busy, or a proxy in front of one that is being started anew.
LATER = frozenset({408, 429, 502, 503, 504})
PAUSES_S = (1.0, 4.0)
LARGEST_ANSWER = 64 * 1024 * 1024
PAGE_SIZE = 100
MOST_PAGES = 10_000
LONGEST_ADDRESS = 190
LONGEST_MESSAGE = 200
KEY = re.compile(r"[!-~]{1,500}")


class _NoRedirects(HTTPRedirectHandler):
    """The key is for the server that was named, so no redirect is followed."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Source:
    """A Redash at an address, asked with somebody's key."""

    def __init__(self, address: str, key: str) -> None:
        """Raises Invalid for an address or a key that cannot be one."""
        self.address = _checked(address)
        if not KEY.fullmatch(key):
            raise Invalid("The key must be printable ASCII without spaces.", fields={"key": ["Not a key."]})
        self._key = key
        self._opener = build_opener(_NoRedirects)

    @property
    def host(self) -> str:
        """The name of the server, for people."""
        return urlsplit(self.address).hostname or ""

    def get(self, path: str, **arguments: object) -> Any:
        """What GET /api/<path> answers. Raises NotFound, SourceFailed."""
        for pause_s in PAUSES_S:
            try:
                return self._asked(path, arguments)
            except _Busy:
                time.sleep(pause_s)
        return self._asked(path, arguments)

    def one(self, path: str, **arguments: object) -> dict[str, Any]:
        """As `get`, of an object."""
        found = self.get(path, **arguments)
        if not isinstance(found, dict):
            raise _strange(path)
        return found

    def items(self, path: str, **arguments: object) -> list[dict[str, Any]]:
        """As `get`, of a list that has no pages."""
        return _objects(path, self.get(path, **arguments))

    def pages(self, path: str, **arguments: object) -> Iterator[dict[str, Any]]:
        """The objects of a list, asked for page by page, each once, also where the list moves meanwhile."""
        seen: set[object] = set()
        for page in range(1, MOST_PAGES + 1):
            try:
                answer = self.one(path, page=page, page_size=PAGE_SIZE, **arguments)
            except SourceFailed as error:
                # The list became shorter since the page before.
                if page > 1 and error.details.get("answered") == 400:
                    return
                raise
            except NotFound:
                if page > 1:
                    return
                raise
            found = _objects(path, answer.get("results"))
            for each in found:
                if each.get("id") not in seen:
                    seen.add(each.get("id"))
                    yield each
            count = answer.get("count")
            if not found or not isinstance(count, int) or page * PAGE_SIZE >= count:
                return

    def _asked(self, path: str, arguments: Mapping[str, object]) -> Any:
        query = f"?{urlencode(arguments)}" if arguments else ""
        headers = {"Authorization": f"Key {self._key}", "Accept": "application/json", "User-Agent": "superset_like"}
        request = Request(f"{self.address}/api/{path}{query}", headers=headers)
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                body = answer.read(LARGEST_ANSWER + 1)
        except HTTPError as error:
            with error:
                raise self._problem(path, error) from None
        except (OSError, HTTPException, ValueError) as error:
            # The reason may hold the whole request.
            raise _Busy(f"{self.host} does not answer ({type(error).__name__})") from None
        if len(body) > LARGEST_ANSWER:
            raise SourceFailed(f"The answer to {path} is too large")
        try:
            return json.loads(body)
        except ValueError:
            raise _strange(path) from None

    def _problem(self, path: str, error: HTTPError) -> Exception:
        status = error.code
        if 300 <= status < 400:
            return SourceFailed(f"{self.host} answers /api/{path} with a redirect; give the address that it leads to")
        if status in LATER:
            return _Busy(f"{self.host} answers /api/{path} with {status}", answered=status)
        if status == 404:
            return NotFound(f"{self.host} has no /api/{path} for this key")
        text = self._message(error)
        return SourceFailed(f"{self.host} answers /api/{path} with {status}{text}", answered=status)

    def _message(self, error: HTTPError) -> str:
        try:
            body = json.loads(error.read(LONGEST_MESSAGE * 10))
        except (OSError, HTTPException, ValueError):
            return ""
        said = body.get("message") if isinstance(body, dict) else None
        if not isinstance(said, str) or not said.isprintable() or self._key in said:
            return ""
        return f": {said[:LONGEST_MESSAGE]}"


class _Busy(SourceFailed):
    """It may answer a moment later."""


def _checked(address: str) -> str:
    try:
        parts = urlsplit(address.strip())
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    is_plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not is_plain or not address.strip().isprintable():
        text = "The address must begin with http:// or https:// and hold no user, key or question mark."
        raise Invalid(text, fields={"url": [text]})
    path = parts.path.rstrip("/").removesuffix("/api")
    known = urlunsplit((parts.scheme, parts.netloc.lower(), path, "", ""))
    if len(known) > LONGEST_ADDRESS or not known.isascii() or " " in known:
        raise Invalid("The address is too long, or holds more than ASCII.", fields={"url": ["Not an address."]})
    return known


def _objects(path: str, found: Any) -> list[dict[str, Any]]:
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise _strange(path)
    return found


def _strange(path: str) -> SourceFailed:
    return SourceFailed(f"What answers /api/{path} is no Redash")
