"""Whether the server lives, and whether it can work."""

from flask import Response, current_app, jsonify
from flask_appbuilder import AppBuilder
from sqlalchemy.exc import SQLAlchemyError

from superset_like.errors import ConfigurationError
from superset_like.services import schema

RETRY_AFTER_S = "5"


def register(builder: AppBuilder) -> None:
    """The application answers those who watch it."""
    for path in ("/health", "/healthcheck"):
        current_app.add_url_rule(path, "health", alive)
    current_app.add_url_rule("/ping", "ping", pong)
    current_app.add_url_rule("/health/ready", "ready", ready)


def alive() -> Response:
    """`OK`: this process answers. It asks nothing of anybody, so it says nothing of the metadata."""
    return Response("OK", mimetype="text/plain")


def pong() -> Response:
    """`PONG.`: as `alive`, in Redash's word, whose clients look at it."""
    return Response("PONG.")


def ready() -> Response:
    """{status, metadata}: whether the metadata answers and has the schema that this code needs; 503 when not."""
    state = _metadata_state()
    answer = jsonify(status="ok" if state == "ok" else "unavailable", metadata=state)
    if state != "ok":
        answer.status_code = 503
        answer.headers["Retry-After"] = RETRY_AFTER_S
    return answer


def _metadata_state() -> str:
    try:
        return "ok" if schema.current() == schema.needed() else "other schema"
    except (ConfigurationError, SQLAlchemyError):
        return "down"
