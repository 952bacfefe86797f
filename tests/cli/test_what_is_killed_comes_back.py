"""Processes that are killed, of servers and workers that run for long."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.commands import command, environment, free_port, ran, wait
from tests.cli.test_downloads_leave_while_they_are_made import children

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that is ready to be served."""
    assert ran(tmp_path / "home", "init").returncode == 0
    return tmp_path / "home"


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_the_server_outlives_one_of_its_processes(home: Path) -> None:
    port = free_port()
    process = subprocess.Popen(command("serve", "--port", str(port), "--no-worker"), env=environment(home))
    try:
        wait(f"http://127.0.0.1:{port}/health", process)
        (killed,) = children(process.pid)
        os.kill(killed, signal.SIGKILL)
        until(lambda: children(process.pid) not in ([], [killed]))
        wait(f"http://127.0.0.1:{port}/health", process)
    finally:
        process.terminate()
        assert process.wait(60) == 0


def test_a_worker_that_was_at_work_is_replaced(home: Path) -> None:
    process = subprocess.Popen(command("worker", "--concurrency", "1"), env=environment(home))
    try:
        until(lambda: children(process.pid) != [])
        (killed,) = children(process.pid)
        time.sleep(11)
        os.kill(killed, signal.SIGKILL)
        until(lambda: children(process.pid) not in ([], [killed]))
        (other,) = children(process.pid)
        # Its pool, and the clock.
        until(lambda: len(children(other)) >= 2)
    finally:
        process.terminate()
        assert process.wait(60) == 0
    assert not Path(f"/proc/{other}").exists()


def test_a_worker_that_cannot_begin_says_so(tmp_path: Path) -> None:
    refused = ran(tmp_path / "nothing", "worker")
    assert refused.returncode != 0
