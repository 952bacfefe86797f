"""The order of the menu, and what all pages know."""

from collections.abc import Sequence

from flask import current_app
from flask_appbuilder import AppBuilder
from flask_appbuilder.menu import MenuItem

import superset_like

# By name; what nobody placed here comes last.
CATEGORIES = ("SQL Lab", "Administer content", "Administer data", "Administer SQL", "Security")
PAGES = (
    "SQL Editor",
    "Saved Queries",
    "Query Search",
    "Administer dashboards",
    "Administer charts",
    "Administer tags",
    "Administer stylesheets",
    "List Users",
    "List Groups",
    "List Roles",
    "Administer row level security",
    "Administer API keys",
    "Administer action log",
    "Permission on Views/Menus",
    "Base Permissions",
    "Views/Menus",
)


def register(builder: AppBuilder) -> None:
    """The menu is in its order; it registers when all pages have."""
    current_app.jinja_env.globals["version"] = superset_like.__version__
    builder.menu.menu.sort(key=lambda item: _place(item, CATEGORIES))
    for category in builder.menu.menu:
        category.childs.sort(key=lambda item: _place(item, PAGES))


def _place(item: MenuItem, order: Sequence[str]) -> int:
    return order.index(item.name) if item.name in order else len(order)
