"""/api/v1/security/user_registrations"""

from typing import Any, ClassVar

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import RegisterUser

from superset_like.api.superset.documented import refused
from superset_like.api.superset.resource import SupersetModelResource
from superset_like.errors import NotOffered
from superset_like.services import registrations

REASON = "Nobody registers himself here: administrators make accounts, at /api/v1/security/users/"


class SupersetUserRegistrationApi(SupersetModelResource):
    """Who asked for an account: what another installation left in the metadata."""

    datamodel = SQLAInterface(RegisterUser)
    resource_name = "security/user_registrations"
    class_permission_name = "UserRegistrationsRestAPI"
    openapi_spec_tag = "UserRegistrationsRestAPI"
    service: ClassVar[Any] = registrations
    noun, plural = "user registration", "user registrations"
    exclude_route_methods = {"bulk_delete"}
    # The hash would open the account.
    list_columns = ["id", "username", "email", "first_name", "last_name", "registration_date"]
    show_columns = list_columns
    order_columns = ["id", "username", "email", "first_name", "last_name", "registration_date"]
    search_columns = ["id", "username", "email", "first_name", "last_name", "registration_date"]
    add_columns: ClassVar[list[str]] = []
    edit_columns: ClassVar[list[str]] = []
    allowed_distinct_fields = frozenset({"username", "email", "first_name", "last_name"})

    post = refused("POST", "/", "Ask for an account", permission="write", error=NotOffered, reason=REASON)
    put = refused("PUT", "/<pk>", "Change who asked", permission="write", error=NotOffered, reason=REASON)
