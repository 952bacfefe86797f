"""The page to sign in, which also takes the form that programs of Redash send: an address and a password."""

from urllib.parse import urlsplit

from flask import flash, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.security import views as fab
from flask_appbuilder.security.decorators import no_cache
from flask_appbuilder.security.forms import LoginForm_db
from flask_appbuilder.utils.base import get_safe_redirect
from flask_login import login_user
from werkzeug.wrappers import Response

from superset_like.access import csrf
from superset_like.errors import BadRequest
from superset_like.extensions import settings

WRONG = "Wrong email or password."


class AuthDBView(fab.AuthDBView):
    """FAB's; with an address in place of a user name no token is asked for, since no page of ours sends that."""

    @expose("/login/", methods=["GET", "POST"])
    @no_cache
    def login(self) -> Response:
        """The page; once somebody is signed in, where he wanted to go."""
        if is_by_address():
            return self._by_address()
        answer: Response = super().login()
        return answer

    def _by_address(self) -> Response:
        _require_no_other_site()
        user = self.appbuilder.sm.auth_user_db(request.form["email"], request.form.get("password", ""))
        if user:
            login_user(user, remember=False)
            answer = redirect(get_safe_redirect(request.args.get("next", "")))
            csrf.hand_token(answer)
            return answer
        flash(WRONG, "warning")
        page: Response = self.render_template(
            self.login_template, title=self.title, form=LoginForm_db(), appbuilder=self.appbuilder
        )
        return page


def is_by_address() -> bool:
    """Whether the request is the form that programs of Redash send."""
    return request.path.rstrip("/") == "/login" and request.method == "POST" and "email" in request.form


def _require_no_other_site() -> None:
    """Nothing, or BadRequest when a page of another site sent the form: it would sign its reader in as somebody."""
    if request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
        raise BadRequest()
    origin = request.headers.get("Origin")
    own = {urlsplit(text).netloc for text in (settings().public_url, request.host_url) if text}
    if origin is not None and urlsplit(origin).netloc not in own:
        raise BadRequest()
