"""/api/v1/annotation_layer, but for the annotations in a layer."""

from typing import Any, ClassVar

from flask_appbuilder.models.sqla.interface import SQLAInterface
from marshmallow import Schema

from superset_like.api.superset.bodies import text
from superset_like.api.superset.resource import SupersetModelResource
from superset_like.api.superset.text_filter import AllText
from superset_like.models import AnnotationLayer
from superset_like.services import annotation_layers


class LayerPost(Schema):
    name = text(250, 1, required=True)
    descr = text()


class LayerPut(Schema):
    name = text(250, 1, nullable=False)
    descr = text()


class LayerAllText(AllText):
    """A word in the name or the description."""

    arg_name = "annotation_layer_all_text"
    places = (AnnotationLayer.name, AnnotationLayer.descr)


class SupersetAnnotationLayerApi(SupersetModelResource):
    """Layers of annotations."""

    datamodel = SQLAInterface(AnnotationLayer)
    resource_name = "annotation_layer"
    class_permission_name = "Annotation"
    openapi_spec_tag = "Annotation Layers"
    service: ClassVar[Any] = annotation_layers
    noun, plural = "annotation layer", "annotation layers"
    exclude_route_methods = {"distinct"}
    add_schema: ClassVar[type[Schema]] = LayerPost
    edit_schema: ClassVar[type[Schema]] = LayerPut
    show_columns = ["id", "name", "descr"]
    list_columns = [
        *show_columns,
        "created_by.first_name",
        "created_by.last_name",
        "changed_by.first_name",
        "changed_by.last_name",
        "changed_on",
        "changed_on_delta_humanized",
        "created_on",
    ]
    order_columns = [
        "name",
        "descr",
        "created_by.first_name",
        "changed_by.first_name",
        "changed_on",
        "changed_on_delta_humanized",
        "created_on",
    ]
    search_columns = ["id", "name", "descr", "created_by", "changed_by"]
    search_filters = {"name": [LayerAllText]}
    add_columns = ["name", "descr"]
    edit_columns = add_columns
    allowed_rel_fields = frozenset({"created_by", "changed_by"})
