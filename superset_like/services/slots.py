"""What queries may cost: how many run at a time, of one caller and on one database, and what each may answer."""

import time
from collections.abc import Callable, Sequence
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
        if not _taken_at_once(wishes, held):
            with stores.crowd().waiting() as left_s:
                _waited_for(wishes, held, end if left_s is None else min(end, time.monotonic() + left_s), while_waiting)
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


def _taken_at_once(wishes: Sequence[Wish], held: list[Lease]) -> bool:
    """Whether all of them are held now, or as many as were free."""
    for wish in wishes:
        lease = wish.leases.take(wish.name, wish.places)
        if lease is None:
            return False
        held.append(lease)
    return True


def _waited_for(wishes: Sequence[Wish], held: list[Lease], end: float, while_waiting: Callable[[], None]) -> None:
    """The rest of the wishes are held as well. Raises the error of one that is not in time."""
    pause_s = FIRST_PAUSE_S
    while not _taken_at_once(wishes[len(held) :], held):
        left_s = end - time.monotonic()
        if left_s <= 0:
            raise wishes[len(held)].error(retry_after_s=RETRY_AFTER_S)
        while_waiting()
        time.sleep(min(pause_s, left_s))
        pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)


def _released(held: list[Lease]) -> None:
    while held:
        held.pop().release()
