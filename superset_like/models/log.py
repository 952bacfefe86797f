"""Who did what, when, and how long it took."""

from datetime import datetime

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from superset_like.models.mixins import LONG_TEXT, MOMENT, now


class Log(Model):
    """One action. json: its details, without secrets. dttm: UTC. slice_id, dashboard_id: as they were then."""

    __tablename__ = "log"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    action: Mapped[str] = mapped_column(String(512), nullable=False)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"), index=True)
    dashboard_id: Mapped[int | None] = mapped_column(Integer)
    slice_id: Mapped[int | None] = mapped_column(Integer)
    json: Mapped[str | None] = mapped_column(LONG_TEXT)
    dttm: Mapped[datetime] = mapped_column(MOMENT, nullable=False, default=now, index=True)
    duration_ms: Mapped[int | None] = mapped_column(Integer)
    referrer: Mapped[str | None] = mapped_column(String(1024))

    user: Mapped[User | None] = relationship(User, passive_deletes=True)
