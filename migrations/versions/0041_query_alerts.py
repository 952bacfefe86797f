"""Alerts on the results of saved queries, whom they tell, and snippets of SQL.

Revision ID: 0041
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import DATETIME, MEDIUMTEXT

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime().with_variant(DATETIME(fsp=6), "mysql", "mariadb")
LONG_TEXT = sa.Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb")
TABLE = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"}
FILLED = {"trigger": "schedule", "name_scope": "", "alert_state": "unknown"}


def upgrade() -> None:
    op.create_table("destination", *_head(), *_destination(), *_audit("destination"), **TABLE)
    op.create_index("ix_destination_changed_on", "destination", ["changed_on"])
    op.create_index("ix_destination_created_by_fk", "destination", ["created_by_fk"])
    op.create_table("query_snippet", *_head(), *_snippet(), *_audit("query_snippet"), **TABLE)
    op.create_index("ix_query_snippet_changed_on", "query_snippet", ["changed_on"])
    op.create_index("ix_query_snippet_created_by_fk", "query_snippet", ["created_by_fk"])
    _widen_reports()
    with op.batch_alter_table("report_recipient") as table:
        for column, target in (("user_id", "ab_user"), ("destination_id", "destination")):
            table.add_column(sa.Column(column, sa.Integer))
            name = f"fk_report_recipient_{column}"
            table.create_foreign_key(name, target, [column], ["id"], ondelete="CASCADE")
            table.create_index(f"ix_report_recipient_{column}", [column])
    with op.batch_alter_table("saved_query") as table:
        table.add_column(sa.Column("scheduled_query_id", sa.Integer))


def downgrade() -> None:
    with op.batch_alter_table("saved_query") as table:
        table.drop_column("scheduled_query_id")
    report = sa.table("report", sa.column("trigger"))
    # What was before knows no alert without a schedule, and would run it.
    op.get_bind().execute(sa.delete(report).where(report.c.trigger == "result"))
    with op.batch_alter_table("report_recipient") as table:
        for column in ("destination_id", "user_id"):
            table.drop_constraint(f"fk_report_recipient_{column}", type_="foreignkey")
            table.drop_index(f"ix_report_recipient_{column}")
            table.drop_column(column)
    with op.batch_alter_table("report") as table:
        table.drop_constraint("fk_report_saved_query_id", type_="foreignkey")
        table.drop_index("ix_report_saved_query_id")
        table.drop_constraint("uq_report_name", type_="unique")
        for column in (
            *("trigger", "name_scope", "saved_query_id", "condition_json", "alert_state", "triggered_on", "rearm_s"),
            "asked_query_id",
        ):
            table.drop_column(column)
        table.alter_column("name", existing_type=sa.String(255), type_=sa.String(150), existing_nullable=False)
        table.create_unique_constraint("uq_report_type_name", ["type", "name"])
    op.drop_table("query_snippet")
    op.drop_table("destination")


def _widen_reports() -> None:
    with op.batch_alter_table("report") as table:
        table.alter_column("name", existing_type=sa.String(150), type_=sa.String(255), existing_nullable=False)
        for name, default in FILLED.items():
            length = 36 if name == "name_scope" else 16
            table.add_column(sa.Column(name, sa.String(length), nullable=False, server_default=default))
        table.add_column(sa.Column("saved_query_id", sa.Integer))
        table.add_column(sa.Column("condition_json", LONG_TEXT))
        table.add_column(sa.Column("triggered_on", MOMENT))
        table.add_column(sa.Column("rearm_s", sa.Integer))
        table.add_column(sa.Column("asked_query_id", sa.Integer))
        table.create_foreign_key(
            "fk_report_saved_query_id", "saved_query", ["saved_query_id"], ["id"], ondelete="CASCADE"
        )
        table.create_index("ix_report_saved_query_id", ["saved_query_id"])
        table.drop_constraint("uq_report_type_name", type_="unique")
        table.create_unique_constraint("uq_report_name", ["type", "name", "name_scope"])
    with op.batch_alter_table("report") as table:
        for name in FILLED:
            length = 36 if name == "name_scope" else 16
            table.alter_column(name, existing_type=sa.String(length), existing_nullable=False, server_default=None)


def _head() -> tuple[sa.Column[int], ...]:
    return (
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("uuid", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )


def _destination() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("options_json", sa.Text, nullable=False),
        sa.UniqueConstraint("name", name="uq_destination_name"),
    )


def _snippet() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("trigger", sa.String(255), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("snippet", LONG_TEXT, nullable=False),
        sa.UniqueConstraint("trigger", name="uq_query_snippet_trigger"),
    )


def _audit(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    people = (
        sa.Column(name, sa.Integer, sa.ForeignKey("ab_user.id", name=f"fk_{table}_{name}", ondelete="SET NULL"))
        for name in ("created_by_fk", "changed_by_fk")
    )
    return (
        sa.Column("created_on", MOMENT, nullable=False),
        sa.Column("changed_on", MOMENT, nullable=False),
        *people,
        sa.UniqueConstraint("uuid", name=f"uq_{table}_uuid"),
    )
