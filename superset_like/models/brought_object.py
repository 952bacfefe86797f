"""Which object of another server was brought here as which of ours."""

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from superset_like.models.mixins import MOMENT, now


class BroughtObject(Model):
    """An object that was brought. source: the other server's address; kind: its noun there.

    source_mark: of what it was there when it was brought or updated last; own_mark: of what it was here after that,
    None for an object that was here before, which no import changes.
    """

    __tablename__ = "brought_object"
    __table_args__ = (UniqueConstraint("source", "kind", "foreign_id", name="uq_brought_object"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    source: Mapped[str] = mapped_column(String(190), nullable=False)
    kind: Mapped[str] = mapped_column(String(32), nullable=False)
    foreign_id: Mapped[int] = mapped_column(Integer, nullable=False)
    own_id: Mapped[int] = mapped_column(Integer, nullable=False)
    source_mark: Mapped[str] = mapped_column(String(64), nullable=False)
    own_mark: Mapped[str | None] = mapped_column(String(64))
    brought_on: Mapped[datetime] = mapped_column(MOMENT, nullable=False, default=now, onupdate=now)
