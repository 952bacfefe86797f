"""An error on a page, said to a person."""

from flask import Response, current_app, g, make_response, render_template, request
from flask_login import current_user

from superset_like.access import actors
from superset_like.errors import ProductError

TITLES = {
    401: "Please log in",
    403: "This is not yours to see",
    404: "There is nothing here",
    405: "This cannot be done here",
    409: "Somebody else was faster",
    413: "That is too large",
    429: "That was too often",
    503: "We will be back in a moment",
}
# The menu asks the metadata for rights: not while that may be what is broken.
WITHOUT_MENU_FROM = 500


def render(error: ProductError) -> Response:
    """The error as a page of the house."""
    title = TITLES.get(error.status, "Something went wrong" if error.status >= 500 else "That did not work")
    name = "error_alone" if error.status >= WITHOUT_MENU_FROM else "error"
    if name == "error":
        _recognize_visitor()
    builder = current_app.extensions["appbuilder"]
    page = render_template(
        f"superset_like/{name}.html", title=title, status=error.status, text=_text(error), appbuilder=builder
    )
    answer = make_response(page, error.status)
    if "retry_after_s" in error.details:
        answer.headers["Retry-After"] = str(error.details["retry_after_s"])
    return answer


def _recognize_visitor() -> None:
    # Nobody was asked who he is for a path that leads nowhere, and the menu depends on it.
    if request.endpoint is None and current_user.is_authenticated:
        g.actor = actors.of_user(current_user.id)


def _text(error: ProductError) -> str:
    # Programs get "400 Bad Request: " before what werkzeug has to say; the page shows the number already.
    return error.message.partition(": ")[2] if error.message.startswith(f"{error.status} ") else error.message
