"""A theme goes out and comes in, alone and with the dashboard that wears it."""

import json

import pytest
import yaml

from tests.bundles import actions, exported, imported, metadata, path_in, problems
from tests.conftest import ApiClient, ClientOf, Embedded

NIGHT = {"algorithm": "dark", "token": {"colorPrimary": "#7aa5f0"}}


@pytest.fixture
def theme(client_of: ClientOf) -> int:
    """The id of a theme of alice."""
    body = {"theme_name": "Night shift", "json_data": json.dumps(NIGHT)}
    pk: int = client_of("alice").post("/api/v1/theme/", json=body).get_json()["id"]
    return pk


def config_of(client: ApiClient, pk: int) -> dict[str, object]:
    found: dict[str, object] = json.loads(client.get(f"/api/v1/theme/{pk}").get_json()["result"]["json_data"])
    return found


def test_a_theme_comes_back_as_it_was(client_of: ClientOf, theme: int) -> None:
    alice = client_of("alice")
    files = exported(alice, "theme", theme)
    path = path_in(files, "themes")
    assert path == "themes/Night_shift.yaml"
    held = yaml.safe_load(files[path])
    assert list(held) == ["theme_name", "json_data", "uuid", "version"]
    assert held["json_data"] == NIGHT
    assert "overwrite" in imported(alice, "theme", files).text
    alice.put(f"/api/v1/theme/{theme}", json={"json_data": "{}"})
    assert actions(imported(alice, "theme", files, overwrite="true"))[path] == "changed"
    assert config_of(alice, theme) == NIGHT
    alice.delete(f"/api/v1/theme/{theme}")
    assert actions(imported(alice, "theme", files))[path] == "created"
    assert exported(alice, "theme", alice.get("/api/v1/theme/").get_json()["ids"][-1])[path] == files[path]


def test_a_dashboard_brings_the_theme_that_it_wears(client_of: ClientOf, theme: int, embedded: Embedded) -> None:
    admin = client_of("admin")
    admin.put(f"/api/v1/dashboard/{embedded.dashboard}", json={"theme_id": theme})
    files = exported(admin, "dashboard", embedded.dashboard)
    uuid = yaml.safe_load(files[path_in(files, "themes")])["uuid"]
    assert yaml.safe_load(files[path_in(files, "dashboards")])["theme_uuid"] == uuid
    admin.put(f"/api/v1/dashboard/{embedded.dashboard}", json={"theme_id": None})
    admin.delete(f"/api/v1/theme/{theme}")
    done = actions(imported(admin, "dashboard", files, overwrite="true"))
    assert done[path_in(files, "themes")] == "created"
    assert done[path_in(files, "dashboards")] == "changed"
    worn = admin.get(f"/api/v1/dashboard/{embedded.dashboard}").get_json()["result"]["theme"]
    assert worn["theme_name"] == "Night shift"


def test_what_is_no_theme_is_refused(client_of: ClientOf, theme: int) -> None:
    alice = client_of("alice")
    files = exported(alice, "theme", theme)
    path = path_in(files, "themes")
    held = yaml.safe_load(files[path])
    for wrong in ({"token": []}, {"algorithm": "neon"}):
        answer = imported(
            alice, "theme", {**files, path: yaml.safe_dump({**held, "json_data": wrong})}, overwrite="true"
        )
        assert answer.status_code == 422
        assert path in problems(answer)


def test_themes_of_the_system_and_of_others_stay(client_of: ClientOf, theme: int) -> None:
    admin, bob = client_of("admin"), client_of("bob")
    rows = admin.get("/api/v1/theme/").get_json()["result"]
    system = next(row for row in rows if row["is_system"])
    forged = {
        "metadata.yaml": metadata("Theme"),
        "themes/x.yaml": yaml.safe_dump(
            {"theme_name": "Mine", "json_data": {}, "uuid": system["uuid"], "version": "1.0.0"}
        ),
    }
    assert imported(admin, "theme", forged, overwrite="true").status_code == 403
    files = exported(client_of("alice"), "theme", theme)
    assert imported(bob, "theme", files, overwrite="true").status_code == 403
    assert config_of(admin, theme) == NIGHT
    assert client_of(None).get("/api/v1/theme/export/?q=!(1)").status_code == 401
