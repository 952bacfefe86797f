"""Drivers are extras of the installation, and none is needed before somebody connects."""

from importlib import import_module
from typing import Any

from superset_like.errors import DatabaseUnreachable


def loaded(module: str, extra: str) -> Any:
    """The driver's module. Raises DatabaseUnreachable, which names what to install."""
    try:
        return import_module(module)
    except ImportError as error:
        message = f"The driver of this database is not installed: pip install 'superset-like[{extra}]'"
        raise DatabaseUnreachable(message, extra=extra) from error
