"""/api/v1/time_range"""

from datetime import datetime
from typing import Any

from flask import Response

from superset_like.api.superset.documented import endpoint
from superset_like.api.superset.resource import Documented, json_response
from superset_like.api.superset.rison import declare, q_argument
from superset_like.services import time_ranges
from superset_like.services.time_ranges import Meaning

TEXT = {"type": "string", "maxLength": 500}
MOST = 50
declare(
    "time_range",
    {
        "anyOf": [
            TEXT,
            {
                "type": "array",
                "maxItems": MOST,
                "items": {
                    "type": "object",
                    "properties": {"timeRange": TEXT, "shift": {"type": "string", "maxLength": 100, "nullable": True}},
                    "required": ["timeRange"],
                },
            },
        ]
    },
    required=True,
)


class SupersetTimeRangeApi(Documented):
    """Words for time."""

    resource_name = "time_range"
    class_permission_name = "Api"
    openapi_spec_tag = "Time ranges"

    @endpoint("GET", "/", "What ranges of time mean now", permission="time_range", q="time_range")
    def get(self) -> Response:
        wish = q_argument("time_range")
        asked = [{"timeRange": wish}] if isinstance(wish, str) else wish
        found = [time_ranges.meaning(each["timeRange"], each.get("shift")) for each in asked]
        return json_response(200, {"result": [_record(each) for each in found]})


def _record(meaning: Meaning) -> dict[str, Any]:
    return {
        "since": _text(meaning.since),
        "until": _text(meaning.until),
        "timeRange": meaning.text,
        "shift": meaning.shift,
    }


def _text(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat(timespec="seconds")
