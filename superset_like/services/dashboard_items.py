"""The items of a dashboard: nodes of its layout that have a number. See dashboard_grid for where they stand."""

import json
from collections.abc import Sequence

from sqlalchemy import delete

from superset_like.extensions import db
from superset_like.models import Chart, DashboardItem
from superset_like.models.mixins import now
from superset_like.services import history, layouts


def take_off(charts: Sequence[Chart]) -> None:
    """The charts are on no dashboard any more; not committed."""
    ids = {chart.id for chart in charts}
    for dashboard in {each for chart in charts for each in chart.dashboards}:
        former = history.before(dashboard)
        layout = json.loads(dashboard.position_json or "{}")
        left = layouts.without(layout, ids)
        gone = layout.keys() - left.keys()
        dashboard.position_json = json.dumps(left) if dashboard.position_json else dashboard.position_json
        dashboard.charts = [chart for chart in dashboard.charts if chart.id not in ids]
        dashboard.changed_on = now()
        here = (DashboardItem.dashboard_id == dashboard.id, DashboardItem.node_id.in_(gone))
        db.session.execute(delete(DashboardItem).where(*here))
        history.keep(former)
