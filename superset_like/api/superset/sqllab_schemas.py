"""Bodies of /api/v1/sqllab and of queries."""

from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, fields, post_load, pre_load
from marshmallow.validate import OneOf

from superset_like.api.superset.bodies import json_object, text
from superset_like.services.queries import LONGEST_CLIENT_ID
from superset_like.services.query_plan import CreateAs

NAMES = {
    "database_id": "database_id",
    "sql": "sql",
    "client_id": "client_id",
    "queryLimit": "limit",
    "sql_editor_id": "sql_editor_id",
    "catalog": "catalog",
    "schema": "schema",
    "tab": "tab",
    "templateParams": "template_params",
    "runAsync": "run_async",
}
# Old clients ask for JSON so; there is nothing else.
DROPPED = ("json", "expand_data")


class Execute(Schema):
    """SQL to run; loads into the arguments of `queries.submit`."""

    class Meta:
        unknown = RAISE

    database_id = fields.Integer(required=True, strict=True)
    sql = text(least=1, required=True)
    client_id = text(LONGEST_CLIENT_ID)
    queryLimit = fields.Integer(allow_none=True)  # noqa: N815 - the wire's name
    sql_editor_id = text(256)
    catalog = text(256)
    schema = text(256)
    tab = text(256)
    ctas_method = fields.String(allow_none=True, validate=OneOf(("TABLE", "VIEW", "table", "view", "")))
    templateParams = text(check=json_object)  # noqa: N815 - the wire's name
    tmp_table_name = text(256)
    tmp_schema_name = text(256)
    select_as_cta = fields.Boolean(allow_none=True)
    runAsync = fields.Boolean(allow_none=True)  # noqa: N815 - the wire's name

    @pre_load
    def without_dropped(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if name not in DROPPED}

    @post_load
    def as_arguments(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        made = {argument: data[name] for name, argument in NAMES.items() if data.get(name) is not None}
        if data.get("select_as_cta"):
            method = (data.get("ctas_method") or "TABLE").upper()
            made["create_as"] = CreateAs(data.get("tmp_table_name") or "", data.get("tmp_schema_name"), method)
        return made


class FormatSql(Schema):
    class Meta:
        unknown = EXCLUDE

    sql = text(required=True)
    engine = text(250)
    database_id = fields.Integer(allow_none=True)
    template_params = text(check=json_object)


class Estimate(Schema):
    class Meta:
        unknown = EXCLUDE

    database_id = fields.Integer(required=True, strict=True)
    sql = text(required=True)
    template_params = fields.Dict(allow_none=True)
    catalog = text(256)
    schema = text(256)


class Stop(Schema):
    class Meta:
        unknown = EXCLUDE

    client_id = text(least=1, required=True)


RESULTS_Q = {
    "type": "object",
    "properties": {"key": {"type": "string"}, "rows": {"type": "integer", "minimum": 0}},
    "required": ["key"],
}
UPDATED_SINCE_Q = {
    "type": "object",
    "properties": {"last_updated_ms": {"type": "number"}},
    "required": ["last_updated_ms"],
}
RESULT = {
    "type": "object",
    "properties": {
        "query_id": {"type": "integer"},
        "status": {"type": "string"},
        "data": {"type": "array", "items": {"type": "object"}},
        "columns": {"type": "array", "items": {"type": "object"}},
        "selected_columns": {"type": "array", "items": {"type": "object"}},
        "expanded_columns": {"type": "array", "items": {"type": "object"}},
        "query": {"type": "object"},
    },
}
TEXT_RESULT = {"type": "object", "properties": {"result": {"type": "string"}}}
