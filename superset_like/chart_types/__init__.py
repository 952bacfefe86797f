"""The chart types, found by folder."""

from functools import cache

import superset_like.chart_types as here
from superset_like.chart_types.base import ChartType
from superset_like.discovery import subclasses_in


@cache
def known() -> dict[str, ChartType]:
    """viz_type -> its chart type."""
    return {name: made for cls in subclasses_in(here, ChartType) for made in [cls()] for name in cls.viz_types}


def of(viz_type: str) -> ChartType:
    """The chart type of this name; an unknown one asks for its form's columns and metrics, as a table would."""
    return known().get(viz_type) or ChartType()
