"""When the key of a saved query ends by itself.

Revision ID: 0043
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import DATETIME

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime().with_variant(DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    with op.batch_alter_table("saved_query") as table:
        table.add_column(sa.Column("key_expires_on", MOMENT))


def downgrade() -> None:
    with op.batch_alter_table("saved_query") as table:
        table.drop_column("key_expires_on")
