"""SQL run by a worker."""

import logging

from superset_like.access.actor import acting
from superset_like.access.actors import of_user
from superset_like.errors import NotAuthenticated, ProductError
from superset_like.extensions import celery
from superset_like.services import queries, query_alert_runs, saved_runs

log = logging.getLogger(__name__)


@celery.task(name="queries.run")
def run(query_id: int) -> None:
    """The query is in a final state, run as the user who asked for it, with the rights he has now."""
    asker = queries.asker(query_id)
    if asker is None:
        queries.refuse(query_id, NotAuthenticated("Nobody asks for this query any more."))
        return
    try:
        with acting(of_user(asker)) as actor:
            saved_runs.run(actor, query_id)
        query_alert_runs.announce(query_id)
    except NotAuthenticated as error:
        queries.refuse(query_id, error)
    except ProductError as error:
        # The query's row says it; a raised error would make Celery log a traceback for a user's typing mistake.
        log.info("query %s ended: %s", query_id, type(error).__name__)


@celery.task(name="queries.tick")
def tick() -> None:
    """Queries whose process was lost are failed, and workers know again of those that nobody took."""
    queries.reap(at_once=True)
    queries.tell_again()
