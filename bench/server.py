"""A server of its own for the measurements: a fresh home, the example data, a thousand charts."""

import compileall
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import superset_like

PASSWORD = "bench-only-password"
TICKS = os.sysconf("SC_CLK_TCK")
HIDDEN = Path(__file__).parent / "hidden"


@dataclass
class Server:
    """A running server. pids: its process and those it started, without the background worker."""

    base: str
    process: subprocess.Popen[bytes]
    home: Path
    started_s: float

    @property
    def pids(self) -> list[int]:
        """The processes that answer requests."""
        return [pid for pid in _family(self.process.pid) if not _is_worker(pid)]

    def cpu_s(self) -> float:
        """CPU seconds, user and system, that those processes have used."""
        return sum(_cpu_s(pid) for pid in self.pids)

    def memory_mib(self) -> float:
        """Resident memory of the largest of those processes."""
        return max(_resident_mib(pid) for pid in self.pids)

    def peak_mib(self) -> float:
        """The most that the largest of those processes has ever held."""
        return max(_status_mib(pid, "VmHWM") for pid in self.pids)


def prepare(home: Path) -> dict[str, float]:
    """A home with metadata, examples and an admin; seconds that each step took."""
    environment = environment_of(home)
    # As an installation and `run` do; where Python is told to keep no bytecode, each start would compile all of it.
    compileall.compile_dir(str(Path(superset_like.__file__).parent), quiet=2)
    steps = {
        "migrate and initialise": ["init"],
        "load the examples": ["load-examples"],
        "create an admin": ["create-admin", "--username", "admin", "--password", PASSWORD, "--email", "a@example.com"],
    }
    taken = {}
    for name, arguments in steps.items():
        start = time.perf_counter()
        subprocess.run([*command(), *arguments], env=environment, check=True, capture_output=True)
        taken[name] = time.perf_counter() - start
    return taken


def command() -> list[str]:
    """The command line of this installation."""
    return [str(Path(sys.executable).with_name("superset-like"))]


def environment_of(home: Path) -> dict[str, str]:
    """The environment of the measured server: nobody limits logins, tokens outlive the run.

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
def serving(home: Path, port: int) -> Iterator[Server]:
    """A server on that port, stopped at the end."""
    start = time.perf_counter()
    log = (home / "bench.log").open("wb")
    arguments = ["serve", "--port", str(port), "--workers", "1", "--no-worker"]
    process = subprocess.Popen([*command(), *arguments], env=environment_of(home), stdout=log, stderr=log)
    base = f"http://127.0.0.1:{port}"
    try:
        _wait(base, process, start)
        yield Server(base, process, home, time.perf_counter() - start)
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def bare(port: int) -> Iterator[Server]:
    """Flask alone on the same server, to tell how fast this machine is."""
    start = time.perf_counter()
    granian = str(Path(sys.executable).with_name("granian"))
    arguments = ["--interface", "wsgi", "--port", str(port), "--blocking-threads", "8", "--log-level", "error"]
    process = subprocess.Popen([granian, *arguments, "bench.bare:app"])
    base = f"http://127.0.0.1:{port}"
    try:
        _wait(base, process, start)
        yield Server(base, process, Path(), time.perf_counter() - start)
    finally:
        process.terminate()
        process.wait(20)


def call(base: str, method: str, path: str, body: Any = None, token: str | None = None) -> Any:
    """The JSON that a request answers."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{base}{path}", data, method=method)
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=120) as response:
        return json.loads(response.read())


def _wait(base: str, process: subprocess.Popen[bytes], start: float) -> None:
    while time.perf_counter() - start < 60:
        if process.poll() is not None:
            raise SystemExit("the server ended before it answered")
        try:
            with urllib.request.urlopen(f"{base}/health", timeout=1):
                return
        except OSError:
            time.sleep(0.01)
    raise SystemExit("the server did not answer within a minute")


def _family(pid: int) -> list[int]:
    found = [pid]
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += _family(int(child))
    return found


def _is_worker(pid: int) -> bool:
    return b"celery" in Path(f"/proc/{pid}/cmdline").read_bytes()


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _resident_mib(pid: int) -> float:
    return _status_mib(pid, "VmRSS")


def _status_mib(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return 0.0
