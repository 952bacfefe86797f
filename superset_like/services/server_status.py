"""How much there is, and how much waits."""

from collections.abc import Mapping
from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ColumnElement, Select, func, select

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.extensions import db
from superset_like.models import (
    Dashboard,
    DashboardItem,
    Database,
    Query,
    QueryStatus,
    Report,
    SavedQuery,
    Trigger,
)


def counters(actor: Actor) -> Mapping[str, int]:
    """noun -> how many of it the caller may see; archived ones are left out."""
    seen = _visible(actor, SavedQuery, select(SavedQuery.id))
    counts = {
        "users": select(func.count()).select_from(User).where(User.active),
        "alerts": _count(Report, Report.trigger == Trigger.RESULT.value, Report.saved_query_id.in_(seen)),
        "data_sources": _visible(actor, Database, _count(Database)),
        "queries": _visible(actor, SavedQuery, _count(SavedQuery, SavedQuery.is_archived.is_(False))),
        "dashboards": _visible(actor, Dashboard, _count(Dashboard, Dashboard.is_archived.is_(False))),
    }
    row = db.session.execute(select(*(each.scalar_subquery() for each in counts.values()))).one()
    return dict(zip(counts, row, strict=True))


def totals() -> Mapping[str, int]:
    """noun -> how many there are, whoever sees them, archived ones too; results: executions that have one."""
    counts = {
        "dashboards": _count(Dashboard),
        "queries": _count(SavedQuery),
        "results": _count(Query, Query.results_key.is_not(None)),
        "widgets": _count(DashboardItem),
    }
    row = db.session.execute(select(*(each.scalar_subquery() for each in counts.values()))).one()
    return dict(zip(counts, row, strict=True))


def waiting() -> int:
    """How many executions no worker has begun."""
    pending = _count(Query, Query.status == QueryStatus.PENDING.value)
    found: int = db.session.execute(pending).scalar_one()
    return found


def running() -> list[Query]:
    """The executions at work, the oldest first."""
    at_work = select(Query).where(Query.status == QueryStatus.RUNNING.value)
    return list(db.session.execute(at_work.order_by(Query.id)).scalars())


def _count(model: type[Model], *conditions: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(model).where(*conditions)


def _visible(actor: Actor, model: type[Model], statement: Select[Any]) -> Select[Any]:
    condition = rules.visible(actor, model)
    return statement if condition is None else statement.where(condition)
