"""`superset-like load-file`: the same service as the API's, for pipelines."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from superset_like.access.actor import acting
from superset_like.access.actors import installer
from superset_like.app import create_app
from superset_like.config.load import load
from superset_like.services import databases
from tests.cli.commands import ran

pytestmark = pytest.mark.slow


def test_a_file_is_loaded_once_and_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert ran(home, "init").returncode == 0
    place = home / "data" / "loaded.sqlite"
    place.parent.mkdir(exist_ok=True)
    place.touch()
    app = create_app(load({}, home=home))
    with app.app_context(), acting(installer()) as actor:
        values = {"database_name": "Loads", "sqlalchemy_uri": f"sqlite:///{place}", "allow_file_upload": True}
        databases.create(actor, values)
    file = tmp_path / "days.tsv"
    file.write_text("day\tn\n2024-01-31\t1\n")
    into = ("--database", "Loads", "--table", "days")
    done = ran(home, "load-file", str(file), *into)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "1 row is in days, dataset 1.\n"
    again = ran(home, "load-file", str(file), *into)
    assert (again.returncode, again.stdout) == (1, "")
    assert "already exists" in again.stderr
    assert ran(home, "load-file", str(file), *into, "--if-exists", "append").returncode == 0
    with closing(sqlite3.connect(place)) as connection:
        assert connection.execute("SELECT * FROM days").fetchall() == [("2024-01-31", 1)] * 2
    missing = ran(home, "load-file", str(file), "--database", "Nowhere", "--table", "days")
    assert (missing.returncode, "There is no database Nowhere" in missing.stderr) == (1, True)
    nobody = ran(home, "load-file", str(file), *into, "--user", "nobody")
    assert (nobody.returncode, "There is no user nobody" in nobody.stderr) == (1, True)
