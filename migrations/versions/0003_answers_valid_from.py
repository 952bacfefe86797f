"""Answers about a dataset can be declared out of date.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import DATETIME

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime().with_variant(DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    with op.batch_alter_table("dataset") as table:
        table.add_column(sa.Column("answers_valid_from", MOMENT))


def downgrade() -> None:
    with op.batch_alter_table("dataset") as table:
        table.drop_column("answers_valid_from")
