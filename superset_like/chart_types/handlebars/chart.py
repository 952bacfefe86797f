"""Handlebars."""

from superset_like.chart_types.base import FormData, Question
from superset_like.chart_types.table.chart import Table


class Handlebars(Table):
    """A template over the rows that a table of the same form would show."""

    viz_types = frozenset({"handlebars"})

    def questions(self, form_data: FormData) -> list[Question]:
        return [self.question(form_data)]
