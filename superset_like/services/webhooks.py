"""Messages to other programs: one POST, signed, to where this server may go."""

import base64
import hashlib
import hmac
import http.client
import ipaddress
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from superset_like.errors import DeliveryDelayed, DeliveryFailed, Invalid
from superset_like.extensions import settings
from superset_like.services import networks

# One text for every refused place, so that nobody can map a network by the answers.
REFUSED = "The webhook is at a place that this server does not call"
TIMESTAMP, SIGNATURE, RUN = "X-Superset-Like-Timestamp", "X-Superset-Like-Signature", "X-Superset-Like-Run"
LONGEST_URL = 2000
LONGEST_ANSWER = 64 * 1024
# What a server says that is busy or being started anew.
LATER = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Part:
    """A file beside the JSON."""

    name: str
    kind: str
    body: bytes


def require_url(text: str) -> None:
    """Nothing, or Invalid (recipients) when no webhook can be there. What its name means is looked at when it is
    called.
    """
    parts = _split(text)
    schemes = {"https", "http"} if settings().webhook_http else {"https"}
    if parts is None or parts.scheme not in schemes or not parts.hostname or len(text) > LONGEST_URL:
        raise _invalid("A webhook is the address of a page, and begins with https://")
    if parts.username is not None or parts.password is not None:
        raise _invalid("The address of a webhook cannot hold a user or a password; give it a secret.")
    try:
        literal = ipaddress.ip_address(parts.hostname)
    except ValueError:
        return
    if not _is_allowed(literal):
        raise _invalid(REFUSED)


def post(
    url: str, payload: bytes, files: Sequence[Part], secret: str, run: str, login: tuple[str, str] | None = None
) -> None:
    """The webhook took the message. payload: JSON; with files it is the field `payload` of a form, the files `files`.

    login: user and password for it.

    Raises DeliveryDelayed where it may work later, DeliveryFailed. No redirect is followed: it is a failure.
    """
    try:
        require_url(url)
    except Invalid as error:
        raise DeliveryFailed(next(iter(error.fields.values()))[0]) from error
    parts = urlsplit(url)
    kind, body = ("application/json", payload) if not files else _form(payload, files)
    headers = {"Content-Type": kind, "User-Agent": "superset_like", RUN: run, **signed(body, secret)}
    if login is not None:
        headers["Authorization"] = f"Basic {base64.b64encode(':'.join(login).encode()).decode()}"
    try:
        status = _asked(parts, body, headers)
    except ssl.SSLError as error:
        raise DeliveryFailed("The webhook's encryption could not be trusted") from error
    except (OSError, http.client.HTTPException) as error:
        raise DeliveryDelayed("The webhook does not answer") from error
    if 200 <= status < 300:
        return
    problem = DeliveryDelayed if status >= 500 or status in LATER else DeliveryFailed
    raise problem(f"The webhook answered {status}")


def signed(body: bytes, secret: str) -> Mapping[str, str]:
    """The headers that prove who sent the body and when; none without a secret."""
    if not secret:
        return {}
    moment = str(int(time.time()))
    mark = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return {TIMESTAMP: moment, SIGNATURE: f"sha256={mark}"}


def _asked(parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> int:
    """The status of the answer."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = parts.hostname or ""
    limit_s = settings().delivery_timeout_s
    connection = Pinned(host, port, timeout=limit_s)
    # So that the Host header names no port that goes without saying.
    connection.default_port = 443 if parts.scheme == "https" else 80
    connection.sock = own = _connected(parts.scheme, host, port)
    # Who answers a letter at a time shall not keep a worker busy.
    alarm = threading.Timer(limit_s, _cut, (own,))
    alarm.daemon = True
    alarm.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, dict(headers))
        answer = connection.getresponse()
        answer.read(LONGEST_ANSWER)
        return answer.status
    finally:
        alarm.cancel()
        connection.close()


def _cut(own: socket.socket) -> None:
    # It may be over by now.
    with suppress(OSError):
        own.shutdown(socket.SHUT_RDWR)


class Pinned(http.client.HTTPConnection):
    """A connection over a socket that is there already: one to a judged address."""

    auto_open = 0


def _connected(scheme: str, host: str, port: int) -> socket.socket:
    """A connection to an address of the host, all of which are allowed. A name cannot change its mind meanwhile."""
    found = networks.addresses(host)
    if not found:
        raise OSError("unknown host")
    if not all(_is_allowed(address) for address in found):
        raise DeliveryFailed(REFUSED)
    plain = socket.create_connection((str(found[0]), port), settings().delivery_timeout_s)
    if scheme != "https":
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def _is_allowed(address: networks.Address) -> bool:
    if any(address in ipaddress.ip_network(text) for text in settings().webhook_networks):
        return True
    return address.is_global and not address.is_multicast


def _form(payload: bytes, files: Sequence[Part]) -> tuple[str, bytes]:
    boundary = secrets.token_hex(16)
    pieces = [_piece(boundary, 'name="payload"', "application/json", payload)]
    pieces += [_piece(boundary, f'name="files"; filename="{each.name}"', each.kind, each.body) for each in files]
    return f"multipart/form-data; boundary={boundary}", b"".join(pieces) + f"--{boundary}--\r\n".encode()


def _piece(boundary: str, said: str, kind: str, body: bytes) -> bytes:
    head = f"--{boundary}\r\nContent-Disposition: form-data; {said}\r\nContent-Type: {kind}\r\n\r\n"
    return head.encode() + body + b"\r\n"


def _split(text: str) -> SplitResult | None:
    if not text.isprintable() or " " in text or not text.isascii():
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _invalid(text: str) -> Invalid:
    return Invalid(fields={"recipients": [text]})
