"""The start page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_appbuilder import IndexView, Model, expose
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Row, Select, func, select
from werkzeug.wrappers import Response

from superset_like.access import rules
from superset_like.access.actor import Actor, ActorKind, current
from superset_like.extensions import db, settings
from superset_like.models import Chart, Dashboard, Database, Dataset
from superset_like.models.elapsed import humanized
from superset_like.models.mixins import full_name, now

RECENT = 6
LIST = "DashboardList.list"


@dataclass(frozen=True, slots=True)
class Tile:
    """A kind of thing, how many the visitor may see, and where he finds them. page: that of their list, if any."""

    title: str
    count: int
    api: str
    admin_view: str
    icon: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class Recent:
    """Something that somebody changed lately. page: where it is shown."""

    id: int
    title: str
    detail: str
    changed: str
    page: str


class WelcomeView(IndexView):
    """What there is for who came."""

    index_template = "superset_like/welcome.html"

    @expose("/superset/welcome/")
    @expose("/")
    def index(self) -> Response:
        """The start page; whoever is not signed in is asked to."""
        self.update_redirect()
        actor = current()
        known = {} if actor.kind is ActorKind.ANONYMOUS else _seen_by(actor)
        base = (settings().public_url or request.url_root).rstrip("/")
        page: Response = self.render_template(self.index_template, base=base, **known)
        return page


def _seen_by(actor: Actor) -> dict[str, Any]:
    return {
        "tiles": _tiles(actor),
        "dashboards": _dashboards(actor),
        "charts": _charts(actor),
        # Not asked in the template: Jinja computes a filter of constants once, for whoever comes first.
        "may_try": actor.can("can_show", "SwaggerView"),
    }


def _tiles(actor: Actor) -> Sequence[Tile]:
    numbers = db.session.execute(
        select(*(_count(actor, model).scalar_subquery() for model in (Dashboard, Chart, Dataset, Database)))
    ).one()
    return (
        Tile("Dashboards", numbers[0], "dashboard", "DashboardAdmin", "fa-table-columns", url_for(LIST)),
        Tile("Charts", numbers[1], "chart", "ChartAdmin", "fa-chart-column", url_for("ChartList.list")),
        Tile("Datasets", numbers[2], "dataset", "DatasetAdmin", "fa-table"),
        Tile("Databases", numbers[3], "database", "DatabaseAdmin", "fa-database"),
    )


def _count(actor: Actor, model: type[Model]) -> Select[tuple[int]]:
    return _visible(actor, model, select(func.count()).select_from(model))


def _dashboards(actor: Actor) -> Sequence[Recent]:
    statement = select(
        Dashboard.id, Dashboard.dashboard_title, Dashboard.published, Dashboard.changed_on, *PERSON
    ).outerjoin(User, Dashboard.changed_by_fk == User.id)
    return [
        Recent(
            row.id,
            row.dashboard_title or f"Dashboard {row.id}",
            "" if row.published else "draft",
            _changed(row),
            url_for("DashboardPage.show", id_or_slug=str(row.id)),
        )
        for row in _latest(actor, Dashboard, statement)
    ]


def _charts(actor: Actor) -> Sequence[Recent]:
    statement = select(Chart.id, Chart.slice_name, Chart.viz_type, Chart.changed_on, *PERSON).outerjoin(
        User, Chart.changed_by_fk == User.id
    )
    return [
        Recent(
            row.id,
            row.slice_name or f"Chart {row.id}",
            row.viz_type.replace("_", " "),
            _changed(row),
            url_for("ExplorePage.show", slice_id=row.id),
        )
        for row in _latest(actor, Chart, statement)
    ]


PERSON = (User.first_name, User.last_name)


def _latest(actor: Actor, model: type[Model], statement: Select[Any]) -> Sequence[Row[Any]]:
    ordered = _visible(actor, model, statement).order_by(model.changed_on.desc(), model.id.desc()).limit(RECENT)
    return db.session.execute(ordered).all()


def _visible(actor: Actor, model: type[Model], statement: Select[Any]) -> Select[Any]:
    condition = rules.visible(actor, model)
    return statement if condition is None else statement.where(condition)


def _changed(row: Row[Any]) -> str:
    by = full_name(row) if row.first_name else ""
    return f"{humanized(now() - row.changed_on)}{f' by {by}' if by else ''}"
