"""A dashboard, and how it may be embedded in other sites."""

from datetime import datetime

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from superset_like.models.chart import Chart
from superset_like.models.mixins import (
    LONG_TEXT,
    MOMENT,
    Audited,
    Certified,
    Identified,
    ManagedExternally,
    Versioned,
    derived,
    new_nonce,
    now,
)
from superset_like.models.tag import ObjectType, Tag, TaggedObject
from superset_like.models.theme import Theme

dashboard_owner = Table(
    "dashboard_owner",
    Model.metadata,
    Column("dashboard_id", ForeignKey("dashboard.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, index=True),
)
dashboard_role = Table(
    "dashboard_role",
    Model.metadata,
    Column("dashboard_id", ForeignKey("dashboard.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("ab_role.id", ondelete="CASCADE"), primary_key=True, index=True),
)
dashboard_chart = Table(
    "dashboard_chart",
    Model.metadata,
    Column("dashboard_id", ForeignKey("dashboard.id", ondelete="CASCADE"), primary_key=True),
    Column("chart_id", ForeignKey("chart.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Dashboard(Identified, Versioned, Audited, Certified, ManagedExternally, Model):
    """A dashboard. position_json: the layout; json_metadata: filters, colours and the like; both JSON text.

    roles: who may see it although they own nothing in it; empty means the usual rules. is_shared: a draft too
    is seen by whoever reads a chart on it, and an empty one by everybody with an account. is_archived: no list shows
    it. item_writes: how many of its versions are writes of single items.
    """

    __tablename__ = "dashboard"

    dashboard_title: Mapped[str | None] = mapped_column(String(500))
    slug: Mapped[str | None] = mapped_column(String(255), unique=True)
    description: Mapped[str | None] = mapped_column(Text)
    position_json: Mapped[str | None] = mapped_column(LONG_TEXT)
    json_metadata: Mapped[str | None] = mapped_column(LONG_TEXT)
    css: Mapped[str | None] = mapped_column(LONG_TEXT)
    published: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id", ondelete="SET NULL"), index=True)
    is_shared: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    is_archived: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    item_writes: Mapped[int] = mapped_column(Integer, nullable=False, default=0)

    theme: Mapped[Theme | None] = relationship(Theme)
    charts: Mapped[list[Chart]] = relationship(
        Chart, secondary=dashboard_chart, back_populates="dashboards", passive_deletes=True
    )
    owners: Mapped[list[User]] = relationship(User, secondary=dashboard_owner, passive_deletes=True)
    roles: Mapped[list[Role]] = relationship(Role, secondary=dashboard_role, passive_deletes=True)
    embedded: Mapped["EmbeddedDashboard | None"] = relationship(
        "EmbeddedDashboard", back_populates="dashboard", cascade="all, delete-orphan", uselist=False
    )
    share: Mapped["DashboardShare | None"] = relationship(
        "DashboardShare", back_populates="dashboard", cascade="all, delete-orphan", uselist=False
    )
    tags: Mapped[list[Tag]] = relationship(
        Tag,
        secondary=TaggedObject.__table__,
        primaryjoin=lambda: and_(
            foreign(TaggedObject.object_id) == Dashboard.id,
            TaggedObject.object_type == ObjectType.DASHBOARD.value,
        ),
        secondaryjoin=lambda: foreign(TaggedObject.tag_id) == Tag.id,
        viewonly=True,
    )

    @derived("id", "slug")
    def url(self) -> str:
        return f"/superset/dashboard/{self.slug or self.id}/"

    @derived("published")
    def status(self) -> str:
        return "published" if self.published else "draft"

    @derived("id", "version")
    def thumbnail_url(self) -> str | None:
        return f"/api/v1/dashboard/{self.id}/thumbnail/{self.version}/"

    def __repr__(self) -> str:
        return self.dashboard_title or f"Dashboard {self.id}"


class EmbeddedDashboard(Identified, Audited, Model):
    """Leave to show a dashboard in other sites.

    allowed_domains: origins, one a line; empty allows any. tokens_valid_from: guest tokens issued before are void.
    """

    __tablename__ = "embedded_dashboard"

    dashboard_id: Mapped[int] = mapped_column(
        ForeignKey("dashboard.id", ondelete="CASCADE"), nullable=False, unique=True
    )
    allowed_domain_lines: Mapped[str] = mapped_column(Text, nullable=False, default="")
    tokens_valid_from: Mapped[datetime | None] = mapped_column(MOMENT)

    dashboard: Mapped[Dashboard] = relationship(Dashboard, back_populates="embedded")

    @derived("allowed_domain_lines")
    def allowed_domains(self) -> list[str]:
        return self.allowed_domain_lines.splitlines()

    def __repr__(self) -> str:
        return str(self.uuid)


class DashboardItem(Model):
    """A node of a dashboard's layout that has a number, and what one client keeps with it.

    options_json: JSON text. place_mark: where the node stood when the options were written.
    """

    __tablename__ = "dashboard_item"
    __table_args__ = (UniqueConstraint("dashboard_id", "node_id", name="uq_dashboard_item_node"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    dashboard_id: Mapped[int] = mapped_column(ForeignKey("dashboard.id", ondelete="CASCADE"), nullable=False)
    node_id: Mapped[str] = mapped_column(String(190), nullable=False)
    width: Mapped[int] = mapped_column(Integer, nullable=False, default=1)
    options_json: Mapped[str] = mapped_column(LONG_TEXT, nullable=False, default="{}")
    place_mark: Mapped[str | None] = mapped_column(String(64))
    created_on: Mapped[datetime] = mapped_column(MOMENT, nullable=False, default=now)
    changed_on: Mapped[datetime] = mapped_column(MOMENT, nullable=False, default=now, onupdate=now)


class DashboardShare(Model):
    """Leave to read a dashboard for whoever has its token, with the rights of who gave it. expires_on: UTC."""

    __tablename__ = "dashboard_share"

    dashboard_id: Mapped[int] = mapped_column(ForeignKey("dashboard.id", ondelete="CASCADE"), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(32), nullable=False, default=new_nonce)
    shared_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False, index=True)
    created_on: Mapped[datetime] = mapped_column(MOMENT, nullable=False, default=now)
    expires_on: Mapped[datetime | None] = mapped_column(MOMENT)

    dashboard: Mapped[Dashboard] = relationship(Dashboard, back_populates="share")
    shared_by: Mapped[User] = relationship(User, passive_deletes=True)
