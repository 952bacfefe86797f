"""The engines, found by looking: a file here that defines one is all there is to adding it."""

import sys
from functools import lru_cache

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from superset_like import discovery
from superset_like.engine.databases.base import Engine
from superset_like.errors import Invalid


@lru_cache(1)
def all_engines() -> dict[str, Engine]:
    """Every engine by its name, sorted by it."""
    kinds = discovery.subclasses_in(sys.modules[__name__], Engine)  # type: ignore[type-abstract]
    return {kind.name: kind() for kind in sorted(kinds, key=lambda kind: kind.name)}


def find(name: str) -> Engine:
    """The engine of that name. Raises KeyError: names come from the program, not from people."""
    return all_engines()[name]


def of_uri(uri: str) -> Engine:
    """The engine that a connection's URI speaks to. Raises Invalid (field `sqlalchemy_uri`) when there is none."""
    try:
        scheme = make_url(uri).get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise _invalid("Invalid connection string") from error
    for engine in all_engines().values():
        if scheme in engine.schemes:
            return engine
    raise _invalid("This kind of database is not supported")


def _invalid(message: str) -> Invalid:
    return Invalid(message, fields={"sqlalchemy_uri": [message]})
