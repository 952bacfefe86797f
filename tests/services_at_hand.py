"""Where the real services for tests are; a missing one skips its tests, or fails them with REQUIRE_SERVICES=1."""

import os
import socket
from urllib.parse import urlsplit

import pytest

ADDRESSES = {
    "postgres": os.environ.get("SUPERSET_LIKE_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/test"),
    "mariadb": os.environ.get("SUPERSET_LIKE_TEST_MARIADB", "mysql+pymysql://root@127.0.0.1:3306/test"),
    "redis": os.environ.get("SUPERSET_LIKE_TEST_REDIS", "redis://127.0.0.1:6379/9"),
    "rabbitmq": os.environ.get("SUPERSET_LIKE_TEST_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672//"),
}
DEFAULT_PORTS = {"postgres": 5432, "mariadb": 3306, "redis": 6379, "rabbitmq": 5672}


def uri_of(service: str) -> str:
    """The URI of a service that answers; skips the calling test otherwise, or fails it when services are required."""
    place = urlsplit(ADDRESSES[service])
    try:
        socket.create_connection((place.hostname or "127.0.0.1", place.port or DEFAULT_PORTS[service]), 2).close()
    except OSError as error:
        message = f"{service} does not answer: {error}"
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return ADDRESSES[service]
