"""What stored nouns share: identity, audit in UTC, an optimistic version, and values derived from other columns."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, overload
from uuid import UUID, uuid4

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Boolean, DateTime, ForeignKey, Integer, String, Text, Uuid
from sqlalchemy.dialects.mysql import DATETIME, MEDIUMTEXT
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from superset_like.models.elapsed import humanized

Value = TypeVar("Value")

# MySQL's TEXT ends at 64 KiB, which a dashboard's layout passes.
LONG_TEXT = Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb")
# MySQL's DATETIME drops fractions of a second unless told.
MOMENT = DateTime().with_variant(DATETIME(fsp=6), "mysql", "mariadb")


def now() -> datetime:
    """The time, in UTC and without zone, as all stored times are."""
    return datetime.now(UTC).replace(tzinfo=None)


def new_nonce() -> str:
    """What a key is made with (access/derived_keys.py); another one voids the key."""
    return secrets.token_hex(16)


class Derived(Generic[Value]):
    """A value made from other attributes; see `derived`."""

    def __init__(self, needs: tuple[str, ...], function: Callable[[Any], Value]) -> None:
        self.needs = needs
        self.function = function
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> "Derived[Value]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...
    def __get__(self, instance: object | None, owner: type) -> "Value | Derived[Value]":
        return self if instance is None else self.function(instance)


def derived(*needs: str) -> Callable[[Callable[[Any], Value]], Derived[Value]]:
    """Makes a method a value, for an object in memory and for a row that `projection` read alike.

    needs: the attributes that the method reads, those of relations with a dot (`changed_by.first_name`). Lists order by
    the first of them.
    """

    def made(function: Callable[[Any], Value]) -> Derived[Value]:
        return Derived(needs, function)

    return made


class Identified:
    """id for this installation, uuid for all of them."""

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True, nullable=False, default=uuid4)


class Versioned:
    """version counts writes; a write based on an older one fails with StaleDataError."""

    version: Mapped[int] = mapped_column(Integer, nullable=False, default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]


class Audited:
    """Who made and who last changed it, and when (UTC)."""

    created_on: Mapped[datetime] = mapped_column(MOMENT, nullable=False, default=now)
    changed_on: Mapped[datetime] = mapped_column(MOMENT, nullable=False, default=now, onupdate=now, index=True)

    @declared_attr
    def created_by_fk(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"), default=User.get_user_id, index=True)

    @declared_attr
    def changed_by_fk(cls) -> Mapped[int | None]:
        return mapped_column(
            ForeignKey("ab_user.id", ondelete="SET NULL"), default=User.get_user_id, onupdate=User.get_user_id
        )

    @declared_attr
    def created_by(cls) -> Mapped[User | None]:
        return relationship(User, foreign_keys=[cls.created_by_fk])  # type: ignore[list-item]

    @declared_attr
    def changed_by(cls) -> Mapped[User | None]:
        return relationship(User, foreign_keys=[cls.changed_by_fk])  # type: ignore[list-item]

    @derived("created_by.first_name", "created_by.last_name")
    def created_by_name(self) -> str:
        return full_name(self.created_by)

    @derived("changed_by.first_name", "changed_by.last_name")
    def changed_by_name(self) -> str:
        return full_name(self.changed_by)

    @derived("changed_on")
    def changed_on_utc(self) -> str:
        return f"{self.changed_on.isoformat()}+0000"

    @derived("changed_on")
    def changed_on_dttm(self) -> float:
        """Epoch milliseconds."""
        return self.changed_on.replace(tzinfo=UTC).timestamp() * 1000

    @derived("changed_on")
    def changed_on_delta_humanized(self) -> str:
        return humanized(now() - self.changed_on)

    @derived("changed_on")
    def changed_on_humanized(self) -> str:
        return humanized(now() - self.changed_on)

    @derived("created_on")
    def created_on_delta_humanized(self) -> str:
        return humanized(now() - self.created_on)

    @derived("created_on")
    def created_on_humanized(self) -> str:
        return humanized(now() - self.created_on)


class Certified:
    """A seal that somebody gave."""

    certified_by: Mapped[str | None] = mapped_column(Text)
    certification_details: Mapped[str | None] = mapped_column(Text)


class ManagedExternally:
    """Kept by another system, which the interface may say."""

    is_managed_externally: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    external_url: Mapped[str | None] = mapped_column(String(2000))


def full_name(user: Any) -> str:
    """First and last name; empty for nobody."""
    return f"{user.first_name} {user.last_name}".strip() if user else ""
