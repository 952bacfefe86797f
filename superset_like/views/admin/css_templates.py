"""Stylesheets that dashboards can start from, for administrators."""

from collections.abc import Sequence
from typing import Any

from flask_appbuilder import AppBuilder
from flask_appbuilder.models.sqla.interface import SQLAInterface

from superset_like.access.actor import current
from superset_like.extensions import db
from superset_like.models import CssTemplate
from superset_like.services import css_templates
from superset_like.views.admin.base import CONTENT, VISIBLE, EditableView, add, as_code


class CssTemplateAdmin(EditableView):
    """Stylesheets."""

    datamodel = SQLAInterface(CssTemplate, db.session)
    route_base = "/admin/css-templates"
    base_filters = VISIBLE
    base_order = ("template_name", "asc")
    list_title, show_title, add_title, edit_title = "Stylesheets", "Stylesheet", "Add a stylesheet", "Edit a stylesheet"
    list_columns = ["template_name", "css", "created_by", "changed_on"]
    search_columns = ["template_name", "css", "created_by", "changed_on"]
    add_columns = ["template_name", "css"]
    edit_columns = add_columns
    show_columns = [*add_columns, "created_by", "created_on", "changed_by", "changed_on"]
    formatters_columns = {"css": as_code}
    label_columns = {
        "template_name": "Name",
        "css": "CSS",
        "changed_on": "Changed (UTC)",
        "created_on": "Created (UTC)",
    }

    def create(self, values: dict[str, Any]) -> CssTemplate:
        """A new stylesheet."""
        return css_templates.create(current(), values)

    def update(self, pk: int, values: dict[str, Any]) -> CssTemplate:
        """The stylesheet with these values."""
        return css_templates.update(current(), pk, values)

    def remove(self, pks: Sequence[int]) -> int:
        """How many are gone; dashboards keep what they took."""
        return css_templates.delete(current(), pks)


def register(builder: AppBuilder) -> None:
    """Stylesheets are in the menu."""
    add(builder, CssTemplateAdmin, "Stylesheets", CONTENT, "fa-palette")
