"""/api/v1/chart, but for its data."""

from typing import Any, ClassVar

from flask_appbuilder.models.filters import BaseFilter
from flask_appbuilder.models.sqla.interface import SQLAInterface
from marshmallow import Schema, fields
from marshmallow.validate import OneOf
from sqlalchemy import Select, or_, select

from superset_like.access import rules
from superset_like.access.actor import Actor, current
from superset_like.api.superset.bodies import DATASOURCE_TYPES, Certification, IdList, json_object, text
from superset_like.api.superset.bundles import BundlesMixin
from superset_like.api.superset.favorites import FavoritesMixin, favorite_filter
from superset_like.api.superset.history import HistoryMixin
from superset_like.api.superset.resource import SupersetModelResource, by_id_or_uuid
from superset_like.api.superset.text_filter import AllText
from superset_like.extensions import db
from superset_like.models import Chart, Dashboard, ObjectType, Tag
from superset_like.services import charts


class ChartPost(Certification):
    slice_name = text(250, 1, required=True)
    description = text()
    viz_type = text(250)
    owners = IdList()
    params = text(check=json_object)
    query_context = text(check=json_object)
    query_context_generation = fields.Boolean(allow_none=True)
    cache_timeout = fields.Integer(allow_none=True)
    datasource_id = fields.Integer(required=True, strict=True)
    datasource_type = fields.String(required=True, validate=OneOf(DATASOURCE_TYPES))
    datasource_name = text()
    dashboards = IdList()


class ChartPut(Certification):
    slice_name = text(250)
    description = text()
    viz_type = text(250)
    owners = IdList()
    params = text(check=json_object)
    query_context = text(check=json_object)
    query_context_generation = fields.Boolean(allow_none=True)
    cache_timeout = fields.Integer(allow_none=True)
    datasource_id = fields.Integer(allow_none=True, strict=True)
    datasource_type = fields.String(allow_none=True, validate=OneOf(DATASOURCE_TYPES))
    dashboards = IdList()
    tags = IdList()


class ChartAllText(AllText):
    """A word anywhere in what people read of a chart."""

    arg_name = "chart_all_text"
    places = (Chart.slice_name, Chart.description, Chart.viz_type, Chart.datasource_name)


class ChartIsCertified(BaseFilter):
    name = "Is certified"
    arg_name = "chart_is_certified"

    def apply(self, query: Select[Any], value: Any) -> Select[Any]:
        certified = Chart.certified_by.is_not(None) & (Chart.certified_by != "")
        return query.where(certified if value else ~certified)


class ChartCreatedByMe(BaseFilter):
    name = "Created by me"
    arg_name = "chart_created_by_me"

    def apply(self, query: Select[Any], value: Any) -> Select[Any]:
        return query.where(Chart.created_by_fk == current().user_id)


class ChartHasCreatedBy(BaseFilter):
    name = "Has created by"
    arg_name = "chart_has_created_by"

    def apply(self, query: Select[Any], value: Any) -> Select[Any]:
        return query.where(Chart.created_by_fk.is_not(None) if value else Chart.created_by_fk.is_(None))


class ChartMine(BaseFilter):
    """Owned, made or starred by the caller."""

    name = "Owned, created or favored by me"
    arg_name = "chart_owned_created_favored_by_me"

    def apply(self, query: Select[Any], value: Any) -> Select[Any]:
        me = current().user_id
        mine = or_(Chart.created_by_fk == me, Chart.owners.any(id=me), favorite_filter(Chart, ObjectType.CHART))
        return query.where(mine if value else ~mine)


class ChartIsFavorite(BaseFilter):
    name = "Is favorite"
    arg_name = "chart_is_favorite"

    def apply(self, query: Select[Any], value: Any) -> Select[Any]:
        starred = favorite_filter(Chart, ObjectType.CHART)
        return query.where(starred if value else ~starred)


class ChartTags(BaseFilter):
    name = "Tags"
    arg_name = "chart_tags"

    def apply(self, query: Select[Any], value: Any) -> Select[Any]:
        return query.where(Chart.tags.any(Tag.name.icontains(str(value), autoescape=True)))


class ChartTagId(BaseFilter):
    name = "Tag"
    arg_name = "chart_tag_id"

    def apply(self, query: Select[Any], value: Any) -> Select[Any]:
        return query.where(Chart.tags.any(Tag.id == int(value)))


SHOWN = [
    "cache_timeout",
    "certified_by",
    "certification_details",
    "changed_on_delta_humanized",
    "dashboards.id",
    "dashboards.dashboard_title",
    "datasource_id",
    "datasource_name_text",
    "datasource_type",
    "datasource_url",
    "description",
    "id",
    "is_managed_externally",
    "owners.id",
    "owners.first_name",
    "owners.last_name",
    "owners.email",
    "params",
    "query_context",
    "slice_name",
    "table.uuid",
    "tags.id",
    "tags.name",
    "tags.type",
    "thumbnail_url",
    "url",
    "uuid",
    "version",
    "viz_type",
]


class SupersetChartApi(BundlesMixin, FavoritesMixin, HistoryMixin, SupersetModelResource):
    """Charts."""

    datamodel = SQLAInterface(Chart)
    resource_name = "chart"
    class_permission_name = "Chart"
    history_of = ObjectType.CHART
    openapi_spec_tag = "Charts"
    service: ClassVar[Any] = charts
    noun, plural = "chart", "charts"
    object_type = ObjectType.CHART
    add_schema: ClassVar[type[Schema]] = ChartPost
    edit_schema: ClassVar[type[Schema]] = ChartPut
    list_columns = [
        "is_managed_externally",
        "certified_by",
        "certification_details",
        "cache_timeout",
        "changed_by.first_name",
        "changed_by.last_name",
        "changed_by.id",
        "changed_by_name",
        "changed_on_delta_humanized",
        "changed_on_dttm",
        "changed_on_utc",
        "created_by.first_name",
        "created_by.id",
        "created_by.last_name",
        "created_by_name",
        "created_on_delta_humanized",
        "datasource_id",
        "datasource_name_text",
        "datasource_type",
        "datasource_url",
        "description",
        "description_markeddown",
        "edit_url",
        "form_data",
        "id",
        "last_saved_at",
        "last_saved_by.id",
        "last_saved_by.first_name",
        "last_saved_by.last_name",
        "owners.first_name",
        "owners.id",
        "owners.last_name",
        "owners.email",
        "dashboards.id",
        "dashboards.dashboard_title",
        "params",
        "slice_name",
        "slice_url",
        "table.default_endpoint",
        "table.table_name",
        "thumbnail_url",
        "url",
        "viz_type",
        "tags.id",
        "tags.name",
        "tags.type",
        "uuid",
    ]
    show_columns = SHOWN
    order_columns = [
        "changed_by.first_name",
        "changed_on_delta_humanized",
        "datasource_id",
        "datasource_name",
        "last_saved_at",
        "last_saved_by.id",
        "last_saved_by.first_name",
        "last_saved_by.last_name",
        "slice_name",
        "viz_type",
        "id",
    ]
    search_columns = [
        "created_by",
        "changed_by",
        "last_saved_at",
        "last_saved_by",
        "datasource_id",
        "datasource_name",
        "datasource_type",
        "description",
        "id",
        "uuid",
        "owners",
        "dashboards",
        "slice_name",
        "viz_type",
        "tags",
    ]
    search_filters = {
        "id": [ChartIsFavorite, ChartIsCertified, ChartMine],
        "slice_name": [ChartAllText],
        "created_by": [ChartHasCreatedBy, ChartCreatedByMe],
        "tags": [ChartTags, ChartTagId],
    }
    base_order = ("changed_on", "desc")
    add_columns = list(ChartPost._declared_fields)
    edit_columns = list(ChartPut._declared_fields)
    allowed_rel_fields = frozenset({"owners", "created_by", "changed_by"})

    def identified(self, statement: Select[Any], pk: str) -> Select[Any]:
        return by_id_or_uuid(statement, Chart, pk)

    def finished(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        hide_unseen_dashboards(current(), records)
        return records

    def finished_item(self, record: dict[str, Any]) -> dict[str, Any]:
        if "table" in record:
            table = record.pop("table")
            record["datasource_uuid"] = table["uuid"] if table else None
        return record


def hide_unseen_dashboards(actor: Actor, records: list[dict[str, Any]]) -> None:
    """The records' `dashboards` are those the caller may see."""
    condition = rules.visible(actor, Dashboard)
    if condition is None or not any(record.get("dashboards") for record in records):
        return
    ids = {dashboard["id"] for record in records for dashboard in record["dashboards"] if "id" in dashboard}
    seen = set(db.session.execute(select(Dashboard.id).where(Dashboard.id.in_(ids), condition)).scalars())
    for record in records:
        record["dashboards"] = [each for each in record["dashboards"] if each.get("id") in seen]
