"""/api/v1/me"""

from typing import Any

from flask import Response
from flask_appbuilder.security.sqla.apis.user.validator import PasswordComplexityValidator
from flask_appbuilder.security.sqla.models import User
from marshmallow import Schema, fields
from marshmallow.validate import Length

from superset_like.access import actors
from superset_like.access.actor import Actor, ActorKind, current
from superset_like.api.superset.bodies import text
from superset_like.api.superset.documented import endpoint
from superset_like.api.superset.resource import SupersetResource, json_response
from superset_like.services import users


class MePut(Schema):
    first_name = text(64, 1, nullable=False)
    last_name = text(64, 1, nullable=False)
    password = fields.String(validate=[Length(1, 512), PasswordComplexityValidator()])


class SupersetMeApi(SupersetResource):
    """Who asks."""

    resource_name = "me"
    class_permission_name = "CurrentUserRestApi"
    openapi_spec_tag = "Current User"
    open_to_guests = frozenset({"get_me", "get_my_roles"})

    @endpoint("GET", "/", "The caller", permission="read", refusals=(401, 403))
    def get_me(self) -> Response:
        actor = current()
        if actor.kind is ActorKind.GUEST:
            return json_response(200, {"result": _named(actor)})
        return json_response(200, {"result": _record(users.own(actor))})

    @endpoint("PUT", "/", "Change the caller's name or password", permission="write", body=MePut)
    def put_me(self) -> Response:
        return json_response(200, {"result": _record(users.update_own(current(), self.body(MePut)))})

    @endpoint("GET", "/roles/", "The caller with his roles", permission="read", refusals=(401, 403))
    def get_my_roles(self) -> Response:
        actor = current()
        result: dict[str, Any] = {
            "username": actor.username,
            "firstName": actor.first_name,
            "lastName": actor.last_name,
            "isActive": True,
            "isAnonymous": actor.kind is ActorKind.ANONYMOUS,
            "roles": {name: _pairs(actor, name) for name in sorted(actor.role_names)},
            "permissions": _data_permissions(actor),
        }
        if actor.user_id is not None:
            user = users.own(actor)
            result |= {
                "userId": user.id,
                "email": user.email,
                "createdOn": user.created_on,
                "loginCount": user.login_count,
            }
        return json_response(200, {"result": result})


def _named(actor: Actor) -> dict[str, Any]:
    return {
        "username": actor.username,
        "first_name": actor.first_name,
        "last_name": actor.last_name,
        "is_active": True,
        "is_anonymous": False,
    }


def _record(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "is_active": user.is_active,
        "is_anonymous": False,
        "login_count": user.login_count,
    }


def _pairs(actor: Actor, role: str) -> list[tuple[str, str]]:
    # A guest, or a key with scopes, may less than the role does.
    return sorted(actors.rights_of_role(role).permissions & actor.permissions)


def _data_permissions(actor: Actor) -> dict[str, list[str]]:
    kinds = ("database_access", "datasource_access")
    granted = {kind: sorted(name for permission, name in actor.permissions if permission == kind) for kind in kinds}
    return {kind: names for kind, names in granted.items() if names}
