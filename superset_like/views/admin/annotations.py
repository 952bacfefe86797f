"""What happened when, for administrators: layers, and the annotations in them."""

from collections.abc import Sequence
from typing import Any

from flask_appbuilder import AppBuilder
from flask_appbuilder.models.sqla.interface import SQLAInterface

from superset_like.access.actor import current
from superset_like.errors import NotFound
from superset_like.extensions import db
from superset_like.models import Annotation, AnnotationLayer
from superset_like.services import annotation_layers, annotations
from superset_like.views.admin.base import CONTENT, VISIBLE, EditableView, add

TIMES = {"changed_on": "Changed (UTC)", "created_on": "Created (UTC)"}


class AnnotationLayerAdmin(EditableView):
    """Layers of annotations."""

    datamodel = SQLAInterface(AnnotationLayer, db.session)
    route_base = "/admin/annotation-layers"
    base_filters = VISIBLE
    base_order = ("name", "asc")
    list_title, show_title, add_title, edit_title = (
        "Annotation layers",
        "Annotation layer",
        "Add an annotation layer",
        "Edit an annotation layer",
    )
    list_columns = ["name", "descr", "created_by", "changed_on"]
    search_columns = ["name", "descr", "created_by", "changed_on"]
    add_columns = ["name", "descr"]
    edit_columns = add_columns
    show_columns = [*add_columns, "created_by", "created_on", "changed_by", "changed_on"]
    label_columns = {"descr": "Description", **TIMES}

    def create(self, values: dict[str, Any]) -> AnnotationLayer:
        """A new layer."""
        return annotation_layers.create(current(), values)

    def update(self, pk: int, values: dict[str, Any]) -> AnnotationLayer:
        """The layer with these values."""
        return annotation_layers.update(current(), pk, values)

    def remove(self, pks: Sequence[int]) -> int:
        """How many are gone; one that has annotations stays."""
        return annotation_layers.delete(current(), pks)


class AnnotationAdmin(EditableView):
    """Annotations."""

    datamodel = SQLAInterface(Annotation, db.session)
    route_base = "/admin/annotations"
    base_filters = VISIBLE
    base_order = ("start_dttm", "desc")
    list_title, show_title, add_title, edit_title = "Annotations", "Annotation", "Add an annotation", "Edit"
    list_columns = ["layer", "short_descr", "start_dttm", "end_dttm", "changed_on"]
    search_columns = ["layer", "short_descr", "long_descr", "start_dttm", "end_dttm", "created_by", "changed_on"]
    add_columns = ["layer", "short_descr", "start_dttm", "end_dttm", "long_descr", "json_metadata"]
    # One that belongs elsewhere is another one.
    edit_columns = add_columns[1:]
    show_columns = [*add_columns, "created_by", "created_on", "changed_by", "changed_on"]
    json_columns = ("json_metadata",)
    label_columns = {
        "short_descr": "What happened",
        "long_descr": "Description",
        "start_dttm": "From (UTC)",
        "end_dttm": "Until (UTC)",
        "json_metadata": "Metadata",
        **TIMES,
    }

    def create(self, values: dict[str, Any]) -> Annotation:
        """A new annotation."""
        return annotations.create(current(), values.pop("layer"), values)

    def update(self, pk: int, values: dict[str, Any]) -> Annotation:
        """The annotation with these values."""
        return annotations.update(current(), _layer_of(pk), pk, values)

    def remove(self, pks: Sequence[int]) -> int:
        """How many are gone."""
        return sum(annotations.delete(current(), _layer_of(pk), [pk]) for pk in pks)


def _layer_of(pk: int) -> int:
    annotation = db.session.get(Annotation, pk)
    if annotation is None:
        raise NotFound()
    return annotation.layer_id


def register(builder: AppBuilder) -> None:
    """Layers and annotations are in the menu."""
    add(builder, AnnotationLayerAdmin, "Annotation layers", CONTENT, "fa-layer-group")
    add(builder, AnnotationAdmin, "Annotations", CONTENT, "fa-flag")
