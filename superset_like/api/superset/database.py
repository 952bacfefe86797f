"""/api/v1/database"""

import json
from typing import Any, ClassVar

from flask import Response, request
from flask_appbuilder.models.sqla.interface import SQLAInterface
from marshmallow import Schema

from superset_like.access.actor import current
from superset_like.api.superset import database_schemas
from superset_like.api.superset.bundles import BundlesMixin
from superset_like.api.superset.documented import Parameter, endpoint, refused
from superset_like.api.superset.resource import (
    WRITE_REFUSALS,
    SupersetModelResource,
    json_response,
    tagged,
    whole_number,
)
from superset_like.api.superset.rison import declare, q_argument
from superset_like.engine import databases as engines
from superset_like.engine.databases.base import Engine, TableInfo
from superset_like.engine.query import TableName
from superset_like.errors import BadRequest, NotOffered
from superset_like.models import Chart, Dashboard, Database
from superset_like.services import databases, found, queries
from superset_like.services.databases import RelatedObjects, TableMetadata
from superset_like.services.query_plan import Problem

declare("database_schemas", database_schemas.SCHEMAS_Q)
declare("database_tables", database_schemas.TABLES_Q, required=True)

NAME = (Parameter("name"), Parameter("schema"), Parameter("catalog"))
URI_FORM = "{engine}://user:password@host:port/dbname[?key=value&key=value...]"


class SupersetDatabaseApi(BundlesMixin, SupersetModelResource):
    """Connections to databases."""

    datamodel = SQLAInterface(Database)
    resource_name = "database"
    class_permission_name = "Database"
    openapi_spec_tag = "Database"
    service: ClassVar[Any] = databases
    noun = "database"
    plural = "databases"
    invalid_body_status = 422
    max_page_size = -1
    add_schema: ClassVar[type[Schema]] = database_schemas.DatabasePost
    edit_schema: ClassVar[type[Schema]] = database_schemas.DatabasePut
    list_columns = [
        "allow_file_upload",
        "allow_ctas",
        "allow_cvas",
        "allow_dml",
        "allow_run_async",
        "allows_cost_estimate",
        "allows_subquery",
        "allows_virtual_table_explore",
        "backend",
        "changed_on",
        "changed_on_delta_humanized",
        "changed_by.first_name",
        "changed_by.last_name",
        "created_by.first_name",
        "created_by.last_name",
        "configuration_method",
        "database_name",
        "explore_database_id",
        "expose_in_sqllab",
        "extra",
        "force_ctas_schema",
        "id",
        "uuid",
        "disable_data_preview",
        "disable_drill_to_detail",
        "allow_multi_catalog",
        "engine_information",
    ]
    show_columns = [
        "id",
        "uuid",
        "database_name",
        "cache_timeout",
        "expose_in_sqllab",
        "allow_run_async",
        "allow_file_upload",
        "configuration_method",
        "allow_ctas",
        "allow_cvas",
        "allow_dml",
        "backend",
        "driver",
        "force_ctas_schema",
        "impersonate_user",
        "is_managed_externally",
        "engine_information",
    ]
    order_columns = [
        "allow_file_upload",
        "allow_dml",
        "allow_run_async",
        "changed_on",
        "changed_on_delta_humanized",
        "created_by.first_name",
        "database_name",
        "expose_in_sqllab",
    ]
    search_columns = [
        "allow_file_upload",
        "allow_dml",
        "allow_run_async",
        "created_by",
        "changed_by",
        "database_name",
        "expose_in_sqllab",
        "uuid",
    ]
    add_columns = [
        "database_name",
        "sqlalchemy_uri",
        "cache_timeout",
        "expose_in_sqllab",
        "allow_run_async",
        "allow_file_upload",
        "allow_ctas",
        "allow_cvas",
        "allow_dml",
        "configuration_method",
        "force_ctas_schema",
        "impersonate_user",
        "extra",
        "encrypted_extra",
        "server_cert",
    ]
    edit_columns = add_columns
    allowed_rel_fields = frozenset({"changed_by", "created_by"})

    def _show_metadata(self, keys: Any, columns: Any) -> dict[str, Any]:
        # Superset's item of a database holds id and result alone.
        return {}

    @endpoint("POST", "/", "Make one", permission="write", status=201, body=database_schemas.DatabasePost)
    def post(self) -> Response:
        database = databases.create(current(), self.body(database_schemas.DatabasePost))
        return json_response(201, {"id": database.id, "result": self.written(database)})

    @endpoint(
        "PUT",
        "/<pk>",
        "Change one; with If-Match, only that version",
        permission="write",
        body=database_schemas.DatabasePut,
        refusals=WRITE_REFUSALS,
    )
    def put(self, pk: str) -> Response:
        sent, values = self.edited()
        _held = self.as_expected(whole_number(pk), sent.get("version"))
        database = databases.update(current(), whole_number(pk), values)
        return tagged(json_response(200, {"id": database.id, "result": self.written(database)}), database.version)

    def written(self, item: Database) -> dict[str, Any]:
        uri = databases.parsed_uri(item.sqlalchemy_uri)
        return {
            "allow_ctas": item.allow_ctas,
            "allow_cvas": item.allow_cvas,
            "allow_dml": item.allow_dml,
            "allow_file_upload": item.allow_file_upload,
            "allow_run_async": item.allow_run_async,
            "cache_timeout": item.cache_timeout,
            "configuration_method": item.configuration_method,
            "database_name": item.database_name,
            "driver": item.driver,
            "expose_in_sqllab": item.expose_in_sqllab,
            "extra": item.extra,
            "parameters": parameters(uri),
            "sqlalchemy_uri": item.sqlalchemy_uri,
            "uuid": item.uuid,
        }

    @endpoint("GET", "/<pk>/connection", "How it connects, secrets masked", permission="write")
    def connection(self, pk: str) -> Response:
        item = found.editable(current(), Database, [whole_number(pk)])[0]
        result = self.written(item) | {
            "id": item.id,
            "backend": item.backend,
            "engine_information": item.engine_information,
            "force_ctas_schema": item.force_ctas_schema,
            "impersonate_user": item.impersonate_user,
            "is_managed_externally": item.is_managed_externally,
            "masked_encrypted_extra": databases.masked_extra(item),
            "parameters_schema": parameters_schema(engines.of_uri(item.sqlalchemy_uri)),
            "server_cert": None,
            "ssh_tunnel": None,
        }
        return json_response(200, {"id": item.id, "result": result})

    @endpoint(
        "POST",
        "/test_connection/",
        "Whether a connection works",
        permission="write",
        body=database_schemas.ConnectionTest,
    )
    def test_connection(self) -> Response:
        databases.test_connection(current(), self.body(database_schemas.ConnectionTest))
        return json_response(200, {"message": "OK"})

    oauth2 = refused(
        "GET",
        "/oauth2/",
        "Come back from signing in to a database",
        permission="read",
        error=NotOffered,
        reason="Connections sign in with what they were given; no database is signed in to by its users' own OAuth 2",
    )

    @endpoint("GET", "/available/", "The kinds of databases one may connect to", permission="read")
    def available(self) -> Response:
        return json_response(200, {"databases": [available_engine(engine) for engine in databases.available()]})

    @endpoint(
        "GET",
        "/<pk>/catalogs/",
        "Its catalogs",
        permission="read",
        q="database_schemas",
        answer=database_schemas.NAME_LIST,
    )
    def catalogs(self, pk: str) -> Response:
        q_argument("database_schemas")
        return json_response(200, {"result": databases.catalogs(current(), whole_number(pk))})

    @endpoint(
        "GET",
        "/<pk>/schemas/",
        "Its schemas",
        permission="read",
        q="database_schemas",
        answer=database_schemas.NAME_LIST,
    )
    def schemas(self, pk: str) -> Response:
        wish = q_argument("database_schemas")
        names = databases.schemas(current(), whole_number(pk), wish.get("catalog") or None)
        return json_response(200, {"result": names})

    @endpoint(
        "GET",
        "/<pk>/tables/",
        "The tables and views of a schema",
        permission="read",
        q="database_tables",
        parameters=(Parameter("schema_name"), Parameter("catalog_name")),
        answer=database_schemas.TABLES,
    )
    def tables(self, pk: str) -> Response:
        wish = (
            request.args if "schema_name" in request.args and "q" not in request.args else q_argument("database_tables")
        )
        relations = databases.relations(
            current(), whole_number(pk), wish["schema_name"] or None, wish.get("catalog_name") or None
        )
        rows = [{"value": each.name, "type": each.kind, "extra": None} for each in relations]
        return json_response(200, {"count": len(rows), "result": rows})

    @endpoint("GET", "/<pk>/table_metadata/", "A table's columns and keys", permission="read", parameters=NAME)
    def table_metadata(self, pk: str) -> Response:
        return json_response(200, table_record(databases.table_metadata(current(), whole_number(pk), named_table())))

    @endpoint("GET", "/<pk>/table/<table_name>/<schema_name>/", "A table's columns and keys", permission="read")
    def table(self, pk: str, table_name: str, schema_name: str) -> Response:
        name = table_in_path(table_name, schema_name)
        return json_response(200, table_record(databases.table_metadata(current(), whole_number(pk), name)))

    @endpoint("GET", "/<pk>/table_metadata/extra/", "What else is known of a table", permission="read", parameters=NAME)
    def table_metadata_extra(self, pk: str) -> Response:
        databases.table_metadata(current(), whole_number(pk), named_table())
        return json_response(200, {})

    @endpoint(
        "GET", "/<pk>/table_extra/<table_name>/<schema_name>/", "What else is known of a table", permission="read"
    )
    def table_extra(self, pk: str, table_name: str, schema_name: str) -> Response:
        databases.table_metadata(current(), whole_number(pk), table_in_path(table_name, schema_name))
        return json_response(200, {})

    @endpoint("GET", "/<pk>/select_star/<table_name>/", "A SELECT of a table", permission="read")
    def select_star(self, pk: str, table_name: str) -> Response:
        text = databases.select_star(current(), whole_number(pk), table_in_path(table_name, None))
        return json_response(200, {"result": text})

    @endpoint("GET", "/<pk>/select_star/<table_name>/<schema_name>/", "A SELECT of a table", permission="read")
    def select_star_of_schema(self, pk: str, table_name: str, schema_name: str) -> Response:
        text = databases.select_star(current(), whole_number(pk), table_in_path(table_name, schema_name))
        return json_response(200, {"result": text})

    @endpoint(
        "GET",
        "/<pk>/related_objects/",
        "Charts and dashboards over it",
        permission="read",
        answer=database_schemas.RELATED_OBJECTS,
    )
    def related_objects(self, pk: str) -> Response:
        related = databases.related_objects(current(), whole_number(pk))
        tabs: dict[str, Any] = {"count": 0, "result": []}
        return json_response(200, related_record(related) | {"sqllab_tab_states": tabs})

    @endpoint("GET", "/<pk>/function_names/", "Functions of its own that SQL may call", permission="read")
    def function_names(self, pk: str) -> Response:
        return json_response(200, {"function_names": databases.function_names(current(), whole_number(pk))})

    @endpoint("GET", "/<pk>/schemas_access_for_file_upload/", "Schemas that take uploads", permission="read")
    def schemas_access_for_file_upload(self, pk: str) -> Response:
        return json_response(200, {"schemas": databases.upload_schemas(current(), whole_number(pk))})

    @endpoint(
        "POST",
        "/validate_parameters/",
        "Whether parts make a connection",
        permission="write",
        body=database_schemas.ParametersCheck,
    )
    def validate_parameters(self) -> Response:
        values = self.body(database_schemas.ParametersCheck)
        databases.validate_parameters(current(), values["engine"], values.get("parameters") or {})
        return json_response(200, {"message": "OK"})

    @endpoint(
        "POST",
        "/<pk>/validate_sql/",
        "What is wrong with SQL, without running it",
        permission="read",
        body=database_schemas.SqlCheck,
        answer=database_schemas.SQL_PROBLEMS,
    )
    def validate_sql(self, pk: str) -> Response:
        values = self.body(database_schemas.SqlCheck)
        params = json.dumps(values["template_params"]) if values.get("template_params") else None
        problems = queries.problems(
            current(), whole_number(pk), values["sql"], values.get("schema"), values.get("catalog"), params
        )
        return json_response(200, {"result": [problem_record(problem) for problem in problems]})

    @endpoint("POST", "/<pk>/sync_permissions/", "Its permissions exist again", permission="write")
    def sync_permissions(self, pk: str) -> Response:
        databases.sync_permissions(current(), whole_number(pk))
        return json_response(200, {"message": "Permissions successfully synced"})


def problem_record(problem: Problem) -> dict[str, Any]:
    """A mistake in SQL as an editor marks it; columns count from 1."""
    return {
        "line_number": problem.line,
        "start_column": problem.column,
        "end_column": None if problem.column is None else problem.column + len(problem.near),
        "message": problem.message,
    }


def named_table() -> TableName:
    """The table that the query parameters name. Raises BadRequest."""
    name = request.args.get("name")
    if not name:
        raise BadRequest(fields={"name": ["Missing data for required field."]})
    return TableName(name, request.args.get("schema") or None, request.args.get("catalog") or None)


def table_in_path(table_name: str, schema_name: str | None) -> TableName:
    """The table that a path names; clients write undefined or null for no schema."""
    return TableName(table_name, None if schema_name in {None, "undefined", "null"} else schema_name)


def table_record(metadata: TableMetadata) -> dict[str, Any]:
    """A table as Superset's SQL editor reads it."""
    info = metadata.info
    return {
        "name": metadata.table.name,
        "columns": [
            {
                "name": column.name,
                "type": column.type.split("(")[0],
                "longType": column.type,
                "keys": _keys_of(column.name, info),
                "comment": column.comment,
            }
            for column in info.columns
        ],
        "selectStar": metadata.select_star,
        "primaryKey": {"constrained_columns": list(info.primary_key) or None, "name": None},
        "foreignKeys": list(info.foreign_keys),
        "indexes": list(info.indexes),
        "comment": info.comment,
    }


def _keys_of(column: str, info: TableInfo) -> list[dict[str, Any]]:
    keys: list[dict[str, Any]] = []
    if column in info.primary_key:
        keys.append({"type": "pk", "column_names": list(info.primary_key), "name": None})
    keys += [{**key, "type": "fk"} for key in info.foreign_keys if column in _names(key)]
    keys += [{**key, "type": "index"} for key in info.indexes if column in _names(key)]
    return keys


def _names(key: Any) -> list[str]:
    names: list[str] = list(key.get("columns") or ())
    return names


def related_record(related: RelatedObjects) -> dict[str, Any]:
    """{charts: {count, result}, dashboards: {count, result}}"""
    charts = [_chart(chart) for chart in related.charts]
    dashboards = [_dashboard(dashboard) for dashboard in related.dashboards]
    return {
        "charts": {"count": len(charts), "result": charts},
        "dashboards": {"count": len(dashboards), "result": dashboards},
    }


def _chart(chart: Chart) -> dict[str, Any]:
    return {"id": chart.id, "slice_name": chart.slice_name, "viz_type": chart.viz_type}


def _dashboard(dashboard: Dashboard) -> dict[str, Any]:
    return {
        "id": dashboard.id,
        "slug": dashboard.slug,
        "title": dashboard.dashboard_title,
        "json_metadata": dashboard.json_metadata,
    }


def available_engine(engine: Engine) -> dict[str, Any]:
    """A kind of database as `available` tells it."""
    made: dict[str, Any] = {
        "name": engine.title,
        "engine": engine.name,
        "available_drivers": [engine.default_driver] if engine.default_driver else [],
        "preferred": not engine.is_file,
        "supports_oauth2": False,
        "engine_information": {
            "disable_ssh_tunneling": True,
            "supports_dynamic_catalog": engine.supports_catalogs,
            "supports_file_upload": engine.takes_files,
            "supports_oauth2": False,
        },
        "parameters": parameters_schema(engine),
        "sqlalchemy_uri_placeholder": URI_FORM.format(engine=engine.name),
    }
    if engine.default_driver:
        made["default_driver"] = engine.default_driver
    return made


def parameters(uri: Any) -> dict[str, Any]:
    """The parts of a masked URI."""
    if uri.host is None:
        return {"database": uri.database, "query": dict(uri.query)}
    return {
        "host": uri.host,
        "port": uri.port,
        "username": uri.username,
        "password": uri.password,
        "database": uri.database,
        "query": dict(uri.query),
    }


def parameters_schema(engine: Engine) -> dict[str, Any]:
    """The parts that a URI of this engine has, as a JSON schema."""
    properties: dict[str, Any] = {
        "database": {"type": "string", "description": "File" if engine.is_file else "Database name"},
        "query": {"type": "object", "additionalProperties": {}, "description": "Additional parameters"},
    }
    if not engine.is_file:
        properties |= {
            "host": {"type": "string", "description": "Hostname or IP address"},
            "port": {"type": "integer", "minimum": 0, "maximum": 65535, "description": "Database port"},
            "username": {"type": "string", "nullable": True, "description": "Username"},
            "password": {"type": "string", "nullable": True, "description": "Password"},
        }
    needed = ["database"] if engine.is_file else ["database", "host", "port", "username"]
    return {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}
