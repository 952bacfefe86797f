"""What Jinja in SQL may know of the caller and his question."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from superset_like.access.actor import Actor
from superset_like.engine.template import Context


def of(
    actor: Actor,
    *,
    url_params: Mapping[str, str] | None = None,
    filters: tuple[Mapping[str, Any], ...] = (),
    columns: tuple[Any, ...] = (),
    metrics: tuple[Any, ...] = (),
    from_dttm: datetime | None = None,
    to_dttm: datetime | None = None,
    params: Mapping[str, Any] | None = None,
) -> Context:
    """The context of this caller. from_dttm, to_dttm: without zone, as the dataset writes them."""
    actor = actor.reader
    return Context(
        user_id=actor.user_id,
        username=actor.username or None,
        email=actor.email or None,
        roles=tuple(sorted(actor.role_names)),
        url_params=url_params or {},
        filters=filters,
        columns=columns,
        metrics=metrics,
        from_dttm=from_dttm,
        to_dttm=to_dttm,
        params=params or {},
    )
