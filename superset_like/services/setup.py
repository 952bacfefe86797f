"""An installation brought up to date: secrets, schema, permissions and roles. What is up to date already stays."""

import os
import secrets
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask_appbuilder import AppBuilder
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError

from superset_like.access import roles
from superset_like.config.settings import Settings
from superset_like.errors import ConfigurationError
from superset_like.extensions import db
from superset_like.services import groups, schema, themes

GENERATED = ("secret_key", "guest_token_secret")
# Two installers at once: one migrates, the other waits and then finds nothing to do.
LOCK_NAME = "superset_like migrations"
LOCK_NUMBER = 5_383_112_908
LOCK_WAIT_S = 120
# FAB's name of the line between two items of a menu.
SEPARATOR = "-"


@dataclass(frozen=True, slots=True)
class Migrated:
    """The metadata's revision before (None: it was empty) and after."""

    before: str | None
    after: str | None


def create_secrets(settings: Settings) -> list[str]:
    """The names of the secrets that were generated into secrets.toml of the home folder; none when all are there."""
    missing = [name for name in GENERATED if not getattr(settings, name)]
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    for folder in settings.local_database_folders:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if missing:
        _write_secrets(settings.home / "secrets.toml", {name: secrets.token_urlsafe(48) for name in missing})
    return missing


def migrate(settings: Settings, target: str = "head") -> Migrated:
    """The metadata has the schema of this revision, the newest one by default. Raises ConfigurationError.

    target: `head`, `base`, or the number of a revision above or below the present one.
    """
    _create_metadata_file(settings.database_uri)
    engine = create_engine(settings.database_uri)
    try:
        with engine.connect() as connection, _alone(connection):
            before = _revision(connection)
            _refuse_newer(before)
            _run(connection, before, target)
            return Migrated(before, _revision(connection))
    except DBAPIError as error:
        if error.connection_invalidated or not _answers(engine):
            raise ConfigurationError("DATABASE_URI: the metadata database does not answer.") from error
        raise
    finally:
        engine.dispose()


def prepare(app: Flask) -> None:
    """All permissions of this code exist, the standing roles hold theirs, and its own groups and themes are there."""
    with app.app_context():
        # FAB's own way reads and commits for each permission by itself, which takes three seconds.
        declared = _declared(app.extensions["appbuilder"])
        try:
            _sync(declared)
        except IntegrityError:
            # Another installer wrote the same at the same time; now it is there.
            db.session.rollback()
            _sync(declared)
        themes.ensure_system()


def _sync(declared: frozenset[roles.Pair]) -> None:
    roles.sync(declared)
    groups.ensure_builtin()


def _declared(builder: AppBuilder) -> frozenset[roles.Pair]:
    of_views = {
        (permission, view.class_permission_name)
        for view in builder.baseviews
        if view.class_permission_name
        for permission in view.base_permissions or ()
    }
    items = [item for menu in builder.menu.get_list() for item in (menu, *menu.childs)]
    return frozenset(of_views | {("menu_access", item.name) for item in items if item.name != SEPARATOR})


def _write_secrets(path: Path, made: dict[str, str]) -> None:
    known = tomllib.loads(path.read_text()) if path.exists() else {}
    lines = [f'{name} = "{value}"\n' for name, value in {**known, **made}.items()]
    # Never readable by others, not even for the moment between writing and chmod; and never half written.
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _create_metadata_file(uri: str) -> None:
    url = make_url(uri)
    if url.get_backend_name() == "sqlite" and url.database:
        path = Path(url.database)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # It holds password hashes; SQLite itself would make it readable for all.
        path.touch(mode=0o600, exist_ok=True)


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    dialect = connection.dialect.name
    if dialect == "postgresql":
        connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": LOCK_NUMBER})
    elif dialect in {"mysql", "mariadb"}:
        wait = {"name": LOCK_NAME, "seconds": LOCK_WAIT_S}
        if connection.execute(text("SELECT GET_LOCK(:name, :seconds)"), wait).scalar() != 1:
            raise ConfigurationError("DATABASE_URI: another installer has been at work on this metadata for too long.")
    else:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {LOCK_WAIT_S * 1000}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    if dialect != "sqlite":
        # The lock is the session's; SQLite's is the transaction itself.
        connection.commit()
    try:
        yield
        connection.commit()
    finally:
        connection.rollback()
        if dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": LOCK_NUMBER})
        elif dialect in {"mysql", "mariadb"}:
            connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": LOCK_NAME})
        connection.commit()


def _revision(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _refuse_newer(before: str | None) -> None:
    if before is not None and before > schema.needed():
        raise ConfigurationError(
            f"DATABASE_URI: the metadata has schema {before}, newer than this code's {schema.needed()}. "
            "Install the newer version."
        )


def _run(connection: Connection, before: str | None, target: str) -> None:
    # Alembic takes 0.3 s to import, and only `init` needs it.
    from alembic import command

    config = alembic_config(connection)
    goes_down = target == "base" or (target != "head" and before is not None and target < before)
    (command.downgrade if goes_down else command.upgrade)(config, target)


def alembic_config(connection: Connection) -> Any:
    """Alembic's configuration over a connection that the caller holds."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(schema.migrations_folder()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _answers(engine: Engine) -> bool:
    try:
        with engine.connect():
            return True
    except DBAPIError:
        return False
