"""create_app: the one module that knows every floor."""

import gc
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Flask
from flask_appbuilder import AppBuilder
from flask_appbuilder.api import BaseApi
from sqlalchemy import Connection, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DataError
from werkzeug.middleware.proxy_fix import ProxyFix

from superset_like import api, file_broker, views
from superset_like.api.dialect import register_errors
from superset_like.api.journal import register_journal
from superset_like.api.nesting import register_nesting
from superset_like.api.sizes import register_sizes
from superset_like.api.superset.security import SecurityManager
from superset_like.config.load import check_secrets, load
from superset_like.config.settings import Settings
from superset_like.discovery import modules_in, subclasses_in
from superset_like.errors import ConfigurationError
from superset_like.extensions import celery, csrf, db
from superset_like.logs import configure_logs
from superset_like.models.secret import cipher
from superset_like.services import schema, stores
from superset_like.url_rules import LateRule
from superset_like.views import error_pages, menu
from superset_like.views.admin import people
from superset_like.views.login import AuthDBView
from superset_like.views.welcome import WelcomeView

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Redash's only organization, which its clients may name before a path.
ORGANIZATION, ALONE = "/default", frozenset({"/login", "/login/", "/ping", "/status.json"})
MIB = 1024 * 1024
# For a connection to the metadata; requests hold one for milliseconds.
POOL_WAIT_S = 10
# What sysexits.h calls EX_CONFIG.
MISCONFIGURED = 78


class Security(SecurityManager):
    """The security manager, with the pages for people that this application has."""

    userdbmodelview = people.UserDBModelView
    rolemodelview = people.RoleModelView
    groupmodelview = people.GroupAdmin
    permissionmodelview = people.PermissionKindAdmin
    viewmenumodelview = people.ResourceAdmin
    permissionviewmodelview = people.PermissionAdmin
    authdbview = AuthDBView
    resetmypasswordview = people.OwnPasswordView
    resetpasswordview = people.PasswordView


def create_app(settings: Settings | None = None, *, check_schema: bool = True) -> Flask:
    """The application, ready to serve.

    check_schema: refuse to start on metadata that is older or newer than this code; `init` alone turns it off.
    Raises ConfigurationError.
    """
    settings = settings or load()
    check_secrets(settings)
    configure_logs(settings)
    app = Flask("superset_like")
    app.url_rule_class = LateRule
    app.config.from_mapping(flask_config(settings))
    app.extensions["superset_like_settings"] = settings
    app.extensions["superset_like_cipher"] = cipher([settings.secret_key, *settings.previous_secret_keys])
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    app.wsgi_app = in_default_organization(app.wsgi_app)  # type: ignore[assignment, method-assign]
    # Clients write collections and items with and without a slash at the end; a redirect would lose a body.
    app.url_map.strict_slashes = False
    # Before whoever asks who it is, and looks into the form for the proof of a page.
    register_sizes(app)
    db.init_app(app)
    csrf.init_app(app)
    with app.app_context():
        _prepare_metadata_connections(settings)
        if check_schema:
            schema.require_current()
        stores.init_app(app, settings)
        _configure_celery(app, settings)
        builder = AppBuilder(
            app,
            db.session,
            indexview=WelcomeView,
            base_template="superset_like/base.html",
            security_manager_class=Security,
            update_perms=settings.sync_permissions,
        )
        _add_apis(builder)
        _add_pages(builder)
    register_errors(app, error_pages.render)
    register_nesting(app)
    register_journal(app)
    return app


def in_default_organization(site: "WSGIApplication") -> "WSGIApplication":
    """The site, which answers `/default/api/...` and a few others as without the name of Redash's organization."""

    def answered(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "").removeprefix(ORGANIZATION)
        if environ.get("PATH_INFO", "").startswith(ORGANIZATION) and (path in ALONE or path.startswith("/api/")):
            environ["PATH_INFO"] = path
        arguments = environ.get("QUERY_STRING", "")
        if not arguments.isascii():
            # No browser sends such bytes as they are; what reads them takes them for UTF-8.
            environ["QUERY_STRING"] = quote(arguments.encode("latin-1"), safe="%&=+-._~!$'()*,;:@/?")
        return site(environ, start_response)

    return answered


def served() -> Flask:
    """The application of a process that only serves; one that cannot start says why in a line and ends."""
    try:
        app = create_app()
    except ConfigurationError as error:
        print(f"superset-like: {error}", file=sys.stderr)
        raise SystemExit(MISCONFIGURED) from error
    # What is there now stays: no collection of garbage need look at it again. `serve` switched them off for the start.
    gc.freeze()
    gc.enable()
    return app


def flask_config(settings: Settings) -> dict[str, Any]:
    """What Flask and its extensions read, made from our settings."""
    return {
        "APP_NAME": "superset_like",
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_uri,
        "SQLALCHEMY_ENGINE_OPTIONS": _pool_options(settings),
        "MAX_CONTENT_LENGTH": settings.max_body_mib * MIB,
        "JWT_ACCESS_TOKEN_EXPIRES": settings.access_token_lifetime_s,
        "JWT_REFRESH_TOKEN_EXPIRES": settings.refresh_token_lifetime_s,
        "PERMANENT_SESSION_LIFETIME": settings.session_lifetime_s,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.cookie_secure,
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_TIME_LIMIT": None,
        "AUTH_RATE_LIMITED": bool(settings.login_rate_limit),
        "AUTH_RATE_LIMIT": settings.login_rate_limit or "1000000 per second",
        "RATELIMIT_ENABLED": bool(settings.login_rate_limit),
        "RATELIMIT_STORAGE_URI": settings.rate_limit_uri,
        "RATELIMIT_HEADERS_ENABLED": True,
        "FAB_ADD_SECURITY_API": True,
        # Keys are ours to read, see access/manager.py, and their resource is the dialect's.
        "FAB_API_KEY_ENABLED": False,
        # The key is 256 random bits: a slow hash would only slow every request.
        "FAB_API_KEY_HASH_METHOD": "pbkdf2:sha256:1",
        "FAB_API_MAX_PAGE_SIZE": settings.max_page_size,
        # Both are ours: the description is made once, and the page obeys our headers.
        "FAB_ADD_OPENAPI_VIEWS": False,
        "FAB_CREATE_DB": False,
        "FAB_UPDATE_PERMS": settings.sync_permissions,
        "FAB_SECURITY_SIGNALS_ENABLED": True,
    }


def _pool_options(settings: Settings) -> dict[str, Any]:
    # An error's text would carry passwords and keys into the log.
    options: dict[str, Any] = {
        "hide_parameters": True,
        "pool_size": settings.database_pool_size,
        "max_overflow": settings.database_pool_size,
        "pool_timeout": POOL_WAIT_S,
    }
    if settings.database_uri.startswith("sqlite"):
        return options | {"connect_args": {"timeout": 30}}
    # As PostgreSQL does by itself; MySQL would not show a transaction what others committed since it began.
    return options | {"pool_pre_ping": True, "pool_recycle": 1800, "isolation_level": "READ COMMITTED"}


def _prepare_metadata_connections(settings: Settings) -> None:
    if not settings.database_uri.startswith("sqlite"):
        return

    @event.listens_for(db.engine, "connect")
    def _on_connect(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        # A reader must not wait for a writer, nor a second writer fail at once.
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA busy_timeout = 30000")
        cursor.close()

    @event.listens_for(db.engine, "savepoint")
    def _on_savepoint(connection: Connection, _: object) -> None:
        # The driver begins a transaction with a write alone; the end of a savepoint outside of one would be a commit.
        if not connection.connection.in_transaction:
            connection.exec_driver_sql("BEGIN")

    @event.listens_for(db.engine, "handle_error")
    def _on_error(context: ExceptionContext) -> None:
        # The other databases say so themselves.
        if isinstance(context.original_exception, OverflowError):
            raise DataError(context.statement, None, context.original_exception)


def _configure_celery(app: Flask, settings: Settings) -> None:
    celery.conf.update(celery_config(settings))
    celery.set_default()
    app.extensions["celery"] = celery


def celery_config(settings: Settings) -> dict[str, Any]:
    """Celery's own settings; messages are JSON, and a message is done only when its work is."""
    config: dict[str, Any] = {
        "broker_url": settings.broker_uri,
        "task_default_queue": settings.broker_queue,
        # Who asks which workers there are hears of those of this queue.
        "control_exchange": settings.broker_queue,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_acks_late": True,
        "task_reject_on_worker_lost": False,
        "worker_prefetch_multiplier": 1,
        "worker_concurrency": settings.worker_concurrency,
        "worker_hijack_root_logger": False,
        "broker_connection_retry_on_startup": True,
        "task_publish_retry": False,
        "broker_transport_options": {"socket_connect_timeout": 2, "socket_timeout": 10},
        "broker_connection_timeout": 2,
        "timezone": "UTC",
        # Each worker brings its own clock, which does this itself: looking twice does no harm.
        "beat_schedule": {
            name: {"task": f"{name}.tick", "schedule": float(settings.report_tick_s)}
            for name in ("queries", "reports", "saved_queries")
        },
    }
    if settings.broker_uri.startswith("filesystem://"):
        config |= _filesystem_broker(Path(settings.broker_uri.removeprefix("filesystem://")))
    return config


def _filesystem_broker(folder: Path) -> dict[str, Any]:
    messages, control = folder / "messages", folder / "control"
    for path in (messages, control):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return {
        # Kombu warns of a URL without a host.
        "broker_url": f"{file_broker.SCHEME}://localhost",
        "broker_transport_options": {
            "data_folder_in": str(messages),
            "data_folder_out": str(messages),
            "control_folder": str(control),
            "polling_interval": 0.1,
        },
    }


def _add_apis(builder: AppBuilder) -> None:
    for resource in subclasses_in(api, BaseApi):
        if resource.__dict__.get("resource_name") or resource.__dict__.get("route_base"):
            builder.add_api(resource)


def _add_pages(builder: AppBuilder) -> None:
    for module in sorted(modules_in(views), key=lambda module: module is menu):
        register = getattr(module, "register", None)
        if register:
            register(builder)
