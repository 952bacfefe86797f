"""Where alerts go beside people: a mailing list, a program, a room of a messenger."""

import json
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from superset_like.models.mixins import Audited, Identified, Versioned, derived
from superset_like.models.secret import EncryptedText


class Destination(Identified, Versioned, Audited, Model):
    """A place that alerts are sent to. options_json: JSON text, encrypted at rest; the type says what is in it."""

    __tablename__ = "destination"
    __table_args__ = (UniqueConstraint("name", name="uq_destination_name"),)

    name: Mapped[str] = mapped_column(String(255), nullable=False)
    type: Mapped[str] = mapped_column(String(32), nullable=False)
    options_json: Mapped[str] = mapped_column(EncryptedText, nullable=False)

    @derived("options_json")
    def options(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.options_json)
        return found

    def __repr__(self) -> str:
        return self.name
