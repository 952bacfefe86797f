"""Themes in bundles."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import ValidationError, fields
from marshmallow.validate import Length
from werkzeug.utils import secure_filename

from superset_like.access.actor import Actor
from superset_like.errors import Forbidden
from superset_like.extensions import db
from superset_like.models import Theme
from superset_like.services import themes
from superset_like.services.bundles.arrivals import Arrivals
from superset_like.services.bundles.kind import VERSION, Config, Kind, assign_values
from superset_like.services.bundles.selection import Selection

LONGEST = 100_000


def _theme(value: Any) -> None:
    if not themes.is_theme(value) or len(json.dumps(value)) > LONGEST:
        raise ValidationError("Invalid theme configuration structure")


class ThemeConfig(Config):
    theme_name = fields.String(required=True, validate=Length(1, 250))
    json_data = fields.Dict(required=True, validate=_theme)


class ThemeKind(Kind):
    """Themes; those that came with the server stay as they are, and are in no bundle."""

    name = "theme"
    type_name = "Theme"
    noun = "Theme"
    folder = "themes"
    resource = "Theme"
    # Before the dashboards that wear them.
    rank = 0
    holds = frozenset()
    is_numbered = False
    model = Theme
    title_field = "theme_name"
    schema: ClassVar[type[Config]] = ThemeConfig

    def file_name(self, item: Theme, number: int | None) -> str:
        return secure_filename(item.theme_name) or str(item.uuid)

    def may_show(self, actor: Actor, item: Any) -> bool:
        return not item.is_system

    def config(self, item: Theme, selection: Selection) -> dict[str, Any]:
        return {
            "theme_name": item.theme_name,
            "json_data": item.config(),
            "uuid": str(item.uuid),
            "version": VERSION,
        }

    def made(self, actor: Actor, config: Mapping[str, Any], arrivals: Arrivals) -> Theme:
        if actor.user_id is None:
            raise Forbidden()
        return Theme(uuid=config["uuid"])

    def assign(self, actor: Actor, item: Theme, config: Mapping[str, Any], arrivals: Arrivals) -> list[str]:
        if item.is_system:
            raise Forbidden("Themes of the system cannot be changed")
        values = {"theme_name": config["theme_name"], "json_data": json.dumps(config["json_data"])}
        differing = assign_values(item, values, frozenset({"json_data"}))
        if differing:
            db.session.add(item)
            db.session.flush()
        return differing
