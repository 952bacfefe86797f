"""Saved queries with parameters, schedules and keys; executions that several wait for; items and shares of dashboards.

Revision ID: 0040
"""

import secrets

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import DATETIME, MEDIUMTEXT

revision = "0040"
down_revision = "0030"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime().with_variant(DATETIME(fsp=6), "mysql", "mariadb")
LONG_TEXT = sa.Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb")
TABLE = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"}
STAMP = sa.table("stamp", sa.column("name", sa.String), sa.column("value", sa.BigInteger))
NO, NONE = sa.false(), sa.text("0")


def upgrade() -> None:
    _widen_saved_queries()
    _widen_queries()
    with op.batch_alter_table("dashboard") as table:
        for name in ("is_shared", "is_archived"):
            table.add_column(sa.Column(name, sa.Boolean, nullable=False, server_default=NO))
        table.add_column(sa.Column("item_writes", sa.Integer, nullable=False, server_default=NONE))
    with op.batch_alter_table("dashboard") as table:
        for name in ("is_shared", "is_archived"):
            table.alter_column(name, existing_type=sa.Boolean, existing_nullable=False, server_default=None)
        table.alter_column("item_writes", existing_type=sa.Integer, existing_nullable=False, server_default=None)
    with op.batch_alter_table("dataset") as table:
        table.add_column(sa.Column("saved_query_id", sa.Integer))
        table.create_foreign_key(
            "fk_dataset_saved_query_id", "saved_query", ["saved_query_id"], ["id"], ondelete="SET NULL"
        )
        table.create_unique_constraint("uq_dataset_saved_query_id", ["saved_query_id"])
    _create_pairs("saved_query_editor", "saved_query_id", "saved_query.id")
    _create_pairs("query_asker", "query_id", "query.id")
    _create_keys_and_records()
    op.bulk_insert(STAMP, [{"name": "activity", "value": 0}])


def downgrade() -> None:
    op.execute(sa.delete(STAMP).where(STAMP.c.name == "activity"))
    for table in ("dialect_record", "user_key", "dashboard_share", "dashboard_item", "query_asker"):
        op.drop_table(table)
    op.drop_table("saved_query_editor")
    with op.batch_alter_table("dataset") as table:
        table.drop_constraint("fk_dataset_saved_query_id", type_="foreignkey")
        table.drop_constraint("uq_dataset_saved_query_id", type_="unique")
        table.drop_column("saved_query_id")
    with op.batch_alter_table("dashboard") as table:
        for column in ("item_writes", "is_shared", "is_archived"):
            table.drop_column(column)
    with op.batch_alter_table("saved_query") as table:
        for column in ("latest_query_id", "sql_by_fk"):
            table.drop_constraint(f"fk_saved_query_{column}", type_="foreignkey")
            table.drop_index(f"ix_saved_query_{column}")
        table.drop_index("ix_saved_query_next_run_on")
        for column in (
            *("options_json", "schedule_json", "next_run_on", "schedule_failures", "is_shared", "is_draft"),
            *("is_archived", "latest_query_id", "sql_by_fk", "key_nonce"),
        ):
            table.drop_column(column)
    _require_connections()
    with op.batch_alter_table("query") as table:
        for column in ("saved_query_id", "chart_id"):
            table.drop_constraint(f"fk_query_{column}", type_="foreignkey")
            table.drop_index(f"ix_query_{column}")
        table.drop_index("ix_query_run_mark")
        for column in ("saved_query_id", "chart_id", "run_mark", "text_hash", "is_rendered"):
            table.drop_column(column)


def _widen_saved_queries() -> None:
    with op.batch_alter_table("saved_query") as table:
        table.add_column(sa.Column("options_json", LONG_TEXT))
        table.add_column(sa.Column("schedule_json", sa.Text))
        table.add_column(sa.Column("next_run_on", MOMENT))
        table.add_column(sa.Column("schedule_failures", sa.Integer, nullable=False, server_default=NONE))
        for name in ("is_shared", "is_draft", "is_archived"):
            table.add_column(sa.Column(name, sa.Boolean, nullable=False, server_default=NO))
        table.add_column(sa.Column("key_nonce", sa.String(32)))
        for column, target in (("latest_query_id", "query"), ("sql_by_fk", "ab_user")):
            table.add_column(sa.Column(column, sa.Integer))
            table.create_foreign_key(f"fk_saved_query_{column}", target, [column], ["id"], ondelete="SET NULL")
            table.create_index(f"ix_saved_query_{column}", [column])
        table.create_index("ix_saved_query_next_run_on", ["next_run_on"])
    _fill_saved_queries()
    with op.batch_alter_table("saved_query") as table:
        table.alter_column("options_json", existing_type=LONG_TEXT, nullable=False)
        table.alter_column("key_nonce", existing_type=sa.String(32), nullable=False)
        table.alter_column("schedule_failures", existing_type=sa.Integer, existing_nullable=False, server_default=None)
        for name in ("is_shared", "is_draft", "is_archived"):
            table.alter_column(name, existing_type=sa.Boolean, existing_nullable=False, server_default=None)
        table.drop_constraint("fk_saved_query_db_id", type_="foreignkey")
        table.alter_column("db_id", existing_type=sa.Integer, nullable=True)
        table.create_foreign_key("fk_saved_query_db_id", "database", ["db_id"], ["id"], ondelete="SET NULL")


def _fill_saved_queries() -> None:
    names = ("id", "options_json", "key_nonce", "sql_by_fk", "created_by_fk")
    saved = sa.table("saved_query", *(sa.column(name) for name in names))
    connection = op.get_bind()
    connection.execute(sa.update(saved).values(sql_by_fk=saved.c.created_by_fk))
    for (pk,) in connection.execute(sa.select(saved.c.id)).all():
        values = {"options_json": "{}", "key_nonce": secrets.token_hex(16)}
        connection.execute(sa.update(saved).where(saved.c.id == pk).values(values))


def _require_connections() -> None:
    """Saved queries go with their connection, as they did; those that lost it go now."""
    saved = sa.table("saved_query", sa.column("db_id"))
    op.get_bind().execute(sa.delete(saved).where(saved.c.db_id.is_(None)))
    with op.batch_alter_table("saved_query") as table:
        table.drop_constraint("fk_saved_query_db_id", type_="foreignkey")
        table.alter_column("db_id", existing_type=sa.Integer, nullable=False)
        table.create_foreign_key("fk_saved_query_db_id", "database", ["db_id"], ["id"], ondelete="CASCADE")


def _widen_queries() -> None:
    with op.batch_alter_table("query") as table:
        for column, target in (("saved_query_id", "saved_query"), ("chart_id", "chart")):
            table.add_column(sa.Column(column, sa.Integer))
            table.create_foreign_key(f"fk_query_{column}", target, [column], ["id"], ondelete="SET NULL")
            table.create_index(f"ix_query_{column}", [column])
        table.add_column(sa.Column("run_mark", sa.String(64)))
        table.add_column(sa.Column("text_hash", sa.String(32)))
        table.add_column(sa.Column("is_rendered", sa.Boolean, nullable=False, server_default=NO))
        table.create_index("ix_query_run_mark", ["run_mark", "status"])
    with op.batch_alter_table("query") as table:
        table.alter_column("is_rendered", existing_type=sa.Boolean, existing_nullable=False, server_default=None)


def _create_pairs(name: str, column: str, target: str) -> None:
    op.create_table(
        name,
        _reference(name, column, target, primary=True),
        _reference(name, "user_id", "ab_user.id", primary=True),
        **TABLE,
    )
    op.create_index(f"ix_{name}_user_id", name, ["user_id"])


def _create_keys_and_records() -> None:
    op.create_table(
        "dashboard_item",
        sa.Column("id", sa.Integer, primary_key=True),
        _reference("dashboard_item", "dashboard_id", "dashboard.id"),
        sa.Column("node_id", sa.String(190), nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("options_json", LONG_TEXT, nullable=False),
        sa.Column("place_mark", sa.String(64)),
        sa.Column("created_on", MOMENT, nullable=False),
        sa.Column("changed_on", MOMENT, nullable=False),
        sa.UniqueConstraint("dashboard_id", "node_id", name="uq_dashboard_item_node"),
        **TABLE,
    )
    op.create_table(
        "dashboard_share",
        _reference("dashboard_share", "dashboard_id", "dashboard.id", primary=True),
        sa.Column("nonce", sa.String(32), nullable=False),
        _reference("dashboard_share", "shared_by_id", "ab_user.id"),
        sa.Column("created_on", MOMENT, nullable=False),
        sa.Column("expires_on", MOMENT),
        **TABLE,
    )
    op.create_index("ix_dashboard_share_shared_by_id", "dashboard_share", ["shared_by_id"])
    op.create_table(
        "user_key",
        _reference("user_key", "user_id", "ab_user.id", primary=True),
        sa.Column("nonce", sa.String(32), nullable=False),
        sa.Column("created_on", MOMENT, nullable=False),
        sa.Column("expires_on", MOMENT),
        **TABLE,
    )
    op.create_table(
        "dialect_record",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("dialect", sa.String(16), nullable=False),
        sa.Column("object_type", sa.String(32), nullable=False),
        sa.Column("object_id", sa.Integer, nullable=False),
        sa.Column("content", LONG_TEXT, nullable=False),
        sa.Column("mark", sa.String(64)),
        sa.UniqueConstraint("dialect", "object_type", "object_id", name="uq_dialect_record_object"),
        **TABLE,
    )


def _reference(table: str, column: str, target: str, *, primary: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey(target, name=f"fk_{table}_{column}", ondelete="CASCADE")
    return sa.Column(column, sa.Integer, key, nullable=False, primary_key=primary)
