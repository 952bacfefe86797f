"""What one can do with saved queries."""

from collections.abc import Mapping, Sequence
from typing import Any

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import Forbidden, Invalid
from superset_like.extensions import db
from superset_like.models import Database, ObjectType, SavedQuery
from superset_like.services import found, history, marks

# Columns that may not be empty: a null in a body means the default.
DEFAULTS: Mapping[str, Any] = {"label": "", "sql": "", "extra_json": "{}"}


def create(actor: Actor, values: Mapping[str, Any]) -> SavedQuery:
    """A new saved query of the caller. Raises Invalid, Forbidden."""
    rules.require_new(actor, SavedQuery)
    if actor.user_id is None or not actor.can("can_write", "SavedQuery"):
        raise Forbidden()
    require_database(actor, values["db_id"])
    saved = SavedQuery(**_stored(values))
    db.session.add(saved)
    db.session.commit()
    return saved


def update(actor: Actor, pk: int, values: Mapping[str, Any]) -> SavedQuery:
    """The saved query with these values; what is not named stays. Raises NotFound, Forbidden, Invalid."""
    saved = found.editable(actor, SavedQuery, [pk])[0]
    former = history.before(saved)
    values = dict(values)
    if values.get("db_id") is None:
        values.pop("db_id", None)
    else:
        require_database(actor, values["db_id"])
    if "tags" in values:
        marks.tag(ObjectType.SAVED_QUERY, saved.id, values.pop("tags"))
    for name, value in _stored(values).items():
        setattr(saved, name, value)
    history.keep(former)
    db.session.commit()
    return saved


def delete(actor: Actor, pks: Sequence[int]) -> int:
    """How many are gone: all, or none and an error."""
    items = found.editable(actor, SavedQuery, pks)
    history.bury(actor, items)
    for saved in items:
        db.session.delete(saved)
    marks.forget(ObjectType.SAVED_QUERY, pks)
    db.session.commit()
    return len(items)


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: DEFAULTS.get(name) if value is None else value for name, value in values.items()}


def require_database(actor: Actor, pk: int) -> None:
    """Nothing, or Invalid (db_id) where the caller may not run SQL on the connection."""
    database = db.session.get(Database, pk)
    if database is None or not rules.can(actor, "use", database):
        raise Invalid(fields={"db_id": ["Database does not exist"]})
