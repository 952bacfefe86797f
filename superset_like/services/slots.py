"""What queries may cost: how many run at a time, of one caller and on one database, and what each may answer."""

import time
from collections.abc import Callable

from superset_like.access.actor import Actor
from superset_like.engine.leases import Lease
from superset_like.engine.run import MIB, Limits
from superset_like.errors import CallerBusy, DatabaseBusy
from superset_like.extensions import settings
from superset_like.services import stores

FIRST_PAUSE_S = 0.01
LONGEST_PAUSE_S = 0.25
RETRY_AFTER_S = 5


def limits(rows: int | None) -> Limits:
    """Those of a query that somebody waits for, with at most so many rows."""
    return Limits(settings().query_timeout_s, rows, settings().max_answer_mib * MIB)


def take(
    actor: Actor, database_id: int, wait_s: float | None = None, while_waiting: Callable[[], None] = lambda: None
) -> Lease:
    """The right to run one query on the database until it is released.

    wait_s: how long to wait for others to end, None for the setting QUEUE_WAIT_S. while_waiting: called now and then;
    what it raises ends the waiting. Raises CallerBusy when the caller's own queries are too many, DatabaseBusy when
    the database has too many of all callers.
    """
    wait_s = settings().queue_wait_s if wait_s is None else wait_s
    end = time.monotonic() + wait_s
    own = _taken(f"queries of {_name(actor)}", settings().queries_per_user, end, while_waiting)
    if own is None:
        raise CallerBusy(retry_after_s=RETRY_AFTER_S)
    try:
        shared = _taken(f"queries on {database_id}", settings().queries_per_database, end, while_waiting)
    except BaseException:
        own.release()
        raise
    if shared is None:
        own.release()
        raise DatabaseBusy(retry_after_s=RETRY_AFTER_S)
    return _both(own, shared)


def _name(actor: Actor) -> str:
    """Guests have no account: those of one name count as one caller, so that visitors leave room for users."""
    return f"guest {actor.username}" if actor.guest is not None else f"user {actor.user_id}"


def _taken(name: str, places: int, end: float, while_waiting: Callable[[], None]) -> Lease | None:
    pause_s = FIRST_PAUSE_S
    while (lease := stores.leases().take(name, places)) is None:
        left = end - time.monotonic()
        if left <= 0:
            return None
        while_waiting()
        time.sleep(min(pause_s, left))
        pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)
    return lease


def _both(own: Lease, shared: Lease) -> Lease:
    def release() -> None:
        shared.release()
        own.release()

    return Lease(release)
