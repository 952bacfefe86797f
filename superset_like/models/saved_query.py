"""SQL that somebody kept under a name."""

import json
from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, String, Table, Text, and_
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship, validates

from superset_like.models.database import Database
from superset_like.models.elapsed import humanized
from superset_like.models.mixins import LONG_TEXT, MOMENT, Audited, Identified, Versioned, derived, new_nonce, now
from superset_like.models.sql_tables import tables_of
from superset_like.models.tag import ObjectType, Tag, TaggedObject

saved_query_editor = Table(
    "saved_query_editor",
    Model.metadata,
    Column("saved_query_id", ForeignKey("saved_query.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class SavedQuery(Identified, Versioned, Audited, Model):
    """A saved query. template_parameters, extra_json, options_json, schedule_json: JSON text.

    rows, last_run: of its latest execution. options_json: its parameters (`parameters`) and what clients keep beside
    them. schedule_json: {interval (s), time, day_of_week, until}, None when nobody runs it; next_run_on: when it is due
    (UTC); scheduled_query_id: the execution that was made for it last. is_shared: seen by everybody who may read the
    whole connection. is_archived: no list shows it. latest_query_id: the latest execution with the values that its
    parameters have by themselves. key_nonce: see access/derived_keys.py. key_expires_on: UTC, None for never.
    sql_by_fk: who wrote what it asks; it has his rights to tables for those who may only look. editors: who may change
    it beside its maker. db_id: None once the connection is deleted.
    """

    __tablename__ = "saved_query"

    label: Mapped[str] = mapped_column(String(256), nullable=False, default="")
    description: Mapped[str | None] = mapped_column(Text)
    db_id: Mapped[int | None] = mapped_column(ForeignKey("database.id", ondelete="SET NULL"), index=True)
    catalog: Mapped[str | None] = mapped_column(String(256))
    schema: Mapped[str | None] = mapped_column(String(256))
    sql: Mapped[str] = mapped_column(LONG_TEXT, nullable=False, default="")
    template_parameters: Mapped[str | None] = mapped_column(Text)
    extra_json: Mapped[str] = mapped_column(LONG_TEXT, nullable=False, default="{}")
    rows: Mapped[int | None] = mapped_column(BigInteger)
    last_run: Mapped[datetime | None] = mapped_column(MOMENT)
    options_json: Mapped[str] = mapped_column(LONG_TEXT, nullable=False, default="{}")
    schedule_json: Mapped[str | None] = mapped_column(Text)
    next_run_on: Mapped[datetime | None] = mapped_column(MOMENT, index=True)
    schedule_failures: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    scheduled_query_id: Mapped[int | None] = mapped_column(Integer)
    is_shared: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    is_draft: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    is_archived: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    latest_query_id: Mapped[int | None] = mapped_column(
        # Executions name the saved query, and it names one of them: the table of one is made before the other.
        ForeignKey("query.id", ondelete="SET NULL", use_alter=True, name="fk_saved_query_latest_query_id"),
        index=True,
    )
    sql_by_fk: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"), index=True)
    key_nonce: Mapped[str] = mapped_column(String(32), nullable=False, default=new_nonce)
    key_expires_on: Mapped[datetime | None] = mapped_column(MOMENT)

    database: Mapped[Database | None] = relationship(Database, passive_deletes=True)
    editors: Mapped[list[User]] = relationship(User, secondary=saved_query_editor, passive_deletes=True)
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

    @validates("sql", "db_id", "catalog", "schema", "options_json")
    def _note_author(self, _: str, value: Any) -> Any:
        # The schema decides which tables the text means, parameters what others may put into it.
        self.sql_by_fk = User.get_user_id()
        return value

    @derived("extra_json")
    def extra(self) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(self.extra_json or "{}")
        return made

    @derived("options_json")
    def options(self) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(self.options_json or "{}")
        return made

    @derived("last_run")
    def last_run_delta_humanized(self) -> str:
        return humanized(now() - self.last_run) if self.last_run else ""

    @derived("sql", "database.sqlalchemy_uri")
    def sql_tables(self) -> list[dict[str, str | None]]:
        return tables_of(self.sql, self.database.sqlalchemy_uri) if self.database else []

    def __repr__(self) -> str:
        return self.label
