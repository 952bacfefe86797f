"""/api/redash/_openapi: what this dialect is, made of what its endpoints say of themselves."""

import re
import threading
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Response, current_app
from flask_appbuilder import AppBuilder
from flask_appbuilder.api.manager import resolver

import superset_like
from superset_like.access.actor import Actor
from superset_like.api.redash.authentication import Opens
from superset_like.api.redash.errors import JSON
from superset_like.api.redash.resource import Facts, RedashResource, route

TEXT, NUMBER, TRUTH = {"type": "string"}, {"type": "number"}, {"type": "boolean"}
ARGUMENTS: Mapping[str, Mapping[str, Any]] = {
    "page": {"schema": {"type": "integer", "minimum": 1, "default": 1}},
    "page_size": {"schema": {"type": "integer", "minimum": 1, "maximum": 250, "default": 25}},
    "order": {"schema": TEXT, "description": "A field; with a minus before it, backwards"},
    "q": {"schema": TEXT, "description": "Words to find"},
    "tags": {"schema": {"type": "array", "items": TEXT}, "description": "Each of these tags"},
    "disabled": {"schema": TRUTH},
    "pending": {"schema": TRUTH, "description": "Invited, and without a password so far"},
    "refresh": {"schema": TEXT, "description": "Given: asked of the database anew"},
    "reason": {"schema": TEXT},
    "wait": {"schema": NUMBER, "description": "Seconds to wait for the result, at most 60"},
    "max_age": {"schema": NUMBER, "description": "Seconds that a kept result may be old; 0: run anew"},
    "format": {"schema": {**TEXT, "enum": ["iso"]}, "description": "Dates and times as ISO 8601 has them"},
    "p_name": {"schema": TEXT, "description": "The value of the parameter `name`; `p_name.start`, `p_name.end`"},
}
KEYS = {
    "key_in_header": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Key <key of a person, a query or a dashboard>`",
    },
    "key_in_address": {"type": "apiKey", "in": "query", "name": "api_key"},
    "session": {"type": "apiKey", "in": "cookie", "name": "session"},
}
OPENS = {Opens.USER: "people", Opens.QUERY: "the query", Opens.DASHBOARD: "shared dashboards that show the query"}
DONE = {"description": "Done", "content": {JSON: {"schema": {}}}}
NOTHING = {"description": "Done, and there is nothing to show"}
MESSAGE = {"type": "object", "properties": {"message": TEXT, "fields": {"type": "object"}}}
REFUSALS = {
    400: "It could not be understood; `fields` says where",
    403: "The right is missing",
    404: "Not there, or nobody is signed in",
}
INFO = {"description": "Redash's API, as superset_like speaks it. Bodies need no content type."}


class RedashOpenApi(RedashResource):
    """The description itself."""

    route_base = "/api"

    @route("GET", "/redash/_openapi", "This description")
    def get(self, actor: Actor) -> Response:
        return Response(described(), content_type=JSON)


def endpoints(builder: AppBuilder) -> Iterator[tuple[str, str, Facts]]:
    """(tag, path, facts) of each endpoint of this dialect; names in the path have no types."""
    for resource in builder.baseviews:
        if isinstance(resource, RedashResource):
            for name in dir(type(resource)):
                facts = getattr(getattr(type(resource), name), "facts", None)
                if isinstance(facts, Facts):
                    yield _tag(resource), _path(resource, facts), facts


def described() -> bytes:
    """OpenAPI, as JSON; made once by each process."""
    known: dict[str, bytes] = current_app.extensions.setdefault("superset_like_redash_openapi", {})
    with _making:
        if not known:
            known["made"] = _made(current_app.extensions["appbuilder"])
        return known["made"]


_making = threading.Lock()


def _made(builder: AppBuilder) -> bytes:
    spec = APISpec(
        title=builder.app_name,
        version=superset_like.__version__,
        openapi_version="3.0.2",
        info=INFO,
        plugins=[MarshmallowPlugin(schema_name_resolver=resolver)],
        # Relative: right behind any proxy.
        servers=[{"url": "/"}],
    )
    for name, scheme in KEYS.items():
        spec.components.security_scheme(name, scheme)
    with warnings.catch_warnings():
        # Schemas of several nouns have one name; apispec numbers them.
        warnings.simplefilter("ignore", UserWarning)
        for tag, path, facts in sorted(endpoints(builder), key=lambda each: each[:2]):
            spec.path(path=path, operations={facts.method.lower(): _operation(tag, facts)})
    return orjson.dumps(spec.to_dict(), default=str, option=orjson.OPT_NON_STR_KEYS)


def _tag(resource: RedashResource) -> str:
    return type(resource).__name__.removeprefix("Redash").removesuffix("Api")


def _path(resource: RedashResource, facts: Facts) -> str:
    whole = f"{resource.route_base.rstrip('/')}{facts.url}"
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", whole)


def _operation(tag: str, facts: Facts) -> dict[str, Any]:
    responses: dict[str, Any] = {str(facts.status): DONE if facts.status == 200 else NOTHING}
    for status, text in REFUSALS.items():
        responses[str(status)] = {"description": text, "content": {JSON: {"schema": MESSAGE}}}
    made = {
        "tags": [tag],
        "summary": facts.summary,
        "description": _keys(facts),
        "parameters": [*_places(facts.url), *map(_argument, facts.arguments)],
        "responses": responses,
        "security": [] if facts.opens is None else [{name: []} for name in KEYS],
    }
    if facts.body is not None:
        made["requestBody"] = {"content": {JSON: {"schema": facts.body}}}
    return made


def _keys(facts: Facts) -> str:
    if facts.opens is None:
        return "Open to everybody."
    return f"Keys of {', '.join(name for kind, name in OPENS.items() if kind in facts.opens)}."


def _places(url: str) -> list[dict[str, Any]]:
    found = re.findall(r"<(?:(\w+):)?(\w+)>", url)
    return [
        {"in": "path", "name": name, "required": True, "schema": {"type": "integer"} if kind == "int" else TEXT}
        for kind, name in found
    ]


def _argument(name: str) -> dict[str, Any]:
    return {"in": "query", "name": name, **ARGUMENTS[name]}
