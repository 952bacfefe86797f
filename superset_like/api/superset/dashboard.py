"""/api/v1/dashboard"""

from typing import Any, ClassVar

import orjson
from flask import Response, request
from flask_appbuilder.models.filters import BaseFilter
from flask_appbuilder.models.sqla.interface import SQLAInterface
from marshmallow import EXCLUDE, Schema, ValidationError, fields
from sqlalchemy import Select

from superset_like.access.actor import current
from superset_like.api.superset.arguments import count, flag
from superset_like.api.superset.bodies import Certification, IdList, json_object, text
from superset_like.api.superset.bundles import BINARY, ZIP, BundlesMixin, download
from superset_like.api.superset.dataset_record import dashboard_dataset
from superset_like.api.superset.documented import Parameter, endpoint
from superset_like.api.superset.favorites import FavoritesMixin, favorite_filter
from superset_like.api.superset.history import HistoryMixin
from superset_like.api.superset.resource import SupersetModelResource, json_response, whole_number
from superset_like.api.superset.text_filter import AllText
from superset_like.models import Dashboard, EmbeddedDashboard, ObjectType, Tag
from superset_like.services import dashboards, embedding, guest_questions, themes
from superset_like.services.bundles import example

# What a page that shows a dashboard needs of it, beside its charts.
OF_PAGE = ("id", "uuid", "slug", "dashboard_title", "css", "json_metadata", "position_json", "published")


class DashboardMetadata(Schema):
    """What json_metadata may hold, as far as its types are known; other keys are kept as they are."""

    class Meta:
        unknown = EXCLUDE

    native_filter_configuration = fields.List(fields.Dict(), allow_none=True)
    chart_configuration = fields.Dict(allow_none=True)
    global_chart_configuration = fields.Dict(allow_none=True)
    chart_customization_config = fields.List(fields.Dict(), allow_none=True)
    timed_refresh_immune_slices = fields.List(fields.Integer(), allow_none=True)
    filter_scopes = fields.Dict(allow_none=True)
    expanded_slices = fields.Dict(allow_none=True)
    refresh_frequency = fields.Integer(allow_none=True)
    default_filters = fields.String(allow_none=True)
    stagger_refresh = fields.Boolean(allow_none=True)
    stagger_time = fields.Integer(allow_none=True)
    color_scheme = fields.String(allow_none=True)
    color_namespace = fields.String(allow_none=True)
    positions = fields.Dict(allow_none=True)
    label_colors = fields.Dict(allow_none=True)
    map_label_colors = fields.Dict(allow_none=True)
    color_scheme_domain = fields.List(fields.String(), allow_none=True)
    cross_filters_enabled = fields.Boolean(allow_none=True)
    show_chart_timestamps = fields.Boolean(allow_none=True)
    filter_bar_orientation = fields.String(allow_none=True)
    native_filter_migration = fields.Dict(allow_none=True)


def metadata_text(value: str | None) -> None:
    """Nothing, or ValidationError when the text is no JSON object of known types."""
    json_object(value)
    errors = DashboardMetadata().validate(orjson.loads(value)) if value else {}
    if errors:
        raise ValidationError([f"{name}: {texts}" for name, texts in errors.items()])


class DashboardPost(Certification):
    dashboard_title = text(500)
    slug = text(255, 1, check=dashboards.slug_text)
    owners = IdList()
    roles = IdList()
    charts = IdList()
    position_json = text(check=json_object)
    css = text()
    theme_id = fields.Integer(allow_none=True)
    json_metadata = text(check=metadata_text)
    published = fields.Boolean(allow_none=True)


class DashboardPut(Certification):
    dashboard_title = text(500)
    slug = text(255, check=dashboards.slug_text)
    owners = IdList(allow_none=True)
    roles = IdList(allow_none=True)
    charts = IdList(allow_none=True)
    position_json = text(check=json_object)
    css = text()
    theme_id = fields.Integer(allow_none=True)
    json_metadata = text(check=metadata_text)
    published = fields.Boolean(allow_none=True)
    tags = IdList(allow_none=True)


class DashboardCopy(Schema):
    dashboard_title = text(500)
    css = text()
    json_metadata = text(required=True, check=metadata_text)
    duplicate_slices = fields.Boolean()


class EmbeddedPost(Schema):
    allowed_domains = fields.List(fields.String(), required=True)


class TitleOrSlug(AllText):
    name = "Title or Slug"
    arg_name = "title_or_slug"
    places = (Dashboard.dashboard_title, Dashboard.slug)


class DashboardIsFavorite(BaseFilter):
    name = "Is favorite"
    arg_name = "dashboard_is_favorite"

    def apply(self, query: Select[Any], value: Any) -> Select[Any]:
        starred = favorite_filter(Dashboard, ObjectType.DASHBOARD)
        return query.where(starred if value else ~starred)


class DashboardIsCertified(BaseFilter):
    name = "Is certified"
    arg_name = "dashboard_is_certified"

    def apply(self, query: Select[Any], value: Any) -> Select[Any]:
        certified = Dashboard.certified_by.is_not(None) & (Dashboard.certified_by != "")
        return query.where(certified if value else ~certified)


class DashboardCreatedByMe(BaseFilter):
    name = "Created by me"
    arg_name = "dashboard_created_by_me"

    def apply(self, query: Select[Any], value: Any) -> Select[Any]:
        me = current().user_id
        return query.where((Dashboard.created_by_fk == me) | (Dashboard.changed_by_fk == me))


class DashboardHasCreatedBy(BaseFilter):
    name = "Has created by"
    arg_name = "dashboard_has_created_by"

    def apply(self, query: Select[Any], value: Any) -> Select[Any]:
        return query.where(Dashboard.created_by_fk.is_not(None) if value else Dashboard.created_by_fk.is_(None))


class DashboardTags(BaseFilter):
    name = "Tags"
    arg_name = "dashboard_tags"

    def apply(self, query: Select[Any], value: Any) -> Select[Any]:
        return query.where(Dashboard.tags.any(Tag.name.icontains(str(value), autoescape=True)))


class DashboardTagId(BaseFilter):
    name = "Tag"
    arg_name = "dashboard_tag_id"

    def apply(self, query: Select[Any], value: Any) -> Select[Any]:
        return query.where(Dashboard.tags.any(Tag.id == int(value)))


def _readable(metadata: str | None) -> str | None:
    """The metadata as the caller may read it: filters of a declaration may hold SQL, which no guest sees."""
    if metadata is None or current().guest is None:
        return metadata
    return orjson.dumps(guest_questions.shown(orjson.loads(metadata))).decode()


class SupersetDashboardApi(BundlesMixin, FavoritesMixin, HistoryMixin, SupersetModelResource):
    """Dashboards."""

    datamodel = SQLAInterface(Dashboard)
    resource_name = "dashboard"
    class_permission_name = "Dashboard"
    history_of = ObjectType.DASHBOARD
    openapi_spec_tag = "Dashboards"
    open_to_guests = frozenset({"charts", "datasets", "get", "tabs"})
    service: ClassVar[Any] = dashboards
    noun, plural = "dashboard", "dashboards"
    object_type = ObjectType.DASHBOARD
    add_schema: ClassVar[type[Schema]] = DashboardPost
    edit_schema: ClassVar[type[Schema]] = DashboardPut
    list_columns = [
        "id",
        "uuid",
        "published",
        "status",
        "slug",
        "url",
        "thumbnail_url",
        "certified_by",
        "certification_details",
        "changed_by.first_name",
        "changed_by.last_name",
        "changed_by.id",
        "changed_by_name",
        "changed_on_utc",
        "changed_on_delta_humanized",
        "created_on_delta_humanized",
        "created_by.first_name",
        "created_by.id",
        "created_by.last_name",
        "dashboard_title",
        "owners.id",
        "owners.first_name",
        "owners.last_name",
        "owners.email",
        "roles.id",
        "roles.name",
        "is_managed_externally",
        "tags.id",
        "tags.name",
        "tags.type",
    ]
    show_columns = [
        "id",
        "uuid",
        "slug",
        "url",
        "dashboard_title",
        "thumbnail_url",
        "published",
        "css",
        "theme.id",
        "theme.theme_name",
        "theme.json_data",
        "json_metadata",
        "position_json",
        "certified_by",
        "certification_details",
        "changed_by_name",
        "changed_by.id",
        "changed_by.first_name",
        "changed_by.last_name",
        "changed_on",
        "changed_on_delta_humanized",
        "created_on_delta_humanized",
        "created_by.id",
        "created_by.first_name",
        "created_by.last_name",
        "charts.slice_name",
        "owners.id",
        "owners.first_name",
        "owners.last_name",
        "owners.email",
        "roles.id",
        "roles.name",
        "tags.id",
        "tags.name",
        "tags.type",
        "is_managed_externally",
        "version",
    ]
    order_columns = [
        "changed_by.first_name",
        "changed_on_delta_humanized",
        "created_by.first_name",
        "dashboard_title",
        "published",
        "changed_on",
        "id",
    ]
    search_columns = [
        "created_by",
        "changed_by",
        "dashboard_title",
        "id",
        "uuid",
        "owners",
        "published",
        "roles",
        "slug",
        "tags",
    ]
    search_filters = {
        "dashboard_title": [TitleOrSlug],
        "id": [DashboardIsFavorite, DashboardIsCertified],
        "created_by": [DashboardCreatedByMe, DashboardHasCreatedBy],
        "tags": [DashboardTags, DashboardTagId],
    }
    base_order = ("changed_on", "desc")
    add_columns = list(DashboardPost._declared_fields)
    # Clients of Superset write back all that is named here as they read it, and charts are read by their names.
    edit_columns = [name for name in DashboardPut._declared_fields if name != "charts"]
    allowed_rel_fields = frozenset({"owners", "roles", "tags", "created_by", "changed_by"})

    def identified(self, statement: Select[Any], pk: str) -> Select[Any]:
        return statement.where(dashboards.named(pk))

    def finished_item(self, record: dict[str, Any]) -> dict[str, Any]:
        if "charts" in record:
            record["charts"] = [chart["slice_name"] for chart in record["charts"]]
        if "tags" in record:
            record["custom_tags"] = [tag for tag in record["tags"] if tag["type"] == 1]
        if "css" in record:
            record["css"] = record["css"] or ""
        if "json_metadata" in record:
            record["json_metadata"] = _readable(record["json_metadata"])
        return record

    def dashboard(self, id_or_slug: str) -> Dashboard:
        """The dashboard, if the caller may see it. Raises NotFound."""
        return dashboards.find(current(), id_or_slug)

    @endpoint(
        "GET",
        "/<id_or_slug>/charts",
        "The charts on it",
        permission="read",
        parameters=(Parameter("with_dashboard", "boolean", "Tell of the dashboard too what its page needs"),),
    )
    def charts(self, id_or_slug: str) -> Response:
        dashboard = self.dashboard(id_or_slug)
        shown = [
            {
                "id": chart.id,
                "slice_name": chart.slice_name,
                "slice_url": chart.slice_url,
                "description": chart.description,
                "description_markeddown": chart.description_markeddown,
                "cache_timeout": chart.cache_timeout,
                "certified_by": chart.certified_by,
                "certification_details": chart.certification_details,
                "changed_on": chart.changed_on,
                "form_data": chart.form_data if current().guest is None else guest_questions.shown(chart.form_data),
            }
            for chart in dashboards.charts_of(current(), dashboard)
        ]
        more = {}
        if flag("with_dashboard"):
            of_page = {name: getattr(dashboard, name) for name in OF_PAGE}
            of_page["json_metadata"] = _readable(dashboard.json_metadata)
            more = {"dashboard": {**of_page, "theme": themes.worn(dashboard)}}
        return json_response(200, {"result": shown, **more})

    @endpoint("GET", "/<id_or_slug>/datasets", "The datasets its charts ask", permission="read")
    def datasets(self, id_or_slug: str) -> Response:
        dashboard = self.dashboard(id_or_slug)
        shown = [dashboard_dataset(dataset, current()) for dataset in dashboards.datasets_of(current(), dashboard)]
        return json_response(200, {"result": shown})

    @endpoint("GET", "/<id_or_slug>/tabs", "Its tabs, as a tree", permission="read")
    def tabs(self, id_or_slug: str) -> Response:
        tabs = dashboards.tabs_of(self.dashboard(id_or_slug))
        return json_response(200, {"result": tabs if current().guest is None else guest_questions.shown(tabs)})

    @endpoint("POST", "/<id_or_slug>/copy/", "Make another like it", permission="write", body=DashboardCopy)
    def copy_dash(self, id_or_slug: str) -> Response:
        made = dashboards.copy(current(), self.dashboard(id_or_slug), self.body(DashboardCopy))
        result = {"id": made.id, "last_modified_time": made.changed_on.replace(microsecond=0).timestamp()}
        return json_response(200, {"result": result})

    @endpoint(
        "GET",
        "/<pk>/export_as_example/",
        "It and the rows of its datasets, as Superset keeps its examples",
        permission="export_as_example",
        parameters=(Parameter("export_data", "boolean"), Parameter("sample_rows", "integer")),
        content_type=ZIP,
        answer=BINARY,
        refusals=(400, 401, 403, 404, 413),
    )
    def export_as_example(self, pk: str) -> Response:
        with_data = "export_data" not in request.args or flag("export_data")
        rows = count("sample_rows")
        return download(example.of_dashboard(current(), whole_number(pk), with_data=with_data, most_rows=rows))

    @endpoint("GET", "/<id_or_slug>/embedded", "How it may be embedded", permission="get_embedded")
    def get_embedded(self, id_or_slug: str) -> Response:
        embedded = self.dashboard(id_or_slug).embedded
        return json_response(200, {"result": embedded_record(embedded)}) if embedded else json_response(404, {})

    @endpoint("POST", "/<id_or_slug>/embedded", "Let it be embedded", permission="set_embedded", body=EmbeddedPost)
    def set_embedded(self, id_or_slug: str) -> Response:
        domains = self.body(EmbeddedPost)["allowed_domains"]
        embedded = embedding.allow(current(), self.dashboard(id_or_slug), domains)
        return json_response(200, {"result": embedded_record(embedded)})

    @endpoint("PUT", "/<id_or_slug>/embedded", "Change who may embed it", permission="set_embedded", body=EmbeddedPost)
    def put_embedded(self, id_or_slug: str) -> Response:
        domains = self.body(EmbeddedPost)["allowed_domains"]
        embedded = embedding.allow(current(), self.dashboard(id_or_slug), domains)
        return json_response(200, {"result": embedded_record(embedded)})

    @endpoint("DELETE", "/<id_or_slug>/embedded", "Stop its being embedded", permission="delete_embedded")
    def delete_embedded(self, id_or_slug: str) -> Response:
        embedding.forbid(current(), self.dashboard(id_or_slug))
        return json_response(200, {"message": "OK"})

    @endpoint(
        "DELETE", "/<id_or_slug>/embedded/tokens", "Void the guest tokens issued so far", permission="set_embedded"
    )
    def revoke_guest_tokens(self, id_or_slug: str) -> Response:
        embedding.revoke_tokens(current(), self.dashboard(id_or_slug))
        return json_response(200, {"message": "OK"})


def embedded_record(embedded: EmbeddedDashboard) -> dict[str, Any]:
    """The leave to embed as this dialect shows it; dashboard_id is text."""
    by = embedded.changed_by
    return {
        "uuid": embedded.uuid,
        "allowed_domains": embedded.allowed_domains,
        "dashboard_id": str(embedded.dashboard_id),
        "changed_on": embedded.changed_on,
        "changed_by": by
        and {"id": by.id, "first_name": by.first_name, "last_name": by.last_name, "username": by.username},
    }
