"""The first schema: people and their rights, connections, datasets, charts, dashboards, queries.

Revision ID: 0001
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import DATETIME, MEDIUMTEXT

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LONG_TEXT = sa.Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb")
MOMENT = sa.DateTime().with_variant(DATETIME(fsp=6), "mysql", "mariadb")

# In the order in which they can be made; dropped in the opposite one.
TABLES = (
    "ab_user",
    "ab_role",
    "ab_group",
    "ab_permission",
    "ab_view_menu",
    "ab_register_user",
    "ab_api_key",
    "ab_permission_view",
    "ab_permission_view_role",
    "ab_user_role",
    "ab_user_group",
    "ab_group_role",
    "database",
    "dataset",
    "dataset_column",
    "dataset_metric",
    "chart",
    "dashboard",
    "embedded_dashboard",
    "css_template",
    "query",
    "saved_query",
    "tag",
    "tagged_object",
    "favorite",
    "log",
    "row_rule",
    "stamp",
    "chart_owner",
    "dashboard_owner",
    "dataset_owner",
    "dashboard_role",
    "dashboard_chart",
    "row_rule_table",
    "row_rule_role",
)
# FAB numbers these tables' rows by sequences where the database has any; PostgreSQL makes them with the column.
NUMBERED = tuple(table for table in TABLES if table.startswith("ab_"))


def upgrade() -> None:
    _create_sequences()
    _create_people()
    _create_rights()
    _create_data()
    _create_content()
    _create_queries()
    _create_marks()
    _create_links()
    stamp = sa.table("stamp", sa.column("name", sa.String), sa.column("value", sa.BigInteger))
    op.bulk_insert(stamp, [{"name": "security", "value": 0}, {"name": "content", "value": 0}])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if _has_bare_sequences():
        for table in NUMBERED:
            op.execute(sa.schema.DropSequence(sa.Sequence(f"{table}_id_seq")))


def _create_sequences() -> None:
    if _has_bare_sequences():
        for table in NUMBERED:
            op.execute(sa.schema.CreateSequence(sa.Sequence(f"{table}_id_seq", start=1, increment=1, minvalue=1)))


def _has_bare_sequences() -> bool:
    dialect = op.get_context().dialect
    return dialect.supports_sequences and dialect.name != "postgresql"


def _create(table: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(table, *parts, mysql_engine="InnoDB", mysql_charset="utf8mb4")


def _link(table: str, left: str, left_target: str, right: str, right_target: str) -> None:
    _create(
        table,
        _key(table, left, left_target, "CASCADE", primary_key=True),
        _key(table, right, right_target, "CASCADE", primary_key=True),
    )
    op.create_index(f"ix_{table}_{right}", table, [right])


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _key(table: str, column: str, target: str, on_delete: str | None = None, **column_options: Any) -> sa.Column[int]:
    key = sa.ForeignKey(target, name=f"fk_{table}_{column}", ondelete=on_delete)
    return sa.Column(column, sa.Integer, key, **column_options)


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{columns[0]}")


def _audit(table: str) -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("created_on", MOMENT, nullable=False),
        sa.Column("changed_on", MOMENT, nullable=False),
        _key(table, "created_by_fk", "ab_user.id", "SET NULL"),
        _key(table, "changed_by_fk", "ab_user.id", "SET NULL"),
    )


def _create_people() -> None:
    _create(
        "ab_user",
        _id(),
        sa.Column("first_name", sa.String(64), nullable=False),
        sa.Column("last_name", sa.String(64), nullable=False),
        sa.Column("username", sa.String(128), nullable=False),
        sa.Column("password", sa.String(256)),
        sa.Column("active", sa.Boolean),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("last_login", sa.DateTime),
        sa.Column("login_count", sa.Integer),
        sa.Column("fail_login_count", sa.Integer),
        sa.Column("created_on", sa.DateTime),
        sa.Column("changed_on", sa.DateTime),
        _key("ab_user", "created_by_fk", "ab_user.id"),
        _key("ab_user", "changed_by_fk", "ab_user.id"),
        _unique("ab_user", "email"),
        _unique("ab_user", "username"),
    )
    _create(
        "ab_role",
        _id(),
        sa.Column("name", sa.String(64), nullable=False),
        _unique("ab_role", "name"),
    )
    _create(
        "ab_group",
        _id(),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("label", sa.String(150)),
        sa.Column("description", sa.String(512)),
        _unique("ab_group", "name"),
    )
    _create(
        "ab_permission",
        _id(),
        sa.Column("name", sa.String(100), nullable=False),
        _unique("ab_permission", "name"),
    )
    _create(
        "ab_view_menu",
        _id(),
        sa.Column("name", sa.String(250), nullable=False),
        _unique("ab_view_menu", "name"),
    )
    _create(
        "ab_register_user",
        _id(),
        sa.Column("first_name", sa.String(64), nullable=False),
        sa.Column("last_name", sa.String(64), nullable=False),
        sa.Column("username", sa.String(128), nullable=False),
        sa.Column("password", sa.String(256)),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("registration_date", sa.DateTime),
        sa.Column("registration_hash", sa.String(256)),
        _unique("ab_register_user", "email"),
        _unique("ab_register_user", "username"),
    )
    _create(
        "ab_api_key",
        _id(),
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("name", sa.String(256), nullable=False),
        sa.Column("key_hash", sa.String(256), nullable=False),
        sa.Column("lookup_hash", sa.String(256)),
        sa.Column("key_prefix", sa.String(16), nullable=False),
        _key("ab_api_key", "user_id", "ab_user.id", "CASCADE", nullable=False),
        sa.Column("scopes", sa.Text),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_on", sa.DateTime),
        sa.Column("expires_on", sa.DateTime),
        sa.Column("revoked_on", sa.DateTime),
        sa.Column("last_used_on", sa.DateTime),
        _unique("ab_api_key", "lookup_hash"),
        _unique("ab_api_key", "uuid"),
    )
    op.create_index("idx_api_key_lookup_hash", "ab_api_key", ["lookup_hash"], unique=True)
    op.create_index("idx_api_key_prefix", "ab_api_key", ["key_prefix"])
    op.create_index("idx_api_key_user_id", "ab_api_key", ["user_id"])


def _create_rights() -> None:
    _create(
        "ab_permission_view",
        _id(),
        _key("ab_permission_view", "permission_id", "ab_permission.id", nullable=False),
        _key("ab_permission_view", "view_menu_id", "ab_view_menu.id", nullable=False),
        _unique("ab_permission_view", "permission_id", "view_menu_id"),
    )
    op.create_index("idx_permission_id", "ab_permission_view", ["permission_id"])
    op.create_index("idx_view_menu_id", "ab_permission_view", ["view_menu_id"])
    _create(
        "ab_permission_view_role",
        _id(),
        _key("ab_permission_view_role", "permission_view_id", "ab_permission_view.id", "CASCADE"),
        _key("ab_permission_view_role", "role_id", "ab_role.id", "CASCADE"),
        _unique("ab_permission_view_role", "permission_view_id", "role_id"),
    )
    op.create_index("idx_permission_view_id", "ab_permission_view_role", ["permission_view_id"])
    op.create_index("idx_role_id", "ab_permission_view_role", ["role_id"])
    _create(
        "ab_user_role",
        _id(),
        _key("ab_user_role", "user_id", "ab_user.id", "CASCADE"),
        _key("ab_user_role", "role_id", "ab_role.id", "CASCADE"),
        _unique("ab_user_role", "user_id", "role_id"),
    )
    _create(
        "ab_user_group",
        _id(),
        _key("ab_user_group", "user_id", "ab_user.id", "CASCADE"),
        _key("ab_user_group", "group_id", "ab_group.id", "CASCADE"),
        _unique("ab_user_group", "user_id", "group_id"),
    )
    op.create_index("idx_user_group_id", "ab_user_group", ["group_id"])
    op.create_index("idx_user_id", "ab_user_group", ["user_id"])
    _create(
        "ab_group_role",
        _id(),
        _key("ab_group_role", "group_id", "ab_group.id", "CASCADE"),
        _key("ab_group_role", "role_id", "ab_role.id", "CASCADE"),
        _unique("ab_group_role", "group_id", "role_id"),
    )
    op.create_index("idx_group_id", "ab_group_role", ["group_id"])
    op.create_index("idx_group_role_id", "ab_group_role", ["role_id"])


def _create_data() -> None:
    _create(
        "database",
        _id(),
        sa.Column("uuid", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("database_name", sa.String(250), nullable=False),
        sa.Column("sqlalchemy_uri", sa.String(1024), nullable=False),
        sa.Column("secret_uri", sa.Text, nullable=False),
        sa.Column("encrypted_extra", sa.Text),
        sa.Column("server_cert", sa.Text),
        sa.Column("extra", LONG_TEXT, nullable=False),
        sa.Column("configuration_method", sa.String(255), nullable=False),
        sa.Column("cache_timeout", sa.Integer),
        sa.Column("expose_in_sqllab", sa.Boolean, nullable=False),
        sa.Column("allow_run_async", sa.Boolean, nullable=False),
        sa.Column("allow_file_upload", sa.Boolean, nullable=False),
        sa.Column("allow_ctas", sa.Boolean, nullable=False),
        sa.Column("allow_cvas", sa.Boolean, nullable=False),
        sa.Column("allow_dml", sa.Boolean, nullable=False),
        sa.Column("force_ctas_schema", sa.String(250)),
        sa.Column("impersonate_user", sa.Boolean, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("is_managed_externally", sa.Boolean, nullable=False),
        sa.Column("external_url", sa.String(2000)),
        *_audit("database"),
        _unique("database", "database_name"),
        _unique("database", "uuid"),
    )
    op.create_index("ix_database_changed_on", "database", ["changed_on"])
    op.create_index("ix_database_created_by_fk", "database", ["created_by_fk"])
    _create(
        "dataset",
        _id(),
        sa.Column("uuid", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("table_name", sa.String(250), nullable=False),
        sa.Column("catalog", sa.String(250)),
        sa.Column("schema", sa.String(250)),
        sa.Column("sql", LONG_TEXT),
        _key("dataset", "database_id", "database.id", nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("main_dttm_col", sa.String(250)),
        sa.Column("currency_code_column", sa.String(250)),
        sa.Column("filter_select_enabled", sa.Boolean, nullable=False),
        sa.Column("fetch_values_predicate", sa.Text),
        sa.Column("is_sqllab_view", sa.Boolean, nullable=False),
        sa.Column("template_params", sa.Text),
        sa.Column("default_endpoint", sa.Text),
        sa.Column("offset", sa.Integer, nullable=False),
        sa.Column("cache_timeout", sa.Integer),
        sa.Column("params", sa.Text),
        sa.Column("extra", sa.Text),
        sa.Column("folders", LONG_TEXT),
        sa.Column("normalize_columns", sa.Boolean, nullable=False),
        sa.Column("always_filter_main_dttm", sa.Boolean, nullable=False),
        sa.Column("is_managed_externally", sa.Boolean, nullable=False),
        sa.Column("external_url", sa.String(2000)),
        *_audit("dataset"),
        _unique("dataset", "uuid"),
    )
    op.create_index("ix_dataset_changed_on", "dataset", ["changed_on"])
    op.create_index("ix_dataset_created_by_fk", "dataset", ["created_by_fk"])
    op.create_index(
        "ix_dataset_place",
        "dataset",
        ["database_id", "catalog", "schema", "table_name"],
        mysql_length={"catalog": 60, "schema": 60, "table_name": 120},
    )
    _create(
        "dataset_column",
        _id(),
        sa.Column("uuid", sa.Uuid, nullable=False),
        _key("dataset_column", "dataset_id", "dataset.id", "CASCADE", nullable=False),
        sa.Column("column_name", sa.String(255), nullable=False),
        sa.Column("verbose_name", sa.String(1024)),
        sa.Column("type", sa.Text),
        sa.Column("advanced_data_type", sa.String(255)),
        sa.Column("expression", LONG_TEXT),
        sa.Column("description", LONG_TEXT),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("is_dttm", sa.Boolean, nullable=False),
        sa.Column("groupby", sa.Boolean, nullable=False),
        sa.Column("filterable", sa.Boolean, nullable=False),
        sa.Column("python_date_format", sa.String(255)),
        sa.Column("datetime_format", sa.String(100)),
        sa.Column("extra", sa.Text),
        *_audit("dataset_column"),
        _unique("dataset_column", "dataset_id", "column_name"),
        _unique("dataset_column", "uuid"),
    )
    op.create_index("ix_dataset_column_changed_on", "dataset_column", ["changed_on"])
    op.create_index("ix_dataset_column_created_by_fk", "dataset_column", ["created_by_fk"])
    _create(
        "dataset_metric",
        _id(),
        sa.Column("uuid", sa.Uuid, nullable=False),
        _key("dataset_metric", "dataset_id", "dataset.id", "CASCADE", nullable=False),
        sa.Column("metric_name", sa.String(255), nullable=False),
        sa.Column("verbose_name", sa.String(1024)),
        sa.Column("metric_type", sa.String(32)),
        sa.Column("expression", LONG_TEXT, nullable=False),
        sa.Column("description", LONG_TEXT),
        sa.Column("d3format", sa.String(128)),
        sa.Column("currency", sa.String(128)),
        sa.Column("warning_text", sa.Text),
        sa.Column("extra", sa.Text),
        *_audit("dataset_metric"),
        _unique("dataset_metric", "dataset_id", "metric_name"),
        _unique("dataset_metric", "uuid"),
    )
    op.create_index("ix_dataset_metric_changed_on", "dataset_metric", ["changed_on"])
    op.create_index("ix_dataset_metric_created_by_fk", "dataset_metric", ["created_by_fk"])


def _create_content() -> None:
    _create(
        "chart",
        _id(),
        sa.Column("uuid", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("slice_name", sa.String(250), nullable=False),
        sa.Column("viz_type", sa.String(250), nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("params", LONG_TEXT, nullable=False),
        sa.Column("query_context", LONG_TEXT),
        sa.Column("cache_timeout", sa.Integer),
        _key("chart", "datasource_id", "dataset.id", "SET NULL"),
        sa.Column("datasource_type", sa.String(32), nullable=False),
        sa.Column("last_saved_at", MOMENT),
        _key("chart", "last_saved_by_fk", "ab_user.id", "SET NULL"),
        sa.Column("certified_by", sa.Text),
        sa.Column("certification_details", sa.Text),
        sa.Column("is_managed_externally", sa.Boolean, nullable=False),
        sa.Column("external_url", sa.String(2000)),
        *_audit("chart"),
        _unique("chart", "uuid"),
    )
    op.create_index("ix_chart_changed_on", "chart", ["changed_on"])
    op.create_index("ix_chart_created_by_fk", "chart", ["created_by_fk"])
    op.create_index("ix_chart_datasource_id", "chart", ["datasource_id"])
    op.create_index("ix_chart_slice_name", "chart", ["slice_name"])
    _create(
        "dashboard",
        _id(),
        sa.Column("uuid", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("dashboard_title", sa.String(500)),
        sa.Column("slug", sa.String(255)),
        sa.Column("description", sa.Text),
        sa.Column("position_json", LONG_TEXT),
        sa.Column("json_metadata", LONG_TEXT),
        sa.Column("css", LONG_TEXT),
        sa.Column("published", sa.Boolean, nullable=False),
        sa.Column("certified_by", sa.Text),
        sa.Column("certification_details", sa.Text),
        sa.Column("is_managed_externally", sa.Boolean, nullable=False),
        sa.Column("external_url", sa.String(2000)),
        *_audit("dashboard"),
        _unique("dashboard", "slug"),
        _unique("dashboard", "uuid"),
    )
    op.create_index("ix_dashboard_changed_on", "dashboard", ["changed_on"])
    op.create_index("ix_dashboard_created_by_fk", "dashboard", ["created_by_fk"])
    _create(
        "embedded_dashboard",
        _id(),
        sa.Column("uuid", sa.Uuid, nullable=False),
        _key("embedded_dashboard", "dashboard_id", "dashboard.id", "CASCADE", nullable=False),
        sa.Column("allowed_domain_lines", sa.Text, nullable=False),
        sa.Column("tokens_valid_from", MOMENT),
        *_audit("embedded_dashboard"),
        _unique("embedded_dashboard", "dashboard_id"),
        _unique("embedded_dashboard", "uuid"),
    )
    op.create_index("ix_embedded_dashboard_changed_on", "embedded_dashboard", ["changed_on"])
    op.create_index("ix_embedded_dashboard_created_by_fk", "embedded_dashboard", ["created_by_fk"])
    _create(
        "css_template",
        _id(),
        sa.Column("uuid", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("template_name", sa.String(250), nullable=False),
        sa.Column("css", LONG_TEXT, nullable=False),
        *_audit("css_template"),
        _unique("css_template", "uuid"),
    )
    op.create_index("ix_css_template_changed_on", "css_template", ["changed_on"])
    op.create_index("ix_css_template_created_by_fk", "css_template", ["created_by_fk"])
    op.create_index("ix_css_template_template_name", "css_template", ["template_name"])


def _create_queries() -> None:
    _create(
        "query",
        _id(),
        sa.Column("uuid", sa.Uuid, nullable=False),
        sa.Column("client_id", sa.String(11), nullable=False),
        _key("query", "database_id", "database.id", "CASCADE", nullable=False),
        _key("query", "user_id", "ab_user.id", "CASCADE"),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("tab_name", sa.String(256)),
        sa.Column("sql_editor_id", sa.String(256)),
        sa.Column("catalog", sa.String(256)),
        sa.Column("schema", sa.String(256)),
        sa.Column("sql", LONG_TEXT, nullable=False),
        sa.Column("executed_sql", LONG_TEXT),
        sa.Column("template_params", sa.Text),
        sa.Column("limit", sa.Integer),
        sa.Column("limiting_factor", sa.String(32), nullable=False),
        sa.Column("select_as_cta", sa.Boolean, nullable=False),
        sa.Column("select_as_cta_used", sa.Boolean, nullable=False),
        sa.Column("ctas_method", sa.String(16)),
        sa.Column("tmp_table_name", sa.String(256)),
        sa.Column("tmp_schema_name", sa.String(256)),
        sa.Column("run_async", sa.Boolean, nullable=False),
        sa.Column("progress", sa.Integer, nullable=False),
        sa.Column("rows", sa.BigInteger),
        sa.Column("truncated", sa.Boolean, nullable=False),
        sa.Column("error_message", sa.Text),
        sa.Column("error_details", sa.Text),
        sa.Column("results_key", sa.String(64)),
        sa.Column("result_columns", LONG_TEXT),
        sa.Column("tracking_url", sa.Text),
        sa.Column("start_time", sa.Numeric(20, 6)),
        sa.Column("start_running_time", sa.Numeric(20, 6)),
        sa.Column("end_time", sa.Numeric(20, 6)),
        sa.Column("end_result_backend_time", sa.Numeric(20, 6)),
        sa.Column("heartbeat_on", MOMENT),
        sa.Column("stop_requested", sa.Boolean, nullable=False),
        sa.Column("changed_on", MOMENT, nullable=False),
        _unique("query", "client_id"),
        _unique("query", "uuid"),
    )
    op.create_index("ix_query_changed_on", "query", ["changed_on"])
    op.create_index("ix_query_results_key", "query", ["results_key"])
    op.create_index("ix_query_sql_editor_id", "query", ["sql_editor_id"])
    op.create_index("ix_query_status", "query", ["status"])
    op.create_index("ix_query_user_changed", "query", ["user_id", "changed_on"])
    _create(
        "saved_query",
        _id(),
        sa.Column("uuid", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("label", sa.String(256), nullable=False),
        sa.Column("description", sa.Text),
        _key("saved_query", "db_id", "database.id", "CASCADE", nullable=False),
        sa.Column("catalog", sa.String(256)),
        sa.Column("schema", sa.String(256)),
        sa.Column("sql", LONG_TEXT, nullable=False),
        sa.Column("template_parameters", sa.Text),
        sa.Column("extra_json", LONG_TEXT, nullable=False),
        sa.Column("rows", sa.BigInteger),
        sa.Column("last_run", MOMENT),
        *_audit("saved_query"),
        _unique("saved_query", "uuid"),
    )
    op.create_index("ix_saved_query_changed_on", "saved_query", ["changed_on"])
    op.create_index("ix_saved_query_created_by_fk", "saved_query", ["created_by_fk"])
    op.create_index("ix_saved_query_db_id", "saved_query", ["db_id"])


def _create_marks() -> None:
    _create(
        "tag",
        _id(),
        sa.Column("uuid", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.String(250), nullable=False),
        sa.Column("type", sa.Integer, nullable=False),
        sa.Column("description", sa.Text),
        *_audit("tag"),
        _unique("tag", "name"),
        _unique("tag", "uuid"),
    )
    op.create_index("ix_tag_changed_on", "tag", ["changed_on"])
    op.create_index("ix_tag_created_by_fk", "tag", ["created_by_fk"])
    _create(
        "tagged_object",
        _id(),
        _key("tagged_object", "tag_id", "tag.id", "CASCADE", nullable=False),
        sa.Column("object_type", sa.String(32), nullable=False),
        sa.Column("object_id", sa.Integer, nullable=False),
        _unique("tagged_object", "tag_id", "object_type", "object_id"),
    )
    op.create_index("ix_tagged_object_object", "tagged_object", ["object_type", "object_id"])
    _create(
        "favorite",
        _id(),
        _key("favorite", "user_id", "ab_user.id", "CASCADE", nullable=False),
        sa.Column("object_type", sa.String(32), nullable=False),
        sa.Column("object_id", sa.Integer, nullable=False),
        sa.Column("created_on", MOMENT, nullable=False),
        _unique("favorite", "user_id", "object_type", "object_id"),
    )
    op.create_index("ix_favorite_object", "favorite", ["object_type", "object_id"])
    _create(
        "log",
        _id(),
        sa.Column("action", sa.String(512), nullable=False),
        _key("log", "user_id", "ab_user.id", "SET NULL"),
        sa.Column("dashboard_id", sa.Integer),
        sa.Column("slice_id", sa.Integer),
        sa.Column("json", LONG_TEXT),
        sa.Column("dttm", MOMENT, nullable=False),
        sa.Column("duration_ms", sa.Integer),
        sa.Column("referrer", sa.String(1024)),
    )
    op.create_index("ix_log_dttm", "log", ["dttm"])
    op.create_index("ix_log_user_id", "log", ["user_id"])
    _create(
        "row_rule",
        _id(),
        sa.Column("uuid", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("filter_type", sa.String(16), nullable=False),
        sa.Column("group_key", sa.String(255)),
        sa.Column("clause", sa.Text, nullable=False),
        *_audit("row_rule"),
        _unique("row_rule", "name"),
        _unique("row_rule", "uuid"),
    )
    op.create_index("ix_row_rule_changed_on", "row_rule", ["changed_on"])
    op.create_index("ix_row_rule_created_by_fk", "row_rule", ["created_by_fk"])
    _create(
        "stamp",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )


def _create_links() -> None:
    _link("chart_owner", "chart_id", "chart.id", "user_id", "ab_user.id")
    _link("dashboard_owner", "dashboard_id", "dashboard.id", "user_id", "ab_user.id")
    _link("dataset_owner", "dataset_id", "dataset.id", "user_id", "ab_user.id")
    _link("dashboard_role", "dashboard_id", "dashboard.id", "role_id", "ab_role.id")
    _link("dashboard_chart", "dashboard_id", "dashboard.id", "chart_id", "chart.id")
    _link("row_rule_table", "row_rule_id", "row_rule.id", "dataset_id", "dataset.id")
    _link("row_rule_role", "row_rule_id", "row_rule.id", "role_id", "ab_role.id")
