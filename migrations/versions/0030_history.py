"""Former states of what people make, and what they deleted.

Revision ID: 0030
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import DATETIME, MEDIUMTEXT

revision = "0030"
down_revision = "0020"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime().with_variant(DATETIME(fsp=6), "mysql", "mariadb")
LONG_TEXT = sa.Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb")
TABLE = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"}


def upgrade() -> None:
    op.create_table(
        "deleted_object",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("object_type", sa.String(16), nullable=False),
        sa.Column("object_id", sa.Integer, nullable=False),
        sa.Column("uuid", sa.Uuid, nullable=False),
        sa.Column("name", sa.String(500), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", LONG_TEXT, nullable=False),
        sa.Column("deleted_on", MOMENT, nullable=False),
        _person("deleted_object", "deleted_by_fk"),
        **TABLE,
    )
    for column in ("deleted_on", "deleted_by_fk"):
        op.create_index(f"ix_deleted_object_{column}", "deleted_object", [column])
    op.create_table(
        "former_state",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("object_type", sa.String(16), nullable=False),
        sa.Column("object_id", sa.Integer),
        sa.Column(
            "deleted_object_id",
            sa.Integer,
            sa.ForeignKey("deleted_object.id", name="fk_former_state_deleted_object_id", ondelete="CASCADE"),
        ),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_on", MOMENT, nullable=False),
        _person("former_state", "changed_by_fk"),
        sa.Column("changed", sa.Text, nullable=False),
        sa.Column("restored_version", sa.Integer),
        sa.Column("state", LONG_TEXT, nullable=False),
        sa.UniqueConstraint("object_type", "object_id", "version", name="uq_former_state_object_type"),
        **TABLE,
    )
    for column in ("changed_by_fk", "deleted_object_id"):
        op.create_index(f"ix_former_state_{column}", "former_state", [column])
    op.create_table(
        "deleted_object_owner",
        _part("deleted_object_id", "deleted_object.id"),
        _part("user_id", "ab_user.id"),
        **TABLE,
    )
    op.create_index("ix_deleted_object_owner_user_id", "deleted_object_owner", ["user_id"])


def downgrade() -> None:
    for table in ("deleted_object_owner", "former_state", "deleted_object"):
        op.drop_table(table)


def _person(table: str, column: str) -> sa.Column[int]:
    return sa.Column(column, sa.Integer, sa.ForeignKey("ab_user.id", name=f"fk_{table}_{column}", ondelete="SET NULL"))


def _part(column: str, target: str) -> sa.Column[int]:
    key = sa.ForeignKey(target, name=f"fk_deleted_object_owner_{column}", ondelete="CASCADE")
    return sa.Column(column, sa.Integer, key, primary_key=True)
