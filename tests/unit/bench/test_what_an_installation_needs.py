from importlib.metadata import Distribution, PackageNotFoundError
from os import PathLike
from pathlib import Path

import pytest

from bench.installation import needed, runtime, size_mb


class Package(Distribution):
    """A package that says what it requires, with its files in a folder."""

    def __init__(self, name: str, *requires: str, folder: Path = Path(), record: str = "") -> None:
        lines = ["Metadata-Version: 2.1", f"Name: {name}", *(f"Requires-Dist: {line}" for line in requires)]
        self.texts = {"METADATA": "\n".join(lines), "RECORD": record}
        self.folder = folder

    def read_text(self, filename: str) -> str | None:
        return self.texts.get(filename)

    def locate_file(self, path: str | PathLike[str]) -> Path:
        return self.folder / path


PACKAGES = {
    "app": Package(
        "app",
        "Web_Server>=1",
        "driver[binary]; extra == 'db'",
        "cache; extra == 'cache'",
        "windows-only; sys_platform == 'win32'",
        "app[cache]; extra == 'all'",
        "checker; extra == 'test'",
    ),
    "web-server": Package("Web-Server", "routing"),
    "routing": Package("routing", "web.server"),
    "driver": Package("driver", "driver-binary; extra == 'binary'", "driver-c; extra == 'c'"),
    "driver-binary": Package("driver-binary"),
    "cache": Package("cache"),
}


def lookup(name: str) -> Distribution:
    try:
        return PACKAGES[name]
    except KeyError:
        raise PackageNotFoundError(name) from None


@pytest.mark.parametrize(
    ("requirement", "names"),
    [
        ("app", {"app", "web-server", "routing"}),
        ("app[db]", {"app", "web-server", "routing", "driver", "driver-binary"}),
        ("app[db,cache]", {"app", "web-server", "routing", "driver", "driver-binary", "cache"}),
        ("app[all]", {"app", "web-server", "routing", "cache"}),
        ("driver", {"driver"}),
    ],
)
def test_requirements_are_followed_with_their_extras(requirement: str, names: set[str]) -> None:
    assert set(needed(requirement, lookup)) == names


def test_what_is_needed_and_missing_is_an_error() -> None:
    with pytest.raises(PackageNotFoundError, match="checker"):
        needed("app[test]", lookup)


def test_a_file_is_counted_once(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_bytes(b"x" * 3000)
    (tmp_path / "two.py").write_bytes(b"x" * 500)
    one = Package("one", folder=tmp_path, record="one.py,,\ngone.py,,\n")
    two = Package("two", folder=tmp_path, record="two.py,,\none.py,,\n")
    assert size_mb({"one": one, "two": two}) == 0.0035


def test_the_product_needs_its_drivers_and_no_tests() -> None:
    names = set(runtime())
    assert {"superset-like", "flask", "duckdb", "psycopg-binary", "pymysql", "redis"} <= names
    assert names & {"pytest", "mypy", "ruff", "schemathesis", "prophet"} == set()
