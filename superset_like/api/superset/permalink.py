"""/api/v1/dashboard/permalink, explore/permalink and sqllab/permalink: links to a page as somebody left it"""

import re
from typing import Any

import orjson
from flask import Response, request
from marshmallow import Schema, ValidationError, fields

from superset_like.access.actor import current
from superset_like.api.superset.bodies import json_object, text
from superset_like.api.superset.datasource import dataset_id
from superset_like.api.superset.documented import endpoint
from superset_like.api.superset.resource import SupersetResource, json_response, whole_number
from superset_like.api.superset.states import REFUSALS, identity, url_params
from superset_like.extensions import settings
from superset_like.models import Database, StateKind
from superset_like.services import dashboards, explore, found, kept_states

DATASOURCE = re.compile(r"([0-9]{1,18})__([a-z_]+)")
CHART = re.compile(r"[0-9]{1,18}")
MADE = {"type": "object", "properties": {"key": {"type": "string"}, "url": {"type": "string"}}}


def datasource_named(form: dict[str, Any]) -> None:
    """Nothing, or ValidationError when the form does not say what it is about in a way that can be."""
    if not isinstance(form.get("datasource"), str) or not DATASOURCE.fullmatch(form["datasource"]):
        raise ValidationError("datasource must be an id and a type, such as 1__table")
    if not CHART.fullmatch(str(form.get("slice_id") or 0)):
        raise ValidationError("slice_id must be a number")


class DashboardState(Schema):
    """What somebody set on a dashboard. dataMask: filter id -> its state; chartStates: chart id -> its state."""

    dataMask = fields.Dict(keys=fields.String(), allow_none=True)  # noqa: N815 - the wire's name
    activeTabs = fields.List(fields.String(), allow_none=True)  # noqa: N815 - the wire's name
    anchor = text()
    urlParams = url_params()  # noqa: N815 - the wire's name
    chartStates = fields.Dict(keys=fields.String(), allow_none=True)  # noqa: N815 - the wire's name


class ExploreState(Schema):
    """A form of the chart editor, which says its datasource (`1__table`) and, when it is a saved chart's, slice_id."""

    formData = fields.Dict(keys=fields.String(), required=True, validate=datasource_named)  # noqa: N815 - the wire's name
    urlParams = url_params()  # noqa: N815 - the wire's name
    chartState = fields.Dict(keys=fields.String(), allow_none=True)  # noqa: N815 - the wire's name


class SqlLabState(Schema):
    """A tab of the SQL editor."""

    dbId = identity(required=True)  # noqa: N815 - the wire's name
    name = fields.String(required=True)
    sql = fields.String(required=True)
    schema = text()
    catalog = text()
    autorun = fields.Boolean()
    templateParams = text(check=json_object)  # noqa: N815 - the wire's name


class SupersetDashboardPermalinkApi(SupersetResource):
    """Links to a dashboard with its filters and tabs as they are."""

    resource_name = "dashboard"
    class_permission_name = "DashboardPermalinkRestApi"
    openapi_spec_tag = "Dashboard Permanent Link"
    open_to_guests = frozenset({"get", "post"})

    @endpoint(
        "POST",
        "/<id_or_slug>/permalink",
        "Make a link to it as it is set; the same again for the same state",
        permission="write",
        status=201,
        body=DashboardState,
        answer=MADE,
        refusals=REFUSALS,
    )
    def post(self, id_or_slug: str) -> Response:
        state = self.body(DashboardState)
        dashboard = dashboards.find(current(), id_or_slug)
        key = kept_states.link(current(), StateKind.DASHBOARD_PERMALINK, spelled(state), dashboard)
        return made(key, f"/superset/dashboard/p/{key}/")

    @endpoint(
        "GET",
        "/permalink/<key>",
        "The state behind a link",
        permission="read",
        answer={
            "type": "object",
            "properties": {"dashboardId": {"type": "string", "format": "uuid"}, "state": {"type": "object"}},
        },
        refusals=(401, 403, 404),
    )
    def get(self, key: str) -> Response:
        kept = kept_states.find(current(), StateKind.DASHBOARD_PERMALINK, key)
        dashboard: Any = kept.dashboard
        return json_response(200, {"dashboardId": dashboard.uuid, "state": orjson.Fragment(kept.value)})


class SupersetExplorePermalinkApi(SupersetResource):
    """Links to the chart editor with its form as it is."""

    resource_name = "explore"
    class_permission_name = "ExplorePermalinkRestApi"
    openapi_spec_tag = "Explore Permanent Link"

    @endpoint(
        "POST",
        "/permalink",
        "Make a link to a form; the same again for the same form",
        permission="write",
        status=201,
        body=ExploreState,
        answer=MADE,
        refusals=REFUSALS,
    )
    def post(self) -> Response:
        state = self.body(ExploreState)
        form = state["formData"]
        about = explore.about(current(), dataset_of(form), chart_of(form))
        key = kept_states.link(current(), StateKind.EXPLORE_PERMALINK, spelled(state), *about)
        return made(key, f"/superset/explore/p/{key}/")

    @endpoint(
        "GET",
        "/permalink/<key>",
        "The form behind a link",
        permission="read",
        answer={
            "type": "object",
            "properties": {
                "chartId": {"type": "integer", "nullable": True},
                "datasourceId": {"type": "integer"},
                "datasourceType": {"type": "string"},
                "state": {"type": "object"},
            },
        },
        refusals=(401, 403, 404),
    )
    def get(self, key: str) -> Response:
        kept = kept_states.find(current(), StateKind.EXPLORE_PERMALINK, key)
        known = {
            "chartId": kept.chart_id,
            "datasource": f"{kept.dataset_id}__table",
            "datasourceId": kept.dataset_id,
            "datasourceType": "table",
        }
        return json_response(200, known | {"state": orjson.Fragment(kept.value)})


class SupersetSqlLabPermalinkApi(SupersetResource):
    """Links to the SQL editor with a statement in it."""

    resource_name = "sqllab"
    class_permission_name = "SqlLabPermalinkRestApi"
    openapi_spec_tag = "SQL Lab Permanent Link"

    @endpoint(
        "POST",
        "/permalink",
        "Make a link to a statement; the same again for the same statement",
        permission="write",
        status=201,
        body=SqlLabState,
        answer=MADE,
        refusals=REFUSALS,
    )
    def post(self) -> Response:
        state = self.body(SqlLabState)
        database = found.one(current(), Database, state["dbId"])
        key = kept_states.link(current(), StateKind.SQLLAB_PERMALINK, spelled(state), database)
        return made(key, f"/sqllab/p/{key}/")

    @endpoint(
        "GET",
        "/permalink/<key>",
        "The statement behind a link",
        permission="read",
        answer=SqlLabState,
        refusals=(401, 403, 404),
    )
    def get(self, key: str) -> Response:
        kept = kept_states.find(current(), StateKind.SQLLAB_PERMALINK, key)
        return json_response(200, orjson.Fragment(kept.value))


def spelled(state: dict[str, Any]) -> str:
    """The state as JSON, the same for the same state."""
    return orjson.dumps(state, option=orjson.OPT_SORT_KEYS).decode()


def made(key: str, path: str) -> Response:
    """The answer to who made a link."""
    base = (settings().public_url or request.url_root).rstrip("/")
    return json_response(201, {"key": key, "url": base + path})


def dataset_of(form: dict[str, Any]) -> int:
    """The id of the dataset that the form is over. Raises NotFound where it is over something else."""
    pk, _, kind = form["datasource"].partition("__")
    return dataset_id(kind, pk)


def chart_of(form: dict[str, Any]) -> int | None:
    """The id of the saved chart whose form it is; None for none."""
    return whole_number(str(form["slice_id"])) if form.get("slice_id") else None
