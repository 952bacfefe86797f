"""/api/v1/log"""

from datetime import UTC
from typing import Any

from flask import Response
from flask_appbuilder.models.sqla.interface import SQLAInterface

from superset_like.access.actor import current
from superset_like.api.superset.documented import endpoint, refused
from superset_like.api.superset.resource import SupersetModelResource, json_response
from superset_like.api.superset.rison import declare, q_argument
from superset_like.errors import Forbidden
from superset_like.extensions import settings
from superset_like.models import Chart, Log
from superset_like.models.elapsed import humanized
from superset_like.models.mixins import now
from superset_like.services import journal
from superset_like.services.journal import Activity

declare(
    "recent_activity",
    {
        "type": "object",
        "properties": {
            "page": {"type": "integer", "minimum": 0},
            "page_size": {"type": "integer", "minimum": 1},
            "actions": {"type": "array", "items": {"type": "string"}},
            "distinct": {"type": "boolean"},
        },
    },
)


class SupersetLogApi(SupersetModelResource):
    """Who did what; read only."""

    datamodel = SQLAInterface(Log)
    resource_name = "log"
    class_permission_name = "Log"
    openapi_spec_tag = "LogRestApi"
    exclude_route_methods = {"put", "delete", "bulk_delete", "distinct"}
    list_columns = [
        "id",
        "user.username",
        "user_id",
        "action",
        "dttm",
        "json",
        "slice_id",
        "dashboard_id",
        "duration_ms",
        "referrer",
    ]
    show_columns = list_columns
    order_columns = ["id", "dttm", "action", "duration_ms"]
    search_columns = ["user", "action", "dttm", "slice_id", "dashboard_id"]
    base_order = ("dttm", "desc")
    allowed_rel_fields = frozenset({"user"})

    post = refused(
        "POST",
        "/",
        "Add to the log",
        permission="write",
        error=Forbidden,
        reason="Only the server writes its log; what people do is in it without being sent",
    )

    @endpoint("GET", "/recent_activity/", "What the caller did last", permission="recent_activity", q="recent_activity")
    def recent_activity(self) -> Response:
        wish = q_argument("recent_activity")
        size = min(wish.get("page_size") or self.page_size, settings().max_page_size)
        found = journal.recent(current(), wish.get("page") or 0, size)
        return json_response(200, {"result": [_record(activity) for activity in found]})


def _record(activity: Activity) -> dict[str, Any]:
    item = activity.item
    return {
        "action": activity.action,
        "item_type": "slice" if isinstance(item, Chart) else "dashboard",
        "item_url": item.url,
        "item_title": str(item),
        "time": activity.at.replace(tzinfo=UTC).timestamp() * 1000,
        "time_delta_humanized": humanized(now() - activity.at),
    }
