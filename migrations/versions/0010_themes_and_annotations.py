"""Themes, which dashboards may wear, and annotations in layers.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import DATETIME, MEDIUMTEXT

revision = "0010"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime().with_variant(DATETIME(fsp=6), "mysql", "mariadb")
LONG_TEXT = sa.Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb")
THEME_OF_DASHBOARD = "fk_dashboard_theme_id"


def upgrade() -> None:
    _create(
        "theme",
        sa.Column("theme_name", sa.String(250), nullable=False, index=True),
        sa.Column("json_data", LONG_TEXT, nullable=False),
        sa.Column("is_system", sa.Boolean, nullable=False),
        sa.Column("is_system_default", sa.Boolean, nullable=False),
        sa.Column("is_system_dark", sa.Boolean, nullable=False),
    )
    _create(
        "annotation_layer",
        sa.Column("name", sa.String(250), nullable=False),
        sa.Column("descr", sa.Text),
        sa.UniqueConstraint("name", name="uq_annotation_layer_name"),
    )
    _create(
        "annotation",
        _reference("annotation", "layer_id", "annotation_layer.id", "CASCADE", nullable=False),
        sa.Column("short_descr", sa.String(500), nullable=False),
        sa.Column("long_descr", LONG_TEXT),
        sa.Column("start_dttm", MOMENT, nullable=False),
        sa.Column("end_dttm", MOMENT, nullable=False),
        sa.Column("json_metadata", LONG_TEXT),
    )
    op.create_index("ix_annotation_layer_id", "annotation", ["layer_id"])
    with op.batch_alter_table("dashboard") as table:
        table.add_column(sa.Column("theme_id", sa.Integer))
        table.create_foreign_key(THEME_OF_DASHBOARD, "theme", ["theme_id"], ["id"], ondelete="SET NULL")
        table.create_index("ix_dashboard_theme_id", ["theme_id"])


def downgrade() -> None:
    with op.batch_alter_table("dashboard") as table:
        table.drop_constraint(THEME_OF_DASHBOARD, type_="foreignkey")
        table.drop_index("ix_dashboard_theme_id")
        table.drop_column("theme_id")
    for name in ("annotation", "annotation_layer", "theme"):
        op.drop_table(name)


def _create(name: str, *columns: sa.schema.SchemaItem) -> None:
    """A table of things that have an id, a uuid, a version, and people who made and changed them."""
    op.create_table(
        name,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("uuid", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_on", MOMENT, nullable=False),
        sa.Column("changed_on", MOMENT, nullable=False),
        _reference(name, "created_by_fk", "ab_user.id", "SET NULL"),
        _reference(name, "changed_by_fk", "ab_user.id", "SET NULL"),
        *columns,
        sa.UniqueConstraint("uuid", name=f"uq_{name}_uuid"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
    )
    for column in ("changed_on", "created_by_fk"):
        op.create_index(f"ix_{name}_{column}", name, [column])


def _reference(table: str, column: str, target: str, on_delete: str, nullable: bool = True) -> sa.Column[int]:
    key = sa.ForeignKey(target, name=f"fk_{table}_{column}", ondelete=on_delete)
    return sa.Column(column, sa.Integer, key, nullable=nullable)
