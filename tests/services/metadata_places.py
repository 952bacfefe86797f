"""Empty metadata databases of each kind, gone at the end of the test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.services_at_hand import uri_of


@contextmanager
def empty(kind: str, folder: Path) -> Iterator[str]:
    """The URI of an empty database: sqlite, postgres or mariadb."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'metadata.sqlite'}"
        return
    server, name = make_url(uri_of(kind)), f"metadata_{uuid4().hex[:12]}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield server.set(database=name).render_as_string(hide_password=False)
        with engine.connect() as connection:
            force = " WITH (FORCE)" if kind == "postgres" else ""
            connection.execute(text(f"DROP DATABASE {name}{force}"))
    finally:
        engine.dispose()
