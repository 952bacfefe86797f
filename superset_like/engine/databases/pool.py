"""Connections kept open between sessions: each with one session at a time, few, and none for long."""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Any

from superset_like.errors import DatabaseUnreachable

MOST_OPEN = 20
MOST_IDLE = 5
IDLE_S = 60.0
WAIT_S = 30.0


class Lease:
    """A connection in use by one session. is_fresh: it was opened for it."""

    def __init__(self, place: "_Place", connection: Any, is_fresh: bool) -> None:
        self._place: _Place | None = place
        self.connection = connection
        self.is_fresh = is_fresh

    def give_back(self, *, keep: bool) -> None:
        """Ends the use; without keep the connection is closed. Harmless when repeated."""
        place, self._place = self._place, None
        if place is not None:
            place.take_back(self.connection, keep)


class _Place:
    """The connections to one place with one set of options."""

    def __init__(self) -> None:
        self.free = threading.BoundedSemaphore(MOST_OPEN)
        self.lock = threading.Lock()
        self.idle: deque[tuple[Any, float]] = deque()

    def idle_connection(self) -> Any:
        with self.lock:
            outdated = self._outdated()
            connection = self.idle.pop()[0] if self.idle else None
        _close(outdated)
        return connection

    def take_back(self, connection: Any, keep: bool) -> None:
        with self.lock:
            outdated = self._outdated()
            if keep and len(self.idle) < MOST_IDLE:
                self.idle.append((connection, time.monotonic()))
            else:
                outdated.append(connection)
        _close(outdated)
        self.free.release()

    def _outdated(self) -> list[Any]:
        found = []
        while self.idle and time.monotonic() - self.idle[0][1] > IDLE_S:
            found.append(self.idle.popleft()[0])
        return found


class Pool:
    """Connections by place."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places: dict[Hashable, _Place] = {}
        # A fork's child must neither use nor close what belongs to its parent.
        self._parents: list[dict[Hashable, _Place]] = []
        os.register_at_fork(after_in_child=self._forget)

    def lease(self, key: Hashable, connect: Callable[[], Any], check: Callable[[Any], None]) -> Lease:
        """A connection to the place, checked when it lay idle.

        connect raises DatabaseUnreachable; check raises anything for a connection that is of no use any more.
        """
        with self._lock:
            place = self._places.setdefault(key, _Place())
        if not place.free.acquire(timeout=WAIT_S):
            raise DatabaseUnreachable("All connections to the database are in use")
        try:
            while (connection := place.idle_connection()) is not None:
                if _is_usable(connection, check):
                    return Lease(place, connection, is_fresh=False)
            return Lease(place, connect(), is_fresh=True)
        except BaseException:
            place.free.release()
            raise

    def _forget(self) -> None:
        self._parents.append(self._places)
        self._places = {}
        self._lock = threading.Lock()


def _is_usable(connection: Any, check: Callable[[Any], None]) -> bool:
    try:
        check(connection)
    except Exception:
        _close([connection])
        return False
    return True


def _close(connections: list[Any]) -> None:
    for connection in connections:
        with suppress(Exception):
            connection.close()
