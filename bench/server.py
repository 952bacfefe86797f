"""A server of its own for the measurements, on a fresh home with the example data."""

import compileall
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import superset_like
from bench.processes import Processes
from bench.rows import ADMIN, EXAMPLES, MIGRATE, Row

USER = "admin"
PASSWORD = "bench-only-password"
HIDDEN = Path(__file__).parent / "hidden"


@dataclass(frozen=True)
class Server:
    """A running server. started_s: from its start to its first answer."""

    base: str
    processes: Processes
    started_s: float


def prepare(home: Path) -> dict[Row, float]:
    """A home with metadata, examples and an admin; seconds that each step took."""
    # As an installation and `run` do; where Python is told to keep no bytecode, each start would compile all of it.
    compileall.compile_dir(str(Path(superset_like.__file__).parent), quiet=2)
    steps = {
        MIGRATE: ["init"],
        EXAMPLES: ["load-examples"],
        ADMIN: ["create-admin", "--username", USER, "--password", PASSWORD, "--email", "a@example.com"],
    }
    taken = {}
    for row, arguments in steps.items():
        start = time.perf_counter()
        subprocess.run(
            [*_command("superset-like"), *arguments], env=_environment(home), check=True, capture_output=True
        )
        taken[row] = time.perf_counter() - start
    return taken


@contextmanager
def serving(home: Path, port: int, *, with_worker: bool = False) -> Iterator[Server]:
    """A server on that port, stopped at the end."""
    arguments = ["serve", "--port", str(port), "--workers", "1", *([] if with_worker else ["--no-worker"])]
    with _running([*_command("superset-like"), *arguments], port, home / "bench.log", _environment(home)) as server:
        yield server


@contextmanager
def bare(home: Path, port: int) -> Iterator[Server]:
    """Flask alone on the same server, to tell how fast this machine is."""
    arguments = ["--interface", "wsgi", "--port", str(port), "--blocking-threads", "8", "--log-level", "error"]
    command = [*_command("granian"), *arguments, "bench.bare:app"]
    with _running(command, port, home / "bare.log", dict(os.environ)) as server:
        yield server


def _command(name: str) -> list[str]:
    """A command of this installation."""
    return [str(Path(sys.executable).with_name(name))]


def _environment(home: Path) -> dict[str, str]:
    """That of the measured server: nobody limits logins, tokens outlive the run.

    What only the tests install is hidden: it would cost a start 0.1 s and a worker 50 MiB that no user pays.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith("SUPERSET_LIKE_")}
    return own | {
        "PYTHONPATH": os.pathsep.join([str(HIDDEN), *filter(None, [own.get("PYTHONPATH")])]),
        "SUPERSET_LIKE_HOME": str(home),
        "SUPERSET_LIKE_LOGIN_RATE_LIMIT": "",
        "SUPERSET_LIKE_ACCESS_TOKEN_LIFETIME_S": "86400",
        "SUPERSET_LIKE_LOG_LEVEL": "WARNING",
    }


@contextmanager
def _running(command: Sequence[str], port: int, log: Path, environment: dict[str, str]) -> Iterator[Server]:
    start = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    base = f"http://127.0.0.1:{port}"
    try:
        _wait(base, process, start, log)
        yield Server(base, Processes(process.pid), time.perf_counter() - start)
    finally:
        process.terminate()
        process.wait(20)


def _wait(base: str, process: subprocess.Popen[bytes], start: float, log: Path) -> None:
    while time.perf_counter() - start < 60:
        if process.poll() is not None:
            raise SystemExit(f"the server ended before it answered:\n{log.read_text(errors='replace')[-2000:]}")
        try:
            with urllib.request.urlopen(f"{base}/health", timeout=1):
                return
        except OSError:
            time.sleep(0.01)
    raise SystemExit("the server did not answer within a minute")
