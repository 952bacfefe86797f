"""Kept answers made in the background."""

import logging
from collections.abc import Sequence

from superset_like.access.actor import acting
from superset_like.access.actors import of_user
from superset_like.errors import NotAuthenticated, NotFound
from superset_like.extensions import celery
from superset_like.services import kept_answers

log = logging.getLogger(__name__)


@celery.task(name="answers.warm_up")
def warm_up(user_id: int, names: Sequence[str] = ()) -> None:
    """The charts of these dashboards have their answers kept, as this user sees them, with the rights he has now."""
    try:
        with acting(of_user(user_id)) as actor:
            for warmed in kept_answers.warm_dashboards(actor, names):
                if warmed.error is not None:
                    log.warning("the answer of chart %s is not kept: %s", warmed.chart_id, warmed.error)
    except (NotAuthenticated, NotFound) as error:
        log.warning("nothing was warmed up: %s", error.message)
