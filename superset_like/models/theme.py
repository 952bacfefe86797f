"""How dashboards look: colours, letters and corners, in Ant Design's tokens."""

import json
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import Boolean, String
from sqlalchemy.orm import Mapped, mapped_column

from superset_like.models.mixins import LONG_TEXT, Audited, Identified, Versioned


class Theme(Identified, Versioned, Audited, Model):
    """A theme. json_data: JSON text, {token, algorithm}.

    is_system: it came with this server, and stays as it is. is_system_default, is_system_dark: what dashboards without
    a theme of their own wear, in light and in dark; at most one theme has each.
    """

    __tablename__ = "theme"

    theme_name: Mapped[str] = mapped_column(String(250), nullable=False, index=True)
    json_data: Mapped[str] = mapped_column(LONG_TEXT, nullable=False, default="{}")
    is_system: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    is_system_default: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    is_system_dark: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)

    def config(self) -> dict[str, Any]:
        """What pages apply."""
        made: dict[str, Any] = json.loads(self.json_data)
        return made

    def __repr__(self) -> str:
        return self.theme_name
