"""What a connection URI may name: drivers, options and files that are allowed, and nothing else."""

import os
import stat
from collections.abc import Collection
from functools import lru_cache

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from superset_like.engine.databases.base import Target
from superset_like.errors import Invalid

NOT_ALLOWED = "The file must exist below a folder that the administrator allows for local databases"


@lru_cache(256)
def parsed(uri: str) -> URL:
    """The URI's parts. Raises Invalid when it is none."""
    try:
        return make_url(uri)
    except (ArgumentError, ValueError) as error:
        # The library's text repeats the URI, password and all.
        raise invalid("Invalid connection string") from error


def require_allowed(url: URL, drivers: Collection[str], options: Collection[str]) -> None:
    """Raises Invalid for a driver or an option of the query part that is not listed."""
    if url.drivername not in drivers:
        raise invalid(f"The driver {url.drivername} is not allowed")
    for name, value in url.query.items():
        if name not in options or not isinstance(value, str):
            raise invalid(f"The option {name} is not allowed in a connection string")


def require_host(url: URL) -> None:
    """Raises Invalid when the URI names no server, or a socket's folder in place of one."""
    if not url.host or "/" in url.host or "," in url.host or not url.database:
        raise invalid("The connection string must name a host and a database")


def file_of(target: Target) -> str:
    """The real path of the target's file; existing, unless the target is writable.

    Raises Invalid, with one text whatever the reason: it tells nobody which files there are.
    """
    url = parsed(target.uri)
    if url.username or url.password or url.host or url.port or not url.database or "\x00" in url.database:
        raise invalid(NOT_ALLOWED)
    path = os.path.realpath(url.database)
    folders = [os.path.realpath(folder) for folder in target.folders]
    if not any(os.path.commonpath([path, folder]) == folder and path != folder for folder in folders):
        raise invalid(NOT_ALLOWED)
    try:
        is_file = stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        is_file = target.writable and os.path.isdir(os.path.dirname(path)) and not os.path.lexists(path)
    if not is_file:
        raise invalid(NOT_ALLOWED)
    return path


def invalid(message: str) -> Invalid:
    """An error about the connection string."""
    return Invalid(message, fields={"sqlalchemy_uri": [message]})
