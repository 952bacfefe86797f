"""Tags, and what they are put on."""

from enum import StrEnum

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from superset_like.models.mixins import Audited, Identified, Versioned


class ObjectType(StrEnum):
    """The nouns that can be tagged, favoured or logged."""

    CHART = "chart"
    DASHBOARD = "dashboard"
    DATASET = "dataset"
    SAVED_QUERY = "saved_query"
    TAG = "tag"


class Tag(Identified, Versioned, Audited, Model):
    """A word that people put on things. type: 1 given by people, others by the system."""

    __tablename__ = "tag"

    name: Mapped[str] = mapped_column(String(250), unique=True, nullable=False)
    type: Mapped[int] = mapped_column(Integer, nullable=False, default=1)
    description: Mapped[str | None] = mapped_column(Text)

    def __repr__(self) -> str:
        return self.name


class TaggedObject(Model):
    """One tag on one thing. object_id has no foreign key, since it points into several tables."""

    __tablename__ = "tagged_object"
    __table_args__ = (
        UniqueConstraint("tag_id", "object_type", "object_id"),
        Index("ix_tagged_object_object", "object_type", "object_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"), nullable=False)
    object_type: Mapped[str] = mapped_column(String(32), nullable=False)
    object_id: Mapped[int] = mapped_column(Integer, nullable=False)

    tag: Mapped[Tag] = relationship(Tag)
