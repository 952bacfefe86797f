"""Row level security: which rows of a dataset the members of a role see."""

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import Column, ForeignKey, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from superset_like.models.dataset import Dataset
from superset_like.models.mixins import Audited, Identified, Versioned

row_rule_table = Table(
    "row_rule_table",
    Model.metadata,
    Column("row_rule_id", ForeignKey("row_rule.id", ondelete="CASCADE"), primary_key=True),
    Column("dataset_id", ForeignKey("dataset.id", ondelete="CASCADE"), primary_key=True, index=True),
)
row_rule_role = Table(
    "row_rule_role",
    Model.metadata,
    Column("row_rule_id", ForeignKey("row_rule.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("ab_role.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class RowRule(Identified, Versioned, Audited, Model):
    """A rule. filter_type Regular: binds those who have one of the roles; Base: everyone who has none of them.

    clause: SQL over the dataset's columns, may hold Jinja. Rules with the same group_key are ORed, all else is ANDed.
    """

    __tablename__ = "row_rule"

    name: Mapped[str] = mapped_column(String(255), unique=True, nullable=False)
    description: Mapped[str | None] = mapped_column(Text)
    filter_type: Mapped[str] = mapped_column(String(16), nullable=False, default="Regular")
    group_key: Mapped[str | None] = mapped_column(String(255))
    clause: Mapped[str] = mapped_column(Text, nullable=False)

    tables: Mapped[list[Dataset]] = relationship(Dataset, secondary=row_rule_table, passive_deletes=True)
    roles: Mapped[list[Role]] = relationship(Role, secondary=row_rule_role, passive_deletes=True)

    def __repr__(self) -> str:
        return self.name
