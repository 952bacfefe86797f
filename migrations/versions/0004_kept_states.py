"""States of pages are kept under keys.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import DATETIME, MEDIUMTEXT

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime().with_variant(DATETIME(fsp=6), "mysql", "mariadb")
LONG_TEXT = sa.Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb")
INDEXED = ("owner_id", "dashboard_id", "dataset_id", "database_id", "chart_id", "expires_on")


def upgrade() -> None:
    op.create_table(
        "kept_state",
        sa.Column("key", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        _reference("owner_id", "ab_user.id", "SET NULL"),
        _reference("dashboard_id", "dashboard.id", "CASCADE"),
        _reference("dataset_id", "dataset.id", "CASCADE"),
        _reference("database_id", "database.id", "CASCADE"),
        _reference("chart_id", "chart.id", "SET NULL"),
        sa.Column("tab_id", sa.Integer),
        sa.Column("value", LONG_TEXT, nullable=False),
        sa.Column("created_on", MOMENT, nullable=False),
        sa.Column("changed_on", MOMENT, nullable=False),
        sa.Column("expires_on", MOMENT),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
    )
    for column in INDEXED:
        op.create_index(f"ix_kept_state_{column}", "kept_state", [column])


def downgrade() -> None:
    op.drop_table("kept_state")


def _reference(column: str, target: str, on_delete: str) -> sa.Column[int]:
    key = sa.ForeignKey(target, name=f"fk_kept_state_{column}", ondelete=on_delete)
    return sa.Column(column, sa.Integer, key)
