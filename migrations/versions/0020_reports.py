"""Alerts and reports.

Revision ID: 0020
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import DATETIME, MEDIUMTEXT

revision = "0020"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime().with_variant(DATETIME(fsp=6), "mysql", "mariadb")
LONG_TEXT = sa.Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb")
INNODB = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"}


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("uuid", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_on", MOMENT, nullable=False),
        sa.Column("changed_on", MOMENT, nullable=False),
        _reference("report", "created_by_fk", "ab_user"),
        _reference("report", "changed_by_fk", "ab_user"),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("name", sa.String(150), nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("context_markdown", sa.Text),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("crontab", sa.String(1000), nullable=False),
        sa.Column("timezone", sa.String(100), nullable=False),
        sa.Column("creation_method", sa.String(32), nullable=False),
        sa.Column("email_subject", sa.String(255)),
        sa.Column("report_format", sa.String(16), nullable=False),
        sa.Column("force_screenshot", sa.Boolean, nullable=False),
        sa.Column("custom_width", sa.Integer),
        sa.Column("sql", LONG_TEXT),
        sa.Column("validator_type", sa.String(32)),
        sa.Column("validator_config_json", sa.Text),
        sa.Column("extra_json", LONG_TEXT, nullable=False),
        sa.Column("grace_period", sa.Integer, nullable=False),
        sa.Column("working_timeout", sa.Integer, nullable=False),
        sa.Column("log_retention", sa.Integer, nullable=False),
        _reference("report", "chart_id", "chart"),
        _reference("report", "dashboard_id", "dashboard"),
        _reference("report", "database_id", "database"),
        _reference("report", "run_as_id", "ab_user"),
        sa.Column("next_run_on", MOMENT),
        sa.Column("last_eval_dttm", MOMENT),
        sa.Column("last_state", sa.String(16), nullable=False),
        sa.Column("last_value", sa.Double),
        sa.Column("last_value_row_json", LONG_TEXT),
        sa.Column("notice_on", MOMENT),
        sa.UniqueConstraint("uuid", name="uq_report_uuid"),
        sa.UniqueConstraint("type", "name", name="uq_report_type_name"),
        **INNODB,
    )
    for column in ("created_by_fk", "changed_on", "chart_id", "dashboard_id", "database_id", "run_as_id"):
        op.create_index(f"ix_report_{column}", "report", [column])
    op.create_index("ix_report_due", "report", ["active", "next_run_on"])
    op.create_table(
        "report_owner",
        _reference("report_owner", "report_id", "report", "CASCADE", primary_key=True),
        _reference("report_owner", "user_id", "ab_user", "CASCADE", primary_key=True),
        **INNODB,
    )
    op.create_index("ix_report_owner_user_id", "report_owner", ["user_id"])
    op.create_table(
        "report_recipient",
        sa.Column("id", sa.Integer, primary_key=True),
        _reference("report_recipient", "report_id", "report", "CASCADE", nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("recipient_config_json", sa.Text, nullable=False),
        **INNODB,
    )
    op.create_index("ix_report_recipient_report_id", "report_recipient", ["report_id"])
    op.create_table(
        "report_log",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("uuid", sa.Uuid, nullable=False),
        _reference("report_log", "report_id", "report", "CASCADE", nullable=False),
        sa.Column("scheduled_dttm", MOMENT, nullable=False),
        sa.Column("sent_on", MOMENT),
        sa.Column("start_dttm", MOMENT),
        sa.Column("end_dttm", MOMENT),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("value", sa.Double),
        sa.Column("value_row_json", LONG_TEXT),
        sa.Column("error_message", sa.Text),
        sa.UniqueConstraint("uuid", name="uq_report_log_uuid"),
        sa.UniqueConstraint("report_id", "scheduled_dttm", name="uq_report_log_run"),
        **INNODB,
    )
    op.create_index("ix_report_log_state", "report_log", ["state", "scheduled_dttm"])


def downgrade() -> None:
    for table in ("report_log", "report_recipient", "report_owner", "report"):
        op.drop_table(table)


def _reference(table: str, column: str, target: str, on_delete: str = "SET NULL", **options: Any) -> sa.Column[int]:
    key = sa.ForeignKey(f"{target}.id", name=f"fk_{table}_{column}", ondelete=on_delete)
    return sa.Column(column, sa.Integer, key, **options)
