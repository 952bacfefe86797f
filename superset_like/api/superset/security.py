"""/api/v1/security: login, tokens, and FAB's users, roles, groups and permissions in this dialect's words."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson
import prison
from flask import Blueprint, Response, g, request
from flask_appbuilder.security.api import SecurityApi
from flask_appbuilder.security.sqla.apis import (
    ApiKeyApi,
    GroupApi,
    PermissionApi,
    PermissionViewMenuApi,
    RoleApi,
    UserApi,
    ViewMenuApi,
)
from flask_appbuilder.security.sqla.apis.user.schema import UserPutSchema
from flask_appbuilder.security.sqla.models import Role, User
from flask_jwt_extended import create_access_token, create_refresh_token, get_jwt_identity, jwt_required
from flask_limiter.util import get_remote_address
from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from superset_like.access import csrf, manager
from superset_like.access.actor import Actor, GuestRule, current
from superset_like.api.superset.arguments import flag
from superset_like.api.superset.bodies import text
from superset_like.api.superset.documented import Parameter, endpoint
from superset_like.api.superset.errors import render_error
from superset_like.api.superset.explain_access import rule_names, rule_record
from superset_like.api.superset.resource import (
    JSON,
    Documented,
    SupersetResource,
    json_response,
    list_wish,
    whole_number,
)
from superset_like.errors import BadRequest, Invalid, NotAuthenticated, NotFound
from superset_like.extensions import db, settings
from superset_like.services import api_keys, guest_preview, guests
from superset_like.services.guest_preview import Preview


class Login(Schema):
    username = text(least=1, required=True)
    password = fields.String(required=True, validate=Length(1, 512))
    provider = fields.String(load_default="db")
    refresh = fields.Boolean(load_default=False)


class GuestUser(Schema):
    username = text(128, nullable=False)
    first_name = text(128, nullable=False)
    last_name = text(128, nullable=False)


class GuestResource(Schema):
    type = fields.String(required=True, validate=OneOf(["dashboard"]))
    id = fields.String(required=True)


class GuestRow(Schema):
    clause = text(least=1, required=True)
    dataset = fields.Integer(allow_none=True, load_default=None)


class GuestTokenPost(Schema):
    user = fields.Nested(GuestUser, load_default=dict)
    resources = fields.List(fields.Nested(GuestResource), required=True, validate=Length(1, 100))
    rls = fields.List(fields.Nested(GuestRow), required=True, validate=Length(0, 100))


class SupersetSecurityApi(SupersetResource, SecurityApi):
    """Login, and tokens of several kinds."""

    class_permission_name = "SecurityRestApi"

    @endpoint("POST", "/login", "Tokens for a user name and password", permission=None, body=Login, refusals=(400, 401))
    def login(self) -> Response:
        values = self.body(Login)
        user = self._signed_in(values)
        tokens = {"access_token": create_access_token(identity=str(user.id), fresh=True)}
        if values["refresh"]:
            tokens["refresh_token"] = create_refresh_token(identity=str(user.id))
        return json_response(200, tokens)

    def _signed_in(self, values: Mapping[str, Any]) -> User:
        security = self.appbuilder.sm
        if settings().login_rate_limit:
            name = values["username"].casefold()
            with security.limiter.limit(settings().login_rate_limit, key_func=lambda: f"{get_remote_address()} {name}"):
                pass
        user: User | None = None
        if values["provider"] == "db":
            user = security.auth_user_db(values["username"], values["password"])
        if user is None:
            raise NotAuthenticated()
        return user

    @endpoint("POST", "/refresh", "A new access token for a refresh token", permission=None, refusals=(401, 422))
    @jwt_required(refresh=True)
    def refresh(self) -> Response:
        return json_response(200, {"access_token": create_access_token(identity=get_jwt_identity(), fresh=False)})

    @endpoint("GET", "/csrf_token/", "The session's token for writes", permission="read", refusals=(401, 403))
    def csrf_token(self) -> Response:
        return json_response(200, {"result": csrf.token()})

    @endpoint(
        "POST",
        "/guest_token/",
        "Leave for somebody without an account to see embedded dashboards",
        permission="grant_guest_token",
        body=GuestTokenPost,
        parameters=(
            Parameter("dry_run", "boolean", "Make no token; say what its holder would see"),
            Parameter("samples", "boolean", "With dry_run: how many rows each chart shows him"),
        ),
    )
    def guest_token(self) -> Response:
        values = self.body(GuestTokenPost)
        names = [resource["id"] for resource in values["resources"]]
        rules = [GuestRule(row["clause"], row["dataset"]) for row in values["rls"]]
        if flag("dry_run"):
            # Nothing for the log: it changes nothing.
            g.changes_nothing = True
            seen = guest_preview.preview(values["user"], names, rules, flag("samples"))
            return json_response(200, {"result": preview_record(current(), seen)})
        return json_response(200, {"token": guests.token(values["user"], names, rules)})


def preview_record(asker: Actor, seen: Preview) -> dict[str, Any]:
    """What a visitor would see; the SQL of stored rules for those who may read rules."""
    names = rule_names([rule for considered in seen.datasets.values() for rule in considered])
    return {
        "dashboards": [{"id": each.id, "title": each.dashboard_title} for each in seen.dashboards],
        "charts": [
            {
                "id": chart.id,
                "name": chart.slice_name,
                "dataset": chart.datasource_id,
                **(asdict(seen.samples[chart.id]) if chart.id in seen.samples else {}),
            }
            for chart in seen.charts
        ],
        "datasets": [
            {
                "id": dataset.id,
                "name": dataset.table_name,
                "rules": [rule_record(asker, rule, names) for rule in considered if rule.binds],
            }
            for dataset, considered in seen.datasets.items()
        ],
        "mistakes": [
            {
                "rule": mistake.rule,
                "dataset": None if mistake.dataset is None else mistake.dataset.id,
                "message": mistake.message,
            }
            for mistake in seen.mistakes
        ],
    }


class FabResource(Documented):
    """A resource of FAB's, with errors in the dialect's shape and without the database's own words."""

    def create_blueprint(self, *args: Any, **kwargs: Any) -> Blueprint:
        blueprint: Blueprint = super().create_blueprint(*args, **kwargs)
        blueprint.before_request(_require_plausible_ids)
        blueprint.before_request(_require_object)
        blueprint.before_request(_require_rison)
        return blueprint

    @staticmethod
    def response(code: int, **body: Any) -> Response:
        # FAB's titles are translated when they are written.
        content = orjson.dumps(body, default=str, option=orjson.OPT_NON_STR_KEYS)
        return Response(content, status=code, content_type=JSON)

    def response_400(self, message: Any = "") -> Response:
        return render_error(_with_fields(BadRequest, message))

    def response_404(self, message: Any = "") -> Response:
        return render_error(_with_fields(NotFound, message))

    def response_422(self, message: Any = "") -> Response:
        if isinstance(message, str):
            return render_error(Invalid("A value is taken, or something depends on it"))
        return render_error(_with_fields(Invalid, message))


def _require_plausible_ids() -> None:
    # FAB hands what stands in the URL to the database, which has no such numbers.
    for value in (request.view_args or {}).values():
        if str(value).isdecimal():
            whole_number(str(value))


def _require_object() -> None:
    # FAB takes for granted that JSON is an object.
    if request.method in {"POST", "PUT"} and request.is_json and not isinstance(request.get_json(silent=True), dict):
        raise BadRequest("Request is not JSON, or no object")


def _require_rison() -> None:
    # FAB answers what is wrong in rison's own words, but not numbers that look like some.
    try:
        prison.loads(request.args.get("q") or "()")
    except prison.decoder.ParserException:
        return
    except Exception as error:
        raise BadRequest("Not a valid rison/json argument") from error


def _with_fields(error: type[BadRequest | NotFound | Invalid], message: Any) -> BadRequest | NotFound | Invalid:
    if isinstance(message, Mapping):
        fields_at_fault = {str(name): texts if isinstance(texts, list) else [texts] for name, texts in message.items()}
        return error(fields=fields_at_fault)
    return error(str(message or ""))


class SupersetUserApi(FabResource, UserApi):
    """Users."""

    @endpoint("PUT", "/<pk>", "Change a user", permission="put", body=UserPutSchema)
    def put(self, pk: str) -> Response:
        if db.session.get(User, whole_number(pk)) is None:
            raise NotFound()
        answer: Response = super().put(pk)
        return answer


class SupersetRoleApi(FabResource, RoleApi):
    """Roles."""


class SupersetGroupApi(FabResource, GroupApi):
    """Groups."""


class SupersetPermissionApi(FabResource, PermissionApi):
    """Permissions."""


class SupersetResourceApi(FabResource, ViewMenuApi):
    """What permissions are about."""


class SupersetPermissionResourceApi(FabResource, PermissionViewMenuApi):
    """Permissions with what they are about."""


class ApiKeyPost(Schema):
    name = text(256, 1, required=True)
    scopes = text(10_000)
    expires_on = fields.DateTime(allow_none=True)


class ApiKeyRotate(Schema):
    overlap_s = fields.Integer(strict=True, load_default=3600, validate=Range(0, 30 * 86400))
    expires_on = fields.DateTime(allow_none=True)


class SupersetApiKeyApi(FabResource, ApiKeyApi):
    """The caller's own API keys."""

    resource_name = ApiKeyApi.resource_name

    @endpoint("POST", "/", "A new key, shown this once", permission="create", status=201, body=ApiKeyPost)
    def create_api_key(self) -> Response:
        values = self.body(ApiKeyPost)
        made = api_keys.make(current(), values["name"], values.get("scopes"), values.get("expires_on"))
        return json_response(201, {"result": made})

    @endpoint(
        "POST",
        "/<key_uuid>/rotate",
        "A new key like it, shown this once; the old one opens for a while yet",
        permission="create",
        status=201,
        body=ApiKeyRotate,
    )
    def rotate_api_key(self, key_uuid: str) -> Response:
        values = self.body(ApiKeyRotate)
        made = api_keys.rotate(current(), key_uuid, values["overlap_s"], values.get("expires_on"))
        return json_response(201, {"result": made})


class SupersetRoleSearchApi(SupersetResource):
    """Roles with who and what belongs to them."""

    resource_name = "security/roles/search"
    class_permission_name = "RoleRestAPI"
    openapi_spec_tag = "Security Roles"

    @endpoint("GET", "/", "A page of roles", permission="list_roles", q="list")
    def search(self) -> Response:
        wish = list_wish()
        statement = select(Role)
        for each in wish.get("filters") or ():
            if each["col"] != "name" or not isinstance(each["value"], str):
                raise BadRequest(f"Filter column: {each['col']} not allowed to filter")
            is_exact = each["opr"] == "eq"
            name = each["value"]
            statement = statement.where(Role.name == name if is_exact else Role.name.icontains(name, autoescape=True))
        count = db.session.execute(statement.with_only_columns(func.count(Role.id))).scalar_one()
        key = Role.name if wish.get("order_column") == "name" else Role.id
        ordered = statement.order_by(key.desc() if wish.get("order_direction") == "desc" else key.asc(), Role.id)
        most = settings().max_page_size
        size = wish.get("page_size") or most
        size = size if 1 <= size <= most else most
        page = ordered.limit(size).offset(max(wish.get("page") or 0, 0) * size)
        related = (selectinload(Role.user), selectinload(Role.groups), selectinload(Role.permissions))
        roles = list(db.session.execute(page.options(*related)).scalars())
        return json_response(
            200, {"count": count, "ids": [role.id for role in roles], "result": [_role_record(role) for role in roles]}
        )


def _role_record(role: Role) -> dict[str, Any]:
    return {
        "id": role.id,
        "name": role.name,
        "user_ids": sorted(user.id for user in role.user),
        "group_ids": sorted(group.id for group in role.groups),
        "permission_ids": sorted(permission.id for permission in role.permissions),
    }


class SecurityManager(manager.SecurityManager):
    """The security manager whose APIs speak this dialect."""

    security_api = SupersetSecurityApi
    user_api = SupersetUserApi
    role_api = SupersetRoleApi
    group_api = SupersetGroupApi
    permission_api = SupersetPermissionApi
    view_menu_api = SupersetResourceApi
    permission_view_menu_api = SupersetPermissionResourceApi
