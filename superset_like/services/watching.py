"""A thread beside queries that run, which cancels them once somebody wants that."""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import ClassVar, Self

from superset_like.engine.databases.base import Session
from superset_like.errors import ProductError, QueryCanceled

log = logging.getLogger(__name__)


class Watch(ABC):
    """The thread; it looks every `poll_s` seconds. canceled: what the queries raise then."""

    poll_s: ClassVar[float]
    canceled: ClassVar[type[QueryCanceled]] = QueryCanceled

    def __init__(self, name: str) -> None:
        self._ended = threading.Event()
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._thread = threading.Thread(target=self._watch, name=name, daemon=True)

    @abstractmethod
    def look(self) -> None:
        """Calls `stop` once the queries are not wanted any more."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    @contextmanager
    def over(self, session: Session) -> Iterator[None]:
        """The block works with this session. Raises `canceled` when a stop was asked for before or meanwhile."""
        with self._lock:
            self._session = session
        try:
            self.require_going()
            yield
        except ProductError as error:
            if self._stopped.is_set() and not isinstance(error, self.canceled):
                raise self.canceled() from error
            raise
        finally:
            with self._lock:
                self._session = None

    def require_going(self) -> None:
        """Raises `canceled` once a stop was asked for."""
        if self._stopped.is_set():
            raise self.canceled()

    def stop(self) -> None:
        """What runs is canceled, and nothing else begins."""
        self._stopped.set()
        with self._lock:
            # Again at each round: the statement may have begun only after the last one.
            if self._session is not None:
                self._session.cancel()

    def _watch(self) -> None:
        while not self._ended.wait(self.poll_s):
            try:
                self.look()
            except Exception:
                # The next round may do; a thread that ended could stop nothing any more, and tell of no life.
                log.warning("%s could not look", self._thread.name, exc_info=True)
