"""What happened when, in layers that charts along a time axis may show."""

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from superset_like.models.mixins import LONG_TEXT, MOMENT, Audited, Identified, Versioned


class AnnotationLayer(Identified, Versioned, Audited, Model):
    """Annotations under a name."""

    __tablename__ = "annotation_layer"

    name: Mapped[str] = mapped_column(String(250), unique=True, nullable=False)
    descr: Mapped[str | None] = mapped_column(Text)

    def __repr__(self) -> str:
        return self.name


class Annotation(Identified, Versioned, Audited, Model):
    """One event or span, in UTC. json_metadata: JSON text."""

    __tablename__ = "annotation"

    layer_id: Mapped[int] = mapped_column(
        ForeignKey("annotation_layer.id", ondelete="CASCADE"), nullable=False, index=True
    )
    short_descr: Mapped[str] = mapped_column(String(500), nullable=False)
    long_descr: Mapped[str | None] = mapped_column(LONG_TEXT)
    start_dttm: Mapped[datetime] = mapped_column(MOMENT, nullable=False)
    end_dttm: Mapped[datetime] = mapped_column(MOMENT, nullable=False)
    json_metadata: Mapped[str | None] = mapped_column(LONG_TEXT)

    layer: Mapped[AnnotationLayer] = relationship(AnnotationLayer, passive_deletes=True)

    def __repr__(self) -> str:
        return self.short_descr
