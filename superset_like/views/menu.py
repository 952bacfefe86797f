"""The order of the menu, and what all pages know."""

from flask import current_app
from flask_appbuilder import AppBuilder

import superset_like

# By name; what nobody placed here comes last.
CATEGORIES = ("Administer content", "Administer data", "Administer SQL", "Security")


def register(builder: AppBuilder) -> None:
    """The menu is in its order; modules register by name, and this one after those with pages."""
    current_app.jinja_env.globals["version"] = superset_like.__version__
    builder.menu.menu.sort(key=lambda item: CATEGORIES.index(item.name) if item.name in CATEGORIES else len(CATEGORIES))
