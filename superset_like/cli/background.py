"""The background worker that a server runs beside itself."""

import ctypes
import signal
import socket
import subprocess
import sys
import threading
from types import TracebackType

from superset_like.cli.worker import command_line

ANSWERS_WITHIN_S = 30.0
POLL_S = 0.2
# A worker that cannot start is tried again, but not in a tight loop.
RESTART_AFTER_S = 5.0
GRACE_S = 20.0
PR_SET_PDEATHSIG = 1


class Worker:
    """A worker process from when the server answers to the end of the block; started anew when it dies."""

    def __init__(self, concurrency: int, address: tuple[str, int]) -> None:
        self._command = command_line(concurrency)
        self._address = address
        self._ended = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self) -> "Worker":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join(GRACE_S + RESTART_AFTER_S)

    def _keep(self) -> None:
        # Both would import the same code at once; whoever waits for an answer comes first.
        self._wait_for_server()
        while not self._ended.is_set():
            self._process = subprocess.Popen(self._command, preexec_fn=_end_with_parent)
            while self._process.poll() is None and not self._ended.wait(POLL_S):
                pass
            if self._process.poll() is None:
                _end(self._process)
            else:
                self._ended.wait(RESTART_AFTER_S)

    def _wait_for_server(self) -> None:
        for _ in range(int(ANSWERS_WITHIN_S / POLL_S)):
            try:
                socket.create_connection(self._address, 1).close()
                return
            except OSError:
                if self._ended.wait(POLL_S):
                    return


def _end_with_parent() -> None:
    # A server that is killed cannot end its worker. The thread that starts it lives as long as the server.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    # Ctrl+C reaches the whole group; the worker is ended by the server, when that has answered what it had begun.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
