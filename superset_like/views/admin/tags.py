"""Tags, for administrators."""

from collections.abc import Sequence
from typing import Any

from flask_appbuilder import AppBuilder
from flask_appbuilder.models.sqla.interface import SQLAInterface

from superset_like.access.actor import current
from superset_like.extensions import db
from superset_like.models import Tag
from superset_like.services import tags
from superset_like.views.admin.base import CONTENT, VISIBLE, EditableView, add


class TagAdmin(EditableView):
    """Tags."""

    datamodel = SQLAInterface(Tag, db.session)
    route_base = "/admin/tags"
    base_filters = VISIBLE
    base_order = ("name", "asc")
    list_title, show_title, add_title, edit_title = "Tags", "Tag", "Add a tag", "Edit a tag"
    list_columns = ["name", "description", "created_by", "changed_on"]
    search_columns = ["name", "description", "created_by", "changed_on"]
    add_columns = ["name", "description"]
    edit_columns = add_columns
    show_columns = [*add_columns, "created_by", "created_on", "changed_by", "changed_on"]
    label_columns = {"changed_on": "Changed (UTC)", "created_on": "Created (UTC)"}

    def create(self, values: dict[str, Any]) -> Tag:
        """A new tag."""
        return tags.create(current(), values)

    def update(self, pk: int, values: dict[str, Any]) -> Tag:
        """The tag with these values."""
        return tags.update(current(), pk, values)

    def remove(self, pks: Sequence[int]) -> int:
        """How many are gone; what bore them stays."""
        return tags.delete(current(), pks)


def register(builder: AppBuilder) -> None:
    """Tags are in the menu."""
    add(builder, TagAdmin, "Tags", CONTENT, "fa-tags")
