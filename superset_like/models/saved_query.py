"""SQL that somebody kept under a name."""

import json
from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import BigInteger, ForeignKey, String, Text, and_
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from superset_like.models.database import Database
from superset_like.models.elapsed import humanized
from superset_like.models.mixins import LONG_TEXT, MOMENT, Audited, Identified, Versioned, derived, now
from superset_like.models.sql_tables import tables_of
from superset_like.models.tag import ObjectType, Tag, TaggedObject


class SavedQuery(Identified, Versioned, Audited, Model):
    """A saved query. template_parameters, extra_json: JSON text. rows, last_run: of its latest execution."""

    __tablename__ = "saved_query"

    label: Mapped[str] = mapped_column(String(256), nullable=False, default="")
    description: Mapped[str | None] = mapped_column(Text)
    db_id: Mapped[int] = mapped_column(ForeignKey("database.id", ondelete="CASCADE"), nullable=False, index=True)
    catalog: Mapped[str | None] = mapped_column(String(256))
    schema: Mapped[str | None] = mapped_column(String(256))
    sql: Mapped[str] = mapped_column(LONG_TEXT, nullable=False, default="")
    template_parameters: Mapped[str | None] = mapped_column(Text)
    extra_json: Mapped[str] = mapped_column(LONG_TEXT, nullable=False, default="{}")
    rows: Mapped[int | None] = mapped_column(BigInteger)
    last_run: Mapped[datetime | None] = mapped_column(MOMENT)

    database: Mapped[Database] = relationship(Database, passive_deletes=True)
    tags: Mapped[list[Tag]] = relationship(
        Tag,
        secondary=TaggedObject.__table__,
        primaryjoin=lambda: and_(
            foreign(TaggedObject.object_id) == SavedQuery.id,
            TaggedObject.object_type == ObjectType.SAVED_QUERY.value,
        ),
        secondaryjoin=lambda: foreign(TaggedObject.tag_id) == Tag.id,
        viewonly=True,
    )

    @derived("extra_json")
    def extra(self) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(self.extra_json or "{}")
        return made

    @derived("last_run")
    def last_run_delta_humanized(self) -> str:
        return humanized(now() - self.last_run) if self.last_run else ""

    @derived("sql", "database.sqlalchemy_uri")
    def sql_tables(self) -> list[dict[str, str | None]]:
        return tables_of(self.sql, self.database.sqlalchemy_uri)

    def __repr__(self) -> str:
        return self.label
