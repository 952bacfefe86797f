"""The command line in a process of its own, with a home of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

PATIENCE_S = 120


def environment(home: Path, **more: str) -> dict[str, str]:
    """This process's environment with that home, and no setting but those given."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("SUPERSET_LIKE_")}
    return {**own, "SUPERSET_LIKE_HOME": str(home), **{f"SUPERSET_LIKE_{name}": text for name, text in more.items()}}


def command(*arguments: str) -> list[str]:
    """The command line of a command."""
    return [sys.executable, "-m", "superset_like", *arguments]


def ran(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """What a command came to."""
    return subprocess.run(
        command(*arguments), env=environment(home, **settings), capture_output=True, text=True, timeout=60, check=False
    )


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(home: Path, log: Path, **settings: str) -> Iterator[str]:
    """The address of a server that `run` started; it has ended without complaint after the block."""
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command("run", "--port", str(port)),
            env=environment(home, **settings),
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
    """Returns when the process answers there."""
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
    """A session of the administrator."""
    session = requests.Session()
    login = {"username": "admin", "password": password, "provider": "db"}
    answer = session.post(f"{base}/api/v1/security/login", json=login, timeout=30)
    assert answer.status_code == 200, answer.text
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return session
