"""Alerts and reports, looked after and run."""

import logging

from superset_like.extensions import celery
from superset_like.services import report_runs, report_schedule

log = logging.getLogger(__name__)


@celery.task(name="reports.tick")
def tick() -> None:
    """Workers know of each run that is due."""
    report_schedule.tick()


@celery.task(name="reports.run")
def run(log_id: int) -> None:
    """The run has ended, with the rights of whom the report names, as he has them now."""
    state = report_runs.run(log_id)
    if state is not None:
        log.info("run %s ended: %s", log_id, state)
