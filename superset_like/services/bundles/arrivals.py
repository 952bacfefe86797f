"""What an import has in hand while it works: the files, and the objects that their uuids mean here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask_appbuilder import Model
from sqlalchemy import select

from superset_like.access.actor import Actor
from superset_like.errors import Forbidden, Invalid
from superset_like.extensions import db
from superset_like.services.bundles.kind import Kind

NOT_THERE = "It is neither in the bundle nor here"


@dataclass
class Arrivals:
    """kinds: those that the import takes, by name. passwords, secrets: path -> what the importer gave for that file.

    items: (kind, uuid) -> the object, for the files applied so far and for what they name; None where there is none.
    paths: (kind, uuid) -> the file. numbers: (kind, number in the bundle) -> uuid. tag_descriptions: name of a tag ->
    what the bundle says of it.
    """

    actor: Actor
    kinds: Mapping[str, Kind]
    passwords: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    paths: dict[tuple[str, UUID], str] = field(default_factory=dict)
    items: dict[tuple[str, UUID], Model | None] = field(default_factory=dict)
    numbers: dict[tuple[str, int], UUID] = field(default_factory=dict)
    tag_descriptions: dict[str, str | None] = field(default_factory=dict)

    def path_of(self, kind: str, config: Mapping[str, Any]) -> str:
        """The path of the file in the bundle."""
        return self.paths[kind, config["uuid"]]

    def needed(self, kind: str, config: Mapping[str, Any], name: str) -> Any:
        """The object that this field of a file names. Raises Invalid, or Forbidden as `known`."""
        found = self.known(kind, config[name])
        if found is None:
            raise Invalid(fields={name: [NOT_THERE]})
        return found

    def known(self, kind: str, uuid: Any) -> Any:
        """The object of this uuid, from the bundle or from here; None when there is none.

        Raises Forbidden where the caller may not build on it.
        """
        asked = _uuid(uuid)
        if asked is None:
            return None
        if (kind, asked) not in self.items:
            self.items[kind, asked] = self._here(self.kinds[kind], asked)
        return self.items[kind, asked]

    def numbered(self, kind: str, number: Any) -> Any:
        """The object that the bundle knows by this number, from the bundle's files alone; None when there is none."""
        uuid = self.numbers.get((kind, number)) if isinstance(number, int) else None
        return None if uuid is None else self.items.get((kind, uuid))

    def _here(self, kind: Kind, uuid: UUID) -> Model | None:
        found: Model | None = db.session.execute(select(kind.model).where(kind.model.uuid == uuid)).scalar()
        if found is not None and not kind.may_keep(self.actor, found):
            raise Forbidden(f"You may not use the {kind.name} {uuid}")
        return found


def _uuid(value: Any) -> UUID | None:
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        return None
