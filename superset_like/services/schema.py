"""The metadata's schema: which revision it has, and which this code needs. Light, since every start asks."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import superset_like
from superset_like.errors import ConfigurationError
from superset_like.extensions import db

PACKAGE = Path(superset_like.__file__).parent


def migrations_folder() -> Path:
    """Where the migrations are: inside an installed package, or beside it in a checkout."""
    inside = PACKAGE / "migrations"
    return inside if inside.is_dir() else PACKAGE.parent / "migrations"


def needed() -> str:
    """The newest revision of this code; a file is called NNNN_what_changed.py and its revision is NNNN."""
    return max(path.name[:4] for path in (migrations_folder() / "versions").glob("[0-9]*.py"))


def current() -> str | None:
    """The revision of the metadata; None when it was never migrated."""
    try:
        with db.engine.connect() as connection:
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DBAPIError as error:
        if error.connection_invalidated or _cannot_connect(error):
            raise ConfigurationError(f"DATABASE_URI: the metadata database does not answer: {error.orig}") from error
        return None


def require_current() -> None:
    """Nothing, or ConfigurationError that names both revisions and the command to run."""
    has, needs = current(), needed()
    if has == needs:
        return
    # Whoever is refused leaves no connection behind.
    db.engine.dispose()
    if has is None:
        raise ConfigurationError("DATABASE_URI: the metadata database is empty. Run `superset-like init`.")
    if has < needs:
        raise ConfigurationError(
            f"DATABASE_URI: the metadata has schema {has}, this code needs {needs}. Run `superset-like init`."
        )
    raise ConfigurationError(
        f"DATABASE_URI: the metadata has schema {has}, newer than this code's {needs}. Install the newer version."
    )


def _cannot_connect(error: DBAPIError) -> bool:
    try:
        with db.engine.connect():
            return False
    except DBAPIError:
        return True
