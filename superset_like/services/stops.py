"""Questions of charts that their asker may stop while they run, in whichever process that is.

Who wants one stopped leaves a mark in the answer cache, which processes share; whoever runs it looks for the mark.
"""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import TracebackType

from superset_like.access.actor import Actor
from superset_like.engine.cache import Entry
from superset_like.engine.cache import key as cache_key
from superset_like.engine.databases.base import Session
from superset_like.errors import Forbidden, ProductError, QueryStopped
from superset_like.services import stores

POLL_S = 0.25
# A mark may be there before the question is: it waits for its turn, or for others.
MARK_TTL_S = 300


def stop(actor: Actor, client_id: str) -> None:
    """The caller's question of this name ends within a second or two, if it runs or begins soon."""
    if actor.user_id is None:
        raise Forbidden()
    stores.answers().answer(_mark(actor, client_id), lambda: Entry(b"", {}), MARK_TTL_S, force=True)


def watched(actor: Actor, client_id: str | None) -> AbstractContextManager["Watch | None"]:
    """A watch over the caller's question of this name; None for one without a name, which nobody can stop."""
    return nullcontext() if client_id is None or actor.user_id is None else Watch(_mark(actor, client_id))


def _mark(actor: Actor, client_id: str) -> str:
    return cache_key("stop", actor.user_id, client_id)


class Watch:
    """A thread beside a question's queries, which cancels them once its asker wants that."""

    def __init__(self, mark: str) -> None:
        self._answers = stores.answers()
        self._mark = mark
        self._ended = threading.Event()
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._thread = threading.Thread(target=self._watch, name="watch-question", daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    @contextmanager
    def over(self, session: Session) -> Iterator[None]:
        """The block works with this session. Raises QueryStopped when a stop was asked for before or meanwhile."""
        with self._lock:
            self._session = session
        try:
            self.require_going()
            yield
        except ProductError as error:
            if self._stopped.is_set() and not isinstance(error, QueryStopped):
                raise QueryStopped() from error
            raise
        finally:
            with self._lock:
                self._session = None

    def require_going(self) -> None:
        """Raises QueryStopped once a stop was asked for."""
        if self._stopped.is_set():
            raise QueryStopped()

    def _watch(self) -> None:
        while not self._ended.wait(POLL_S):
            if self._stopped.is_set() or self._answers.get(self._mark) is not None:
                self._stopped.set()
                with self._lock:
                    # Again at each round: the statement may have begun only after the last one.
                    if self._session is not None:
                        self._session.cancel()
