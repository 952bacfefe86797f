"""FAB's security manager with our answer to who asks: one actor a request, from what a process remembers."""

import hashlib
import time
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask_appbuilder.security.sqla.manager import SecurityManager as FabSecurityManager
from flask_jwt_extended import JWTManager, get_jwt, verify_jwt_in_request
from flask_jwt_extended.exceptions import JWTExtendedException, NoAuthorizationError, UserLookupError
from flask_limiter import Limiter
from flask_login import AnonymousUserMixin, current_user, user_logged_in
from jwt import ExpiredSignatureError, PyJWTError

from superset_like.access import actors, api_keys, csrf, guest, sessions
from superset_like.access.actor import ANONYMOUS, Actor, ActorKind, current
from superset_like.access.actors import Known, Person
from superset_like.access.remembered import Remembered
from superset_like.errors import Forbidden, NotAuthenticated, ProductError, TokenInvalid

PASSWORD_CLAIM = "pwd"
# Tokens that a process remembers to have verified.
KEPT = 5000
MISSING = "Missing Authorization Header"
# The form's and the API's.
LOGINS = ("/login", "/api/v1/security/login")
COUNTED = (*LOGINS, "/api/users")
# Their bodies and headers say who asks; no browser adds them by itself. Pages look after theirs: see views/forgery.py.
WITH_OWN_PROOF = frozenset({"/api/v1/security/login", "/api/v1/security/refresh", "/login", "/login/"})
URL_ENCODED = "application/x-www-form-urlencoded"
FORMS = frozenset({URL_ENCODED, "multipart/form-data"})


class SecurityManager(FabSecurityManager):
    """Users, roles, login and permissions are FAB's; who asks and what he may is answered from memory."""

    # It draws with a script of another site.
    userstatschartview = None

    def __init__(self, appbuilder: Any) -> None:
        super().__init__(appbuilder)
        self._verified: Remembered[bytes, dict[str, Any]] = Remembered(KEPT)
        # Sent for any application of this process; each has its own session and settings.
        user_logged_in.connect(_mark_session)

    def create_limiter(self, app: Flask) -> Limiter:
        """FAB's. It counts logins and accounts; to look up what limits any other request costs a tenth of it."""
        limiter: Limiter = super().create_limiter(app)
        limiter.request_filter(lambda: not request.path.startswith(COUNTED))
        return limiter

    def create_jwt_manager(self, app: Flask) -> JWTManager:
        """FAB's, with errors in the words of who was asked, and tokens that end with the password."""
        manager: JWTManager = super().create_jwt_manager(app)
        manager.additional_claims_loader(_claims)
        manager.expired_token_loader(lambda *_: _refused(NotAuthenticated("Token has expired")))
        manager.unauthorized_loader(lambda text: _refused(NotAuthenticated(text)))
        manager.invalid_token_loader(lambda text: _refused(TokenInvalid(text)))
        manager.user_lookup_error_loader(lambda *_: _refused(NotAuthenticated()))
        return manager

    def before_request(self) -> None:
        """g.actor and g.user are who asks; a proof that is missing from a write by cookie is an error."""
        g.actor, g.user, g.refusal = ANONYMOUS, current_user, None
        if request.endpoint is None or request.endpoint.rpartition(".")[2] == "static" or request.method == "OPTIONS":
            return
        try:
            self._identify()
        except ProductError as error:
            # Pages and endpoints for everybody, such as the login, do not care; see is_item_public.
            g.actor, g.user, g.refusal = ANONYMOUS, AnonymousUserMixin(), error

    def _identify(self) -> None:
        token = _guest_token()
        authorization = request.headers.get("Authorization", "")
        if token:
            g.actor, g.user = guest.actor_of(token), AnonymousUserMixin()
        elif authorization.lower().startswith(f"bearer {api_keys.PREFIX}"):
            g.actor, g.user = self.owner_of(authorization[7:].strip())
        elif authorization:
            g.actor, g.user = self._bearer(authorization)
        elif current_user.is_authenticated:
            g.actor = actors.of_user(current_user.id)
            if request.path not in WITH_OWN_PROOF:
                csrf.require_proof()

    def owner_of(self, key: str) -> tuple[Actor, Person]:
        """Who owns an API key, as far as its scopes go. Raises NotAuthenticated."""
        return api_keys.actor_of(key, super().validate_api_key, self._compute_lookup_hash)

    def _bearer(self, authorization: str) -> tuple[Actor, Person]:
        # A token's signature stays right; checking it costs as much as answering a chart from the cache.
        digest = hashlib.sha256(authorization.encode()).digest()
        claims = self._verified.get(None, digest)
        if claims is None or claims["exp"] <= time.time():
            claims = _verified()
            self._verified.put(None, digest, claims)
        person = self.load_user_jwt({}, claims)
        if person is None:
            raise NotAuthenticated()
        return actors.of_user(person.id), person

    def load_user(self, pk: Any) -> Person | None:
        """The person of a session, unless his password changed since or the session was ended."""
        found = _known(pk)
        if found is None or not sessions.is_valid(found.password_mark):
            return None
        return found.person

    def load_user_jwt(self, _jwt_header: Any, jwt_data: dict[str, Any]) -> Person | None:
        """The person of a token, unless his password changed since."""
        found = _known(jwt_data["sub"])
        if found is None or jwt_data.get(PASSWORD_CLAIM) != found.password_mark:
            return None
        return found.person

    def on_user_logout(self, user: Any) -> None:
        """The session is over, for copies of its cookie too."""
        sessions.end()

    def create_api_key(self, *args: Any, **kwargs: Any) -> Any:
        """What FAB answers. Raises Forbidden where a key with scopes would make one without."""
        if current().key_scopes is not None:
            raise Forbidden()
        return super().create_api_key(*args, **kwargs)

    @property
    def current_user(self) -> Any:
        """Who is signed in; None for guests and strangers."""
        user = g.get("user")
        return user if user is not None and user.is_authenticated else None

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """True. Raises NotAuthenticated or Forbidden when the caller may not.

        FAB's `protect` asks this first, and by then all is known about the caller: what it would try next, keys and
        tokens, was tried before the request.
        """
        if self.has_access(permission_name, view_name):
            return True
        if g.refusal is not None:
            raise g.refusal
        raise NotAuthenticated(MISSING) if g.actor.kind is ActorKind.ANONYMOUS else Forbidden()

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether the caller has this permission."""
        return self._actor().can(permission_name, view_name)

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        """The menus that the caller sees."""
        return {resource for permission, resource in self._actor().permissions if permission == "menu_access"}

    def _actor(self) -> Actor:
        actor = current()
        if actor is ANONYMOUS and g.get("refusal") is None:
            actor = g.actor = actors.anonymous()
        return actor


def _guest_token() -> str | None:
    found = request.headers.get(guest.HEADER)
    if found is None and request.method == "POST" and request.mimetype in FORMS:
        # A page in a frame downloads files by sending a form, which has no headers of its own.
        if request.mimetype == URL_ENCODED:
            # curl calls any body so: whoever wants JSON reads it still.
            request.get_data(cache=True)
        found = request.form.get("guest_token")
    return found


def _verified() -> dict[str, Any]:
    """The claims of the request's token. Raises NotAuthenticated, TokenInvalid."""
    try:
        verify_jwt_in_request()
    except ExpiredSignatureError as error:
        raise NotAuthenticated("Token has expired") from error
    except UserLookupError as error:
        raise NotAuthenticated() from error
    except NoAuthorizationError as error:
        raise NotAuthenticated(str(error)) from error
    except (PyJWTError, JWTExtendedException) as error:
        raise TokenInvalid(str(error)) from error
    claims: dict[str, Any] = get_jwt()
    return claims


def _known(pk: Any) -> Known | None:
    try:
        return actors.known(int(pk))
    except (NotAuthenticated, TypeError, ValueError):
        return None


def _claims(identity: Any) -> dict[str, str]:
    return {PASSWORD_CLAIM: actors.known(int(identity)).password_mark}


def _mark_session(_: Any, user: Any, **__: Any) -> None:
    sessions.begin(actors.password_mark(user.id, user.password))


def _refused(error: ProductError) -> Response:
    # The JWT library wants an answer, and this floor knows no dialect.
    return current_app.make_response(current_app.handle_user_exception(error))
