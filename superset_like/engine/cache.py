"""Answers kept as encoded bytes: in the process's memory, and behind it in a store that processes share.

Two askers of one missing key wait for one answer, in one process and across processes; when the one who makes it dies,
another does. A store that fails slows nobody down for long and breaks nothing.
"""

import hashlib
import logging
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from enum import Enum
from typing import Any, Protocol

import orjson

from superset_like.engine.crowd import Crowd
from superset_like.engine.leases import Lease, Leases, LocalLeases
from superset_like.errors import CallerBusy, QueryStopped, ServerBusy

log = logging.getLogger(__name__)

# After a failure the store is left alone for this long.
PAUSE_S = 5.0
# How long to wait before another look at what another process makes.
FIRST_PAUSE_S = 0.02
LONGEST_PAUSE_S = 0.25
# Told to those who are too many to wait.
RETRY_AFTER_S = 5
# Added to each answer's size: the objects around its bytes.
OVERHEAD_BYTES = 1_000


class Backend(Protocol):
    """Where bytes are kept; Flask-Caching's stores fit. timeout: seconds, 0 for ever."""

    def get(self, key: str) -> Any: ...
    def set(self, key: str, value: bytes, timeout: int | None = None) -> Any: ...
    def delete(self, key: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """An answer: its rows as bytes, and JSON-ready facts about them."""

    body: bytes
    meta: Mapping[str, Any]

    def dumped(self) -> bytes:
        """The entry as bytes; `loaded` reads them."""
        meta = orjson.dumps(dict(self.meta))
        return len(meta).to_bytes(4, "big") + meta + self.body

    @staticmethod
    def loaded(data: bytes) -> "Entry":
        """The entry of such bytes. Raises ValueError for others."""
        length = int.from_bytes(data[:4], "big")
        return Entry(data[4 + length :], orjson.loads(data[4 : 4 + length]))


def key(*parts: object) -> str:
    """A name for what was asked: equal parts give equal keys in every process, different ones different keys."""
    return hashlib.sha256(orjson.dumps([canonical(part) for part in parts])).hexdigest()


def canonical(value: object) -> Any:
    """The value as JSON that tells types apart."""
    if value is None or isinstance(value, str | bool):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, Enum):
        return canonical(value.value)
    if isinstance(value, int):
        return {"i": str(value)}
    if isinstance(value, float | Decimal | date | datetime | timedelta | time_of_day):
        return {type(value).__name__: str(value)}
    if isinstance(value, tuple | list):
        return [canonical(each) for each in value]
    if is_dataclass(value):
        found = [canonical(getattr(value, each.name)) for each in fields(value)]
        return {type(value).__name__: found}
    raise TypeError(f"{type(value).__name__} cannot be part of a cache key")


class AnswerCache:
    """The answers of this process in front of those in a store."""

    def __init__(
        self, backend: Backend, memory_bytes: int, leases: Leases | None = None, crowd: Crowd | None = None
    ) -> None:
        self._backend = backend
        self._leases = leases or LocalLeases()
        self._crowd = crowd or Crowd(sys.maxsize, 0)
        self._memory = Memory(memory_bytes)
        self._flights: dict[str, Future[Entry]] = {}
        self._lock = threading.Lock()
        self._failed_at = float("-inf")

    def answer(
        self,
        key: str,
        make: Callable[[], Entry],
        ttl_s: int,
        force: bool = False,
        before_waiting: Callable[[], None] = lambda: None,
    ) -> tuple[Entry, bool]:
        """(the answer, whether it was kept). ttl_s: seconds to keep it, 0 for ever, below 0 not at all.

        force: it is made anew, and kept. before_waiting: gives back what nobody should hold while he waits for others.
        What `make` raises, everyone who waited for it gets, but for CallerBusy and QueryStopped: then the next of them
        makes it. Raises
        ServerBusy when too many wait.
        """
        if ttl_s < 0:
            return make(), False
        if not force:
            found = self.get(key)
            if found is not None:
                return found, True
            return self._flown(key, lambda: self._led(key, make, ttl_s, before_waiting), before_waiting)
        return self._flown(key, lambda: (self._kept(key, make(), ttl_s), False), before_waiting)

    def get(self, key: str) -> Entry | None:
        """The kept answer, or None."""
        found = self._memory.get(key)
        if found is not None:
            return found
        data = self._tried(lambda: self._backend.get(key))
        if data is None:
            return None
        try:
            entry = Entry.loaded(data)
        except ValueError:
            return None
        expires_at = entry.meta.get("expires_at")
        if expires_at is not None and expires_at <= time.time():
            return None
        self._memory.put(key, entry, expires_at)
        return entry

    def delete(self, key: str) -> None:
        """The answer is kept no more, here and in the store; another process may show it from its memory."""
        self._memory.delete(key)
        self._tried(lambda: self._backend.delete(key))

    def clear_memory(self) -> None:
        """This process remembers nothing."""
        self._memory = Memory(self._memory.most_bytes)

    def _led(
        self, key: str, make: Callable[[], Entry], ttl_s: int, before_waiting: Callable[[], None]
    ) -> tuple[Entry, bool]:
        """The answer that another process makes meanwhile, or ours when it has none."""
        lease = self._leases.take(f"answer:{key}") or self._waited(key, before_waiting)
        if isinstance(lease, Entry):
            return lease, True
        with lease:
            # It may have been made between our look for it and the lease.
            found = self.get(key)
            return (found, True) if found is not None else (self._kept(key, make(), ttl_s), False)

    def _waited(self, key: str, before_waiting: Callable[[], None]) -> Lease | Entry:
        """What another process has made meanwhile, or the right to make it."""
        before_waiting()
        began, pause_s = time.monotonic(), FIRST_PAUSE_S
        with self._crowd.waiting() as left_s:
            while True:
                if left_s is not None and time.monotonic() - began > left_s:
                    raise ServerBusy(retry_after_s=RETRY_AFTER_S)
                time.sleep(pause_s)
                pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)
                found = self.get(key) or self._leases.take(f"answer:{key}")
                if found is not None:
                    return found

    def _flown(
        self, key: str, fly: Callable[[], tuple[Entry, bool]], before_waiting: Callable[[], None]
    ) -> tuple[Entry, bool]:
        while True:
            with self._lock:
                flight = self._flights.get(key)
                if flight is None:
                    flight = self._flights[key] = Future()
                    break
            before_waiting()
            try:
                with self._crowd.waiting() as left_s:
                    return flight.result(left_s), True
            except TimeoutError as error:
                raise ServerBusy(retry_after_s=RETRY_AFTER_S) from error
            except (CallerBusy, QueryStopped):
                # It was the maker's own budget that was used up, or his own wish to end it.
                continue
        try:
            entry, was_kept = fly()
        except BaseException as error:
            flight.set_exception(error)
            raise
        else:
            flight.set_result(entry)
        finally:
            with self._lock:
                self._flights.pop(key, None)
        return entry, was_kept

    def _kept(self, key: str, entry: Entry, ttl_s: int) -> Entry:
        expires_at = time.time() + ttl_s if ttl_s else None
        kept = Entry(entry.body, {**entry.meta, "expires_at": expires_at})
        self._memory.put(key, kept, expires_at)
        data = kept.dumped()
        self._tried(lambda: self._backend.set(key, data, timeout=ttl_s))
        return kept

    def _tried(self, act: Callable[[], Any]) -> Any:
        if time.monotonic() - self._failed_at < PAUSE_S:
            return None
        try:
            return act()
        except Exception as error:
            # Any store may fail in its own way, and none of them may fail a question.
            self._failed_at = time.monotonic()
            log.warning("the answer cache does not work: %s", type(error).__name__)
            return None


class Memory:
    """The answers used last, as many as fit; safe for threads."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[str, tuple[Entry, float | None]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Entry | None:
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            entry, expires_at = found
            if expires_at is not None and expires_at <= time.time():
                self._drop(key)
                return None
            self._kept.move_to_end(key)
            return entry

    def put(self, key: str, entry: Entry, expires_at: float | None) -> None:
        size = len(entry.body) + OVERHEAD_BYTES
        with self._lock:
            self._drop(key)
            if size > self.most_bytes // 4:
                return
            self._kept[key] = (entry, expires_at)
            self._bytes += size
            while self._bytes > self.most_bytes:
                self._drop(next(iter(self._kept)))

    def delete(self, key: str) -> None:
        with self._lock:
            self._drop(key)

    def _drop(self, key: str) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._bytes -= len(found[0].body) + OVERHEAD_BYTES
