"""/api/v1/annotation_layer/<pk>/annotation"""

from datetime import UTC
from typing import ClassVar

from flask import Response
from flask_appbuilder.models.sqla.interface import SQLAInterface
from marshmallow import Schema, fields

from superset_like.access.actor import current
from superset_like.api.superset.bodies import json_text, text
from superset_like.api.superset.documented import endpoint
from superset_like.api.superset.resource import SupersetModelResource, json_body, json_response, tagged, whole_number
from superset_like.api.superset.rison import q_argument
from superset_like.api.superset.text_filter import AllText
from superset_like.errors import BadRequest
from superset_like.models import Annotation, AnnotationLayer
from superset_like.services import annotations, found


class AnnotationPut(Schema):
    short_descr = text(500, 1, nullable=False)
    long_descr = text()
    # A moment without a zone is one in UTC, as they are stored.
    start_dttm = fields.NaiveDateTime(timezone=UTC)
    end_dttm = fields.NaiveDateTime(timezone=UTC)
    json_metadata = text(check=json_text)


class AnnotationPost(AnnotationPut):
    short_descr = text(500, 1, required=True)
    start_dttm = fields.NaiveDateTime(timezone=UTC, required=True)
    end_dttm = fields.NaiveDateTime(timezone=UTC, required=True)


class AnnotationAllText(AllText):
    """A word in one of the descriptions."""

    arg_name = "annotation_all_text"
    places = (Annotation.short_descr, Annotation.long_descr)


class SupersetAnnotationApi(SupersetModelResource):
    """The annotations of a layer."""

    datamodel = SQLAInterface(Annotation)
    resource_name = "annotation_layer"
    class_permission_name = "Annotation"
    openapi_spec_tag = "Annotation Layers"
    # Each is below its layer; these would stand in the places of the layers' own.
    exclude_route_methods = {
        "bulk_delete",
        "delete",
        "distinct",
        "get",
        "get_list",
        "info",
        "post",
        "put",
        "related",
    }
    add_schema: ClassVar[type[Schema]] = AnnotationPost
    edit_schema: ClassVar[type[Schema]] = AnnotationPut
    show_columns = [
        "id",
        "short_descr",
        "long_descr",
        "start_dttm",
        "end_dttm",
        "json_metadata",
        "layer.id",
        "layer.name",
    ]
    list_columns = [
        "id",
        "changed_by.first_name",
        "changed_by.id",
        "changed_on_delta_humanized",
        "created_by.first_name",
        "created_by.id",
        "end_dttm",
        "long_descr",
        "short_descr",
        "start_dttm",
    ]
    order_columns = [
        "changed_by.first_name",
        "changed_on_delta_humanized",
        "created_by.first_name",
        "end_dttm",
        "long_descr",
        "short_descr",
        "start_dttm",
    ]
    search_columns = ["id", "short_descr", "long_descr", "start_dttm", "end_dttm", "created_by", "changed_by"]
    search_filters = {"short_descr": [AnnotationAllText]}

    @endpoint("GET", "/<pk>/annotation/", "A page of a layer's", permission="read", q="list")
    def annotations(self, pk: str) -> Response:
        layer = found.one(current(), AnnotationLayer, whole_number(pk))
        among = self.visible().where(Annotation.layer_id == layer.id)
        return self.listed(self._remembered(f"of {layer.id}", lambda: self._listing(among)))

    @endpoint("GET", "/<pk>/annotation/<annotation_id>", "One of them", permission="read", q="item")
    def annotation(self, pk: str, annotation_id: str) -> Response:
        among = self.visible().where(Annotation.layer_id == whole_number(pk))
        key = f"{whole_number(pk)}/{whole_number(annotation_id)}"
        return self.shown(self._remembered(key, lambda: self._item(annotation_id, among)))

    @endpoint("POST", "/<pk>/annotation/", "Make one", permission="write", status=201, body="add_schema")
    def add(self, pk: str) -> Response:
        annotation = annotations.create(current(), whole_number(pk), self.body(AnnotationPost))
        return json_response(201, {"id": annotation.id, "result": json_body()})

    @endpoint(
        "PUT",
        "/<pk>/annotation/<annotation_id>",
        "Change one; with If-Match, only that version",
        permission="write",
        body="edit_schema",
        refusals=(400, 401, 403, 404, 409, 412, 422),
    )
    def change(self, pk: str, annotation_id: str) -> Response:
        values = self.body(AnnotationPut)
        _held = self.as_expected(whole_number(annotation_id))
        changed = annotations.update(current(), whole_number(pk), whole_number(annotation_id), values)
        return tagged(json_response(200, {"id": changed.id, "result": json_body()}), changed.version)

    @endpoint("DELETE", "/<pk>/annotation/<annotation_id>", "Delete one", permission="write")
    def remove(self, pk: str, annotation_id: str) -> Response:
        annotations.delete(current(), whole_number(pk), [whole_number(annotation_id)])
        return json_response(200, {"message": "OK"})

    @endpoint("DELETE", "/<pk>/annotation/", "Delete several of a layer, or none", permission="write", q="ids")
    def remove_several(self, pk: str) -> Response:
        pks = list(dict.fromkeys(q_argument("ids")))
        if not pks:
            raise BadRequest("Not a valid rison schema [] should be non-empty")
        count = annotations.delete(current(), whole_number(pk), pks)
        return json_response(200, {"message": f"Deleted {count} annotation{'' if count == 1 else 's'}"})
