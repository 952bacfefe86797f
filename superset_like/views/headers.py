"""What every answer tells a browser: what may run in it, who may frame it, who may read it from elsewhere."""

import secrets

from flask import Response, current_app, g, request
from flask_appbuilder import AppBuilder

from superset_like.extensions import settings

API = "/api/"
NOTHING = "default-src 'none'; frame-ancestors 'none'"
# Bootstrap and FAB's templates carry style attributes; style elements and foreign style sheets stay out.
PAGE = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self'{styles}; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
ONE_YEAR_S = 365 * 86400
UNCACHED = frozenset({"application/json", "text/html"})
CORS_METHODS = "GET, POST, PUT, PATCH, DELETE"
CORS_REQUEST_HEADERS = "Authorization, Content-Type, If-Match, If-None-Match, X-CSRFToken, X-GuestToken"
CORS_ANSWER_HEADERS = "Content-Disposition, ETag, Retry-After, X-Applied-Limit, X-Row-Count, X-Total-Count, X-Truncated"
CORS_REMEMBERED_S = "600"


def register(builder: AppBuilder) -> None:
    """The application answers with these headers."""
    # FAB's templates ask for the nonce by this name, some of them without the request's context.
    current_app.jinja_env.globals["csp_nonce"] = nonce
    current_app.after_request(dressed)


def nonce() -> str:
    """The word that scripts of this page bear."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    made: str = g.csp_nonce
    return made


def allow_styles() -> None:
    """Style elements of this page that bear the nonce count: its editor makes some."""
    g.csp_styles = True


def dressed(response: Response) -> Response:
    """The answer with its headers; what an endpoint said itself stays."""
    headers = response.headers
    if "Content-Security-Policy" not in headers:
        headers["Content-Security-Policy"] = _policy(response)
        # An endpoint with a policy of its own says there who may frame it.
        headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", PERMISSIONS)
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", f"max-age={ONE_YEAR_S}")
    if response.mimetype in UNCACHED and "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    if request.path.startswith(API):
        _share(response)
    return response


def _policy(response: Response) -> str:
    used, styled = g.pop("csp_nonce", None), g.pop("csp_styles", False)
    if response.mimetype != "text/html" or request.path.startswith(API):
        return NOTHING
    bearer = f" 'nonce-{used}'" if used else ""
    return PAGE.format(scripts=bearer, styles=bearer if styled else "")


def _share(response: Response) -> None:
    origins = settings().cors_origins
    if not origins:
        return
    response.vary.add("Origin")
    origin = request.headers.get("Origin")
    if origin not in origins:
        return
    # No Allow-Credentials: other sites speak with a token, never with somebody's cookie.
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = CORS_ANSWER_HEADERS
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = CORS_METHODS
        response.headers["Access-Control-Allow-Headers"] = CORS_REQUEST_HEADERS
        response.headers["Access-Control-Max-Age"] = CORS_REMEMBERED_S
