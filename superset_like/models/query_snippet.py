"""Pieces of SQL that editors put in for a short word."""

from flask_appbuilder import Model
from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from superset_like.models.mixins import LONG_TEXT, Audited, Identified, Versioned


class QuerySnippet(Identified, Versioned, Audited, Model):
    """A piece of SQL. trigger: the word that stands for it."""

    __tablename__ = "query_snippet"
    __table_args__ = (UniqueConstraint("trigger", name="uq_query_snippet_trigger"),)

    trigger: Mapped[str] = mapped_column(String(255), nullable=False)
    description: Mapped[str] = mapped_column(Text, nullable=False, default="")
    snippet: Mapped[str] = mapped_column(LONG_TEXT, nullable=False)

    def __repr__(self) -> str:
        return self.trigger
