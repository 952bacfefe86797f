"""/api/v1/cachekey"""

from flask import Response
from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Regexp

from superset_like.access.actor import current
from superset_like.api.superset.bodies import DATASOURCE_TYPES
from superset_like.api.superset.documented import endpoint
from superset_like.api.superset.resource import SupersetResource, json_response
from superset_like.services import kept_answers
from superset_like.services.kept_answers import Place

MOST = Length(0, 1000)


class NamedDatasource(Schema):
    datasource_type = fields.String(required=True, validate=OneOf(DATASOURCE_TYPES))
    database_name = fields.String(required=True)
    datasource_name = fields.String(required=True)
    schema = fields.String(allow_none=True, load_default=None)
    catalog = fields.String(allow_none=True, load_default=None)


class Invalidation(Schema):
    datasource_uids = fields.List(
        fields.String(validate=Regexp(r"^\d{1,9}__\w+$", error="Must be like 12__table.")),
        load_default=list,
        validate=MOST,
    )
    datasources = fields.List(fields.Nested(NamedDatasource), load_default=list, validate=MOST)


class SupersetCacheKeyApi(SupersetResource):
    """What is kept of answers."""

    resource_name = "cachekey"
    class_permission_name = "CacheRestApi"
    openapi_spec_tag = "CacheRestApi"

    @endpoint(
        "POST",
        "/invalidate",
        "Kept answers about these datasets are out of date",
        permission="invalidate",
        body=Invalidation,
        status=201,
    )
    def invalidate(self) -> Response:
        values = self.body(Invalidation)
        ids = [int(uid.partition("__")[0]) for uid in values["datasource_uids"]]
        places = [
            Place(each["datasource_name"], each["database_name"], each["schema"] or None, each["catalog"] or None)
            for each in values["datasources"]
        ]
        kept_answers.invalidate(current(), ids, places)
        return json_response(201, {})
