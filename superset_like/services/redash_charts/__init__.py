"""Visualizations of Redash as charts of ours, and the other way round.

`forms` makes a chart's type and form of a visualization, `options` a visualization of a chart. Both are translations of
what is shown; what only Redash knows is kept beside the chart, by services/visualizations.py.
"""

from superset_like.services.redash_charts.forms import BY_COLUMNS, Form, form_of
from superset_like.services.redash_charts.options import Visualization, visualization_of

__all__ = ["BY_COLUMNS", "Form", "Visualization", "form_of", "visualization_of"]
