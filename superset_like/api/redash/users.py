"""/api/users"""

from collections.abc import Callable
from typing import Any

from flask import Response, current_app, request
from flask_appbuilder.security.sqla.apis.user.validator import PasswordComplexityValidator
from flask_appbuilder.security.sqla.models import User
from flask_limiter import RateLimitExceeded
from flask_limiter.util import get_remote_address
from marshmallow import Schema, fields
from marshmallow.validate import Length

from superset_like.access.actor import Actor
from superset_like.api.redash.expiry import Expiry, expiry_wish, key_fields
from superset_like.api.redash.numbers import Number
from superset_like.api.redash.people import user_records
from superset_like.api.redash.resource import (
    ADMIN,
    OF_PAGES,
    RedashResource,
    answer,
    json_body,
    loaded,
    page_wish,
    paginated,
    route,
)
from superset_like.errors import BadRequest, TooMany
from superset_like.extensions import settings
from superset_like.services import accounts, groups
from superset_like.services.accounts import DEFAULT_ORDER, Wish

YES, NO = frozenset({"yes", "true", "on", "1"}), frozenset({"no", "false", "off", "0", "none"})


class UserPost(Schema):
    name = fields.String(required=True, validate=Length(1))
    email = fields.String(required=True)


class UserEdit(Schema):
    name = fields.String(validate=Length(1))
    email = fields.String()
    group_ids = fields.List(Number())
    password = fields.String(validate=[Length(1, 512), PasswordComplexityValidator()])
    old_password = fields.String()


class RedashUsersApi(RedashResource):
    """Accounts of people."""

    route_base = "/api"

    @route("GET", "/users", "People", arguments=(*OF_PAGES, "order", "q", "disabled", "pending"))
    def listed(self, actor: Actor) -> Response:
        page, size = page_wish()
        wish = Wish(
            text=request.args.get("q", ""),
            disabled=_truth("disabled") or False,
            pending=_truth("pending"),
            order=request.args.get("order", DEFAULT_ORDER),
        )
        count, found = accounts.listed(actor, wish, page, size)
        records, names = user_records(found), groups.names()
        shown = [{**records[pk], "groups": _with_names(records[pk]["groups"], names)} for pk in found]
        return paginated(count, page, size, shown)

    @route("POST", "/users", "A new account, with a link to choose its password", needs=ADMIN, body=UserPost)
    def create(self, actor: Actor) -> Response:
        values = loaded(UserPost, json_body())
        _count(settings().account_rate_limit, "made")
        user = accounts.create(actor, values["name"], values["email"])
        return answer({**_plain(user), "invite_link": _link("invite", accounts.invited(actor, user.id)[1])})

    @route("GET", "/users/<int:user_id>", "An account; its key is shown to its owner and to administrators")
    def one(self, actor: Actor, user_id: int) -> Response:
        return answer(_with_key(actor, accounts.one(actor, user_id)))

    @route("POST", "/users/<int:user_id>", "An account with other values", body=UserEdit)
    def edit(self, actor: Actor, user_id: int) -> Response:
        values = loaded(UserEdit, json_body())
        _count(settings().account_edit_rate_limit, "edited")
        return answer(_with_key(actor, accounts.update(actor, user_id, values)))

    @route("DELETE", "/users/<int:user_id>", "An account that nobody has used yet goes", needs=ADMIN)
    def delete(self, actor: Actor, user_id: int) -> Response:
        record = _plain(accounts.one(actor, user_id))
        accounts.delete(actor, user_id)
        return answer(record)

    @route("POST", "/users/<int:user_id>/disable", "An account opens nothing any more", needs=ADMIN)
    def disable(self, actor: Actor, user_id: int) -> Response:
        return answer(_with_key(actor, accounts.disable(actor, user_id)))

    @route("DELETE", "/users/<int:user_id>/disable", "An account opens again what it opened", needs=ADMIN)
    def enable(self, actor: Actor, user_id: int) -> Response:
        return answer(_with_key(actor, accounts.enable(actor, user_id)))

    @route("POST", "/users/<int:user_id>/regenerate_api_key", "Another key; the former one is void", body=Expiry)
    def renew_key(self, actor: Actor, user_id: int) -> Response:
        return answer(_with_key(actor, accounts.renew_key(actor, user_id, expiry_wish())))

    @route("POST", "/users/<int:user_id>/invite", "A link to choose a password", needs=ADMIN)
    def invite(self, actor: Actor, user_id: int) -> Response:
        user, token = accounts.invited(actor, user_id)
        return answer({**_plain(user), "invite_link": _link("invite", token)})

    @route("POST", "/users/<int:user_id>/reset_password", "A link to choose another password", needs=ADMIN)
    def reset_password(self, actor: Actor, user_id: int) -> Response:
        _, token = accounts.invited(actor, user_id)
        return answer({"reset_link": _link("reset", token)})


def _plain(user: User) -> dict[str, Any]:
    return user_records([user.id])[user.id]


def _with_key(actor: Actor, user: User) -> dict[str, Any]:
    key = accounts.key_of(actor, user.id)
    return {**_plain(user), **key_fields(key)}


def _with_names(group_ids: list[int], names: dict[int, str]) -> list[dict[str, Any]]:
    return [{"id": pk, "name": names[pk]} for pk in group_ids if pk in names]


def _link(page: str, token: str) -> str:
    base = (settings().public_url or request.url_root).rstrip("/")
    return f"{base}/{page}/{token}"


def _truth(name: str) -> bool | None:
    """The argument as yes or no, in any case; None when it is not given. Raises BadRequest."""
    text = request.args.get(name)
    if text is None:
        return None
    word = text.strip().lower()
    if word not in YES | NO:
        raise BadRequest(f"{name} must be true or false.")
    return word in YES


def _count(limit: str, what: str) -> None:
    """Counts the request. Raises TooMany when there were more from its address than the limit allows."""
    if not limit or not settings().login_rate_limit:
        return
    limiter = current_app.appbuilder.sm.limiter  # type: ignore[attr-defined]
    key: Callable[[], str] = lambda: f"accounts {what} {get_remote_address()}"  # noqa: E731
    try:
        with limiter.limit(limit, key_func=key):
            pass
    except RateLimitExceeded as error:
        raise TooMany(str(error.description)) from error
