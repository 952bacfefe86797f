"""Alerts on saved queries, looked at when there is a result."""

from superset_like.extensions import celery
from superset_like.services import query_alert_runs


@celery.task(name="alerts.evaluate")
def evaluate(saved_query_id: int, query_id: int) -> None:
    """The alerts of the query have looked at what this execution brought, and told whom it concerns."""
    query_alert_runs.evaluate_all(saved_query_id, query_id)
