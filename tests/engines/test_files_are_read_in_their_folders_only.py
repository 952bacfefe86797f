"""DuckDB and SQLite: which files a connection may name, and what its SQL cannot reach."""

import os
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from superset_like.engine import databases
from superset_like.engine.databases.base import Target
from superset_like.errors import DatabaseUnreachable, Invalid, ProductError, QueryError
from tests.engines.places import duckdb_file, sqlite_file

CREATE = "CREATE TABLE t AS SELECT 1 AS a"
MAKERS = {"duckdb": duckdb_file, "sqlite": sqlite_file}
CANARY = "canary_in_a_file"
ESCAPES = {
    "duckdb": [
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM read_blob('{file}')",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM '{file}'",
        "COPY t TO '{folder}/made'",
        "COPY (SELECT 1) TO '{folder}/made'",
        "EXPORT DATABASE '{folder}/made'",
        "ATTACH '{folder}/made'",
        "ATTACH ':memory:' AS made",
        "CREATE TEMP TABLE made (a INTEGER)",
        "INSTALL httpfs",
        "LOAD sqlite",
        "SET enable_external_access = true",
        "SET GLOBAL lock_configuration = false",
        "RESET lock_configuration",
        "CREATE TABLE memory.main.made (a INTEGER)",
        "SELECT * FROM target",
        "CREATE SECRET made (TYPE s3)",
    ],
    "sqlite": [
        "ATTACH '{folder}/made' AS made",
        "VACUUM INTO '{folder}/made'",
        "SELECT load_extension('{file}')",
        "SELECT readfile('{file}')",
        "PRAGMA query_only = 0",
        "PRAGMA writable_schema = 1",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA database_list",
        "CREATE TEMP TABLE made (a)",
        "SELECT fts3_tokenizer('simple')",
    ],
}


@pytest.fixture(params=["duckdb", "sqlite"])
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def read(target: Target, sql: str) -> object:
    with databases.of_uri(target.uri).open(target, 10) as session:
        return session.read(sql, 100).read_all().to_pylist()


def test_a_file_below_its_folder_is_read(kind: str, tmp_path: Path) -> None:
    assert read(MAKERS[kind](tmp_path, CREATE), "SELECT a FROM t") == [{"a": 1}]


def test_no_other_file_is_opened_and_the_refusal_tells_nothing(kind: str, tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "inside-too"
    inside.mkdir()
    outside.mkdir()
    MAKERS[kind](outside, CREATE, name="secret.db")
    os.symlink(outside / "secret.db", inside / "link.db")
    os.symlink(outside, inside / "folder")
    (inside / "directory.db").mkdir()
    bad = [
        outside / "secret.db",
        outside / "missing.db",
        inside / "../inside-too/secret.db",
        inside / "link.db",
        inside / "folder/secret.db",
        inside / "missing.db",
        inside / "directory.db",
        inside,
        Path("/etc/passwd"),
    ]
    engine = databases.find(kind)
    messages = set()
    for path in [*map(str, bad), ":memory:", "", f"{inside}/a\x00b"]:
        target = Target(f"{kind}:///{path}", folders=(str(inside),))
        for act in (engine.check_uri, engine.open):
            with pytest.raises(Invalid) as error:
                act(target)
            messages.add(error.value.message)
            assert list(error.value.fields) == ["sqlalchemy_uri"]
    assert len(messages) == 1
    assert str(tmp_path) not in messages.pop()


def test_without_folders_no_file_is_opened(kind: str, tmp_path: Path) -> None:
    target = replace(MAKERS[kind](tmp_path, CREATE), folders=())
    with pytest.raises(Invalid):
        databases.find(kind).check_uri(target)


def test_drivers_hosts_and_options_are_refused(kind: str, tmp_path: Path) -> None:
    target = MAKERS[kind](tmp_path, CREATE)
    for uri in (
        target.uri.replace("://", "+other://"),
        f"{target.uri}?mode=rwc",
        f"{target.uri}?access_mode=read_write",
        target.uri.replace(":///", "://user:word@host/"),
    ):
        with pytest.raises(Invalid):
            databases.find(kind).check_uri(replace(target, uri=uri))


@pytest.mark.parametrize(("kind", "sql"), [(kind, sql) for kind, each in ESCAPES.items() for sql in each])
def test_sql_reaches_nothing_beyond_the_file(kind: str, sql: str, tmp_path: Path) -> None:
    target = MAKERS[kind](tmp_path, CREATE)
    secret = tmp_path / "secret.csv"
    secret.write_text(CANARY)
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(QueryError) as error:
        read(target, sql.format(file=secret, folder=tmp_path))
    assert CANARY not in error.value.message
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize(("kind", "sql"), [(kind, sql) for kind, each in ESCAPES.items() for sql in each[:8]])
def test_a_writer_reaches_nothing_beyond_the_file_either(kind: str, sql: str, tmp_path: Path) -> None:
    target = replace(MAKERS[kind](tmp_path, CREATE), writable=True)
    secret = tmp_path / "secret.csv"
    secret.write_text(CANARY)
    with pytest.raises(ProductError), databases.find(kind).open(target, 10) as session:
        session.write(sql.format(file=secret, folder=tmp_path))
    assert not (tmp_path / "made").exists()


def test_a_file_that_is_no_database_is_unreachable(kind: str, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database at all, only words" * 200)
    target = Target(f"{kind}:///{tmp_path}/text.db", folders=(str(tmp_path),))
    with pytest.raises((DatabaseUnreachable, QueryError)) as error:
        read(target, "SELECT * FROM t")
    assert str(tmp_path) not in error.value.message


def test_a_replaced_file_is_opened_anew_while_the_old_one_is_read(kind: str, tmp_path: Path) -> None:
    target = MAKERS[kind](tmp_path, CREATE, name="a.db")
    MAKERS[kind](tmp_path, CREATE.replace("1 AS", "2 AS"), name="b.db")
    with databases.find(kind).open(target, 10) as session:
        assert session.read("SELECT a FROM t", 10).read_all().to_pylist() == [{"a": 1}]
        os.replace(tmp_path / "b.db", tmp_path / "a.db")
        assert read(target, "SELECT a FROM t") == [{"a": 2}]
        assert session.read("SELECT a FROM t", 10).read_all().to_pylist() == [{"a": 1}]


def test_this_process_may_open_a_duckdb_file_elsewhere(tmp_path: Path) -> None:
    target = duckdb_file(tmp_path, CREATE)
    assert read(target, "SELECT a FROM t") == [{"a": 1}]
    with duckdb.connect(str(tmp_path / "values.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT a FROM t").fetchall() == [(1,)]
