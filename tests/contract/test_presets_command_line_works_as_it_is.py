"""`superset-cli`, in the two versions that people have: the newer signs in for a token, the older in the login form."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract.clients_at_hand import ran
from tests.contract.conftest import Server

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("clients")]

Run = Callable[..., subprocess.CompletedProcess[str]]
KINDS = {"database": "databases", "dataset": "datasets", "chart": "charts", "dashboard": "dashboards"}


@pytest.fixture(params=["preset-cli", "superset-sup"])
def client(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def run(client: str, server: Server, tmp_path: Path) -> Run:
    """Runs a command in an empty folder."""

    def made(*arguments: object, password: str = server.password) -> subprocess.CompletedProcess[str]:
        signed = ("-u", "admin", "-p", password, f"{server.base}/")
        return ran(client, "superset-cli", *signed, *arguments, home=tmp_path)

    return made


@pytest.fixture
def assets(run: Run, tmp_path: Path) -> Path:
    """The folder of everything, exported."""
    folder = tmp_path / "assets"
    folder.mkdir()
    done(run("export-assets", folder))
    return folder


@pytest.fixture
def gamma(server: Server) -> int:
    """The id of a role."""
    roles = server.get("security/roles/?q=(page_size:100)")["result"]
    found: int = next(role["id"] for role in roles if role["name"] == "Gamma")
    return found


@pytest.fixture
def eve(server: Server, gamma: int) -> Iterator[int]:
    """The id of somebody who may own things."""
    person = {"first_name": "Eve", "last_name": "Doe", "username": "eve", "email": "eve@example.com", "active": True}
    made: int = server.post("security/users/", {**person, "password": "eve-password", "roles": [gamma]})["id"]
    yield made
    assert server.session.delete(f"{server.base}/api/v1/security/users/{made}", timeout=60).ok


def done(result: subprocess.CompletedProcess[str]) -> str:
    """What it printed, when it went well."""
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def contents(folder: Path) -> dict[str, bytes]:
    """path -> bytes of the files below."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def listed(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def test_sql_prints_its_rows(run: Run) -> None:
    sql = "SELECT carrier, name FROM airlines WHERE carrier IN ('AA', 'DL') ORDER BY carrier"
    lines = done(run("sql", "--database-id", 1, "-e", sql)).splitlines()
    assert [line.split(maxsplit=1) for line in lines if line.startswith(("AA", "DL"))] == [
        ["AA", "American Airlines Inc."],
        ["DL", "Delta Air Lines Inc."],
    ]
    assert "missing" in run("sql", "--database-id", 1, "-e", "SELECT missing FROM airlines").stdout


def test_all_assets_are_exported(server: Server, assets: Path) -> None:
    for resource, folder in KINDS.items():
        there = {listed(path)["uuid"] for path in (assets / folder).rglob("*.yaml")}
        assert there == {str(row["uuid"]) for row in server.rows(resource)}, resource


@pytest.mark.parametrize("how", [("import-assets",), ("sync", "native", "--split")], ids=" ".join)
def test_assets_are_imported_over_what_changed(run: Run, server: Server, assets: Path, how: tuple[str, ...]) -> None:
    chart = server.rows("chart")[0]
    dashboard = server.rows("dashboard")[0]
    server.put(f"chart/{chart['id']}", {"slice_name": "Spoiled", "description": "Spoiled"})
    server.put(f"dashboard/{dashboard['id']}", {"dashboard_title": "Spoiled", "published": False})
    command = how[:2] if how[0] == "sync" else how
    done(run(*command, assets, "--overwrite", *how[len(command) :]))
    assert server.get(f"chart/{chart['id']}")["result"]["slice_name"] == chart["slice_name"]
    assert server.get(f"dashboard/{dashboard['id']}")["result"]["dashboard_title"] == dashboard["dashboard_title"]
    again = assets.with_name("again")
    again.mkdir()
    done(run("export-assets", again))
    assert contents(again) == contents(assets)


# The older always overwrites.
@pytest.mark.parametrize("client", ["preset-cli"], indirect=True)
def test_dashboards_are_not_overwritten_unasked(run: Run, server: Server, assets: Path) -> None:
    dashboard = server.rows("dashboard")[0]
    server.put(f"dashboard/{dashboard['id']}", {"dashboard_title": "Mine"})
    assert "already exist" in run("sync", "native", assets, "--split").stdout
    assert server.get(f"dashboard/{dashboard['id']}")["result"]["dashboard_title"] == "Mine"
    server.put(f"dashboard/{dashboard['id']}", {"dashboard_title": dashboard["dashboard_title"]})


def test_roles_are_exported_with_their_users_and_permissions(run: Run, server: Server, tmp_path: Path) -> None:
    done(run("export-roles"))
    roles = {role["name"]: role for role in listed(tmp_path / "roles.yaml")}
    assert roles.keys() == {role["name"] for role in server.get("security/roles/?q=(page_size:100)")["result"]}
    admin = server.get("security/users/?q=(page_size:100)")["result"][0]
    assert roles["Admin"]["users"] == [admin["email"]]
    assert "can execute sql query on SQLLab" in roles["sql_lab"]["permissions"]
    assert roles["Public"]["permissions"] == []


def test_row_rules_are_exported(run: Run, server: Server, gamma: int, tmp_path: Path) -> None:
    flights = server.only("dataset", "table_name", "flights")
    name = f"{tmp_path.name} only Newark"
    rule = {"name": name, "filter_type": "Regular", "clause": "origin = 'EWR'", "group_key": "airport"}
    made = server.post("rowlevelsecurity/", {**rule, "tables": [flights["id"]], "roles": [gamma]})["id"]
    done(run("export-rls"))
    (found,) = [each for each in listed(tmp_path / "rls.yaml") if each["name"] == name]
    expected = {**rule, "tables": [f"{flights['schema']}.flights"], "roles": ["Gamma"]}
    assert {key: found[key] for key in expected} == expected
    assert server.session.delete(f"{server.base}/api/v1/rowlevelsecurity/{made}", timeout=60).ok


def test_ownership_is_exported_and_imported(run: Run, server: Server, eve: int, tmp_path: Path) -> None:
    chart = server.rows("chart")[0]
    before = [owner["id"] for owner in server.get(f"chart/{chart['id']}")["result"]["owners"]]
    server.put(f"chart/{chart['id']}", {"owners": [*before, eve]})
    done(run("export-ownership"))
    kept = listed(tmp_path / "ownership.yaml")
    assert kept.keys() == {"dataset", "chart", "dashboard"}
    (found,) = [each for each in kept["chart"] if each["uuid"] == str(chart["uuid"])]
    assert "eve@example.com" in found["owners"]
    server.put(f"chart/{chart['id']}", {"owners": before})
    done(run("import-ownership"))
    owners = [owner["id"] for owner in server.get(f"chart/{chart['id']}")["result"]["owners"]]
    assert sorted(owners) == sorted([*before, eve])
    server.put(f"chart/{chart['id']}", {"owners": before})


def test_export_users_fails_before_it_asks_anything(run: Run) -> None:
    # Both versions make their client from an address of Preset's that a server of one's own does not have.
    failed = run("export-users")
    assert failed.returncode == 1
    assert failed.stderr.rstrip().endswith("TypeError: Constructor parameter should be str")
    assert "in export_users" in failed.stderr


# The older signs in again and again, for most of a minute.
@pytest.mark.parametrize("client", ["preset-cli"], indirect=True)
def test_a_wrong_password_reads_nothing(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "nothing"
    folder.mkdir()
    assert run("export-assets", folder, password="wrong").returncode != 0
    assert contents(folder) == {}


@pytest.mark.parametrize("client", ["preset-cli"], indirect=True)
def test_assets_are_deleted_by_a_filter(run: Run, server: Server) -> None:
    made = server.post("dashboard/", {"dashboard_title": "To be deleted", "slug": "to-be-deleted"})["id"]
    others = len(server.rows("dashboard")) - 1
    command = ("delete-assets", "--asset-type", "dashboard", "--filter", "slug=to-be-deleted")
    done(run(*command))
    assert server.only("dashboard", "slug", "to-be-deleted")["id"] == made
    done(run(*command, "--no-dry-run", "--confirm", "DELETE"))
    assert server.rows("dashboard", "slug", "to-be-deleted") == []
    assert len(server.rows("dashboard")) == others


@pytest.mark.parametrize("client", ["preset-cli"], indirect=True)
def test_its_library_reads_the_data_of_a_dataset(client: str, server: Server, tmp_path: Path) -> None:
    script = Path(__file__).parent / "scripts" / "preset_data.py"
    flights = server.only("dataset", "table_name", "flights")["id"]
    printed = done(ran(client, "python", script, server.base, server.password, flights, home=tmp_path))
    assert printed.split() == ["EWR", "120835", "JFK", "111279", "LGA", "104662"]
