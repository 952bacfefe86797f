"""Modules and classes are found by looking, in one order."""

from superset_like import discovery
from superset_like.engine import databases
from superset_like.engine.databases.base import Engine, Session


def test_engines_are_found() -> None:
    found = discovery.subclasses_in(databases, Engine)  # type: ignore[type-abstract]
    assert [kind.name for kind in found if kind.is_proven] == ["duckdb", "mysql", "postgresql", "sqlite"]
    assert {"oracle", "trino"} <= {kind.name for kind in found}


def test_modules_are_found_in_the_order_of_their_names() -> None:
    names = [module.__name__ for module in discovery.modules_in(databases)]
    assert names == sorted(names)
    assert "superset_like.engine.databases.duckdb" in names


def test_abstract_classes_and_the_base_are_left_out() -> None:
    names = {kind.__name__ for kind in discovery.subclasses_in(databases, Session)}  # type: ignore[type-abstract]
    assert {"DuckDbSession", "MySqlSession", "PostgresSession", "SqliteSession"} <= names
    assert names & {"Session", "RunningSession"} == set()


def test_engines_are_found_by_name_and_by_uri() -> None:
    names = list(databases.all_engines())
    assert names == sorted(names)
    assert databases.find("mysql") is databases.of_uri("mariadb+pymysql://u@h/d")
    assert databases.of_uri("postgresql+psycopg2://u@h/d").name == "postgresql"
