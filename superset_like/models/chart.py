"""A chart: a saved question and how to draw its answer."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, and_, select
from sqlalchemy.orm import Mapped, column_property, foreign, mapped_column, relationship

from superset_like.models.dataset import Dataset
from superset_like.models.markdown import as_html
from superset_like.models.mixins import (
    LONG_TEXT,
    MOMENT,
    Audited,
    Certified,
    Identified,
    ManagedExternally,
    Versioned,
    derived,
    now,
)
from superset_like.models.tag import ObjectType, Tag, TaggedObject

chart_owner = Table(
    "chart_owner",
    Model.metadata,
    Column("chart_id", ForeignKey("chart.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, index=True),
)

if TYPE_CHECKING:
    from superset_like.models.dashboard import Dashboard


class Chart(Identified, Versioned, Audited, Certified, ManagedExternally, Model):
    """A chart. params: form data, JSON text. query_context: the question as a client saved it, JSON text, or None.

    datasource_id: the dataset, None once that is deleted. cache_timeout: as in Dataset. saved_query_id: the query over
    which it was drawn before that lost its connection, and so its dataset; see `waits_for`.
    """

    __tablename__ = "chart"

    slice_name: Mapped[str] = mapped_column(String(250), nullable=False, index=True)
    viz_type: Mapped[str] = mapped_column(String(250), nullable=False, default="table")
    description: Mapped[str | None] = mapped_column(Text)
    params: Mapped[str] = mapped_column(LONG_TEXT, nullable=False, default="{}")
    query_context: Mapped[str | None] = mapped_column(LONG_TEXT)
    cache_timeout: Mapped[int | None] = mapped_column(Integer)
    datasource_id: Mapped[int | None] = mapped_column(ForeignKey("dataset.id", ondelete="SET NULL"), index=True)
    saved_query_id: Mapped[int | None] = mapped_column(ForeignKey("saved_query.id", ondelete="SET NULL"), index=True)
    datasource_type: Mapped[str] = mapped_column(String(32), nullable=False, default="table")
    last_saved_at: Mapped[datetime | None] = mapped_column(MOMENT, default=now)
    last_saved_by_fk: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id", ondelete="SET NULL"), default=User.get_user_id
    )

    datasource_name = column_property(
        select(Dataset.table_name).where(Dataset.id == datasource_id).correlate_except(Dataset).scalar_subquery(),
        deferred=True,
    )
    table: Mapped[Dataset | None] = relationship(Dataset, passive_deletes=True)
    last_saved_by: Mapped[User | None] = relationship(User, foreign_keys=[last_saved_by_fk])
    owners: Mapped[list[User]] = relationship(User, secondary=chart_owner, passive_deletes=True)
    dashboards: Mapped[list["Dashboard"]] = relationship(
        "Dashboard", secondary="dashboard_chart", back_populates="charts", passive_deletes=True
    )
    tags: Mapped[list[Tag]] = relationship(
        Tag,
        secondary=TaggedObject.__table__,
        primaryjoin=lambda: and_(
            foreign(TaggedObject.object_id) == Chart.id, TaggedObject.object_type == ObjectType.CHART.value
        ),
        secondaryjoin=lambda: foreign(TaggedObject.tag_id) == Tag.id,
        viewonly=True,
    )

    @derived("id")
    def url(self) -> str:
        return f"/explore/?slice_id={self.id}"

    @derived("id")
    def slice_url(self) -> str:
        return f"/explore/?slice_id={self.id}"

    @derived("id")
    def edit_url(self) -> str:
        return f"/chart/edit/{self.id}"

    @derived("table.table_name", "table.schema")
    def datasource_name_text(self) -> str | None:
        if self.table is None:
            return None
        return f"{self.table.schema}.{self.table.table_name}" if self.table.schema else self.table.table_name

    @property
    def waits_for(self) -> int | None:
        """The saved query that needs a connection before this has a dataset; None where it has one, or is of none."""
        return self.saved_query_id if self.datasource_id is None else None

    @derived("datasource_id")
    def datasource_url(self) -> str | None:
        if self.datasource_id is None:
            return None
        return f"/explore/?datasource_type=table&datasource_id={self.datasource_id}"

    @derived("id", "params", "viz_type", "datasource_id", "cache_timeout")
    def form_data(self) -> dict[str, Any]:
        """The params as an object, with what identifies the chart."""
        found: dict[str, Any] = {**json.loads(self.params), "slice_id": self.id, "viz_type": self.viz_type}
        if self.datasource_id is not None:
            found["datasource"] = f"{self.datasource_id}__table"
        if self.cache_timeout:
            found["cache_timeout"] = self.cache_timeout
        return found

    @derived("description")
    def description_markeddown(self) -> str:
        return as_html(self.description)

    @derived("id", "version")
    def thumbnail_url(self) -> str | None:
        return f"/api/v1/chart/{self.id}/thumbnail/{self.version}/"

    def __repr__(self) -> str:
        return self.slice_name
