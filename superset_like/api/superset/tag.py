"""/api/v1/tag"""

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import Response, request
from flask_appbuilder.models.filters import BaseFilter
from flask_appbuilder.models.sqla.interface import SQLAInterface
from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length
from sqlalchemy import Select

from superset_like.access.actor import current
from superset_like.api.superset.bodies import text
from superset_like.api.superset.documented import Parameter, endpoint
from superset_like.api.superset.favorites import FavoritesMixin
from superset_like.api.superset.resource import SupersetModelResource, json_response, tagged, whole_number
from superset_like.api.superset.rison import declare, q_argument
from superset_like.errors import BadRequest, NotFound
from superset_like.models import ObjectType, Tag
from superset_like.services import tags

# Superset's words and numbers for what can be tagged.
KINDS: Mapping[str, ObjectType] = {
    "query": ObjectType.SAVED_QUERY,
    "saved_query": ObjectType.SAVED_QUERY,
    "chart": ObjectType.CHART,
    "dashboard": ObjectType.DASHBOARD,
    "dataset": ObjectType.DATASET,
    "1": ObjectType.SAVED_QUERY,
    "2": ObjectType.CHART,
    "3": ObjectType.DASHBOARD,
    "4": ObjectType.DATASET,
}
WORDS: Mapping[ObjectType, str] = {
    ObjectType.CHART: "chart",
    ObjectType.DASHBOARD: "dashboard",
    ObjectType.DATASET: "dataset",
    ObjectType.SAVED_QUERY: "query",
}
# Of people.
CUSTOM = 1

declare("tag_names", {"type": "array", "items": {"type": ["string", "integer"]}, "minItems": 1}, required=True)


def tag_name(value: str) -> None:
    """Nothing, or ValidationError for a name that lists of names and tags of the system could be taken for."""
    if not value.strip() or "," in value or ":" in value:
        raise ValidationError("A tag's name may hold neither a comma nor a colon.")


class PlaceField(fields.Field[tags.Place]):
    """[type, id] of an object."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tags.Place:
        if not isinstance(value, list) or len(value) != 2 or str(value[0]) not in KINDS:
            raise ValidationError(f"An object is [type, id], and a type one of {', '.join(sorted(WORDS.values()))}.")
        if not isinstance(value[1], int) or isinstance(value[1], bool) or not 0 < value[1] < 2**31:
            raise ValidationError("An object's id is a number.")
        return KINDS[str(value[0])], value[1]


class TagPost(Schema):
    name = text(250, 1, required=True, check=tag_name)
    description = text()
    objects_to_tag = fields.List(PlaceField(), validate=Length(max=1000))


class TagPut(Schema):
    name = text(250, 1, nullable=False, check=tag_name)
    description = text()
    objects_to_tag = fields.List(PlaceField(), validate=Length(max=1000))


class TagBulk(Schema):
    tags = fields.List(fields.Nested(TagPost), required=True, validate=Length(1, 100))


class TagNames(Schema):
    tags = fields.List(text(250, 1, required=True, check=tag_name), validate=Length(1, 100))


class TagsOfObject(TagNames):
    """Superset's pages send {properties: {tags}}; its description says {tags}."""

    properties = fields.Nested(TagNames)


class CustomTag(BaseFilter):
    """Tags of people, or those that are not."""

    name = "Is custom tag"
    arg_name = "custom_tag"

    def apply(self, query: Select[Any], value: Any) -> Select[Any]:
        return query.where(Tag.type == CUSTOM if value else Tag.type != CUSTOM)


class SupersetTagApi(FavoritesMixin, SupersetModelResource):
    """Words that people put on charts, dashboards, datasets and saved queries."""

    datamodel = SQLAInterface(Tag)
    resource_name = "tag"
    class_permission_name = "Tag"
    openapi_spec_tag = "Tags"
    service: ClassVar[Any] = tags
    noun, plural = "tag", "tags"
    object_type = ObjectType.TAG
    exclude_route_methods = {"distinct"}
    add_schema: ClassVar[type[Schema]] = TagPost
    edit_schema: ClassVar[type[Schema]] = TagPut
    list_columns = [
        "id",
        "name",
        "type",
        "description",
        "changed_by.first_name",
        "changed_by.last_name",
        "changed_on_delta_humanized",
        "created_on_delta_humanized",
        "created_by.first_name",
        "created_by.last_name",
    ]
    show_columns = list_columns
    order_columns = ["id", "name", "type", "description", "changed_on_delta_humanized", "created_on_delta_humanized"]
    search_columns = ["id", "name", "type", "description", "created_by", "changed_by"]
    search_filters = {"type": [CustomTag]}
    add_columns = list(TagPost._declared_fields)
    edit_columns = add_columns
    allowed_rel_fields = frozenset({"created_by", "changed_by"})

    @endpoint("POST", "/", "Make one, and put it on objects", permission="write", status=201, body="add_schema")
    def post(self) -> Response:
        values = self.body(TagPost)
        tag = tags.make(current(), values, values.get("objects_to_tag") or ())
        return json_response(201, {"id": tag.id, "result": self.written(tag)})

    @endpoint(
        "PUT",
        "/<pk>",
        "Change one; objects_to_tag are all that it is on",
        permission="write",
        body="edit_schema",
        refusals=(400, 401, 403, 404, 409, 412, 422),
    )
    def put(self, pk: str) -> Response:
        values = self.body(TagPut)
        _held = self.as_expected(whole_number(pk))
        tag = tags.update(current(), whole_number(pk), values, values.get("objects_to_tag"))
        return tagged(json_response(200, {"id": tag.id, "result": self.written(tag)}), tag.version)

    @endpoint("DELETE", "/", "Delete several, by their names or ids", permission="write", q="tag_names")
    def bulk_delete(self) -> Response:
        named = q_argument("tag_names")
        pks = [each for each in named if isinstance(each, int)]
        pks += tags.ids_of([each for each in named if isinstance(each, str)])
        count = tags.delete(current(), list(dict.fromkeys(pks)))
        return json_response(200, {"message": f"Deleted {count} {self.noun if count == 1 else self.plural}"})

    @endpoint("POST", "/bulk_create", "Make several and put them on objects", permission="bulk_create", body=TagBulk)
    def bulk_create(self) -> Response:
        wishes = [(each, each.get("objects_to_tag") or ()) for each in self.body(TagBulk)["tags"]]
        done, skipped = tags.make_many(current(), wishes)
        result = {"objects_tagged": _places(done), "objects_skipped": _places(skipped)}
        return json_response(200, {"result": result})

    @endpoint(
        "GET",
        "/get_objects/",
        "What bears one of the tags",
        permission="read",
        parameters=(
            Parameter("tags", description="Names, with commas between them"),
            Parameter("tagIds", description="Ids, with commas between them"),
            Parameter("types", description="chart, dashboard, dataset, query; with commas between them"),
        ),
    )
    def get_objects(self) -> Response:
        kinds = [_kind(word) for word in _listed("types")] or [KINDS[word] for word in WORDS.values()]
        ids = [whole_number(each) for each in _listed("tagIds")]
        found = tags.tagged(current(), ids, _listed("tags"), list(dict.fromkeys(kinds)))
        return json_response(200, {"result": [_record(each) for each in found]})

    @endpoint(
        "POST",
        "/<object_type>/<object_id>/",
        "Put tags on an object",
        permission="write",
        status=201,
        body=TagsOfObject,
    )
    def add_objects(self, object_type: str, object_id: str) -> Response:
        values = self.body(TagsOfObject)
        names = values.get("tags") or values.get("properties", {}).get("tags")
        if not names:
            raise BadRequest(fields={"tags": ["Missing data for required field."]})
        tags.put(current(), _place(object_type, object_id), names)
        return json_response(201, {})

    @endpoint("DELETE", "/<object_type>/<object_id>/<tag>/", "Take a tag off an object", permission="write")
    def delete_object(self, object_type: str, object_id: str, tag: str) -> Response:
        tags.take(current(), _place(object_type, object_id), tag)
        return json_response(200, {"message": "OK"})


def _place(object_type: str, object_id: str) -> tags.Place:
    if object_type not in KINDS:
        raise NotFound()
    return KINDS[object_type], whole_number(object_id)


def _kind(word: str) -> ObjectType:
    if word not in KINDS:
        raise BadRequest(fields={"types": [f"Must be some of: {', '.join(sorted(WORDS.values()))}."]})
    return KINDS[word]


def _listed(name: str) -> list[str]:
    return [part.strip() for part in (request.args.get(name) or "").split(",") if part.strip()]


def _places(found: list[tags.Place]) -> list[list[Any]]:
    return [[WORDS[kind], pk] for kind, pk in found]


def _record(each: tags.Tagged) -> dict[str, Any]:
    item, by = each.item, each.item.created_by
    return {
        "id": item.id,
        "type": WORDS[each.kind],
        "name": str(item),
        "url": getattr(item, "url", None) or f"/sqllab?savedQueryId={item.id}",
        "changed_on": item.changed_on,
        "created_by": by and {"id": by.id, "first_name": by.first_name, "last_name": by.last_name},
        "creator": item.created_by_name,
        "tags": [{"id": tag.id, "name": tag.name, "type": tag.type} for tag in each.tags],
        "owners": [
            {"id": owner.id, "username": owner.username, "first_name": owner.first_name, "last_name": owner.last_name}
            for owner in getattr(item, "owners", ())
        ],
    }
