"""Requests of one process that wait for others, each holding a thread that no other request can have meanwhile."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from superset_like.errors import TooMany, Unavailable

# Where nobody waited for so long, whoever comes belongs to no crowd of before.
CALM_S = 0.5


class Crowd:
    """Those who wait now.

    most: so many may wait as long as they like. patience_s: where they are more, the further ones wait as long as the
    crowd moves, that is until nobody in it got what he waited for within so long; then not at all. So threads stay free
    for requests that need no other.
    """

    def __init__(self, most: int, patience_s: float) -> None:
        self._most = most
        self._patience_s = patience_s
        self._waiting = 0
        self._moved_at = float("-inf")
        self._empty_at = float("-inf")
        self._lock = threading.Lock()

    @contextmanager
    def waiting(self) -> Iterator[float | None]:
        """Inside, one more waits: for so many seconds at the most, None for as long as he likes."""
        joined_at = time.monotonic()
        left_s = self._joined(joined_at)
        try:
            yield left_s
        except (TimeoutError, TooMany, Unavailable):
            self._left()
            raise
        except BaseException:
            self._left(joined_at)
            raise
        self._left(joined_at)

    def _joined(self, now: float) -> float | None:
        with self._lock:
            if not self._waiting and now - self._empty_at > CALM_S:
                self._moved_at = now
            self._waiting += 1
            return None if self._waiting <= self._most else max(self._moved_at + self._patience_s - now, 0.0)

    def _left(self, joined_at: float | None = None) -> None:
        """joined_at: of one who got what he waited for; soon, if the crowd moves."""
        now = time.monotonic()
        with self._lock:
            self._waiting -= 1
            self._empty_at = now
            if joined_at is not None and now - joined_at < self._patience_s:
                self._moved_at = now
