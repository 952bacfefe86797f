"""A real mail server and a real receiver of webhooks, on loopback."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


@dataclass
class Letter:
    """A mail as it came: for whom (the envelope), and what."""

    to: list[str]
    message: EmailMessage

    def part(self, kind: str) -> Any:
        """The content of the first part of this kind."""
        found = next(part for part in self.message.walk() if part.get_content_type() == kind)
        return found.get_content()  # type: ignore[attr-defined]

    def kinds(self) -> list[str]:
        """What it is made of."""
        return [part.get_content_type() for part in self.message.walk() if not part.is_multipart()]


@dataclass
class Mailbox:
    """What the server took. answers: to the next mails, in order, before it takes them again."""

    port: int
    letters: list[Letter] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    tried: int = 0
    is_closed: bool = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.tried += 1
        if self.is_closed and not session.authenticated:
            return "530 Sign in"
        if self.answers:
            return self.answers.pop(0)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.letters.append(Letter(list(envelope.rcpt_tos), message))
        return "250 OK"


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def mail_server(user: str = "", password: str = "", context: Any = None) -> Iterator[Mailbox]:
    """A server that takes mail; from who signs in, when a user is named; under STARTTLS, when it has a context."""
    mailbox = Mailbox(free_port(), is_closed=bool(user))

    def judged(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=good, handled=good)

    options: dict[str, Any] = {}
    if user:
        options = {"authenticator": judged, "auth_require_tls": False}
    if context is not None:
        options |= {"tls_context": context, "require_starttls": True}
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port, **options)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


@dataclass
class Call:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, or the payload of a form."""
        return json.loads(self.parts()["payload"] if "multipart" in self.headers["content-type"] else self.body)

    def parts(self) -> dict[str, bytes]:
        """name, or name of the file -> content, of a form."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        message = message_from_bytes(head + self.body, policy=policy.HTTP)
        found = {}
        for part in message.iter_parts():  # type: ignore[attr-defined]
            name = part.get_filename() or part.get_param("name", header="content-disposition")
            found[name] = part.get_payload(decode=True)
        return found


@dataclass
class Hook:
    """What was called. answers: statuses of the next answers, in order; 200 after them."""

    url: str
    calls: list[Call] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    location: str = ""


@contextmanager
def webhook(context: Any = None) -> Iterator[Hook]:
    """A server that takes POSTs. context: an SSL context; None: plain http."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.calls.append(Call(self.path, {name.lower(): text for name, text in self.headers.items()}, body))
            status = hook.answers.pop(0) if hook.answers else 200
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", hook.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - http.server's name

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Nothing: who goes away in the middle is part of the tests."""

    server = Quiet(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    hook = Hook(f"{'https' if context else 'http'}://localhost:{server.server_port}/in?key=of-the-address")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
