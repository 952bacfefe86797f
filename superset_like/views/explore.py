"""/explore/: the page on which a chart is made, changed and looked at; its data comes through the API."""

import json

from flask import redirect, request, url_for
from flask_appbuilder import AppBuilder
from flask_appbuilder.baseviews import BaseView, expose
from sqlalchemy import select
from werkzeug.wrappers import Response

from superset_like.access import rules
from superset_like.access.actor import Actor, ActorKind, current
from superset_like.errors import Forbidden, NotFound
from superset_like.extensions import db
from superset_like.models import Dataset
from superset_like.services import chart_data

LONGEST_ID = 9
DATASETS = frozenset({"table", "dataset", ""})


class ExplorePage(BaseView):
    """A chart, or what may become one."""

    route_base = "/explore"
    default_view = "show"

    @expose("/")
    def show(self) -> Response | str:
        """The page of `slice_id`, of `datasource_id`, or of what `form_data_key` and `permalink_key` keep."""
        actor = current()
        if actor.kind is ActorKind.ANONYMOUS:
            return redirect(self.appbuilder.get_url_for_login_with(request.url))
        if not actor.can("can_read", "Chart"):
            raise Forbidden()
        pk = _number("slice_id")
        chart = None if pk is None else chart_data.chart(actor, pk)
        _require_dataset(actor)
        self.update_redirect()
        return str(
            self.render_template(
                "superset_like/explore.html",
                title=chart.slice_name if chart else "New chart",
                standalone=request.args.get("standalone") in {"1", "2", "3", "true"},
                known=json.dumps(_rights(actor)),
            )
        )


class OlderChartPage(BaseView):
    """The places where a chart was, for links that people have."""

    route_base = ""

    @expose("/superset/slice/<int:pk>/")
    @expose("/superset/explore/<int:pk>/")
    @expose("/chart/edit/<int:pk>")
    def chart(self, pk: int) -> Response:
        """The page of the chart."""
        return redirect(url_for("ExplorePage.show", slice_id=pk))

    @expose("/superset/explore/<any(table, dataset):kind>/<int:pk>/")
    def dataset(self, kind: str, pk: int) -> Response:
        """The page of a new chart over the dataset."""
        return redirect(url_for("ExplorePage.show", datasource_type=kind, datasource_id=pk))


def register(builder: AppBuilder) -> None:
    """The page has no place in the menu: one comes to it from the list of charts and from links."""
    builder.add_view_no_menu(ExplorePage)
    builder.add_view_no_menu(OlderChartPage)


def _require_dataset(actor: Actor) -> None:
    """The dataset that the address names, if any, may be asked. Raises NotFound, DataForbidden."""
    pk = _number("datasource_id")
    if pk is None:
        return
    if request.args.get("datasource_type", "") not in DATASETS:
        raise NotFound()
    dataset = db.session.execute(select(Dataset).where(Dataset.id == pk)).scalar()
    if dataset is None:
        raise NotFound()
    rules.require(actor, "query", dataset)


def _rights(actor: Actor) -> dict[str, object]:
    """What the page offers; the API decides again."""
    return {
        "user": actor.user_id,
        "mayWrite": actor.can("can_write", "Chart"),
        "mayDownload": actor.can("can_csv", "Superset"),
        "mayCheck": actor.can("can_validate_expression", "Datasource"),
        "mayShare": actor.can("can_write", "ExplorePermalinkRestApi"),
        "mayKeep": actor.can("can_write", "ExploreFormDataRestApi"),
        "mayWriteDashboards": actor.can("can_write", "Dashboard"),
        "editsAll": actor.is_admin,
    }


def _number(name: str) -> int | None:
    """The id of the address's query; None where there is none. Raises NotFound for what is none."""
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID):
        raise NotFound()
    return int(text)
