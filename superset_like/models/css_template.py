"""Stylesheets that dashboards can start from."""

from flask_appbuilder import Model
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from superset_like.models.mixins import LONG_TEXT, Audited, Identified, Versioned


class CssTemplate(Identified, Versioned, Audited, Model):
    """A stylesheet under a name."""

    __tablename__ = "css_template"

    template_name: Mapped[str] = mapped_column(String(250), nullable=False, index=True)
    css: Mapped[str] = mapped_column(LONG_TEXT, nullable=False, default="")

    def __repr__(self) -> str:
        return self.template_name
