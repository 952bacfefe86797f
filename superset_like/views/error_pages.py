"""An error on a page, said to a person."""

from flask import Response, current_app, make_response, render_template

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
    builder = current_app.extensions["appbuilder"]
    page = render_template(f"superset_like/{name}.html", title=title, error=error, appbuilder=builder)
    answer = make_response(page, error.status)
    if "retry_after_s" in error.details:
        answer.headers["Retry-After"] = str(error.details["retry_after_s"])
    return answer
