"""Places over processes: never more than there are, and none is lost with its holder."""

import multiprocessing
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from superset_like.cache_backends import backend
from superset_like.engine import leases
from superset_like.engine.cache import AnswerCache, Entry
from superset_like.engine.leases import Leases, RedisLeases
from tests.services_at_hand import uri_of

STORES = ["file", pytest.param("redis", marks=pytest.mark.redis)]
FORKED = multiprocessing.get_context("spawn")


@pytest.fixture
def uri(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    kind: str = request.param
    return {"memory": "memory://", "file": f"file://{tmp_path}/cache"}.get(kind) or uri_of("redis")


@pytest.fixture
def name() -> str:
    return uuid4().hex


def until(condition: Callable[[], bool], most_s: float = 20) -> None:
    end = time.monotonic() + most_s
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


@pytest.mark.parametrize("uri", ["memory", *STORES], indirect=True)
def test_no_more_places_are_held_than_there_are(uri: str, name: str) -> None:
    first, second = Leases.beside(uri), Leases.beside(uri)
    one, two = first.take(name, 2), first.take(name, 2)
    assert one is not None
    assert two is not None
    assert first.take(name, 2) is None
    one.release()
    one.release()
    with_three = first.take(name, 2)
    assert with_three is not None
    assert first.take(name, 2) is None
    assert first.take(f"{name} of others") is not None
    if uri != "memory://":
        assert second.take(name, 2) is None
    two.release()
    with_three.release()


def test_a_folder_that_somebody_removed_is_made_again(tmp_path: Path, name: str) -> None:
    store = Leases.beside(f"file://{tmp_path}/cache")
    for folder in tmp_path.iterdir():
        shutil.rmtree(folder)
    assert store.take(name) is not None
    assert store.take(name) is None


def hold(uri: str, name: str, said: Path) -> None:
    assert Leases.beside(uri).take(name) is not None
    said.write_text("held")
    time.sleep(60)


@pytest.mark.slow
@pytest.mark.parametrize("uri", STORES, indirect=True)
def test_a_killed_process_gives_its_place_back(uri: str, name: str, tmp_path: Path) -> None:
    said = tmp_path / "said"
    holder = FORKED.Process(target=hold, args=(uri, name, said))
    holder.start()
    until(said.exists)
    ours = Leases.beside(uri)
    assert ours.take(name) is None
    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    until(lambda: ours.take(name) is not None, leases.LEASE_S + 5)


@pytest.mark.redis
def test_a_long_hold_is_renewed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "LEASE_S", 0.4)
    monkeypatch.setattr(leases, "RENEWED_EVERY_S", 0.1)
    ours = Leases.beside(uri_of("redis"))
    lease = ours.take(name)
    assert lease is not None
    end = time.monotonic() + 1.2
    while time.monotonic() < end:
        assert ours.take(name) is None
        time.sleep(0.05)
    lease.release()
    assert ours.take(name) is not None


class Broken:
    """A Redis that refuses."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        def refuse(*_: object, **__: object) -> None:
            raise ConnectionError("down")

        return refuse


def test_without_redis_a_process_counts_by_itself(name: str) -> None:
    alone: Leases = RedisLeases(Broken(), "x")
    lease = alone.take(name)
    assert lease is not None
    assert alone.take(name) is None
    lease.release()
    assert alone.take(name) is not None


def test_files_of_names_that_come_once_do_not_pile_up(tmp_path: Path) -> None:
    held = Leases.beside(f"file://{tmp_path}/cache")
    for number in range(20):
        with held.take(f"answer {number}") or pytest.fail("not held"):
            pass
    assert list((tmp_path / "cache.leases").iterdir()) == []


def ask(uri: str, key: str, log: Path, seconds: float, told: Path) -> None:
    """Asks once; each question to the engine leaves a line in the log."""
    cache = AnswerCache(backend(uri), 1_000_000, Leases.beside(uri))

    def make() -> Entry:
        with log.open("a") as file:
            file.write(f"{os.getpid()}\n")
        time.sleep(seconds)
        return Entry(b"[1]", {})

    entry, _ = cache.answer(key, make, ttl_s=60)
    with told.open("a") as file:
        file.write(entry.body.decode() + "\n")


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.slow
@pytest.mark.parametrize("uri", STORES, indirect=True)
def test_processes_that_miss_one_answer_ask_once(uri: str, name: str, tmp_path: Path) -> None:
    log, told = tmp_path / "log", tmp_path / "told"
    askers = [FORKED.Process(target=ask, args=(uri, name, log, 2.0, told)) for _ in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(lines(log)) == 1
    assert lines(told) == ["[1]"] * 4


@pytest.mark.slow
@pytest.mark.parametrize("uri", STORES, indirect=True)
def test_another_process_takes_over_from_one_that_died(uri: str, name: str, tmp_path: Path) -> None:
    log, told = tmp_path / "log", tmp_path / "told"
    first = FORKED.Process(target=ask, args=(uri, name, log, 60.0, told))
    first.start()
    until(lambda: len(lines(log)) == 1)
    others = [FORKED.Process(target=ask, args=(uri, name, log, 0.1, told)) for _ in range(2)]
    for asker in others:
        asker.start()
    assert first.pid is not None
    time.sleep(0.5)
    os.kill(first.pid, signal.SIGKILL)
    first.join()
    for asker in others:
        asker.join()
    assert len(lines(log)) == 2
    assert lines(told) == ["[1]"] * 2
