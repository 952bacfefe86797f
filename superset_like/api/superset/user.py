"""/api/v1/user"""

from flask import Response
from flask_appbuilder.security.sqla.models import User

from superset_like.access.actor import current
from superset_like.api.superset.documented import endpoint
from superset_like.api.superset.resource import SupersetResource, whole_number
from superset_like.services import users


class SupersetUserPicturesApi(SupersetResource):
    """Pictures of people, of which this server keeps none."""

    resource_name = "user"
    class_permission_name = "user"
    openapi_spec_tag = "User"

    @endpoint(
        "GET",
        "/<user_id>/avatar.png",
        "The picture of somebody whom the caller may name; none is kept, so there is no content",
        permission="read",
        status=204,
        refusals=(401, 403, 404),
    )
    def avatar(self, user_id: str) -> Response:
        _somebody: User = users.namable(current(), whole_number(user_id))
        return Response(status=204)
