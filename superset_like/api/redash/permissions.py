"""What Redash calls the permissions of people and groups, by what our roles give."""

from collections.abc import Set

from superset_like.access.grants import LIST_PEOPLE
from superset_like.api.redash.resource import (
    EDIT_DASHBOARD,
    EDIT_QUERY,
    EXECUTE_QUERY,
    LIST_ALERTS,
    LIST_DASHBOARDS,
    LIST_DATA_SOURCES,
    VIEW_QUERY,
    Pair,
)

ADMINISTRATORS = ("admin", "super_admin")
# In Redash's order.
NAMES: tuple[tuple[str, Pair], ...] = (
    ("create_dashboard", EDIT_DASHBOARD),
    ("create_query", EDIT_QUERY),
    ("edit_dashboard", EDIT_DASHBOARD),
    ("edit_query", EDIT_QUERY),
    ("view_query", VIEW_QUERY),
    ("view_source", VIEW_QUERY),
    ("execute_query", EXECUTE_QUERY),
    ("list_users", LIST_PEOPLE),
    ("schedule_query", EDIT_QUERY),
    ("list_dashboards", LIST_DASHBOARDS),
    ("list_alerts", LIST_ALERTS),
    ("list_data_sources", LIST_DATA_SOURCES),
)


def names_of(pairs: Set[tuple[str, str]], *, is_admin: bool) -> list[str]:
    """The names that Redash has for what roles give."""
    held = [name for name, pair in NAMES if pair in pairs]
    return [*ADMINISTRATORS, *held] if is_admin else held
