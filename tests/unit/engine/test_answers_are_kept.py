import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from superset_like.cache_backends import backend
from superset_like.engine import results
from superset_like.engine.cache import AnswerCache, Entry, key
from superset_like.engine.crowd import Crowd
from superset_like.engine.query import Dimension, Filter, FilterGroup, Operator, Query
from superset_like.engine.results import ResultStore
from superset_like.errors import ConfigurationError, QueryFailed, QueryStopped, ServerBusy, Unavailable
from tests.services_at_hand import uri_of


class Counter:
    def __init__(self, body: bytes = b"[1]") -> None:
        self.body = body
        self.made = 0

    def __call__(self) -> Entry:
        self.made += 1
        return Entry(self.body, {"rows": self.made})


def cache(uri: str = "memory://") -> AnswerCache:
    return AnswerCache(backend(uri), memory_bytes=1_000_000)


def test_a_second_asker_gets_the_kept_answer() -> None:
    kept, make = cache(), Counter()
    first, was_kept = kept.answer("k", make, ttl_s=60)
    assert (first.body, was_kept) == (b"[1]", False)
    again, was_kept = kept.answer("k", make, ttl_s=60)
    assert (again.meta["rows"], was_kept, make.made) == (1, True, 1)


def test_forced_it_is_made_anew_and_kept() -> None:
    kept, make = cache(), Counter()
    kept.answer("k", make, ttl_s=60)
    assert kept.answer("k", make, ttl_s=60, force=True)[0].meta["rows"] == 2
    assert kept.answer("k", make, ttl_s=60)[0].meta["rows"] == 2


def test_a_negative_time_keeps_nothing() -> None:
    kept, make = cache(), Counter()
    assert [kept.answer("k", make, ttl_s=-1)[1] for _ in range(2)] == [False, False]
    assert make.made == 2


def test_an_answer_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, make = cache(), Counter()
    kept.answer("k", make, ttl_s=60)
    later = time.time() + 61
    monkeypatch.setattr("superset_like.engine.cache.time.time", lambda: later)
    assert kept.answer("k", make, ttl_s=60)[1] is False


@pytest.mark.parametrize("uri", ["file://{folder}", pytest.param("redis", marks=pytest.mark.redis)])
def test_another_process_finds_it_in_the_store(uri: str, tmp_path: Path) -> None:
    uri = uri_of("redis") if uri == "redis" else uri.format(folder=tmp_path)
    name, make = key(str(tmp_path)), Counter(b"\x80\x04not a pickle")
    cache(uri).answer(name, make, ttl_s=60)
    entry, was_kept = cache(uri).answer(name, make, ttl_s=60)
    assert (entry.body, was_kept, make.made) == (b"\x80\x04not a pickle", True, 1)
    cache(uri).delete(name)
    assert cache(uri).get(name) is None


def test_a_dead_store_breaks_nothing() -> None:
    kept, make = cache("redis://127.0.0.1:1/0"), Counter()
    assert kept.answer("k", make, ttl_s=60)[0].body == b"[1]"
    assert kept.answer("k", make, ttl_s=60)[1] is True


def test_many_askers_cost_one_question() -> None:
    kept, gate, made = cache(), threading.Event(), Counter()

    def slow() -> Entry:
        gate.wait(5)
        return made()

    answers: list[Entry] = []
    threads = [threading.Thread(target=lambda: answers.append(kept.answer("k", slow, ttl_s=60)[0])) for _ in range(50)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join()
    assert (len(answers), made.made) == (50, 1)


def test_few_wait_long_and_a_crowd_does_not() -> None:
    kept = AnswerCache(backend("memory://"), 1_000_000, crowd=Crowd(1, 0.3))
    began, ended = threading.Event(), threading.Event()
    said: list[str] = []

    def make() -> Entry:
        began.set()
        assert ended.wait(20)
        return Entry(b"[1]", {})

    def ask() -> None:
        try:
            said.append(kept.answer("slow", make, ttl_s=60)[0].body.decode())
        except ServerBusy as error:
            said.append(str(error.details["retry_after_s"]))

    leader = threading.Thread(target=ask)
    leader.start()
    assert began.wait(20)
    first, *others = [threading.Thread(target=ask) for _ in range(3)]
    first.start()
    while kept._crowd._waiting < 1:
        time.sleep(0.01)
    for other in others:
        other.start()
    for other in others:
        other.join(20)
    # Those beyond the first were sent away while the leader still works, and another question is answered meanwhile.
    assert said == ["5", "5"]
    assert kept.answer("quick", lambda: Entry(b"[2]", {}), ttl_s=60)[0].body == b"[2]"
    ended.set()
    leader.join(20)
    first.join(20)
    assert sorted(said) == ["5", "5", "[1]", "[1]"]


def test_a_crowd_of_before_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [0.0]
    monkeypatch.setattr("superset_like.engine.crowd.time.monotonic", lambda: moment[0])
    crowd = Crowd(1, 5)
    with crowd.waiting(), crowd.waiting() as left_s:
        assert left_s == 5
        moment[0] = 6
        with crowd.waiting() as left_s:
            # Nobody got on for longer than that.
            assert left_s == 0
    moment[0] += 0.1
    with crowd.waiting(), crowd.waiting() as left_s:
        assert left_s == 4.9
    moment[0] += 100
    with crowd.waiting(), crowd.waiting() as left_s:
        assert left_s == 5


def test_a_crowd_that_moves_is_let_be() -> None:
    crowd, now = Crowd(1, 0.2), time.monotonic
    end, refused, served = now() + 1.0, [], []
    kept = AnswerCache(backend("memory://"), 1_000_000, crowd=crowd)

    def make() -> Entry:
        time.sleep(0.02)
        return Entry(b"[1]", {})

    def ask() -> None:
        while now() < end:
            try:
                served.append(kept.answer("quick", make, ttl_s=60, force=True))
            except ServerBusy:
                refused.append(now())

    askers = [threading.Thread(target=ask) for _ in range(6)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(20)
    assert len(served) > 20
    assert refused == []


def test_what_fails_is_not_kept() -> None:
    kept = cache()

    def fail() -> Entry:
        raise QueryFailed("no such table")

    with pytest.raises(QueryFailed):
        kept.answer("k", fail, ttl_s=60)
    assert kept.answer("k", Counter(), ttl_s=60)[1] is False


def test_memory_holds_the_answers_used_last() -> None:
    kept, make = AnswerCache(backend("memory://"), memory_bytes=10_000), Counter(b"x" * 1_400)
    for name in "abcdef":
        kept.answer(name, make, ttl_s=60)
    assert kept.get("a") is None
    assert kept.get("f") is not None


def test_keys_tell_types_and_places_apart() -> None:
    questions = [
        Query(dimensions=(Dimension("a", column="a"),)),
        Query(dimensions=(Dimension("a", expression="a"),)),
        Query(where=FilterGroup((Filter(Operator.EQ, "a", value=1),))),
        Query(where=FilterGroup((Filter(Operator.EQ, "a", value="1"),))),
        Query(where=FilterGroup((Filter(Operator.EQ, "a", value=True),))),
        Query(where=FilterGroup((Filter(Operator.EQ, "a", value=Decimal(1)),))),
        Query(where=FilterGroup((Filter(Operator.EQ, "a", value=datetime(2013, 1, 1)),))),
        Query(where=FilterGroup((Filter(Operator.EQ, "a", value="2013-01-01 00:00:00"),))),
        Query(where=FilterGroup((Filter(Operator.EQ, "a", value=None),))),
        Query(limit=2**70),
    ]
    assert len({key(question) for question in questions}) == len(questions)
    assert key(questions[0], "x") == key(Query(dimensions=(Dimension("a", column="a"),)), "x")
    assert key("ab", "c") != key("a", "bc")


@pytest.mark.parametrize("uri", ["file://{folder}", pytest.param("redis", marks=pytest.mark.redis)])
def test_results_come_back_equal(uri: str, tmp_path: Path) -> None:
    uri = uri_of("redis") if uri == "redis" else uri.format(folder=tmp_path / "results")
    table, name = pa.table({"a": [1, None], "b": ["x", "y"]}), key(str(tmp_path))
    ResultStore.from_uri(uri).put(name, table, ttl_s=60)
    found = ResultStore.from_uri(uri).get(name)
    assert found is not None and found.equals(table)
    ResultStore.from_uri(uri).delete(name)
    assert ResultStore.from_uri(uri).get(name) is None


@pytest.mark.parametrize("uri", ["file://{folder}", pytest.param("redis", marks=pytest.mark.redis)])
def test_a_large_result_is_read_in_pieces(uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uri = uri_of("redis") if uri == "redis" else uri.format(folder=tmp_path / "results")
    monkeypatch.setattr(results, "PIECE", 4096)
    parts = [pa.record_batch({"a": range(at, at + 5000), "b": [str(n) for n in range(5000)]}) for at in (0, 5000)]
    store, name = ResultStore.from_uri(uri), key(str(tmp_path))
    assert store.batches(name) is None
    store.put(name, pa.Table.from_batches(parts), ttl_s=60)
    found = store.batches(name)
    assert found is not None
    schema, pieces = found
    assert schema == parts[0].schema
    assert next(pieces).equals(parts[0])
    assert [each.equals(parts[1]) for each in pieces] == [True]
    store.delete(name)


@pytest.mark.redis
def test_a_result_that_goes_while_it_is_read_is_no_shorter_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "PIECE", 4096)
    parts = [pa.record_batch({"a": range(at, at + 50_000)}) for at in (0, 50_000)]
    store, name = ResultStore.from_uri(uri_of("redis")), key(str(tmp_path))
    store.put(name, pa.Table.from_batches(parts), ttl_s=60)
    found = store.batches(name)
    assert found is not None
    next(found[1])
    store.delete(name)
    with pytest.raises(Unavailable, match="went while it was read"):
        list(found[1])


def test_a_result_in_files_expires(tmp_path: Path) -> None:
    store = ResultStore.from_uri(f"file://{tmp_path}")
    store.put("a", pa.table({"a": [1]}), ttl_s=-1)
    assert store.get("a") is None


def test_files_of_expired_results_are_removed_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def files() -> set[str]:
        return {path.stem for path in tmp_path.glob("*.arrow")}

    table = pa.table({"a": [1]})
    store = ResultStore.from_uri(f"file://{tmp_path}")
    store.put("old", table, ttl_s=-1)
    store.put("new", table, ttl_s=60)
    assert files() == {"old", "new"}
    monkeypatch.setattr(results, "SWEEP_S", 0.0)
    store.put("newer", table, ttl_s=60)
    assert files() == {"new", "newer"}


def test_a_folder_that_somebody_removed_is_made_again(tmp_path: Path) -> None:
    store = ResultStore.from_uri(f"file://{tmp_path}/results")
    (tmp_path / "results").rmdir()
    store.put("a", pa.table({"a": [1]}), ttl_s=60)
    assert store.has("a")


def test_a_key_is_no_path(tmp_path: Path) -> None:
    (tmp_path / "outside.arrow").write_bytes(b"x")
    assert ResultStore.from_uri(f"file://{tmp_path}/results").get("../outside") is None


def test_an_unknown_store_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="CACHE_URI"):
        backend("memcached://x")
    with pytest.raises(ConfigurationError, match="RESULTS_URI"):
        ResultStore.from_uri("memory://")


def test_who_waited_for_one_that_was_stopped_makes_it_himself() -> None:
    kept = cache()
    begun, stopped = threading.Event(), threading.Event()

    def stopping() -> Entry:
        begun.set()
        stopped.wait(10)
        raise QueryStopped()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(kept.answer, "k", stopping, 60)
        begun.wait(10)
        waits = threading.Event()
        second = pool.submit(kept.answer, "k", lambda: Entry(b"made", {}), 60, before_waiting=waits.set)
        waits.wait(10)
        stopped.set()
        assert second.result(10)[0].body == b"made"
        with pytest.raises(QueryStopped):
            first.result(10)
