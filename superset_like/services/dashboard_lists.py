"""Lists of dashboards as Redash has them: pages of what a caller sees, searched, ordered and counted.

Left out are archived dashboards and drafts of others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.extensions import db
from superset_like.models import Dashboard, Favorite, ObjectType
from superset_like.models.dashboard import dashboard_owner
from superset_like.services import tags
from superset_like.services.list_wishes import Wish

STARS = aliased(Favorite)
ORDERS: Mapping[str, Any] = {
    "name": Dashboard.dashboard_title,
    "created_at": Dashboard.created_on,
    "starred_at": STARS.created_on,
}


@dataclass(frozen=True, slots=True)
class Found:
    """A page. starred: when the caller put a star on each, by its id. count: of all pages."""

    count: int
    dashboards: Sequence[Dashboard]
    starred: Mapping[int, Any]


def listed(actor: Actor, wish: Wish) -> Found:
    """The page of dashboards that the caller sees."""
    condition = and_(*_conditions(actor, wish))
    stars = and_(
        STARS.object_id == Dashboard.id,
        STARS.object_type == ObjectType.DASHBOARD.value,
        STARS.user_id == actor.user_id,
    )
    counted = select(func.count(Dashboard.id)).outerjoin(STARS, stars).where(condition)
    page = select(Dashboard, STARS.created_on).outerjoin(STARS, stars).where(condition)
    page = page.order_by(*_order(wish.order)).limit(wish.size).offset((wish.page - 1) * wish.size)
    rows = db.session.execute(page).all()
    starred = {dashboard.id: on for dashboard, on in rows if on is not None}
    return Found(db.session.execute(counted).scalar_one(), [row[0] for row in rows], starred)


def tag_counts(actor: Actor) -> list[tuple[str, int]]:
    """(tag, how many of the dashboards that the caller sees bear it), the most borne first."""
    return tags.counts({ObjectType.DASHBOARD: select(Dashboard.id).where(*_conditions(actor, Wish()))})


def _conditions(actor: Actor, wish: Wish) -> list[ColumnElement[bool]]:
    owned = Dashboard.id.in_(select(dashboard_owner.c.dashboard_id).where(dashboard_owner.c.user_id == actor.user_id))
    found: list[ColumnElement[bool]] = [
        Dashboard.is_archived.is_(False),
        or_(Dashboard.published.is_(True), owned, Dashboard.created_by_fk == actor.user_id),
    ]
    seen = rules.visible(actor, Dashboard)
    if seen is not None:
        found.append(seen)
    if wish.mine:
        found.append(Dashboard.created_by_fk == actor.user_id)
    if wish.starred:
        found.append(STARS.id.is_not(None))
    if wish.words:
        found.append(Dashboard.dashboard_title.icontains(wish.words, autoescape=True))
    borne = (tags.bearing(ObjectType.DASHBOARD, name) for name in dict.fromkeys(wish.tag_names))
    return [*found, *(Dashboard.id.in_(ids) for ids in borne)]


def _order(wish: str) -> Sequence[Any]:
    name, is_down = wish.removeprefix("-"), wish.startswith("-")
    column = ORDERS.get(name)
    if column is None:
        return (Dashboard.created_on.desc(), Dashboard.id.desc())
    # What has no value stands last either way; not all databases say so by themselves.
    empty = case((column.is_(None), 1), else_=0)
    return (empty, column.desc() if is_down else column.asc(), Dashboard.id.desc())
