"""How dashboards look, for administrators."""

from collections.abc import Sequence
from typing import Any

from flask_appbuilder import AppBuilder
from flask_appbuilder.models.sqla.interface import SQLAInterface

from superset_like.access.actor import current
from superset_like.extensions import db
from superset_like.models import Theme
from superset_like.services import themes
from superset_like.views.admin.base import CONTENT, VISIBLE, EditableView, add


class ThemeAdmin(EditableView):
    """Themes."""

    datamodel = SQLAInterface(Theme, db.session)
    route_base = "/admin/themes"
    base_filters = VISIBLE
    base_order = ("theme_name", "asc")
    list_title, show_title, add_title, edit_title = "Themes", "Theme", "Add a theme", "Edit a theme"
    list_columns = ["theme_name", "is_system", "is_system_default", "is_system_dark", "created_by", "changed_on"]
    search_columns = ["theme_name", "json_data", "is_system", "created_by", "changed_on"]
    add_columns = ["theme_name", "json_data"]
    edit_columns = add_columns
    show_columns = [*list_columns[:4], "json_data", "created_by", "created_on", "changed_by", "changed_on"]
    json_columns = ("json_data",)
    label_columns = {
        "theme_name": "Name",
        "json_data": "Tokens",
        "is_system": "Of the system",
        "is_system_default": "Default",
        "is_system_dark": "Default in the dark",
        "changed_on": "Changed (UTC)",
        "created_on": "Created (UTC)",
    }
    description_columns = {"json_data": 'For instance {"token": {"colorPrimary": "#00897b"}, "algorithm": "dark"}.'}

    def create(self, values: dict[str, Any]) -> Theme:
        """A new theme."""
        return themes.create(current(), values)

    def update(self, pk: int, values: dict[str, Any]) -> Theme:
        """The theme with these values."""
        return themes.update(current(), pk, values)

    def remove(self, pks: Sequence[int]) -> int:
        """How many are gone; dashboards that wore one wear the default."""
        return themes.delete(current(), pks)


def register(builder: AppBuilder) -> None:
    """Themes are in the menu."""
    add(builder, ThemeAdmin, "Themes", CONTENT, "fa-brush")
