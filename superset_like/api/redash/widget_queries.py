"""The queries of charts on a dashboard, as Redash shows them below each visualization."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from superset_like.access.actor import Actor
from superset_like.api.redash.query_record import query_record
from superset_like.errors import NotFound
from superset_like.models import Chart, SavedQuery
from superset_like.services import chart_queries, visualizations


@dataclass(frozen=True, slots=True)
class Queries:
    """The saved queries of some charts, by the ids of the charts."""

    by_chart: Mapping[int, SavedQuery]

    @classmethod
    def of(cls, charts: Iterable[Chart]) -> "Queries":
        """Those of these charts; one statement for any number."""
        return cls(visualizations.queries_of(list(charts)))

    def whole(self, actor: Actor, chart: Chart) -> dict[str, Any]:
        """The chart's query for somebody who may see it."""
        saved = self.by_chart.get(chart.id)
        query_id = chart_queries.FIRST + chart.id if saved is None else saved.id
        try:
            record = query_record(actor, query_id, with_visualizations=False)
        except NotFound:
            # Whoever sees what is drawn of a query need not see its text.
            return self.public(chart)
        return {name: value for name, value in record.items() if name != "is_favorite"}

    def public(self, chart: Chart) -> dict[str, Any]:
        """The chart's query without its text and its key."""
        saved = self.by_chart.get(chart.id)
        if saved is None:
            own = {"id": chart_queries.FIRST + chart.id, "name": chart.slice_name}
            return {**own, "description": chart.description, "options": {}}
        return {"id": saved.id, "name": saved.label, "description": saved.description, "options": saved.options}
