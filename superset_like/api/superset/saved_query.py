"""/api/v1/saved_query"""

from typing import Any, ClassVar

from flask_appbuilder import Model
from flask_appbuilder.models.filters import BaseFilter
from flask_appbuilder.models.sqla.interface import SQLAInterface
from marshmallow import Schema, fields
from sqlalchemy import Select

from superset_like.api.superset.bodies import IdList, json_object, text
from superset_like.api.superset.bundles import BundlesMixin
from superset_like.api.superset.favorites import favorite_filter
from superset_like.api.superset.history import HistoryMixin
from superset_like.api.superset.resource import SupersetModelResource
from superset_like.api.superset.text_filter import AllText
from superset_like.models import ObjectType, SavedQuery, Tag
from superset_like.services import saved_queries

WRITTEN = ("catalog", "db_id", "description", "extra_json", "label", "schema", "sql", "template_parameters")


class SavedQueryFields(Schema):
    description = text()
    label = text(256)
    catalog = text(256)
    schema = text(256)
    sql = text()
    template_parameters = text(check=json_object)
    extra_json = text(check=json_object)


class SavedQueryPost(SavedQueryFields):
    db_id = fields.Integer(required=True, strict=True)


class SavedQueryPut(SavedQueryFields):
    db_id = fields.Integer(allow_none=True, strict=True)
    tags = IdList()


class SavedQueryAllText(AllText):
    """A word anywhere in what people read of a saved query."""

    arg_name = "all_text"
    places = (SavedQuery.schema, SavedQuery.label, SavedQuery.description, SavedQuery.sql)


class SavedQueryIsFavorite(BaseFilter):
    name = "Is favorite"
    arg_name = "saved_query_is_fav"

    def apply(self, query: Select[Any], value: Any) -> Select[Any]:
        starred = favorite_filter(SavedQuery, ObjectType.SAVED_QUERY)
        return query.where(starred if value else ~starred)


class SavedQueryTags(BaseFilter):
    name = "Tags"
    arg_name = "saved_query_tags"

    def apply(self, query: Select[Any], value: Any) -> Select[Any]:
        return query.where(SavedQuery.tags.any(Tag.name.icontains(str(value), autoescape=True)))


class SavedQueryTagId(BaseFilter):
    name = "Tag"
    arg_name = "saved_query_tag_id"

    def apply(self, query: Select[Any], value: Any) -> Select[Any]:
        return query.where(SavedQuery.tags.any(Tag.id == int(value)))


class SupersetSavedQueryApi(BundlesMixin, HistoryMixin, SupersetModelResource):
    """SQL kept under a name; everybody sees his own."""

    datamodel = SQLAInterface(SavedQuery)
    resource_name = "saved_query"
    class_permission_name = "SavedQuery"
    history_of = ObjectType.SAVED_QUERY
    openapi_spec_tag = "Queries"
    service: ClassVar[Any] = saved_queries
    noun = "saved query"
    plural = "saved queries"
    add_schema: ClassVar[type[Schema]] = SavedQueryPost
    edit_schema: ClassVar[type[Schema]] = SavedQueryPut
    show_columns = [
        "changed_on",
        "changed_on_delta_humanized",
        "changed_by.first_name",
        "changed_by.id",
        "changed_by.last_name",
        "created_by.first_name",
        "created_by.id",
        "created_by.last_name",
        "database.database_name",
        "database.id",
        "description",
        "id",
        "label",
        "catalog",
        "schema",
        "sql",
        "sql_tables",
        "template_parameters",
    ]
    list_columns = [
        "changed_on",
        "changed_on_delta_humanized",
        "changed_by.first_name",
        "changed_by.id",
        "changed_by.last_name",
        "created_on",
        "created_by.first_name",
        "created_by.id",
        "created_by.last_name",
        "database.database_name",
        "database.id",
        "db_id",
        "description",
        "extra",
        "id",
        "label",
        "last_run_delta_humanized",
        "rows",
        "catalog",
        "schema",
        "sql",
        "sql_tables",
        "tags.id",
        "tags.name",
        "tags.type",
    ]
    order_columns = [
        "catalog",
        "schema",
        "label",
        "description",
        "sql",
        "rows",
        "created_by.first_name",
        "database.database_name",
        "created_on",
        "changed_on_delta_humanized",
        "last_run_delta_humanized",
    ]
    search_columns = ["id", "database", "label", "catalog", "schema", "created_by", "changed_by", "tags"]
    search_filters = {
        "id": [SavedQueryIsFavorite],
        "label": [SavedQueryAllText],
        "tags": [SavedQueryTags, SavedQueryTagId],
    }
    base_order = ("changed_on", "desc")
    add_columns = list(SavedQueryPost._declared_fields)
    edit_columns = list(SavedQueryPut._declared_fields)
    allowed_rel_fields = frozenset({"database", "changed_by", "created_by"})
    allowed_distinct_fields = frozenset({"catalog", "schema"})

    def written(self, item: Model) -> dict[str, Any]:
        return {name: getattr(item, name) for name in WRITTEN}
