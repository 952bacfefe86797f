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
from superset_like.models.destination import Destination
from superset_like.models.mixins import LONG_TEXT, MOMENT, Audited, Identified, Versioned, derived
from superset_like.models.saved_query import SavedQuery
from superset_like.models.secret import EncryptedText

WHEN_QUERY_RAN = "When its query ran"

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


class Trigger(StrEnum):
    """What a report is run for: its time came, or its saved query has a new result."""

    SCHEDULE = "schedule"
    RESULT = "result"


class AlertState(StrEnum):
    """What an alert on a saved query last found."""

    UNKNOWN = "unknown"
    OK = "ok"
    TRIGGERED = "triggered"


class Report(Identified, Versioned, Audited, Model):
    """An alert (type Alert: tells when its SQL says so) or a report (type Report: tells each time).

    Periods are seconds, log_retention days, 0 for ever. next_run_on: when it is due (UTC), None while it is not active.
    run_as_id: the owner who last said what it does, whose rights it has. notice_on: when its owners were last told
    that it fails, None once it worked again. extra_json: JSON text.

    An alert with the trigger `result` looks at the results of its saved query and is never due by the clock; see
    services/query_alerts.py. condition_json: {column, op, value, selector, muted, ...}, as its maker wrote it.
    triggered_on: when its state last changed, or was told again. rearm_s: after so long it tells again what lasts, None
    for never. asked_query_id: the execution that it asked for itself. name_scope: names are told apart within it; empty
    for those that have a schedule.
    """

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("type", "name", "name_scope", name="uq_report_name"),
        Index("ix_report_due", "active", "next_run_on"),
    )

    type: Mapped[str] = mapped_column(String(16), nullable=False)
    name: Mapped[str] = mapped_column(String(255), nullable=False)
    name_scope: Mapped[str] = mapped_column(String(36), nullable=False, default="")
    trigger: Mapped[str] = mapped_column(String(16), nullable=False, default=Trigger.SCHEDULE.value)
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
    saved_query_id: Mapped[int | None] = mapped_column(ForeignKey("saved_query.id", ondelete="CASCADE"), index=True)
    condition_json: Mapped[str | None] = mapped_column(LONG_TEXT)
    alert_state: Mapped[str] = mapped_column(String(16), nullable=False, default=AlertState.UNKNOWN.value)
    triggered_on: Mapped[datetime | None] = mapped_column(MOMENT)
    rearm_s: Mapped[int | None] = mapped_column(Integer)
    asked_query_id: Mapped[int | None] = mapped_column(Integer)

    chart: Mapped[Chart | None] = relationship(Chart, passive_deletes=True)
    dashboard: Mapped[Dashboard | None] = relationship(Dashboard, passive_deletes=True)
    database: Mapped[Database | None] = relationship(Database, passive_deletes=True)
    saved_query: Mapped[SavedQuery | None] = relationship(SavedQuery, passive_deletes=True)
    run_as: Mapped[User | None] = relationship(User, foreign_keys=[run_as_id], passive_deletes=True)
    owners: Mapped[list[User]] = relationship(User, secondary=report_owner, passive_deletes=True)
    recipients: Mapped[list["ReportRecipient"]] = relationship(
        "ReportRecipient", cascade="all, delete-orphan", passive_deletes=True, order_by="ReportRecipient.id"
    )

    @derived("crontab", "trigger")
    def crontab_humanized(self) -> str:
        return WHEN_QUERY_RAN if self.trigger == Trigger.RESULT.value else crontab.told(self.crontab)

    @derived("condition_json")
    def condition(self) -> dict[str, Any]:
        """What an alert on a saved query looks for, and how it is told."""
        found: dict[str, Any] = json.loads(self.condition_json or "{}")
        return found

    @derived("extra_json")
    def extra(self) -> dict[str, Any]:
        """What a dashboard is to be set to, and the rest that clients keep with it."""
        found: dict[str, Any] = json.loads(self.extra_json)
        return found

    def __repr__(self) -> str:
        return self.name


class ReportRecipient(Model):
    """Where a report goes. recipient_config_json: JSON text, encrypted at rest: addresses may hold keys.

    user_id: who subscribed to it, and gets it at the address that he has then; or the destination does, when he named
    one. Nobody gets it any more once he does not see its saved query.
    """

    __tablename__ = "report_recipient"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), nullable=False, index=True)
    type: Mapped[str] = mapped_column(String(16), nullable=False)
    recipient_config_json: Mapped[str] = mapped_column(EncryptedText, nullable=False)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    destination_id: Mapped[int | None] = mapped_column(ForeignKey("destination.id", ondelete="CASCADE"), index=True)

    destination: Mapped[Destination | None] = relationship(Destination, passive_deletes=True)


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
