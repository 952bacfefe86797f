import pytest

from tests.conftest import ClientOf, Embedded


def paths(embedded: Embedded) -> dict[str, str]:
    return {
        "dashboard_title": f"/api/v1/dashboard/{embedded.dashboard}",
        "slice_name": f"/api/v1/chart/{embedded.chart}",
    }


@pytest.mark.parametrize("name", ["dashboard_title", "slice_name"])
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


def test_a_dashboards_owners_are_part_of_its_version(
    client_of: ClientOf, embedded: Embedded, people: dict[str, int]
) -> None:
    path, alice = f"/api/v1/dashboard/{embedded.dashboard}", client_of("alice")
    seen = {"If-Match": alice.get(path).headers["ETag"]}
    both = [people["alice"], people["admin"]]
    assert alice.put(path, json={"owners": both}, headers=seen).status_code == 200
    assert alice.put(path, json={"owners": both}, headers=seen).status_code == 412


def test_a_version_tells_nothing_to_who_may_not_see_it(client_of: ClientOf, embedded: Embedded) -> None:
    path, body = f"/api/v1/dashboard/{embedded.dashboard}", {"dashboard_title": "Mine"}
    tag = client_of("alice").get(path).headers["ETag"]
    for headers in ({"If-Match": tag}, {"If-Match": '"0"'}):
        assert client_of("charlie").put(path, json=body, headers=headers).status_code == 404
    assert client_of("bob").put(path, json=body, headers={"If-Match": tag}).status_code == 403
