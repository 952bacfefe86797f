import pytest

from tests.conftest import ClientOf, Embedded


def paths(embedded: Embedded) -> dict[str, str]:
    return {
        "dashboard_title": f"/api/v1/dashboard/{embedded.dashboard}",
        "slice_name": f"/api/v1/chart/{embedded.chart}",
        "description": f"/api/v1/dataset/{embedded.dataset}",
    }


@pytest.mark.parametrize("name", ["dashboard_title", "slice_name", "description"])
def test_the_second_of_two_writers_is_refused(client_of: ClientOf, embedded: Embedded, name: str) -> None:
    path, alice, admin = paths(embedded)[name], client_of("alice"), client_of("admin")
    read = alice.get(path, query_string={"q": '{"columns": ["id"]}'})
    assert read.get_json()["result"] == {"id": read.get_json()["id"]}
    seen = {"If-Match": read.headers["ETag"]}
    first = admin.put(path, json={name: "Admin's"}, headers=seen)
    assert first.status_code == 200
    assert first.headers["ETag"] not in {"", seen["If-Match"]}
    second = alice.put(path, json={name: "Alice's"}, headers=seen)
    assert second.status_code == 412
    assert "meanwhile" in second.get_json()["message"]
    now = alice.get(path)
    assert now.get_json()["result"][name] == "Admin's"
    assert now.headers["ETag"] == first.headers["ETag"]
    for headers in ({"If-Match": now.headers["ETag"]}, {"If-Match": "*"}, {}):
        assert alice.put(path, json={name: "Alice's"}, headers=headers).status_code == 200


@pytest.mark.parametrize("name", ["dashboard_title", "slice_name", "description"])
def test_owners_are_part_of_the_version(
    client_of: ClientOf, embedded: Embedded, people: dict[str, int], name: str
) -> None:
    path, alice = paths(embedded)[name], client_of("alice")
    seen = {"If-Match": alice.get(path).headers["ETag"]}
    both, alone = [people["alice"], people["admin"]], [people["alice"]]
    assert alice.put(path, json={"owners": both}, headers=seen).status_code == 200
    assert alice.put(path, json={"owners": both}, headers=seen).status_code == 412
    # Each of two changes of nothing else has a former state of its own.
    assert alice.put(path, json={"owners": alone}).status_code == 200
    assert alice.put(path, json={"owners": both}).status_code == 200


def test_a_version_tells_nothing_to_who_may_not_see_it(client_of: ClientOf, embedded: Embedded) -> None:
    path, body = f"/api/v1/dashboard/{embedded.dashboard}", {"dashboard_title": "Mine"}
    tag = client_of("alice").get(path).headers["ETag"]
    for headers in ({"If-Match": tag}, {"If-Match": '"0"'}):
        assert client_of("charlie").put(path, json=body, headers=headers).status_code == 404
    assert client_of("bob").put(path, json=body, headers={"If-Match": tag}).status_code == 403


@pytest.mark.parametrize("name", ["dashboard_title", "slice_name", "description"])
def test_a_body_may_name_the_version_too(client_of: ClientOf, embedded: Embedded, name: str) -> None:
    path, alice = paths(embedded)[name], client_of("alice")
    seen = int(alice.get(path).headers["ETag"].strip('"'))
    first = alice.put(path, json={name: "First", "version": seen})
    assert first.status_code == 200
    assert "version" not in first.get_json()["result"]
    second = alice.put(path, json={name: "Second", "version": seen})
    assert (second.status_code, second.get_json()["errors"][0]["extra"]["version"]) == (
        409,
        first.headers["ETag"].strip('"'),
    )
    assert alice.get(path).get_json()["result"][name] == "First"
    wrong = alice.put(path, json={name: "Second", "version": "x"})
    assert (wrong.status_code, wrong.get_json()["message"]) == (400, {"version": ["Not a valid integer."]})


def test_a_connection_has_versions_too(client_of: ClientOf, data_database: int) -> None:
    path, admin = f"/api/v1/database/{data_database}", client_of("admin")
    seen = admin.get(path).headers["ETag"]
    first = admin.put(path, json={"allow_dml": True}, headers={"If-Match": seen})
    assert first.status_code == 200
    assert first.headers["ETag"] != seen
    assert admin.put(path, json={"allow_dml": False}, headers={"If-Match": seen}).status_code == 412
    assert admin.put(path, json={"allow_dml": False, "version": int(seen.strip('"'))}).status_code == 409
    assert admin.get(f"{path}/connection").get_json()["result"]["allow_dml"] is True


def test_what_is_deleted_may_be_named_too(client_of: ClientOf, embedded: Embedded) -> None:
    path, alice = paths(embedded)["slice_name"], client_of("alice")
    seen = {"If-Match": alice.get(path).headers["ETag"]}
    assert alice.put(path, json={"slice_name": "Newer"}).status_code == 200
    assert alice.delete(path, headers=seen).status_code == 412
    assert alice.delete(path, headers={"If-Match": alice.get(path).headers["ETag"]}).status_code == 200


def test_columns_of_a_dataset_are_part_of_its_version(client_of: ClientOf, sales: int) -> None:
    path, alice = f"/api/v1/dataset/{sales}", client_of("alice")
    first = alice.get(path)
    metric = next(each["id"] for each in first.get_json()["result"]["metrics"] if each["metric_name"] == "count")
    seen = {"If-Match": first.headers["ETag"]}
    refreshed = alice.put(f"{path}/refresh", headers=seen)
    assert (refreshed.status_code, refreshed.headers["ETag"] != seen["If-Match"]) == (200, True)
    assert alice.delete(f"{path}/metric/{metric}", headers=seen).status_code == 412
    assert alice.delete(f"{path}/metric/{metric}", headers={"If-Match": refreshed.headers["ETag"]}).status_code == 200
