"""What keeps a background worker: `python -m superset_like.cli.background [HOST PORT] CONCURRENCY`.

A worker that loses its broker in the wrong moment ends for good; then there is another. With HOST and PORT it is the
worker beside the server that answers there. A process keeps it, not a thread of the server: the server forks, and a
child that inherits a lock which a thread held at that moment waits for ever.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from types import TracebackType

ANSWERS_WITHIN_S = 30.0
POLL_S = 0.2
# A worker that cannot start is tried again, but not in a tight loop.
RESTART_AFTER_S = 5.0
# One that ends sooner has not begun: whoever starts workers shall hear of it.
BEGINS_WITHIN_S = 10.0
GRACE_S = 20.0
PR_SET_PDEATHSIG = 1


class Background:
    """A worker for the block: it starts when the server answers, and is started anew when it dies."""

    def __init__(self, host: str, port: int, concurrency: int) -> None:
        self._command = [sys.executable, "-m", __name__, host, str(port), str(concurrency)]

    def __enter__(self) -> "Background":
        self._keeper = subprocess.Popen(self._command, preexec_fn=end_with_parent)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        _end(self._keeper, GRACE_S + RESTART_AFTER_S)


def command_line(concurrency: int) -> list[str]:
    """The worker's process: Celery's own, with what our jobs do not need switched off."""
    celery = [sys.executable, "-m", "celery", "--quiet", "--app", "superset_like.worker", "worker"]
    # Workers need not know each other: a query's row says all. Two on a machine need a name each.
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "WARNING", "--hostname", f"{os.getpid()}@%h"]
    # What is due is in the metadata: the clock itself need remember nothing.
    clock = ["--beat", "--scheduler", "superset_like.worker:Clock"]
    return [*celery, *quiet, *clock, "--concurrency", str(concurrency)]


def keep_beside(host: str, port: int, concurrency: int) -> None:
    """A worker runs from when the server answers until this process is told to end."""
    ended = _told_to_end(signal.SIGTERM)
    # Both would import the same code at once; whoever waits for an answer comes first.
    _wait_for_server(host, port, ended)
    while not ended.is_set():
        worker = _started(concurrency)
        _watch(worker, ended)
        if worker.poll() is None:
            _end(worker, GRACE_S)
        else:
            ended.wait(RESTART_AFTER_S)


def keep(concurrency: int) -> int:
    """A worker runs until this process is told to end, and ends what it had begun; the status of the last one."""
    ended = _told_to_end(signal.SIGTERM, signal.SIGINT)
    while True:
        began, worker = time.monotonic(), _started(concurrency)
        _watch(worker, ended)
        if ended.is_set():
            worker.terminate()
            return worker.wait()
        if time.monotonic() - began < BEGINS_WITHIN_S:
            return worker.wait()
        ended.wait(RESTART_AFTER_S)


def _told_to_end(*signals: signal.Signals) -> threading.Event:
    ended = threading.Event()
    for each in signals:
        signal.signal(each, lambda _signal, _frame: ended.set())
    return ended


def _started(concurrency: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command_line(concurrency), preexec_fn=end_with_parent)


def _watch(worker: subprocess.Popen[bytes], ended: threading.Event) -> None:
    while worker.poll() is None and not ended.wait(POLL_S):
        pass


def _wait_for_server(host: str, port: int, ended: threading.Event) -> None:
    for _ in range(int(ANSWERS_WITHIN_S / POLL_S)):
        try:
            socket.create_connection((host, port), 1).close()
            return
        except OSError:
            if ended.wait(POLL_S):
                return


def end_with_parent() -> None:
    """This process ends when the one that made it does."""
    # A server that is killed cannot end its worker.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    # Ctrl+C reaches the whole group; the worker ends after the server has answered what it had begun.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end(process: subprocess.Popen[bytes], grace_s: float) -> None:
    process.terminate()
    try:
        process.wait(grace_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    if len(sys.argv) == 2:
        sys.exit(keep(int(sys.argv[1])))
    keep_beside(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
