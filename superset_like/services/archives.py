"""What was put away: it is read by its id, and no list shows it."""

from flask_appbuilder import Model
from sqlalchemy import ColumnElement, or_, select

from superset_like.models import Chart, Dashboard, Dataset, SavedQuery


def not_archived(model: type[Model]) -> ColumnElement[bool] | None:
    """The condition on the model's rows that lists show; None where they show all."""
    if model in (Dashboard, SavedQuery):
        shown: ColumnElement[bool] = model.is_archived.is_(False)
        return shown
    if model is Chart:
        # Those of an archived query went with it.
        over = select(Dataset.id).join(SavedQuery, SavedQuery.id == Dataset.saved_query_id)
        archived = over.where(SavedQuery.is_archived.is_(True))
        return or_(Chart.datasource_id.is_(None), Chart.datasource_id.not_in(archived))
    return None
