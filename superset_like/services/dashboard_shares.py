"""Leave to read a dashboard for whoever has its address, with the rights of the person who gave it."""

from datetime import datetime

from sqlalchemy import select

from superset_like.access import derived_keys, rules
from superset_like.access.actor import Actor
from superset_like.access.derived_keys import Key, KeyKind
from superset_like.errors import BadRequest, Forbidden, NotAuthenticated, NotFound
from superset_like.extensions import db
from superset_like.models import Dashboard, DashboardShare
from superset_like.models.mixins import new_nonce
from superset_like.services import dashboard_edits

SHARING_IS_OFF = "Public URLs are disabled."


def share(actor: Actor, text: str, expires_on: datetime | None = None) -> Dashboard:
    """The dashboard, which has a key from now on; the same where it had one. Raises NotFound, Forbidden.

    expires_on: when the key ends (UTC); None for never, and where it had one, for when that ends. A key that ended
    stays closed: there is another then.
    """
    dashboard = dashboard_edits.require_administrator(actor, text)
    if actor.user_id is None:
        raise Forbidden()
    given = dashboard.share
    if given is None:
        db.session.add(DashboardShare(dashboard_id=dashboard.id, shared_by_id=actor.user_id, expires_on=expires_on))
    elif derived_keys.is_over(given.expires_on):
        given.nonce, given.shared_by_id, given.expires_on = new_nonce(), actor.user_id, expires_on
    elif expires_on is not None:
        if given.expires_on is not None and expires_on > given.expires_on:
            # Whoever lends for longer lends his own rights.
            given.shared_by_id = actor.user_id
        given.expires_on = expires_on
    db.session.commit()
    db.session.refresh(dashboard, ["share"])
    return dashboard


def unshare(actor: Actor, text: str) -> None:
    """Its key opens nothing any more. Raises NotFound, Forbidden."""
    dashboard = dashboard_edits.require_administrator(actor, text)
    given = db.session.execute(select(DashboardShare).where(DashboardShare.dashboard_id == dashboard.id)).scalar()
    if given is not None:
        db.session.delete(given)
        db.session.commit()


def key_of(actor: Actor, dashboard: Dashboard) -> Key | None:
    """The dashboard's key, for who may edit it; None for others, since it reads with the rights of who gave it."""
    given = dashboard.share
    if given is None or not rules.can(actor, "edit", dashboard):
        return None
    return derived_keys.key_of(KeyKind.DASHBOARD, dashboard.id, given.nonce, given.expires_on)


def opened(key: str) -> tuple[Dashboard, Actor]:
    """(the dashboard of the key, who shared it). Raises NotFound where that person could not read it any more.

    Raises BadRequest while no public address counts.
    """
    if derived_keys.is_sharing_off():
        raise BadRequest(SHARING_IS_OFF)
    named = derived_keys.named(key)
    if named is None or named.kind is not KeyKind.DASHBOARD:
        raise NotFound()
    try:
        sharer = derived_keys.sharer_of(named)
    except NotAuthenticated as error:
        raise NotFound() from error
    dashboard = db.session.get(Dashboard, named.id)
    if dashboard is None or not rules.can(sharer, "read", dashboard):
        raise NotFound()
    return dashboard, sharer
