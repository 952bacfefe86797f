"""/api/v1/log"""

from flask_appbuilder.models.sqla.interface import SQLAInterface

from superset_like.api.superset.resource import SupersetModelResource
from superset_like.models import Log


class SupersetLogApi(SupersetModelResource):
    """Who did what; read only."""

    datamodel = SQLAInterface(Log)
    resource_name = "log"
    class_permission_name = "Log"
    openapi_spec_tag = "LogRestApi"
    exclude_route_methods = {"post", "put", "delete", "bulk_delete", "distinct"}
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
