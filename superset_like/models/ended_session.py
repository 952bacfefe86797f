"""Browser sessions that were ended before their cookies ran out."""

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from superset_like.models.mixins import MOMENT


class EndedSession(Model):
    """One session, by the SHA-256 of its number; of no use any more after expires_on, when no cookie holds it."""

    __tablename__ = "ended_session"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_on: Mapped[datetime] = mapped_column(MOMENT, nullable=False)
