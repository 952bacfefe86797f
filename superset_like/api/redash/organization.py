"""/api/organization, /api/settings/organization and /status.json: the settings of all, and how much there is"""

from typing import Any

from flask import Response

from superset_like.access.actor import Actor
from superset_like.api.dialect import speaks
from superset_like.api.redash.errors import render_error
from superset_like.api.redash.query_record import query_record
from superset_like.api.redash.resource import ADMIN, RedashResource, answer, json_body, moment, route
from superset_like.extensions import settings
from superset_like.models.mixins import now
from superset_like.services import organization, query_schedule, server_status

QUEUE = "queries"
STATUS = "/status.json"
speaks(STATUS)(render_error)


class RedashOrganizationApi(RedashResource):
    """What is said and set for everybody."""

    route_base = "/api"

    @route("GET", "/organization/status", "How much there is")
    def status(self, actor: Actor) -> Response:
        return answer({"object_counters": server_status.counters(actor)})

    @route("GET", "/settings/organization", "The settings of all", needs=ADMIN)
    def settings(self, actor: Actor) -> Response:
        return answer({"settings": organization.known()})

    @route("POST", "/settings/organization", "Change the settings of all", needs=ADMIN)
    def change(self, actor: Actor) -> Response:
        return answer({"settings": organization.change(actor, json_body())})

    @route("GET", "/admin/queries/outdated", "Queries that are due and wait for their run", needs=ADMIN)
    def outdated(self, actor: Actor) -> Response:
        late = query_schedule.outdated()
        records = [query_record(actor, saved.id, with_visualizations=False) for saved in late]
        return answer({"queries": records, "updated_at": moment(now())})

    @route("GET", "/admin/queries/rq_status", "What workers do, and what waits for them", needs=ADMIN)
    def queues(self, actor: Actor) -> Response:
        at_work = [_job(query) for query in server_status.running()]
        queue = {"name": QUEUE, "started": at_work, "queued": server_status.waiting()}
        return answer({"queues": {QUEUE: queue}, "workers": []})


class RedashStatusApi(RedashResource):
    """For who watches the server."""

    route_base = "/"

    @route("GET", STATUS, "How much there is in all, and the version", needs=ADMIN)
    def status(self, actor: Actor) -> Response:
        totals = server_status.totals()
        return answer(
            {
                "dashboards_count": totals["dashboards"],
                "database_metrics": {"metrics": []},
                "manager": {"queues": {QUEUE: {"size": server_status.waiting()}}},
                "queries_count": totals["queries"],
                "query_results_count": totals["results"],
                "unused_query_results_count": 0,
                "version": settings().redash_version,
                "widgets_count": totals["widgets"],
                "workers": [],
            }
        )


def _job(query: Any) -> dict[str, Any]:
    return {
        "id": str(query.uuid),
        "name": "superset_like.services.queries.run",
        "origin": QUEUE,
        "started_at": moment(query.heartbeat_on),
        "meta": {"query_id": query.saved_query_id, "data_source_id": query.database_id, "user_id": query.user_id},
    }
