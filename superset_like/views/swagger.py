"""The API's description, for people to read and try."""

from flask_appbuilder import AppBuilder
from flask_appbuilder.api.manager import SwaggerView


def register(builder: AppBuilder) -> None:
    """The page is at /swagger/v1."""
    builder.add_view_no_menu(SwaggerView)
