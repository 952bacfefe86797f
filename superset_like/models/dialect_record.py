"""What only one API knows of an object, kept whole beside it."""

from enum import StrEnum

from flask_appbuilder import Model
from sqlalchemy import Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from superset_like.models.mixins import LONG_TEXT


class Dialect(StrEnum):
    """The APIs beside the core's own."""

    REDASH = "redash"
    LIGHTDASH = "lightdash"


class DialectRecord(Model):
    """content: JSON text. mark: of the object's state that the content belongs to; another state makes it stale."""

    __tablename__ = "dialect_record"
    __table_args__ = (UniqueConstraint("dialect", "object_type", "object_id", name="uq_dialect_record_object"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    dialect: Mapped[str] = mapped_column(String(16), nullable=False)
    object_type: Mapped[str] = mapped_column(String(32), nullable=False)
    object_id: Mapped[int] = mapped_column(Integer, nullable=False)
    content: Mapped[str] = mapped_column(LONG_TEXT, nullable=False)
    mark: Mapped[str | None] = mapped_column(String(64))
