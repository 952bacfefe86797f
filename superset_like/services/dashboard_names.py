"""Dashboards as Redash's clients name them: by id, by slug, or by both (`12-sales`); and who sees one by that API.

There a dashboard that was made for all (`is_shared`) is read by everybody with an account; what is on it is judged by
item. Others are seen as everywhere.
"""

import re

from sqlalchemy import ColumnElement, or_, select

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.access.ways import Condition
from superset_like.errors import NotFound
from superset_like.extensions import db
from superset_like.models import Dashboard
from superset_like.models.dashboard import dashboard_role

NOT_IN_SLUG = re.compile(r"[^a-z0-9_\-]+")
WITH_ID = re.compile(r"(\d{1,9})-(.*)", re.DOTALL)
LONGEST_SLUG = 200
LONGEST_ID = 11


def slugify(name: str) -> str:
    """The name as Redash has it in addresses."""
    return NOT_IN_SLUG.sub("-", name.lower())


def free_slug(name: str) -> str | None:
    """A slug for a new dashboard of this name that no other has; None for a name that makes none, or but a number."""
    slug = slugify(name)[:LONGEST_SLUG]
    if not slug.strip("-_") or WITH_ID.fullmatch(slug) or slug.isdigit():
        return None
    taken = set(
        db.session.execute(select(Dashboard.slug).where(Dashboard.slug.startswith(slug, autoescape=True))).scalars()
    )
    candidate, number = slug, 0
    while candidate in taken:
        number += 1
        candidate = f"{slug}_{number}"
    return candidate


def find(actor: Actor, text: str) -> Dashboard:
    """The dashboard of this id, slug, or id and slug. Raises NotFound.

    Several may have the slug of their name: one that is not archived comes before others, then the one whose stored
    slug it is, then the newest.
    """
    if text.isascii() and text.isdigit():
        # What has more digits is no id, and may be more than a number can be made of.
        return _by_id(actor, int(text[:LONGEST_ID]))
    with_id = WITH_ID.fullmatch(text)
    named = _named(actor, text)
    pk = named if named is not None else int(with_id[1]) if with_id else None
    if pk is None:
        raise NotFound()
    return _by_id(actor, pk)


def editable(actor: Actor, text: str) -> Dashboard:
    """As `find`, for who may change it. Raises NotFound, Forbidden."""
    dashboard = find(actor, text)
    rules.require(actor, "edit", dashboard)
    return dashboard


def seen(actor: Actor) -> Condition:
    """The condition on the dashboards that the caller reads by Redash's API; None for all."""
    condition = rules.visible(actor, Dashboard)
    if condition is None or actor.user_id is None or actor.key_objects is not None:
        return condition
    limited = Dashboard.id.in_(select(dashboard_role.c.dashboard_id))
    shared: ColumnElement[bool] = Dashboard.is_shared.is_(True) & ~limited
    return or_(condition, shared)


def _by_id(actor: Actor, pk: int) -> Dashboard:
    if not 0 < pk < 2**31:
        raise NotFound()
    statement = select(Dashboard).where(Dashboard.id == pk)
    condition = seen(actor)
    found: Dashboard | None = db.session.execute(
        statement if condition is None else statement.where(condition)
    ).scalar()
    if found is None:
        raise NotFound()
    return found


def _named(actor: Actor, slug: str) -> int | None:
    columns = (Dashboard.id, Dashboard.slug, Dashboard.dashboard_title, Dashboard.is_archived)
    condition = seen(actor)
    statement = select(*columns) if condition is None else select(*columns).where(condition)
    with_id = WITH_ID.fullmatch(slug)
    rows = [
        row
        for row in db.session.execute(statement)
        if row.slug == slug
        or slugify(row.dashboard_title or "") == slug
        or (with_id and row.id == int(with_id[1]) and slugify(row.dashboard_title or "") == with_id[2])
    ]
    ordered = sorted(rows, key=lambda row: (not row.is_archived, row.slug == slug, row.id))
    return ordered[-1].id if ordered else None
