"""States of pages under keys: links that hold for good, and what a page keeps for a time while somebody works on it."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from flask_appbuilder import Model
from sqlalchemy import delete, or_, select
from sqlalchemy.exc import IntegrityError

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import Forbidden, NotFound, TooLarge
from superset_like.extensions import db, settings
from superset_like.models import Chart, Dashboard, Database, Dataset, KeptState, StateKind
from superset_like.models.mixins import now

COLUMNS: dict[type[Model], str] = {
    Chart: "chart_id",
    Dashboard: "dashboard_id",
    Database: "database_id",
    Dataset: "dataset_id",
}
KIB = 1024
MOST_PRUNED = 500


def link(actor: Actor, kind: StateKind, value: str, *about: Model) -> str:
    """A key for the state, for good; the same for the same state of the same person.

    value: JSON text, spelled the same for the same state. about: what must be visible to whoever reads it.
    """
    _check_size(value)
    references = _references(about)
    who = f"{actor.kind}:{actor.username if actor.user_id is None else actor.user_id}"
    # Nobody can tell the key of another's state from what may be in it.
    told = "\n".join((kind, who, repr(sorted(references.items())), value))
    key = hmac.new(settings().secret_key.encode(), told.encode(), hashlib.sha256).hexdigest()[:32]
    if not is_kept(key):
        db.session.add(KeptState(key=key, kind=kind, owner_id=actor.user_id, value=value, **references))
        try:
            db.session.commit()
        except IntegrityError as error:
            # Somebody made it just now, or deleted what it is about.
            db.session.rollback()
            if not is_kept(key):
                raise NotFound() from error
    return key


def keep(actor: Actor, kind: StateKind, value: str, *about: Model, tab_id: int | None = None) -> str:
    """A new key for the state, for STATE_TTL_S from its last change on; states that are over are gone."""
    _check_size(value)
    _prune()
    key = secrets.token_hex(16)
    state = KeptState(key=key, kind=kind, owner_id=actor.user_id, value=value, tab_id=tab_id, **_references(about))
    state.expires_on = _end()
    db.session.add(state)
    db.session.commit()
    return key


def find(actor: Actor, kind: StateKind, key: str, *about: Model) -> KeptState:
    """The state, for whoever may see what it is about. Raises NotFound; also where it is about something else."""
    statement = select(KeptState).where(
        KeptState.key == key, KeptState.kind == kind, or_(KeptState.expires_on.is_(None), KeptState.expires_on >= now())
    )
    statement = statement.filter_by(**_references(about))
    condition = rules.visible(actor, KeptState)
    state: KeptState | None = db.session.execute(
        statement if condition is None else statement.where(condition)
    ).scalar()
    if state is None:
        raise NotFound()
    return state


def change(actor: Actor, state: KeptState, value: str, *about: Model, tab_id: int | None = None) -> str:
    """The key under which the new state is: a new one where another browser tab keeps it, or the two would fight.

    Raises Forbidden for whoever did not make it.
    """
    _require_owner(actor, state)
    if tab_id is not None and tab_id != state.tab_id:
        return keep(actor, StateKind(state.kind), value, *about, tab_id=tab_id)
    _check_size(value)
    state.value, state.expires_on = value, _end()
    references = _references(about)
    for column in COLUMNS.values():
        setattr(state, column, references.get(column))
    db.session.commit()
    return state.key


def forget(actor: Actor, state: KeptState) -> None:
    """The state is gone. Raises Forbidden for whoever did not make it."""
    _require_owner(actor, state)
    db.session.delete(state)
    db.session.commit()


def is_kept(key: str) -> bool:
    """Whether there is a state of this key."""
    return db.session.execute(select(KeptState.key).where(KeptState.key == key)).first() is not None


def _references(about: tuple[Model, ...]) -> dict[str, int]:
    return {COLUMNS[type(thing)]: thing.id for thing in about}


def _prune() -> None:
    # By key, and not many at a time: MySQL locks whole ranges of an index that it deletes by.
    over = select(KeptState.key).where(KeptState.expires_on < now()).order_by(KeptState.key).limit(MOST_PRUNED)
    keys = db.session.execute(over).scalars().all()
    if keys:
        db.session.execute(delete(KeptState).where(KeptState.key.in_(keys)))


def _end() -> datetime:
    return now() + timedelta(seconds=settings().state_ttl_s)


def _check_size(value: str) -> None:
    limit = settings().max_state_kib
    if len(value.encode()) > limit * KIB:
        raise TooLarge(f"The state is larger than {limit} KiB", limit=limit * KIB)


def _require_owner(actor: Actor, state: KeptState) -> None:
    if not rules.can(actor, "edit", state):
        raise Forbidden()
