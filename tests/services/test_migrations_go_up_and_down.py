"""The schema that migrations make is that of the models, on every database that can hold the metadata."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_appbuilder import Model
from sqlalchemy import create_engine, inspect, text

from superset_like.app import create_app
from superset_like.config.load import load
from superset_like.config.settings import Settings
from superset_like.errors import ConfigurationError
from superset_like.extensions import db
from superset_like.services import schema, setup
from tests.conftest import SECRETS
from tests.services.metadata_places import empty

pytestmark = pytest.mark.slow

KINDS = [
    "sqlite",
    pytest.param("postgres", marks=pytest.mark.postgres),
    pytest.param("mariadb", marks=pytest.mark.mariadb),
]


@pytest.fixture(params=KINDS)
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings over an empty metadata database of each kind."""
    with empty(request.param, tmp_path) as uri:
        yield load({}, home=tmp_path, database_uri=uri, cache_uri="memory://", log_level="WARNING", **SECRETS)


def tables(settings: Settings) -> set[str]:
    engine = create_engine(settings.database_uri)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_they_go_up_down_and_up_again(fresh: Settings) -> None:
    head = schema.needed()
    assert setup.migrate(fresh) == setup.Migrated(None, head)
    assert setup.migrate(fresh) == setup.Migrated(head, head)
    made = tables(fresh)
    assert {"ab_user", "chart", "dashboard", "stamp"} <= made
    assert setup.migrate(fresh, "base") == setup.Migrated(head, None)
    assert tables(fresh) <= {"alembic_version"}
    assert setup.migrate(fresh).after == head
    assert tables(fresh) == made


def test_they_go_down_with_rows_in_place(fresh: Settings) -> None:
    setup.migrate(fresh)
    app = create_app(fresh)
    setup.prepare(app)
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        assert security.add_user("a", "A", "B", "a@example.com", security.find_role("Admin"), "a-password")
        db.session.remove()
        db.engine.dispose()
    setup.migrate(fresh, "base")
    assert tables(fresh) <= {"alembic_version"}
    setup.migrate(fresh)


def test_they_make_what_the_models_say(fresh: Settings) -> None:
    setup.migrate(fresh)
    engine = create_engine(fresh.database_uri)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            differences = [each for each in compare_metadata(context, Model.metadata) if not is_known(each)]
    finally:
        engine.dispose()
    assert differences == []


def is_known(difference: Any) -> bool:
    """FAB states one index of API keys as unique and again as an index; databases keep one of them."""
    return "ab_api_key" in str(difference)


def test_there_is_one_head() -> None:
    script = ScriptDirectory(str(schema.migrations_folder()))
    assert script.get_heads() == [schema.needed()]


def test_two_installers_at_once_do_no_harm(fresh: Settings) -> None:
    code = (
        "import sys; from superset_like.config.load import load; from superset_like.services import setup;"
        f"print(setup.migrate(load({{}}, home={str(fresh.home)!r}, database_uri={fresh.database_uri!r})).after)"
    )
    both = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate(timeout=60)[0].strip() for process in both] == [schema.needed()] * 2
    assert [process.returncode for process in both] == [0, 0]


@pytest.mark.parametrize(("revision", "says"), [("0000", "this code needs"), ("9999", "newer than this code's")])
def test_code_and_schema_that_do_not_fit_refuse_each_other(fresh: Settings, revision: str, says: str) -> None:
    setup.migrate(fresh)
    engine = create_engine(fresh.database_uri)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    engine.dispose()
    with pytest.raises(ConfigurationError, match=f"{revision}.*{says}"):
        create_app(fresh)


def test_an_empty_metadata_database_says_what_to_run(fresh: Settings) -> None:
    if fresh.database_uri.startswith("sqlite"):
        Path(fresh.database_uri.removeprefix("sqlite:///")).touch()
    with pytest.raises(ConfigurationError, match="superset-like init"):
        create_app(fresh)
