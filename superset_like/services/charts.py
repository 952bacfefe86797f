"""What one can do with charts, but for asking them: see chart_data."""

import json
from collections.abc import Sequence
from typing import Any

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import Invalid, NotFound
from superset_like.extensions import db
from superset_like.models import Chart, Dashboard, Dataset, ObjectType, Report
from superset_like.models.mixins import now
from superset_like.services import chart_dialect, found, history, layouts, marks, people, report_uses


def create(actor: Actor, values: dict[str, Any]) -> Chart:
    """A new chart, owned by whom the values name or by the caller."""
    rules.require_new(actor, Chart)
    values = dict(values)
    dataset = _dataset(actor, values.pop("datasource_id"))
    values.pop("datasource_name", None)
    values.pop("query_context_generation", None)
    dashboards = values.pop("dashboards", None) or []
    chart = Chart(
        datasource_id=dataset.id,
        datasource_type=values.pop("datasource_type"),
        owners=people.owners(actor, values.pop("owners", None)),
        last_saved_by_fk=actor.user_id,
        **_stored(values),
    )
    db.session.add(chart)
    db.session.flush()
    _move(actor, chart, dashboards)
    db.session.commit()
    return chart


def update(actor: Actor, pk: int, values: dict[str, Any]) -> Chart:
    """The chart with these values; what is not named stays."""
    chart = found.editable(actor, Chart, [pk])[0]
    former = history.before(chart)
    values = dict(values)
    if values.get("datasource_id") is not None and values["datasource_id"] != chart.datasource_id:
        chart.datasource_id = _dataset(actor, values["datasource_id"]).id
    values.pop("datasource_id", None)
    is_background = values.pop("query_context_generation", False)
    if "owners" in values:
        chart.owners = people.owners(actor, values.pop("owners"))
    if "dashboards" in values:
        _move(actor, chart, values.pop("dashboards"))
    if "tags" in values:
        marks.tag(ObjectType.CHART, chart.id, values.pop("tags"))
    for name, value in _stored(values).items():
        setattr(chart, name, value)
    if values and not is_background:
        chart.last_saved_at, chart.last_saved_by_fk = now(), actor.user_id
    history.keep(former)
    db.session.commit()
    return chart


def delete(actor: Actor, pks: Sequence[int]) -> int:
    """How many are gone: all, or none and an error."""
    charts = found.editable(actor, Chart, pks)
    report_uses.require_unused(actor, Report.chart_id, pks)
    history.bury(actor, charts)
    chart_dialect.forget(pks)
    for chart in charts:
        db.session.delete(chart)
    marks.forget(ObjectType.CHART, pks)
    db.session.commit()
    return len(charts)


def _move(actor: Actor, chart: Chart, pks: Sequence[int]) -> None:
    """The chart is on these dashboards, and no others, and in their layouts; not committed."""
    former = list(chart.dashboards)
    latter = _dashboards(actor, pks, former)
    moved = [history.before(each) for each in {*former} ^ {*latter}]
    chart.dashboards = latter
    for was in moved:
        dashboard: Any = was.item
        # A dashboard without a layout shows its charts one after another.
        if dashboard.position_json:
            layout = json.loads(dashboard.position_json)
            is_new = dashboard in latter
            layout = layouts.placed(layout, [chart]) if is_new else layouts.without(layout, {chart.id})
            dashboard.position_json = json.dumps(layout)
        dashboard.changed_on = now()
        history.keep(was)


# Columns that may not be empty: a null in a body means the default.
DEFAULTS = {"slice_name": "", "viz_type": "table", "params": "{}", "is_managed_externally": False}


def _stored(values: dict[str, Any]) -> dict[str, Any]:
    return {name: DEFAULTS.get(name) if value is None else value for name, value in values.items()}


def _dataset(actor: Actor, pk: int) -> Dataset:
    dataset = db.session.get(Dataset, pk)
    if dataset is None:
        raise Invalid(fields={"datasource_id": ["Datasource does not exist"]})
    rules.require(actor, "query", dataset)
    return dataset


def _dashboards(actor: Actor, pks: Sequence[int], present: Sequence[Dashboard] = ()) -> list[Dashboard]:
    kept = {dashboard.id: dashboard for dashboard in present}
    left_out = [pk for pk in kept if pk not in pks]
    seen = {dashboard.id: dashboard for dashboard in found.known(actor, Dashboard, left_out)}
    for dashboard in seen.values():
        rules.require(actor, "edit", dashboard)
    # Of what he does not see he cannot mean to take the chart off.
    unseen = [kept[pk] for pk in left_out if pk not in seen]
    new = [pk for pk in dict.fromkeys(pks) if pk not in kept]
    try:
        added = found.visible(actor, Dashboard, new)
    except NotFound as error:
        raise Invalid(fields={"dashboards": ["Dashboards do not exist"]}) from error
    for dashboard in added:
        rules.require(actor, "edit", dashboard)
    return [kept[pk] for pk in dict.fromkeys(pks) if pk in kept] + added + unseen
