"""What one can do with themes, and what a dashboard wears."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import or_, select
from sqlalchemy import update as sql_update
from sqlalchemy.exc import IntegrityError

from superset_like.access.actor import Actor
from superset_like.errors import Forbidden, Invalid
from superset_like.extensions import db
from superset_like.models import Dashboard, Theme
from superset_like.services import found

ALGORITHMS = ("default", "dark", "compact")
# They are there from the start, and stay.
SYSTEM: Mapping[str, Mapping[str, Any]] = {
    "THEME_DEFAULT": {"algorithm": "default", "token": {"colorPrimary": "#2563c9", "colorLink": "#2563c9"}},
    "THEME_DARK": {"algorithm": "dark", "token": {"colorPrimary": "#7aa5f0", "colorLink": "#7aa5f0"}},
}
DEFAULT, DARK = "is_system_default", "is_system_dark"


def is_theme(value: Any) -> bool:
    """Whether the value is {token: {name: value}, algorithm}, as far as it says any of it."""
    if not isinstance(value, dict) or not isinstance(value.get("token", {}), dict):
        return False
    named = value.get("algorithm", [])
    return all(each in ALGORITHMS for each in (named if isinstance(named, list) else [named]))


def create(actor: Actor, values: Mapping[str, Any]) -> Theme:
    """A new theme of the caller. Raises Forbidden."""
    if actor.user_id is None or not actor.can("can_write", "Theme"):
        raise Forbidden()
    theme = Theme(theme_name=values["theme_name"], json_data=values["json_data"])
    db.session.add(theme)
    db.session.commit()
    return theme


def update(actor: Actor, pk: int, values: Mapping[str, Any]) -> Theme:
    """The theme with these values; what is not named stays. Raises NotFound, Forbidden, also for the server's own."""
    theme = _own(actor, [pk])[0]
    for name, value in values.items():
        setattr(theme, name, value)
    db.session.commit()
    return theme


def delete(actor: Actor, pks: Sequence[int]) -> int:
    """How many are gone: all, or none and an error. Dashboards that wore one wear the default.

    Raises NotFound, Forbidden, Invalid for one that is the default.
    """
    themes = _own(actor, pks)
    if any(theme.is_system_default or theme.is_system_dark for theme in themes):
        raise Invalid("Cannot delete a theme that is set as system default or system dark. Unset it first.")
    for theme in themes:
        db.session.delete(theme)
    db.session.commit()
    return len(themes)


def choose(actor: Actor, pk: int, place: str) -> Theme:
    """The theme, which is now the only one in the place: DEFAULT or DARK. Raises NotFound, Forbidden."""
    _require_administrator(actor)
    theme = found.one(actor, Theme, pk)
    _clear(place)
    setattr(theme, place, True)
    db.session.commit()
    return theme


def unchoose(actor: Actor, place: str) -> None:
    """No theme is in the place any more. Raises Forbidden."""
    _require_administrator(actor)
    _clear(place)
    db.session.commit()


def ensure_system() -> None:
    """The server's own themes exist."""
    known = set(db.session.execute(select(Theme.theme_name).where(Theme.is_system.is_(True))).scalars())
    for name in SYSTEM.keys() - known:
        uuid = uuid5(NAMESPACE_OID, name)
        db.session.add(Theme(uuid=uuid, theme_name=name, json_data=json.dumps(SYSTEM[name]), is_system=True))
    try:
        db.session.commit()
    except IntegrityError:
        # Another installer made them at the same time.
        db.session.rollback()


def worn(dashboard: Dashboard) -> dict[str, Any] | None:
    """What the dashboard's page applies: its own theme, or the system's for light and dark; None for neither."""
    if dashboard.theme is not None:
        return dashboard.theme.config()
    chosen = db.session.execute(select(Theme).where(or_(Theme.is_system_default, Theme.is_system_dark))).scalars().all()
    light = next((theme.config() for theme in chosen if theme.is_system_default), None)
    dark = next((theme.config() for theme in chosen if theme.is_system_dark), None)
    return {"theme_default": light or {}, "theme_dark": dark or {}} if chosen else None


def _own(actor: Actor, pks: Sequence[int]) -> list[Theme]:
    themes = found.editable(actor, Theme, pks)
    if any(theme.is_system for theme in themes):
        raise Forbidden("Themes of the system cannot be changed")
    return themes


def _require_administrator(actor: Actor) -> None:
    # It changes how everybody's dashboards look.
    if not actor.is_admin:
        raise Forbidden()


def _clear(place: str) -> None:
    column = getattr(Theme, place)
    db.session.execute(sql_update(Theme).where(column.is_(True)).values({place: False, "version": Theme.version + 1}))
