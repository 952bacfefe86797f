"""Requests of one process that wait for others, each holding a thread that no other request can have meanwhile."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Crowd:
    """Those who wait now.

    most: so many may wait as long as they like. patience_s: where they are more, the further ones wait until there has
    been a crowd for so long, and then not at all, until there was none for as long: threads stay free for requests that
    need no other.
    """

    def __init__(self, most: int, patience_s: float) -> None:
        self._most = most
        self._patience_s = patience_s
        self._waiting = 0
        self._crowded_at = float("-inf")
        self._seen_at = float("-inf")
        self._lock = threading.Lock()

    @contextmanager
    def waiting(self) -> Iterator[float | None]:
        """Inside, one more waits: for so many seconds at the most, None for as long as he likes."""
        left_s = self._joined()
        try:
            yield left_s
        finally:
            self._left()

    def _joined(self) -> float | None:
        now = time.monotonic()
        with self._lock:
            self._waiting += 1
            if self._waiting <= self._most:
                return None
            if now - self._seen_at > self._patience_s:
                self._crowded_at = now
            self._seen_at = now
            return max(self._crowded_at + self._patience_s - now, 0.0)

    def _left(self) -> None:
        with self._lock:
            if self._waiting > self._most:
                self._seen_at = time.monotonic()
            self._waiting -= 1
