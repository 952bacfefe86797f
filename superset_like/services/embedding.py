"""Leave to show dashboards in other sites."""

from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import Invalid, NotFound, Unavailable
from superset_like.extensions import db, settings
from superset_like.models import Dashboard, EmbeddedDashboard
from superset_like.models.mixins import now


def allow(actor: Actor, dashboard: Dashboard, domains: Sequence[str]) -> EmbeddedDashboard:
    """The dashboard may be embedded by these origins; by all when none is named."""
    if not settings().embedding:
        raise Unavailable("Embedding is switched off (EMBEDDING)")
    rules.require(actor, "edit", dashboard)
    checked = [_origin(domain) for domain in domains]
    embedded = dashboard.embedded or EmbeddedDashboard(dashboard=dashboard)
    embedded.allowed_domain_lines = "\n".join(dict.fromkeys(checked))
    db.session.add(embedded)
    db.session.commit()
    return embedded


def forbid(actor: Actor, dashboard: Dashboard) -> None:
    """It may not be embedded any more; guest tokens for it are void."""
    rules.require(actor, "edit", dashboard)
    if dashboard.embedded is None:
        raise NotFound()
    dashboard.embedded = None
    db.session.commit()


def revoke_tokens(actor: Actor, dashboard: Dashboard) -> None:
    """Guest tokens for this dashboard issued until now are void."""
    rules.require(actor, "edit", dashboard)
    if dashboard.embedded is None:
        raise NotFound()
    dashboard.embedded.tokens_valid_from = now()
    db.session.commit()


def by_uuid(uuid: str) -> EmbeddedDashboard:
    """The leave of this uuid. Raises NotFound."""
    try:
        wanted = UUID(uuid)
    except ValueError as error:
        raise NotFound() from error
    embedded: EmbeddedDashboard | None = db.session.execute(
        select(EmbeddedDashboard).where(EmbeddedDashboard.uuid == wanted)
    ).scalar()
    if embedded is None:
        raise NotFound()
    return embedded


def _origin(text: str) -> str:
    place = urlsplit(text.strip())
    if place.scheme not in {"http", "https"} or not place.hostname or place.path.strip("/") or place.query:
        raise Invalid(fields={"allowed_domains": [f"Not an origin such as https://example.com: {text}"]})
    port = f":{place.port}" if place.port else ""
    return f"{place.scheme}://{place.hostname}{port}"
