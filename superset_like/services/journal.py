"""The log: who changed what, and when; kept by this server itself. What clients tell of their users is marked so."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask_appbuilder import Model
from sqlalchemy import Table, func, insert, or_, select
from sqlalchemy.orm import joinedload

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import Forbidden
from superset_like.extensions import db
from superset_like.models import Chart, Dashboard, Log

LONGEST_REFERRER = 1024
# Begins the action of a line that a client told.
TOLD = "told:"
INSERT = insert(cast(Table, Log.__table__))


@dataclass(frozen=True)
class Activity:
    """What somebody did last with one thing."""

    action: str
    item: Chart | Dashboard
    at: datetime


def note(
    actor: Actor,
    action: str,
    details: dict[str, Any],
    *,
    chart_id: int | None = None,
    dashboard_id: int | None = None,
    duration_ms: int | None = None,
    referrer: str | None = None,
) -> None:
    """The action is in the log. details: JSON-ready, without values that somebody typed."""
    values = {
        "action": action,
        "user_id": actor.user_id,
        "slice_id": chart_id,
        "dashboard_id": dashboard_id,
        "json": json.dumps(details),
        "duration_ms": duration_ms,
        "referrer": (referrer or "")[:LONGEST_REFERRER] or None,
    }
    # Every change writes a line: below the ORM it costs half.
    db.session.connection().execute(INSERT, values)
    db.session.commit()


def note_told(actor: Actor, events: Sequence[Mapping[str, Any]]) -> None:
    """What a client says that its user did is in the log, marked as told: {action, object_type, object_id} of each.

    Raises Forbidden for a key with scopes, none of which is to speak for its owner.
    """
    if actor.key_scopes is not None:
        raise Forbidden()
    lines = [
        {
            "action": f"{TOLD}{event['object_type']}.{event['action']}",
            "user_id": actor.user_id,
            "json": json.dumps({"object_id": event.get("object_id")}),
        }
        for event in events
    ]
    if lines:
        db.session.connection().execute(INSERT, lines)
        db.session.commit()


def page(actor: Actor, offset: int, most: int) -> tuple[int, Sequence[Log]]:
    """(how many lines of the log the caller may see, those of a page), the latest first."""
    condition = rules.visible(actor, Log)
    of_his = () if condition is None else (condition,)
    count = db.session.execute(select(func.count()).select_from(Log).where(*of_his)).scalar_one()
    lines = select(Log).where(*of_his).options(joinedload(Log.user)).order_by(Log.id.desc())
    return count, db.session.execute(lines.offset(offset).limit(most)).scalars().all()


def recent(actor: Actor, page: int, page_size: int) -> list[Activity]:
    """What the caller did last with charts and dashboards that he still sees, each once, latest first."""
    latest = (
        select(func.max(Log.id).label("id"))
        .where(Log.user_id == actor.user_id, or_(Log.slice_id.is_not(None), Log.dashboard_id.is_not(None)))
        .group_by(Log.slice_id, Log.dashboard_id)
        .subquery()
    )
    statement = select(Log).join(latest, Log.id == latest.c.id).order_by(Log.id.desc())
    logs = list(db.session.execute(statement.limit(page_size).offset(page * page_size)).scalars())
    charts = _visible(actor, Chart, [log.slice_id for log in logs if log.slice_id is not None])
    dashboards = _visible(actor, Dashboard, [log.dashboard_id for log in logs if log.dashboard_id is not None])
    found = []
    for log in logs:
        item = charts.get(log.slice_id) if log.slice_id is not None else dashboards.get(log.dashboard_id)
        if item is not None:
            found.append(Activity(log.action, item, log.dttm))
    return found


def _visible(actor: Actor, model: type[Model], pks: Sequence[int]) -> dict[int | None, Any]:
    statement = select(model).where(model.id.in_(pks))
    condition = rules.visible(actor, model)
    if condition is not None:
        statement = statement.where(condition)
    return {item.id: item for item in db.session.execute(statement).scalars()}
