import json

from tests.conftest import ClientOf, Embedded


def test_a_change_is_written_down(client_of: ClientOf, embedded: Embedded, people: dict[str, int]) -> None:
    body = {"slice_name": "Renamed", "params": json.dumps({"secret": "canary"})}
    assert client_of("alice").put(f"/api/v1/chart/{embedded.chart}", json=body).status_code == 200
    q = "(filters:!((col:action,opr:eq,value:Chart.put)))"
    found = client_of("admin").get(f"/api/v1/log/?q={q}").get_json()
    assert found["count"] == 1
    entry = found["result"][0]
    assert (entry["action"], entry["user_id"], entry["slice_id"]) == ("Chart.put", people["alice"], embedded.chart)
    details = {"path": f"/api/v1/chart/{embedded.chart}", "status": 200, "fields": ["params", "slice_name"]}
    assert json.loads(entry["json"]) == details


def test_reads_and_refusals_are_not(client_of: ClientOf, embedded: Embedded) -> None:
    admin = client_of("admin")
    before = admin.get("/api/v1/log/").get_json()["count"]
    body = {"datasource": {"id": embedded.dataset, "type": "table"}, "queries": [{"metrics": ["count"]}]}
    assert client_of("alice").post("/api/v1/chart/data", json=body).status_code == 200
    assert client_of("charlie").put(f"/api/v1/chart/{embedded.chart}", json={"slice_name": "x"}).status_code == 404
    assert admin.get("/api/v1/log/").get_json()["count"] == before


def test_recent_activity_is_ones_own(client_of: ClientOf, embedded: Embedded) -> None:
    found = client_of("alice").get("/api/v1/log/recent_activity/").get_json()["result"]
    assert [each["item_title"] for each in found] == ["Shop", "By region"]
    assert client_of("bob").get("/api/v1/log/recent_activity/").get_json()["result"] == []


def test_only_admins_read_the_log(client_of: ClientOf) -> None:
    assert client_of("alice").get("/api/v1/log/").status_code == 403
    assert client_of(None).get("/api/v1/log/").status_code == 401
