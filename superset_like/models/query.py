"""One execution of SQL: its state and where its result is."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    Text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from superset_like.models.database import Database
from superset_like.models.mixins import LONG_TEXT, MOMENT, Identified, derived, now
from superset_like.models.sql_tables import tables_of


class QueryStatus(StrEnum):
    """pending -> running -> one of the rest, which are final."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"
    STOPPED = "stopped"
    TIMED_OUT = "timed_out"


query_asker = Table(
    "query_asker",
    Model.metadata,
    Column("query_id", ForeignKey("query.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Query(Identified, Model):
    """A query that a user ran. Times are epoch milliseconds; heartbeat_on is renewed while a process runs it.

    limiting_factor: what set the row limit (`NOT_LIMITED`, `QUERY`, `DROPDOWN`, `QUERY_AND_DROPDOWN`).
    stop_requested: somebody asked to end it; the process that runs it looks there. result_columns: JSON text.

    saved_query_id, chart_id: what it is an execution of. run_mark: equal for executions that would answer the same rows
    (see services/run_rights.py), None where nobody may share them. text_hash: of the text that was asked. is_rendered:
    the SQL is no template. query_asker: who else waits for it, or was given its result.
    """

    __tablename__ = "query"
    __table_args__ = (
        Index("ix_query_user_changed", "user_id", "changed_on"),
        Index("ix_query_run_mark", "run_mark", "status"),
    )

    client_id: Mapped[str] = mapped_column(String(11), unique=True, nullable=False)
    database_id: Mapped[int] = mapped_column(ForeignKey("database.id", ondelete="CASCADE"), nullable=False)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(String(16), nullable=False, default=QueryStatus.PENDING.value, index=True)
    tab_name: Mapped[str | None] = mapped_column(String(256))
    sql_editor_id: Mapped[str | None] = mapped_column(String(256), index=True)
    catalog: Mapped[str | None] = mapped_column(String(256))
    schema: Mapped[str | None] = mapped_column(String(256))
    sql: Mapped[str] = mapped_column(LONG_TEXT, nullable=False)
    executed_sql: Mapped[str | None] = mapped_column(LONG_TEXT)
    template_params: Mapped[str | None] = mapped_column(Text)
    limit: Mapped[int | None] = mapped_column(Integer)
    limiting_factor: Mapped[str] = mapped_column(String(32), nullable=False, default="NOT_LIMITED")
    select_as_cta: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    select_as_cta_used: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    ctas_method: Mapped[str | None] = mapped_column(String(16))
    tmp_table_name: Mapped[str | None] = mapped_column(String(256))
    tmp_schema_name: Mapped[str | None] = mapped_column(String(256))
    run_async: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    progress: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    rows: Mapped[int | None] = mapped_column(BigInteger)
    truncated: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    error_message: Mapped[str | None] = mapped_column(Text)
    error_details: Mapped[str | None] = mapped_column(Text)
    results_key: Mapped[str | None] = mapped_column(String(64), index=True)
    result_columns: Mapped[str | None] = mapped_column(LONG_TEXT)
    tracking_url: Mapped[str | None] = mapped_column(Text)
    start_time: Mapped[float | None] = mapped_column(Numeric(20, 6, asdecimal=False))
    start_running_time: Mapped[float | None] = mapped_column(Numeric(20, 6, asdecimal=False))
    end_time: Mapped[float | None] = mapped_column(Numeric(20, 6, asdecimal=False))
    end_result_backend_time: Mapped[float | None] = mapped_column(Numeric(20, 6, asdecimal=False))
    heartbeat_on: Mapped[datetime | None] = mapped_column(MOMENT)
    stop_requested: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    saved_query_id: Mapped[int | None] = mapped_column(ForeignKey("saved_query.id", ondelete="SET NULL"), index=True)
    chart_id: Mapped[int | None] = mapped_column(ForeignKey("chart.id", ondelete="SET NULL"), index=True)
    run_mark: Mapped[str | None] = mapped_column(String(64))
    text_hash: Mapped[str | None] = mapped_column(String(32))
    is_rendered: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    changed_on: Mapped[datetime] = mapped_column(MOMENT, nullable=False, default=now, onupdate=now, index=True)

    database: Mapped[Database] = relationship(Database, passive_deletes=True)
    user: Mapped[User | None] = relationship(User, passive_deletes=True)

    @hybrid_property
    def duration(self) -> float | None:
        """Milliseconds from its submission to its end; None while it has none."""
        return None if self.end_time is None or self.start_time is None else self.end_time - self.start_time

    @duration.inplace.expression
    @classmethod
    def _duration_in_sql(cls) -> ColumnElement[Any]:
        return cls.end_time - cls.start_time

    @derived("sql", "database.sqlalchemy_uri")
    def sql_tables(self) -> list[dict[str, str | None]]:
        return tables_of(self.sql, self.database.sqlalchemy_uri)

    @derived("id")
    def select_sql(self) -> None:
        """A SELECT of the table that the query made; clients accept that nobody wrote one."""
        return None

    def __repr__(self) -> str:
        return self.client_id
