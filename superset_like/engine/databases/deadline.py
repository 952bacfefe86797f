"""One thread for the whole process that acts when time is up: what stops statements that run too long."""

import heapq
import itertools
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress


class Alarm:
    """Something to be done at a time, unless it is called off."""

    def __init__(self, action: Callable[[], None]) -> None:
        self._action: Callable[[], None] | None = action

    def call_off(self) -> None:
        """Nothing will be done; harmless when it was."""
        self._action = None

    def ring(self) -> None:
        """Does it once."""
        action, self._action = self._action, None
        if action is not None:
            # The thread serves everybody; a connection that breaks while it is stopped is stopped.
            with suppress(Exception):
                action()


class _Clock:
    def __init__(self) -> None:
        self._wake = threading.Condition()
        self._due: list[tuple[float, int, Alarm]] = []
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None

    def set(self, seconds: float, action: Callable[[], None]) -> Alarm:
        alarm = Alarm(action)
        with self._wake:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._numbers), alarm))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()
            if self._due[0][2] is alarm:
                self._wake.notify()
        return alarm

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._due or self._due[0][0] > time.monotonic():
                    self._wake.wait(self._due[0][0] - time.monotonic() if self._due else None)
                alarm = heapq.heappop(self._due)[2]
            alarm.ring()


_clock = _Clock()


def _renew() -> None:
    # Threads and held locks do not survive a fork.
    global _clock
    _clock = _Clock()


os.register_at_fork(after_in_child=_renew)


def alarm(seconds: float, action: Callable[[], None]) -> Alarm:
    """An alarm that does this after so many seconds, in another thread."""
    return _clock.set(seconds, action)
