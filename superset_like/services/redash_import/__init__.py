"""Brings what people made with a running Redash: data sources, groups, people, queries, dashboards, alerts.

An object is brought once. A later run updates it when it changed there and nobody changed it here, and never deletes.
A noun is a file; `work` says what they share, `run` their order.
"""

from superset_like.services.redash_import.run import STAYS_THERE, Wish, bring
from superset_like.services.redash_import.source import Source
from superset_like.services.redash_import.work import Line, Outcome

__all__ = ["STAYS_THERE", "Line", "Outcome", "Source", "Wish", "bring"]
