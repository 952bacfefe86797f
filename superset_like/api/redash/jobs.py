"""/api/jobs, and the job of a query for who has only its key."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response

from superset_like.access.actor import Actor
from superset_like.api.redash.authentication import Opens
from superset_like.api.redash.resource import RedashResource, answer, nothing, route
from superset_like.errors import NotFound
from superset_like.extensions import settings
from superset_like.models import Query, QueryStatus
from superset_like.services import run_rights, saved_runs

QUEUED, STARTED, FINISHED, FAILED = 1, 2, 3, 4
STATUSES = {QueryStatus.PENDING: QUEUED, QueryStatus.RUNNING: STARTED, QueryStatus.SUCCESS: FINISHED}
CANCELLED = "Query cancelled by user."
# Seconds after which it pays to ask again.
ASK_AGAIN_S = 1


class RedashJobsApi(RedashResource):
    """Executions that somebody waits for."""

    route_base = "/api"

    @route("GET", "/jobs/<job_id>", "How it is going", opens=Opens.USER | Opens.DASHBOARD)
    def get(self, actor: Actor, job_id: str) -> Response:
        return job_answer(actor, saved_runs.job(actor, _uuid(job_id)))

    @route("DELETE", "/jobs/<job_id>", "End it")
    def delete(self, actor: Actor, job_id: str) -> Response:
        saved_runs.cancel(actor, _uuid(job_id))
        return nothing()

    @route("GET", "/queries/<int:query_id>/jobs/<job_id>", "How it is going", opens=Opens.ALL)
    def get_of_query(self, actor: Actor, query_id: int, job_id: str) -> Response:
        return job_answer(actor, saved_runs.job(actor, _uuid(job_id), query_id))

    @route("DELETE", "/queries/<int:query_id>/jobs/<job_id>", "End it")
    def delete_of_query(self, actor: Actor, query_id: int, job_id: str) -> Response:
        saved_runs.job(actor, _uuid(job_id), query_id)
        saved_runs.cancel(actor, _uuid(job_id))
        return nothing()


def job_answer(actor: Actor, query: Query) -> Response:
    """The execution as a job; while it goes on, with when to ask again."""
    response = answer({"job": job_record(actor, query)})
    if query.status in saved_runs.ACTIVE:
        response.headers["Retry-After"] = str(ASK_AGAIN_S)
    return response


def job_record(actor: Actor, query: Query) -> dict[str, Any]:
    """The execution as Redash shows a job."""
    status = _status(query)
    result = query.id if status == FINISHED else None
    return {
        "id": str(query.uuid),
        "updated_at": _started(query) if status == STARTED else 0,
        "status": status,
        "error": _error(actor, query) if status > FINISHED else "",
        "result": result,
        "query_result_id": result,
    }


def _status(query: Query) -> int:
    if query.status == QueryStatus.STOPPED.value:
        return settings().redash_cancelled_status
    return STATUSES.get(QueryStatus(query.status), FAILED)


def _error(actor: Actor, query: Query) -> str:
    if query.status == QueryStatus.STOPPED.value:
        return CANCELLED
    return run_rights.failure(actor, query)


def _started(query: Query) -> str:
    moment = datetime.fromtimestamp((query.start_running_time or query.start_time or 0) / 1000, UTC)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound() from error
