"""The key that each person may have; see access/derived_keys.py."""

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from superset_like.models.mixins import MOMENT, new_nonce, now


class UserKey(Model):
    """That a person has a key. nonce: another one voids it. expires_on: UTC, None for never."""

    __tablename__ = "user_key"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(32), nullable=False, default=new_nonce)
    created_on: Mapped[datetime] = mapped_column(MOMENT, nullable=False, default=now)
    expires_on: Mapped[datetime | None] = mapped_column(MOMENT)
