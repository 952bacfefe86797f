"""Which objects of other servers were brought here.

Revision ID: 0042
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import DATETIME

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime().with_variant(DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "brought_object",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("source", sa.String(190), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("foreign_id", sa.Integer, nullable=False),
        sa.Column("own_id", sa.Integer, nullable=False),
        sa.Column("source_mark", sa.String(64), nullable=False),
        sa.Column("own_mark", sa.String(64)),
        sa.Column("brought_on", MOMENT, nullable=False),
        sa.UniqueConstraint("source", "kind", "foreign_id", name="uq_brought_object"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
    )


def downgrade() -> None:
    op.drop_table("brought_object")
