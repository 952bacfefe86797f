"""Markup."""

from superset_like.chart_types.base import ChartType, FormData, Question


class Markup(ChartType):
    """A text that asks nothing."""

    viz_types = frozenset({"markup"})

    def questions(self, form_data: FormData) -> list[Question]:
        return []
