"""/api/v1/advanced_data_type"""

from flask import Response

from superset_like.api.superset.documented import endpoint
from superset_like.api.superset.resource import SupersetResource, json_response
from superset_like.api.superset.rison import declare, q_argument
from superset_like.engine import advanced_types
from superset_like.errors import BadRequest

# Each word is worked out in the request.
MOST_WORDS = 1000
declare(
    "advanced_data_type",
    {
        "type": "object",
        "properties": {
            "type": {"type": "string"},
            "values": {
                "type": "array",
                "items": {"type": ["string", "number"]},
                "minItems": 1,
                "maxItems": MOST_WORDS,
            },
        },
        "required": ["type", "values"],
    },
    required=True,
)


class SupersetAdvancedDataTypeApi(SupersetResource):
    """Types of values beyond those of databases."""

    resource_name = "advanced_data_type"
    class_permission_name = "AdvancedDataType"
    openapi_spec_tag = "Advanced Data Type"

    @endpoint("GET", "/types", "The types that are known", permission="read", refusals=(401, 403))
    def types(self) -> Response:
        return json_response(200, {"result": sorted(advanced_types.TYPES)})

    @endpoint("GET", "/convert", "What words of a type stand for", permission="read", q="advanced_data_type")
    def convert(self) -> Response:
        wish = q_argument("advanced_data_type")
        if wish["type"] not in advanced_types.TYPES:
            raise BadRequest(fields={"type": [f"Must be one of: {', '.join(sorted(advanced_types.TYPES))}."]})
        found = advanced_types.meaning(wish["type"], wish["values"])
        result = {
            "values": found.values,
            "display_value": found.shown,
            "error_message": found.error,
            "valid_filter_operators": found.operators,
        }
        return json_response(200, {"result": result})
