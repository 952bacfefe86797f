"""States of pages, kept under a key: what somebody set on a dashboard, in a chart's form or in the SQL editor."""

from datetime import datetime
from enum import StrEnum

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from superset_like.models.chart import Chart
from superset_like.models.dashboard import Dashboard
from superset_like.models.database import Database
from superset_like.models.dataset import Dataset
from superset_like.models.mixins import LONG_TEXT, MOMENT, now


class StateKind(StrEnum):
    """Which page it is a state of, and whether it is kept for good (a permalink) or for a time."""

    DASHBOARD_PERMALINK = "dashboard_permalink"
    EXPLORE_PERMALINK = "explore_permalink"
    SQLLAB_PERMALINK = "sqllab_permalink"
    FILTER_STATE = "filter_state"
    FORM_DATA = "form_data"


class KeptState(Model):
    """One state. value: JSON text. expires_on: None for what is kept for good.

    It goes with the dashboard, dataset or database it is about; a chart's form is still one over its dataset when the
    chart is gone. owner_id: None for a guest's. tab_id: the browser tab that keeps it, where that was said.
    """

    __tablename__ = "kept_state"

    # 32 hex digits: some databases take upper and lower case for the same.
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), nullable=False)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"), index=True)
    dashboard_id: Mapped[int | None] = mapped_column(ForeignKey("dashboard.id", ondelete="CASCADE"), index=True)
    dataset_id: Mapped[int | None] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), index=True)
    database_id: Mapped[int | None] = mapped_column(ForeignKey("database.id", ondelete="CASCADE"), index=True)
    chart_id: Mapped[int | None] = mapped_column(ForeignKey("chart.id", ondelete="SET NULL"), index=True)
    tab_id: Mapped[int | None] = mapped_column(Integer)
    value: Mapped[str] = mapped_column(LONG_TEXT, nullable=False)
    created_on: Mapped[datetime] = mapped_column(MOMENT, nullable=False, default=now)
    changed_on: Mapped[datetime] = mapped_column(MOMENT, nullable=False, default=now, onupdate=now)
    expires_on: Mapped[datetime | None] = mapped_column(MOMENT, index=True)

    dashboard: Mapped[Dashboard | None] = relationship(Dashboard)
    dataset: Mapped[Dataset | None] = relationship(Dataset)
    database: Mapped[Database | None] = relationship(Database)
    chart: Mapped[Chart | None] = relationship(Chart)
