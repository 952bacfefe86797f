"""Questions of charts that their asker may stop while they run, in whichever process that is.

Who wants one stopped leaves a mark in the answer cache, which processes share; whoever runs it looks for the mark.
"""

from contextlib import AbstractContextManager, nullcontext

from superset_like.access.actor import Actor
from superset_like.engine.cache import Entry
from superset_like.engine.cache import key as cache_key
from superset_like.errors import Forbidden, QueryStopped
from superset_like.services import stores, watching

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


class Watch(watching.Watch):
    """Beside a question's queries: cancels them once its asker wants that."""

    poll_s = 0.25
    canceled = QueryStopped

    def __init__(self, mark: str) -> None:
        super().__init__("watch-question")
        self._answers = stores.answers()
        self._mark = mark

    def look(self) -> None:
        if self._stopped.is_set() or self._answers.get(self._mark) is not None:
            self.stop()
