"""/api/session and /api/config: who asks, and what a client has to know of this server"""

from typing import Any

from flask import Response, request, session

from superset_like.access import csrf, rules
from superset_like.access.actor import Actor
from superset_like.api.redash import permissions
from superset_like.api.redash.people import AVATAR, user_records
from superset_like.api.redash.resource import RedashResource, answer, public, route
from superset_like.extensions import settings
from superset_like.services import organization

ORGANIZATION = "default"
MINUTE, HOUR, DAY = 60, 3600, 86400
DASHBOARD_INTERVALS = (MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 12 * HOUR, DAY)
QUERY_INTERVALS = (
    *(minutes * MINUTE for minutes in (1, 5, 10, 15, 30)),
    *(hours * HOUR for hours in (*range(1, 13), 24)),
    *(days * DAY for days in (7, 14, 30)),
)


class RedashSessionApi(RedashResource):
    """Who asks, and how clients are to show things."""

    route_base = "/api"

    @route("GET", "/session", "Who asks, what he may, and how clients are to show things")
    def session(self, actor: Actor) -> Response:
        shown = answer(
            {
                "user": _person(actor),
                "messages": [],
                "org_slug": ORGANIZATION,
                "client_config": {
                    "newVersionAvailable": False,
                    "version": settings().redash_version,
                    **({"showBeaconConsentMessage": False} if actor.is_admin else {}),
                    **_client_config(),
                },
            }
        )
        if "_user_id" in session:
            csrf.hand_token(shown)
        return shown

    @public("GET", "/config", "How clients are to show things")
    def config(self) -> Response:
        return answer({"org_slug": ORGANIZATION, "client_config": _client_config()})


def _person(actor: Actor) -> dict[str, Any]:
    known = user_records([actor.user_id]).get(actor.user_id or 0, {})
    return {
        "profile_image_url": AVATAR,
        "id": actor.user_id,
        "name": known.get("name"),
        "email": known.get("email"),
        "groups": known.get("groups", []),
        "permissions": permissions.names_of(actor.permissions, is_admin=rules.administers(actor)),
    }


def _client_config() -> dict[str, Any]:
    chosen = organization.known()
    return {
        "allowScriptsInUserInput": False,
        "showPermissionsControl": chosen["feature_show_permissions_control"],
        "hidePlotlyModeBar": chosen["hide_plotly_mode_bar"],
        "disablePublicUrls": chosen["disable_public_urls"],
        "multiByteSearchEnabled": chosen["multi_byte_search_enabled"],
        "allowCustomJSVisualizations": False,
        "autoPublishNamedQueries": True,
        "extendedAlertOptions": False,
        "mailSettingsMissing": not settings().smtp_host,
        "dashboardRefreshIntervals": DASHBOARD_INTERVALS,
        "queryRefreshIntervals": QUERY_INTERVALS,
        "googleLoginEnabled": False,
        "ldapLoginEnabled": False,
        "pageSize": 20,
        "pageSizeOptions": [5, 10, 20, 50, 100],
        "tableCellMaxJSONSize": 50_000,
        "basePath": f"{(settings().public_url or request.host_url).rstrip('/')}/",
        "dateFormat": chosen["date_format"],
        "dateFormatList": ["YYYY-MM-DD", "DD/MM/YY", "MM/DD/YY"],
        "timeFormatList": ["HH:mm", "HH:mm:ss.SSS", "HH:mm:ss"],
        "dateTimeFormat": f"{chosen['date_format']} {chosen['time_format']}",
        "integerFormat": chosen["integer_format"],
        "floatFormat": chosen["float_format"],
        "thousandsSeparator": chosen["thousands_separator"],
        "decimalSeparator": chosen["decimal_separator"],
        "nullValue": chosen["null_value"],
    }
