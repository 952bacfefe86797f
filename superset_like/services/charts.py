"""What one can do with charts, but for asking them: see chart_data."""

import json
from collections.abc import Sequence
from typing import Any

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import Invalid, NotFound
from superset_like.extensions import db
from superset_like.models import Chart, Dashboard, Dataset, ObjectType
from superset_like.models.mixins import now
from superset_like.services import found, layouts, marks, people


def create(actor: Actor, values: dict[str, Any]) -> Chart:
    """A new chart, owned by whom the values name or by the caller."""
    values = dict(values)
    dataset = _dataset(actor, values.pop("datasource_id"))
    values.pop("datasource_name", None)
    values.pop("query_context_generation", None)
    dashboards = _dashboards(actor, values.pop("dashboards", None) or [])
    chart = Chart(
        datasource_id=dataset.id,
        datasource_type=values.pop("datasource_type"),
        owners=people.owners(actor, values.pop("owners", None)),
        dashboards=dashboards,
        last_saved_by_fk=actor.user_id,
        **_stored(values),
    )
    db.session.add(chart)
    db.session.flush()
    _place(chart, dashboards)
    db.session.commit()
    return chart


def update(actor: Actor, pk: int, values: dict[str, Any]) -> Chart:
    """The chart with these values; what is not named stays."""
    chart = found.editable(actor, Chart, [pk])[0]
    values = dict(values)
    if values.get("datasource_id") is not None and values["datasource_id"] != chart.datasource_id:
        chart.datasource_id = _dataset(actor, values["datasource_id"]).id
    values.pop("datasource_id", None)
    is_background = values.pop("query_context_generation", False)
    if "owners" in values:
        chart.owners = people.owners(actor, values.pop("owners"))
    if "dashboards" in values:
        former = list(chart.dashboards)
        chart.dashboards = _dashboards(actor, values.pop("dashboards"), former)
        _place(chart, [each for each in chart.dashboards if each not in former])
        _displace(chart, [each for each in former if each not in chart.dashboards])
    if "tags" in values:
        marks.tag(ObjectType.CHART, chart.id, values.pop("tags"))
    for name, value in _stored(values).items():
        setattr(chart, name, value)
    if values and not is_background:
        chart.last_saved_at, chart.last_saved_by_fk = now(), actor.user_id
    db.session.commit()
    return chart


def delete(actor: Actor, pks: Sequence[int]) -> int:
    """How many are gone: all, or none and an error."""
    charts = found.editable(actor, Chart, pks)
    for chart in charts:
        db.session.delete(chart)
    marks.forget(ObjectType.CHART, pks)
    db.session.commit()
    return len(charts)


def _place(chart: Chart, dashboards: Sequence[Dashboard]) -> None:
    # A dashboard without a layout shows its charts one after another.
    for dashboard in dashboards:
        if dashboard.position_json:
            dashboard.position_json = json.dumps(layouts.placed(json.loads(dashboard.position_json), [chart]))


def _displace(chart: Chart, dashboards: Sequence[Dashboard]) -> None:
    for dashboard in dashboards:
        if dashboard.position_json:
            dashboard.position_json = json.dumps(layouts.without(json.loads(dashboard.position_json), {chart.id}))


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
    new = [pk for pk in dict.fromkeys(pks) if pk not in kept]
    try:
        added = found.visible(actor, Dashboard, new)
    except NotFound as error:
        raise Invalid(fields={"dashboards": ["Dashboards do not exist"]}) from error
    for dashboard in added:
        rules.require(actor, "edit", dashboard)
    return [kept[pk] for pk in dict.fromkeys(pks) if pk in kept] + added
