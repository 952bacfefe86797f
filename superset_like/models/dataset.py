"""A dataset: a table of a database, or SQL over it, with its columns and metrics."""

from datetime import datetime

import orjson
from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from superset_like.models.database import Database
from superset_like.models.mixins import LONG_TEXT, MOMENT, Audited, Identified, ManagedExternally, Versioned, derived

dataset_owner = Table(
    "dataset_owner",
    Model.metadata,
    Column("dataset_id", ForeignKey("dataset.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Dataset(Identified, Versioned, Audited, ManagedExternally, Model):
    """A table (sql empty) or a SELECT (sql set). offset: hours that time columns are shifted by when shown.

    answers_valid_from: kept answers that are older are out of date. saved_query_id: the query whose SQL this is; its
    charts are drawn over this dataset.

    cache_timeout: seconds, -1 for never, None for the database's. template_params, extra, params, folders: JSON text.
    """

    __tablename__ = "dataset"
    __table_args__ = (
        Index(
            "ix_dataset_place",
            "database_id",
            "catalog",
            "schema",
            "table_name",
            mysql_length={
                "catalog": 60,
                "schema": 60,
                "table_name": 120,
            },
        ),
    )

    table_name: Mapped[str] = mapped_column(String(250), nullable=False)
    catalog: Mapped[str | None] = mapped_column(String(250))
    schema: Mapped[str | None] = mapped_column(String(250))
    sql: Mapped[str | None] = mapped_column(LONG_TEXT)
    database_id: Mapped[int] = mapped_column(ForeignKey("database.id"), nullable=False)
    description: Mapped[str | None] = mapped_column(Text)
    main_dttm_col: Mapped[str | None] = mapped_column(String(250))
    currency_code_column: Mapped[str | None] = mapped_column(String(250))
    filter_select_enabled: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)
    fetch_values_predicate: Mapped[str | None] = mapped_column(Text)
    is_sqllab_view: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    template_params: Mapped[str | None] = mapped_column(Text)
    default_endpoint: Mapped[str | None] = mapped_column(Text)
    offset: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    cache_timeout: Mapped[int | None] = mapped_column(Integer)
    params: Mapped[str | None] = mapped_column(Text)
    extra: Mapped[str | None] = mapped_column(Text)
    folders: Mapped[str | None] = mapped_column(LONG_TEXT)
    normalize_columns: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    always_filter_main_dttm: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    answers_valid_from: Mapped[datetime | None] = mapped_column(MOMENT)
    saved_query_id: Mapped[int | None] = mapped_column(ForeignKey("saved_query.id", ondelete="SET NULL"), unique=True)

    database: Mapped[Database] = relationship(Database, back_populates="datasets")
    owners: Mapped[list[User]] = relationship(User, secondary=dataset_owner, passive_deletes=True)
    columns: Mapped[list["DatasetColumn"]] = relationship(
        "DatasetColumn", back_populates="table", cascade="all, delete-orphan", order_by="DatasetColumn.id"
    )
    metrics: Mapped[list["DatasetMetric"]] = relationship(
        "DatasetMetric", back_populates="table", cascade="all, delete-orphan", order_by="DatasetMetric.id"
    )

    @derived("sql")
    def kind(self) -> str:
        return "virtual" if self.sql else "physical"

    @derived()
    def datasource_type(self) -> str:
        return "table"

    @derived("id", "default_endpoint")
    def explore_url(self) -> str:
        return self.default_endpoint or f"/explore/?datasource_type=table&datasource_id={self.id}"

    @derived("id")
    def url(self) -> str:
        return f"/tablemodelview/edit/{self.id}"

    @derived("id")
    def uid(self) -> str:
        return f"{self.id}__table"

    @derived("table_name", "schema")
    def name(self) -> str:
        return f"{self.schema}.{self.table_name}" if self.schema else self.table_name

    @derived("table_name")
    def datasource_name(self) -> str:
        return self.table_name

    @derived("id", "table_name", "database.database_name")
    def perm(self) -> str:
        """The resource of the permission `datasource_access`."""
        return f"[{self.database.database_name}].[{self.table_name}](id:{self.id})"

    @property
    def time_zone(self) -> str | None:
        """The zone that `extra` names for stored moments which tell none; None when it names none."""
        extra = orjson.loads(self.extra) if self.extra else None
        named = extra.get("time_zone") if isinstance(extra, dict) else None
        return named if isinstance(named, str) and named else None

    def __repr__(self) -> str:
        return self.table_name


class DatasetColumn(Identified, Audited, Model):
    """A column; with an expression it is calculated. python_date_format: how text or numbers spell time."""

    __tablename__ = "dataset_column"
    __table_args__ = (UniqueConstraint("dataset_id", "column_name"),)

    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), nullable=False)
    column_name: Mapped[str] = mapped_column(String(255), nullable=False)
    verbose_name: Mapped[str | None] = mapped_column(String(1024))
    type: Mapped[str | None] = mapped_column(Text)
    advanced_data_type: Mapped[str | None] = mapped_column(String(255))
    expression: Mapped[str | None] = mapped_column(LONG_TEXT)
    description: Mapped[str | None] = mapped_column(LONG_TEXT)
    is_active: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)
    is_dttm: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    groupby: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)
    filterable: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)
    python_date_format: Mapped[str | None] = mapped_column(String(255))
    datetime_format: Mapped[str | None] = mapped_column(String(100))
    extra: Mapped[str | None] = mapped_column(Text)

    table: Mapped[Dataset] = relationship(Dataset, back_populates="columns")

    def __repr__(self) -> str:
        return self.column_name


class DatasetMetric(Identified, Audited, Model):
    """A saved measure: SQL that aggregates. currency: JSON text {symbol, symbolPosition}."""

    __tablename__ = "dataset_metric"
    __table_args__ = (UniqueConstraint("dataset_id", "metric_name"),)

    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), nullable=False)
    metric_name: Mapped[str] = mapped_column(String(255), nullable=False)
    verbose_name: Mapped[str | None] = mapped_column(String(1024))
    metric_type: Mapped[str | None] = mapped_column(String(32))
    expression: Mapped[str] = mapped_column(LONG_TEXT, nullable=False)
    description: Mapped[str | None] = mapped_column(LONG_TEXT)
    d3format: Mapped[str | None] = mapped_column(String(128))
    currency: Mapped[str | None] = mapped_column(String(128))
    warning_text: Mapped[str | None] = mapped_column(Text)
    extra: Mapped[str | None] = mapped_column(Text)

    table: Mapped[Dataset] = relationship(Dataset, back_populates="metrics")

    def __repr__(self) -> str:
        return self.metric_name
