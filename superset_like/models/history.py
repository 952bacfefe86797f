"""What was: former states of what people make, and what they deleted, for a time."""

from datetime import datetime
from uuid import UUID

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from superset_like.models.mixins import LONG_TEXT, MOMENT, now

deleted_object_owner = Table(
    "deleted_object_owner",
    Model.metadata,
    Column("deleted_object_id", ForeignKey("deleted_object.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class FormerState(Model):
    """A state that a write replaced. object_type: an ObjectType. object_id: None once the object is deleted: a new one
    may get its number, and must not get its past.

    version, changed_on, changed_by_fk: of the write that made the state. state: JSON text. changed: JSON text, the
    fields that the next write changed. restored_version: which version that write brought back, if it did.
    """

    __tablename__ = "former_state"
    __table_args__ = (UniqueConstraint("object_type", "object_id", "version"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    object_type: Mapped[str] = mapped_column(String(16), nullable=False)
    object_id: Mapped[int | None] = mapped_column(Integer)
    deleted_object_id: Mapped[int | None] = mapped_column(
        ForeignKey("deleted_object.id", ondelete="CASCADE"), index=True
    )
    version: Mapped[int] = mapped_column(Integer, nullable=False)
    changed_on: Mapped[datetime] = mapped_column(MOMENT, nullable=False)
    changed_by_fk: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"), index=True)
    changed: Mapped[str] = mapped_column(Text, nullable=False, default="[]")
    restored_version: Mapped[int | None] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(LONG_TEXT, nullable=False, deferred=True)

    changed_by: Mapped[User | None] = relationship(User, foreign_keys=[changed_by_fk])


class DeletedObject(Model):
    """An object that was deleted, whole. name: as lists showed it. state: JSON text, with all that hung on it."""

    __tablename__ = "deleted_object"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    object_type: Mapped[str] = mapped_column(String(16), nullable=False)
    object_id: Mapped[int] = mapped_column(Integer, nullable=False)
    uuid: Mapped[UUID] = mapped_column(Uuid, nullable=False)
    name: Mapped[str] = mapped_column(String(500), nullable=False)
    version: Mapped[int] = mapped_column(Integer, nullable=False)
    state: Mapped[str] = mapped_column(LONG_TEXT, nullable=False, deferred=True)
    deleted_on: Mapped[datetime] = mapped_column(MOMENT, nullable=False, default=now, index=True)
    deleted_by_fk: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"), index=True)

    deleted_by: Mapped[User | None] = relationship(User, foreign_keys=[deleted_by_fk])
    owners: Mapped[list[User]] = relationship(User, secondary=deleted_object_owner, passive_deletes=True)
