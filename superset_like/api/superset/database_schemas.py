"""Bodies of /api/v1/database."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields

from superset_like.api.superset.bodies import json_object, text


class Tolerant(Schema):
    """Fields it does not know are dropped: clients send what `connection` gave them."""

    class Meta:
        unknown = EXCLUDE


class Connection(Tolerant):
    """What says how to connect."""

    extra = text(check=json_object)
    masked_encrypted_extra = text(check=json_object)
    encrypted_extra = text(check=json_object)
    server_cert = text()
    impersonate_user = fields.Boolean(allow_none=True)
    ssh_tunnel = fields.Dict(allow_none=True)


class DatabaseFields(Connection):
    """What POST and PUT share."""

    cache_timeout = fields.Integer(allow_none=True)
    expose_in_sqllab = fields.Boolean()
    allow_run_async = fields.Boolean()
    allow_file_upload = fields.Boolean()
    allow_ctas = fields.Boolean()
    allow_cvas = fields.Boolean()
    allow_dml = fields.Boolean()
    configuration_method = text(255, nullable=False)
    force_ctas_schema = text(250)
    is_managed_externally = fields.Boolean()
    external_url = text(2000)
    uuid = fields.UUID()


class DatabasePost(DatabaseFields):
    database_name = text(250, 1, required=True)
    sqlalchemy_uri = text(1024, 1, required=True)


class DatabasePut(DatabaseFields):
    database_name = text(250, 1)
    sqlalchemy_uri = text(1024)


class ConnectionTest(Connection):
    database_name = text(250, 1)
    sqlalchemy_uri = text(1024, 1, required=True)


class ParametersCheck(Tolerant):
    engine = text(250, 1, required=True)
    parameters = fields.Dict(load_default=dict)


class SqlCheck(Tolerant):
    sql = text(least=1, required=True)
    schema = text(250)
    catalog = text(250)
    template_params = fields.Dict(allow_none=True)


SQL_PROBLEMS = {
    "type": "object",
    "properties": {
        "result": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "line_number": {"type": "integer", "nullable": True},
                    "start_column": {"type": "integer", "nullable": True},
                    "end_column": {"type": "integer", "nullable": True},
                    "message": {"type": "string"},
                },
            },
        }
    },
}
NAMES: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
NAME_LIST = {"type": "object", "properties": {"result": NAMES}}
COUNTED = {
    "type": "object",
    "properties": {"count": {"type": "integer"}, "result": {"type": "array", "items": {"type": "object"}}},
}
TABLES = {
    "type": "object",
    "properties": {
        "count": {"type": "integer"},
        "result": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "value": {"type": "string"},
                    "type": {"type": "string", "enum": ["table", "view", "materialized_view"]},
                    "extra": {"nullable": True},
                },
            },
        },
    },
}
SCHEMAS_Q = {
    "type": "object",
    "properties": {
        "force": {"type": "boolean"},
        "catalog": {"type": ["string", "null"]},
        "upload_allowed": {"type": "boolean"},
    },
}
TABLES_Q = {
    "type": "object",
    "properties": {
        "force": {"type": "boolean"},
        "schema_name": {"type": "string"},
        "catalog_name": {"type": ["string", "null"]},
    },
    "required": ["schema_name"],
}
RELATED_OBJECTS = {"type": "object", "properties": {"charts": COUNTED, "dashboards": COUNTED}}
