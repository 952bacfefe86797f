"""/api/v1/theme"""

import json
from typing import Any, ClassVar

from flask import Response
from flask_appbuilder.models.sqla.interface import SQLAInterface
from marshmallow import Schema, ValidationError

from superset_like.access.actor import current
from superset_like.api.superset.bodies import json_object, text
from superset_like.api.superset.bundles import BundlesMixin
from superset_like.api.superset.documented import endpoint
from superset_like.api.superset.resource import SupersetModelResource, json_response, whole_number
from superset_like.api.superset.text_filter import AllText
from superset_like.models import Theme
from superset_like.services import themes


def theme_text(value: str) -> None:
    """Nothing, or ValidationError when the text is no theme: {token: {name: value}, algorithm}."""
    json_object(value)
    if not themes.is_theme(json.loads(value or "{}")):
        raise ValidationError("Invalid theme configuration structure")


class ThemePost(Schema):
    theme_name = text(250, 1, required=True)
    json_data = text(100_000, 2, required=True, check=theme_text)


class ThemePut(Schema):
    theme_name = text(250, 1, nullable=False)
    json_data = text(100_000, 2, nullable=False, check=theme_text)


class ThemeAllText(AllText):
    """A word in the name or in the tokens."""

    arg_name = "theme_all_text"
    places = (Theme.theme_name, Theme.json_data)


class OtherThemeAllText(ThemeAllText):
    """The same under the name that superset-sup gives it."""

    arg_name = "ThemeAllText"


class SupersetThemeApi(BundlesMixin, SupersetModelResource):
    """How dashboards look."""

    datamodel = SQLAInterface(Theme)
    resource_name = "theme"
    class_permission_name = "Theme"
    openapi_spec_tag = "Themes"
    service: ClassVar[Any] = themes
    noun, plural = "theme", "themes"
    exclude_route_methods = {"distinct"}
    add_schema: ClassVar[type[Schema]] = ThemePost
    edit_schema: ClassVar[type[Schema]] = ThemePut
    show_columns = [
        "changed_on_delta_humanized",
        "changed_by.first_name",
        "changed_by.id",
        "changed_by.last_name",
        "created_by.first_name",
        "created_by.id",
        "created_by.last_name",
        "json_data",
        "id",
        "is_system",
        "is_system_default",
        "is_system_dark",
        "theme_name",
        "uuid",
    ]
    list_columns = [*show_columns, "changed_by_name", "created_on"]
    # The original orders by the name alone; superset-sup asks for the other.
    order_columns = ["theme_name", "changed_on_delta_humanized"]
    search_columns = ["theme_name", "json_data", "is_system", "created_by", "changed_by", "id", "uuid"]
    search_filters = {"theme_name": [ThemeAllText, OtherThemeAllText]}
    add_columns = ["json_data", "theme_name"]
    edit_columns = add_columns
    allowed_rel_fields = frozenset({"created_by", "changed_by"})

    @endpoint("PUT", "/<pk>/set_system_default", "Dashboards without a theme wear it", permission="write")
    def set_system_default(self, pk: str) -> Response:
        theme = themes.choose(current(), whole_number(pk), themes.DEFAULT)
        return json_response(200, {"id": theme.id, "result": theme.theme_name})

    @endpoint("PUT", "/<pk>/set_system_dark", "Dashboards without a theme wear it in the dark", permission="write")
    def set_system_dark(self, pk: str) -> Response:
        theme = themes.choose(current(), whole_number(pk), themes.DARK)
        return json_response(200, {"id": theme.id, "result": theme.theme_name})

    @endpoint("DELETE", "/unset_system_default", "No theme is the system's default", permission="write")
    def unset_system_default(self) -> Response:
        themes.unchoose(current(), themes.DEFAULT)
        return json_response(200, {"result": "System default theme cleared"})

    @endpoint("DELETE", "/unset_system_dark", "No theme is the system's in the dark", permission="write")
    def unset_system_dark(self) -> Response:
        themes.unchoose(current(), themes.DARK)
        return json_response(200, {"result": "System dark theme cleared"})
