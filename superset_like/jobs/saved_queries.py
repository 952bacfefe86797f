"""Saved queries, run by the clock."""

from superset_like.extensions import celery
from superset_like.services import query_schedule


@celery.task(name="saved_queries.tick")
def tick() -> None:
    """Each saved query that is due has been asked for."""
    query_schedule.tick()
