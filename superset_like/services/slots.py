"""What queries may cost: how many run at a time, of one caller and on one database, and what each may answer."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from superset_like.access.actor import Actor
from superset_like.engine.leases import Lease, Leases
from superset_like.engine.run import MIB, Limits
from superset_like.errors import CallerBusy, DatabaseBusy, ProductError, ServerBusy
from superset_like.extensions import settings
from superset_like.services import stores

FIRST_PAUSE_S = 0.01
LONGEST_PAUSE_S = 0.25
RETRY_AFTER_S = 5


def limits(rows: int | None) -> Limits:
    """Those of a query that somebody waits for, with at most so many rows."""
    return Limits(settings().query_timeout_s, rows, settings().max_answer_mib * MIB)


def take(
    actor: Actor,
    database_id: int,
    background_wait_s: float | None = None,
    while_waiting: Callable[[], None] = lambda: None,
) -> Lease:
    """The right to run one query on the database until it is released.

    background_wait_s: how long a worker waits for others to end; None: somebody waits for the answer, and QUEUE_WAIT_S
    is the limit. A caller's queries of both kinds are counted apart. while_waiting: called now and then; what it raises
    ends the waiting. Raises CallerBusy when the caller's own queries are too many, DatabaseBusy when the database has
    too many of all callers, ServerBusy when this process has.
    """
    in_background = background_wait_s is not None
    end = time.monotonic() + (settings().queue_wait_s if background_wait_s is None else background_wait_s)
    own = f"{'background ' if in_background else ''}queries of {_name(actor)}"
    wishes = (
        Wish(stores.leases(), own, settings().queries_per_user, CallerBusy),
        Wish(stores.leases(), f"queries on {database_id}", settings().queries_per_database, DatabaseBusy),
        Wish(stores.places(), "queries", settings().queries_per_process, ServerBusy),
    )
    held: list[Lease] = []
    try:
        for wish in wishes:
            held.append(_taken(wish, end, while_waiting))
    except BaseException:
        _released(held)
        raise
    return Lease(lambda: _released(held))


@dataclass(frozen=True, slots=True)
class Wish:
    """A place that a query needs. error: what it comes to when there is none in time."""

    leases: Leases
    name: str
    places: int
    error: type[ProductError]


def _name(actor: Actor) -> str:
    """Guests have no account: those of one name count as one caller, so that visitors leave room for users."""
    return f"guest {actor.username}" if actor.guest is not None else f"user {actor.user_id}"


def _taken(wish: Wish, end: float, while_waiting: Callable[[], None]) -> Lease:
    return wish.leases.take(wish.name, wish.places) or _waited(wish, end, while_waiting)


def _waited(wish: Wish, end: float, while_waiting: Callable[[], None]) -> Lease:
    pause_s = FIRST_PAUSE_S
    with stores.crowd().waiting() as left_s:
        if left_s is not None:
            end = min(end, time.monotonic() + left_s)
        while (left := end - time.monotonic()) > 0:
            while_waiting()
            time.sleep(min(pause_s, left))
            pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)
            lease = wish.leases.take(wish.name, wish.places)
            if lease is not None:
                return lease
    raise wish.error(retry_after_s=RETRY_AFTER_S)


def _released(held: list[Lease]) -> None:
    while held:
        held.pop().release()
