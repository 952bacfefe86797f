"""What Redash's resources share: routes with their guard, bodies, answers, pages of lists."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, wraps
from typing import Any, TypeVar

import orjson
from flask import Response, request
from flask_appbuilder.api import BaseApi, expose
from marshmallow import EXCLUDE, Schema, ValidationError

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.api.redash.authentication import Opens, identify
from superset_like.api.redash.errors import JSON
from superset_like.errors import BadRequest, Forbidden, Invalid, NotFound
from superset_like.services.list_wishes import Wish

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Pair = tuple[str, str]
# (permission, resource) by the names that Redash has for them.
VIEW_QUERY: Pair = ("can_read", "SavedQuery")
EDIT_QUERY: Pair = ("can_write", "SavedQuery")
EXECUTE_QUERY: Pair = ("can_read", "SavedQuery")
LIST_DASHBOARDS: Pair = ("can_read", "Dashboard")
EDIT_DASHBOARD: Pair = ("can_write", "Dashboard")
LIST_DATA_SOURCES: Pair = ("can_read", "Database")
LIST_ALERTS: Pair = ("can_read", "SavedQuery")
# For administrators, whatever roles say.
ADMIN: Pair = ("admin", "admin")
# Arguments of lists.
OF_PAGES = ("page", "page_size")
OF_LISTS = (*OF_PAGES, "order", "q", "tags")
LARGEST_PAGE = 250
LARGEST_ID = 2**31 - 1


class RedashResource(BaseApi):
    """A noun of Redash's API, or a few of them."""

    # Its own description, apart from Superset's.
    version = "redash"
    # Our own check knows which requests need a token; see access/csrf.py.
    csrf_exempt = True
    allow_browser_login = True


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an endpoint beside its code: `endpoint.facts`.

    needs: what a role must give. opens: whose keys it takes; None where it asks for none. body: what it loads of the
    request's JSON. arguments: those of the address. status: of what it answers where all is well.
    """

    method: str
    url: str
    summary: str
    needs: Pair | None = None
    opens: Opens | None = None
    body: type[Schema] | None = None
    arguments: tuple[str, ...] = ()
    status: int = 200


def route(
    method: str,
    url: str,
    summary: str,
    *,
    needs: Pair | None = None,
    opens: Opens = Opens.USER,
    body: type[Schema] | None = None,
    arguments: tuple[str, ...] = (),
    status: int = 200,
) -> Callable[[Endpoint], Endpoint]:
    """Makes a method an endpoint: guarded and documented. It is called with the caller before what the path names.

    needs: None for everybody with a valid key; for this and the others see Facts.
    """

    def made(function: Endpoint) -> Endpoint:
        @wraps(function)
        def guarded(self: Any, **kwargs: Any) -> Response:
            actor = identify(opens)
            _require(actor, needs)
            if any(isinstance(value, int) and value > LARGEST_ID for value in kwargs.values()):
                raise NotFound()
            answered: Response = function(self, actor, **kwargs)
            return answered

        endpoint: Endpoint = _exposed(guarded, Facts(method, url, summary, needs, opens, body, arguments, status))
        return endpoint

    return made


def public(method: str, url: str, summary: str) -> Callable[[Endpoint], Endpoint]:
    """An endpoint for everybody."""

    def made(function: Endpoint) -> Endpoint:
        endpoint: Endpoint = _exposed(function, Facts(method, url, summary))
        return endpoint

    return made


def _exposed(function: Any, facts: Facts) -> Any:
    wrapped = expose(facts.url, methods=(facts.method,))(function)
    wrapped.facts = facts
    return wrapped


def _require(actor: Actor, needs: Pair | None) -> None:
    if needs is None:
        return
    allowed = rules.administers(actor) if needs == ADMIN else actor.can(*needs)
    if not allowed:
        raise Forbidden()


def answer(body: Any, status: int = 200) -> Response:
    """The body as JSON."""
    return Response(orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS), status=status, content_type=JSON)


def nothing() -> Response:
    """What Redash answers where there is nothing to say: `null`."""
    return answer(None)


def json_body() -> dict[str, Any]:
    """The request's JSON object, whatever content type it claims. Raises BadRequest."""
    try:
        found = orjson.loads(request.get_data(cache=True))
    except orjson.JSONDecodeError as error:
        raise BadRequest() from error
    if not isinstance(found, dict):
        raise BadRequest()
    return found


def loose_body() -> dict[str, Any]:
    """The request's JSON object; an empty one where there is none, or none that can be read."""
    try:
        return json_body()
    except BadRequest:
        return {}


def loaded(schema: type[Schema], value: Mapping[str, Any]) -> dict[str, Any]:
    """The value as the schema loads it; what it does not know is left out. Raises Invalid with the fields at fault."""
    try:
        found: dict[str, Any] = _made(schema).load(value, unknown=EXCLUDE)
    except ValidationError as error:
        messages: dict[str, list[str]] = error.normalized_messages()  # type: ignore[no-untyped-call]
        raise Invalid(fields=messages) from error
    return found


@cache
def _made(schema: type[Schema]) -> Schema:
    return schema()


def moment(value: datetime | None) -> str | None:
    """A stored time as Redash writes it: ISO 8601 with milliseconds, UTC."""
    if value is None:
        return None
    text = value.replace(tzinfo=UTC).isoformat(timespec="milliseconds" if value.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def page_wish() -> tuple[int, int]:
    """(page, size) as asked; what is no number counts as not asked. Raises BadRequest for a page or size out of range.

    Pages count from 1.
    """
    page, size = _number("page", 1), _number("page_size", 25)
    if page < 1:
        raise BadRequest("Page must be positive integer.")
    if not 1 <= size <= LARGEST_PAGE:
        raise BadRequest(f"Page size is out of range (1-{LARGEST_PAGE}).")
    return page, size


def list_wish(**more: bool) -> Wish:
    """What a list is asked for in the address. more: what its endpoint says. Raises BadRequest."""
    page, size = page_wish()
    names = tuple(name for name in request.args.getlist("tags") if name)
    return Wish(page, size, request.args.get("order", ""), request.args.get("q", "").strip(), names, **more)


def _number(name: str, default: int) -> int:
    text = request.args.get(name, "")
    sign, digits = text[:1] == "-", text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        return default
    return -int(digits) if sign else int(digits)


def paginated(count: int, page: int, size: int, results: Sequence[Any]) -> Response:
    """A page of a list. Raises NotFound and BadRequest for a page beyond the last, as Redash does."""
    if page > 1 and (page - 1) * size >= count:
        raise BadRequest("Page is out of range.") if count else NotFound()
    return answer({"count": count, "page": page, "page_size": size, "results": list(results)})
