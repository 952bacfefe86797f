"""The embedded broker, with processes that send, take and bind at the same moments."""

import multiprocessing
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from superset_like.file_broker import SCHEME

SENDERS, EACH = 3, 400
TAKERS = 2
QUIET_S = 2.0


def channel(folder: Path) -> Any:
    places = {"data_folder_in": str(folder), "data_folder_out": str(folder), "control_folder": str(folder)}
    return Connection(f"{SCHEME}://localhost", transport_options=places).channel()


def send(folder: Path, sender: int) -> None:
    out = channel(folder)
    for at in range(EACH):
        out._put("work", {"n": sender * EACH + at})


def take(folder: Path, _: int) -> list[int]:
    """What there was, until nothing came for a while."""
    source, taken, last = channel(folder), [], time.monotonic()
    while time.monotonic() - last < QUIET_S:
        try:
            taken.append(source._get("work")["n"])
            last = time.monotonic()
        except Empty:
            pass
    return taken


def bind(folder: Path, at: int) -> int:
    """How many are bound afterwards; looked at again and again meanwhile."""
    own = channel(folder)
    for turn in range(20):
        own._queue_bind("exchange", f"key{turn}", "", f"queue{at}")
        own.get_table("exchange")
    return len(own.get_table("exchange"))


def at_once(*work: tuple[Callable[[Path, int], Any], int], folder: Path) -> list[Any]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(sum(count for _, count in work), context) as pool:
        asked = [pool.submit(do, folder, at) for do, count in work for at in range(count)]
        return [each.result(120) for each in asked]


@pytest.mark.slow
def test_each_message_is_taken_once_and_none_is_lost(tmp_path: Path) -> None:
    answers = at_once((take, TAKERS), (send, SENDERS), folder=tmp_path)
    taken = [n for found in answers[:TAKERS] for n in found]
    assert sorted(taken) == list(range(SENDERS * EACH))
    assert list(tmp_path.glob("*.msg*")) == []


@pytest.mark.slow
def test_all_who_bind_at_once_are_bound(tmp_path: Path) -> None:
    at_once((bind, 4), folder=tmp_path)
    table = channel(tmp_path).get_table("exchange")
    assert sorted(table) == sorted((f"key{turn}", "", f"queue{at}") for turn in range(20) for at in range(4))


def test_queues_do_not_see_each_other_and_the_older_comes_first(tmp_path: Path) -> None:
    here = channel(tmp_path)
    for n in range(3):
        here._put("one", {"n": n})
    here._put("one.more", {"n": 9})
    assert (here._size("one"), here._size("one.more"), here._size("more")) == (3, 1, 0)
    assert [here._get("one")["n"] for _ in range(3)] == [0, 1, 2]
    with pytest.raises(Empty):
        here._get("one")
    assert here._purge("one.more") == 1


def test_who_goes_is_bound_no_more(tmp_path: Path) -> None:
    here = channel(tmp_path)
    for queue in ("a", "b"):
        here._queue_bind("exchange", "key", "", queue)
    here._put_fanout("exchange", {"n": 1}, "key")
    assert (here._size("a"), here._size("b")) == (1, 1)
    here._delete("a", "exchange", "key", "")
    assert here.get_table("exchange") == [("key", "", "b")]
    assert (here._size("a"), here.get_table("other")) == (0, [])


def test_a_folder_that_somebody_removed_is_made_again(tmp_path: Path) -> None:
    here = channel(tmp_path / "broker")
    with pytest.raises(Empty):
        here._get("work")
    here._queue_bind("exchange", "key", "", "work")
    shutil.rmtree(tmp_path / "broker")
    here._put("work", {"n": 1})
    assert here._get("work") == {"n": 1}
