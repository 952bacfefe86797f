"""What Redash's clients do with dashboards as a whole; their items are in dashboard_items.

A dashboard made here is for all: everybody with an account may read it, and is shown of it what he may see. Its layout,
options and filters of Redash are kept as they were sent.
"""

import json
from collections.abc import Mapping
from typing import Any

from flask_appbuilder.security.sqla.models import User

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import Conflict, Invalid
from superset_like.extensions import db
from superset_like.models import Dashboard, Dialect, ObjectType
from superset_like.models.mixins import now
from superset_like.services import (
    dashboard_items,
    dashboard_names,
    dashboards,
    dialect_records,
    history,
    marks,
    people,
    tags,
)

KEPT: Mapping[str, Any] = {"layout": [], "dashboard_filters_enabled": False, "options": {}}
COLUMNS: Mapping[str, str] = {"name": "dashboard_title", "is_archived": "is_archived"}
LONGEST_TITLE = 500


def kept(dashboards_: list[int]) -> dict[int, dict[str, Any]]:
    """Dashboard -> its layout, options and whether its filters are on, as Redash's clients wrote them."""
    found = dialect_records.read(Dialect.REDASH, dashboard_items.OF_DASHBOARDS, dashboards_)
    return {pk: {**KEPT, **found.get(pk, ({}, None))[0]} for pk in dashboards_}


def create(actor: Actor, name: str) -> Dashboard:
    """A new draft of the caller. Raises Forbidden."""
    made = _new(actor, name)
    db.session.commit()
    return made


def update(actor: Actor, text: str, values: Mapping[str, Any], version: int | None = None) -> Dashboard:
    """The dashboard with these values; what is not named stays.

    values: `name`, `is_draft`, `is_archived`, `tags` (names), and those of KEPT. version: that which the caller read;
    it goes up where something changes. Raises NotFound, Forbidden, Conflict.
    """
    dashboard = dashboard_names.editable(actor, text)
    shown = dashboard_items.shown_version(dashboard)
    if version is not None and version != shown:
        raise Conflict()
    if not _is_change(dashboard, values):
        return dashboard
    former = history.before(dashboard)
    for name, column in COLUMNS.items():
        if name in values:
            setattr(dashboard, column, values[name])
    if "is_draft" in values:
        dashboard.published = not values["is_draft"]
    if "tags" in values:
        marks.tag(ObjectType.DASHBOARD, dashboard.id, tags.ids_of_new([name for name in values["tags"] if name]))
    _keep(dashboard, values)
    dashboard.changed_on = now()
    history.keep(former)
    dashboard_items.settle_version(dashboard, shown + 1)
    db.session.commit()
    return dashboard


def fork(actor: Actor, text: str) -> Dashboard:
    """A copy, a draft of the caller, with the items whose data he may read. Raises NotFound, Forbidden."""
    source = dashboard_names.find(actor, text)
    title = f"Copy of (#{source.id}) {source.dashboard_title or ''}"[:LONGEST_TITLE]
    made = _new(actor, title)
    dashboard_items.copy_all(actor, source, made)
    marks.tag(ObjectType.DASHBOARD, made.id, [tag.id for tag in source.tags])
    _keep(made, kept([source.id])[source.id])
    dashboard_items.settle_version(made, 1)
    db.session.commit()
    return made


def grant(actor: Actor, text: str, user_id: int) -> Dashboard:
    """The dashboard, which this person may change from now on. Raises NotFound, Forbidden, Invalid (user_id)."""
    dashboard = require_administrator(actor, text)
    if all(owner.id != user_id for owner in dashboard.owners):
        user = db.session.get(User, user_id)
        if user is None:
            raise Invalid("User not found.", fields={"user_id": ["User not found."]})
        _set_owners(dashboard, [*dashboard.owners, user])
    return dashboard


def revoke(actor: Actor, text: str, user_id: int) -> None:
    """This person may not change it any more, unless he made it. Raises NotFound, Forbidden."""
    dashboard = require_administrator(actor, text)
    if user_id != dashboard.created_by_fk:
        _set_owners(dashboard, [owner for owner in dashboard.owners if owner.id != user_id])


def require_administrator(actor: Actor, text: str) -> Dashboard:
    """The dashboard, for who made it or administers all. Raises NotFound, Forbidden."""
    dashboard = dashboard_names.find(actor, text)
    rules.require(actor, "grant", dashboard)
    return dashboard


def _new(actor: Actor, name: str) -> Dashboard:
    rules.require_new(actor, Dashboard)
    made = Dashboard(
        dashboard_title=name,
        slug=dashboard_names.free_slug(name),
        owners=people.owners(actor, None),
        is_shared=True,
        json_metadata=json.dumps(dashboards.FRESH_METADATA),
    )
    db.session.add(made)
    db.session.flush()
    return made


def _is_change(dashboard: Dashboard, values: Mapping[str, Any]) -> bool:
    present = {
        **{name: getattr(dashboard, column) for name, column in COLUMNS.items()},
        "is_draft": not dashboard.published,
        "tags": sorted(tag.name for tag in dashboard.tags),
        **kept([dashboard.id])[dashboard.id],
    }
    wanted = {**values, **({"tags": sorted({name for name in values["tags"] if name})} if "tags" in values else {})}
    return any(present[name] != wanted[name] for name in present.keys() & wanted.keys())


def _keep(dashboard: Dashboard, values: Mapping[str, Any]) -> None:
    wanted = {name: values[name] for name in KEPT if name in values}
    if wanted:
        present = kept([dashboard.id])[dashboard.id]
        dialect_records.write(Dialect.REDASH, dashboard_items.OF_DASHBOARDS, dashboard.id, {**present, **wanted})


def _set_owners(dashboard: Dashboard, owners: list[User]) -> None:
    shown, former = dashboard_items.shown_version(dashboard), history.before(dashboard)
    dashboard.owners = owners
    history.keep(former)
    dashboard_items.settle_version(dashboard, shown)
    db.session.commit()
