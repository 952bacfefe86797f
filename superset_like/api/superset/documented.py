"""What OpenAPI says of an endpoint, stated where the endpoint is, without YAML."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar

from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name, protect
from marshmallow import Schema

from superset_like.access.actor import current
from superset_like.errors import Forbidden

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
SchemaClass = type[Schema]

DESCRIPTIONS = {
    200: "Done",
    201: "Created",
    202: "Accepted, work goes on",
    400: "The request could not be understood",
    401: "Nobody, or nobody valid, is asking",
    403: "The right is missing",
    404: "Not found, or not visible to the caller",
    409: "It was changed meanwhile",
    410: "It has expired",
    412: "There is a newer version than the one that If-Match names",
    413: "It exceeds a limit",
    422: "A value cannot be accepted",
    429: "Too many requests",
    501: "This needs a package that is not installed",
    502: "The user's database does not answer",
    503: "Something this server needs does not answer",
    504: "It ran longer than allowed",
}


@dataclass(frozen=True)
class Operation:
    """One endpoint's documentation.

    body, answer: a marshmallow schema, a JSON schema, or None for none (body) or any object (answer). body may also be
    the name of the resource's attribute that holds the schema. content_type, body_type: of the answer and of the body.
    """

    summary: str
    body: SchemaClass | Mapping[str, Any] | str | None = None
    answer: SchemaClass | Mapping[str, Any] | None = None
    status: int = 200
    q: str | None = None
    parameters: tuple[Mapping[str, Any], ...] = ()
    content_type: str = "application/json"
    body_type: str = "application/json"
    refusals: tuple[int, ...] = (400, 401, 403, 404, 422)
    is_public: bool = False


@dataclass(frozen=True)
class Parameter:
    """A plain query parameter."""

    name: str
    type: str = "string"
    description: str = ""
    enum: tuple[str, ...] = field(default=())

    def spec(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": self.type}
        if self.enum:
            schema["enum"] = list(self.enum)
        return {"in": "query", "name": self.name, "schema": schema, "description": self.description}


def _closed_to_guests(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def checked(self: Any, *args: Any, **kwargs: Any) -> Any:
        if current().guest is not None and function.__name__ not in self.open_to_guests:
            raise Forbidden()
        return function(self, *args, **kwargs)

    return checked


def endpoint(
    method: str,
    url: str,
    summary: str,
    *,
    permission: str | None,
    parameters: tuple[Parameter, ...] = (),
    **facts: Any,
) -> Callable[[Endpoint], Endpoint]:
    """Makes a method an endpoint: routed, protected by `can_<permission>`, and documented.

    permission None: open to everyone; the method judges by itself. facts: see Operation. Guests reach only what their
    permissions and the resource's `open_to_guests` name.
    """

    def made(function: Endpoint) -> Endpoint:
        wrapped: Any = function
        if permission is not None:
            wrapped = protect(allow_browser_login=True)(permission_name(permission)(_closed_to_guests(function)))
        wrapped = expose(url, methods=(method,))(wrapped)
        wrapped.operation = Operation(
            summary, parameters=tuple(each.spec() for each in parameters), is_public=permission is None, **facts
        )
        made_endpoint: Endpoint = wrapped
        return made_endpoint

    return made
