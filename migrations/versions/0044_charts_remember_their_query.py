"""Of which saved query a chart was, whose dataset went with its connection.

Revision ID: 0044
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("chart") as table:
        table.add_column(sa.Column("saved_query_id", sa.Integer))
        table.create_foreign_key(
            "fk_chart_saved_query_id", "saved_query", ["saved_query_id"], ["id"], ondelete="SET NULL"
        )
        table.create_index("ix_chart_saved_query_id", ["saved_query_id"])


def downgrade() -> None:
    with op.batch_alter_table("chart") as table:
        table.drop_constraint("fk_chart_saved_query_id", type_="foreignkey")
        table.drop_index("ix_chart_saved_query_id")
        table.drop_column("saved_query_id")
