"""Processes that are killed, of servers and workers that run for long."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from kombu import Connection

from tests.cli.commands import command, environment, free_port, ran, wait
from tests.cli.test_downloads_leave_while_they_are_made import children
from tests.services_at_hand import uri_of

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


@pytest.mark.rabbitmq
def test_two_workers_of_a_machine_share_a_broker(home: Path) -> None:
    queue = f"test-{uuid4().hex}"
    settings = {"BROKER_URI": uri_of("rabbitmq"), "BROKER_QUEUE": queue}
    started = [subprocess.Popen(command("worker"), env=environment(home, **settings)) for _ in range(2)]
    try:
        until(lambda: "2 of them" in ran(home, "doctor", **settings).stdout)
    finally:
        for process in started:
            process.terminate()
        assert [process.wait(60) for process in started] == [0, 0]
        with Connection(settings["BROKER_URI"]) as connection:
            connection.default_channel.queue_delete(queue)


def test_a_worker_that_cannot_begin_says_so(home: Path) -> None:
    refused = ran(home, "worker", DATABASE_URI="nothing://there")
    assert refused.returncode != 0
    assert "nothing" in refused.stderr
