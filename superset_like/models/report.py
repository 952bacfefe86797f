"""Alerts and reports: what is looked at when, what is told to whom, and how that went."""

import json
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from superset_like.models import crontab
from superset_like.models.chart import Chart
from superset_like.models.dashboard import Dashboard
from superset_like.models.database import Database
from superset_like.models.mixins import LONG_TEXT, MOMENT, Audited, Identified, Versioned, derived
from superset_like.models.secret import EncryptedText

report_owner = Table(
    "report_owner",
    Model.metadata,
    Column("report_id", ForeignKey("report.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class ReportState(StrEnum):
    """Of a run: Pending -> Working -> one of the rest. Of a report: that of its last run."""

    PENDING = "Pending"
    WORKING = "Working"
    SUCCESS = "Success"
    ERROR = "Error"
    NOT_TRIGGERED = "Not triggered"
    GRACE = "On Grace"


class Report(Identified, Versioned, Audited, Model):
    """An alert (type Alert: tells when its SQL says so) or a report (type Report: tells each time).

    Periods are seconds, log_retention days, 0 for ever. next_run_on: when it is due (UTC), None while it is not active.
    run_as_id: the owner who last said what it does, whose rights it has. notice_on: when its owners were last told
    that it fails, None once it worked again. extra_json: JSON text.
    """

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("type", "name", name="uq_report_type_name"),
        Index("ix_report_due", "active", "next_run_on"),
    )

    type: Mapped[str] = mapped_column(String(16), nullable=False)
    name: Mapped[str] = mapped_column(String(150), nullable=False)
    description: Mapped[str | None] = mapped_column(Text)
    context_markdown: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)
    crontab: Mapped[str] = mapped_column(String(1000), nullable=False)
    timezone: Mapped[str] = mapped_column(String(100), nullable=False, default="UTC")
    creation_method: Mapped[str] = mapped_column(String(32), nullable=False, default="alerts_reports")
    email_subject: Mapped[str | None] = mapped_column(String(255))
    report_format: Mapped[str] = mapped_column(String(16), nullable=False, default="PNG")
    force_screenshot: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    custom_width: Mapped[int | None] = mapped_column(Integer)
    sql: Mapped[str | None] = mapped_column(LONG_TEXT)
    validator_type: Mapped[str | None] = mapped_column(String(32))
    validator_config_json: Mapped[str | None] = mapped_column(Text)
    extra_json: Mapped[str] = mapped_column(LONG_TEXT, nullable=False, default="{}")
    grace_period: Mapped[int] = mapped_column(Integer, nullable=False, default=14_400)
    working_timeout: Mapped[int] = mapped_column(Integer, nullable=False, default=3_600)
    log_retention: Mapped[int] = mapped_column(Integer, nullable=False, default=90)
    chart_id: Mapped[int | None] = mapped_column(ForeignKey("chart.id", ondelete="SET NULL"), index=True)
    dashboard_id: Mapped[int | None] = mapped_column(ForeignKey("dashboard.id", ondelete="SET NULL"), index=True)
    database_id: Mapped[int | None] = mapped_column(ForeignKey("database.id", ondelete="SET NULL"), index=True)
    run_as_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"), index=True)
    next_run_on: Mapped[datetime | None] = mapped_column(MOMENT)
    last_eval_dttm: Mapped[datetime | None] = mapped_column(MOMENT)
    last_state: Mapped[str] = mapped_column(String(16), nullable=False, default=ReportState.NOT_TRIGGERED.value)
    last_value: Mapped[float | None] = mapped_column(Double)
    last_value_row_json: Mapped[str | None] = mapped_column(LONG_TEXT)
    notice_on: Mapped[datetime | None] = mapped_column(MOMENT)

    chart: Mapped[Chart | None] = relationship(Chart, passive_deletes=True)
    dashboard: Mapped[Dashboard | None] = relationship(Dashboard, passive_deletes=True)
    database: Mapped[Database | None] = relationship(Database, passive_deletes=True)
    run_as: Mapped[User | None] = relationship(User, foreign_keys=[run_as_id], passive_deletes=True)
    owners: Mapped[list[User]] = relationship(User, secondary=report_owner, passive_deletes=True)
    recipients: Mapped[list["ReportRecipient"]] = relationship(
        "ReportRecipient", cascade="all, delete-orphan", passive_deletes=True, order_by="ReportRecipient.id"
    )

    @derived("crontab")
    def crontab_humanized(self) -> str:
        return crontab.told(self.crontab)

    @derived("extra_json")
    def extra(self) -> dict[str, Any]:
        """What a dashboard is to be set to, and the rest that clients keep with it."""
        found: dict[str, Any] = json.loads(self.extra_json)
        return found

    def __repr__(self) -> str:
        return self.name


class ReportRecipient(Model):
    """Where a report goes. recipient_config_json: JSON text, encrypted at rest: addresses may hold keys."""

    __tablename__ = "report_recipient"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), nullable=False, index=True)
    type: Mapped[str] = mapped_column(String(16), nullable=False)
    recipient_config_json: Mapped[str] = mapped_column(EncryptedText, nullable=False)


class ReportLog(Model):
    """One run. scheduled_dttm: when it was due; a report is due at a moment once. sent_on: when a worker was told.

    uuid: names the run wherever it leaves a trace.
    """

    __tablename__ = "report_log"
    __table_args__ = (
        UniqueConstraint("report_id", "scheduled_dttm", name="uq_report_log_run"),
        Index("ix_report_log_state", "state", "scheduled_dttm"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True, nullable=False, default=uuid4)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), nullable=False)
    scheduled_dttm: Mapped[datetime] = mapped_column(MOMENT, nullable=False)
    sent_on: Mapped[datetime | None] = mapped_column(MOMENT)
    start_dttm: Mapped[datetime | None] = mapped_column(MOMENT)
    end_dttm: Mapped[datetime | None] = mapped_column(MOMENT)
    state: Mapped[str] = mapped_column(String(16), nullable=False)
    value: Mapped[float | None] = mapped_column(Double)
    value_row_json: Mapped[str | None] = mapped_column(LONG_TEXT)
    error_message: Mapped[str | None] = mapped_column(Text)

    report: Mapped[Report] = relationship(Report, passive_deletes=True)
