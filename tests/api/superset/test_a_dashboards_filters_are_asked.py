"""The filters of a dashboard, asked of its charts and offered with their values: to users and to guests."""

import json
from typing import Any

import pytest

from tests.conftest import ApiClient, ClientOf, Embedded

NORTH = [{"col": "region", "op": "IN", "val": ["north"]}]


def asked(client: ApiClient, embedded: Embedded, filters: Any, **more: Any) -> Any:
    values = {"dashboard_id": embedded.dashboard, "filters": json.dumps(filters), **more}
    return client.get(f"/api/v1/chart/{embedded.chart}/data/", query_string=values)


def rows(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.get_json()["result"][0]["data"]
    return found


def values(client: ApiClient, dataset: int, column: str) -> Any:
    return client.get(f"/api/v1/datasource/table/{dataset}/column/{column}/values/")


def test_a_saved_chart_is_asked_with_filters(client_of: ClientOf, embedded: Embedded) -> None:
    assert rows(asked(client_of("bob"), embedded, NORTH)) == [{"region": "north", "total": 330}]
    assert asked(client_of("charlie"), embedded, NORTH).status_code == 404
    march = [{"col": "sold_on", "op": "TEMPORAL_RANGE", "val": "2026-03-01 : 2026-04-01"}]
    assert sum(row["total"] for row in rows(asked(client_of("bob"), embedded, march))) == 610


@pytest.mark.parametrize(
    "text", ["{", "[1]", '[{"col": "region"}]', '{"col": 1}', '[{"col": "a", "op": "==", "x": 1}]']
)
def test_what_is_no_filter_is_400(client_of: ClientOf, embedded: Embedded, text: str) -> None:
    answer = client_of("bob").get(f"/api/v1/chart/{embedded.chart}/data/", query_string={"filters": text})
    assert answer.status_code == 400


def test_a_guest_asks_the_filters_of_his_dashboard(guest_of: Any, embedded: Embedded) -> None:
    a = guest_of(embedded, "tenant = 'a'")
    assert rows(asked(a, embedded, NORTH)) == [{"region": "north", "total": 30}]
    for refused in (
        [{"col": "tenant", "op": "==", "val": "b"}],
        [{"col": "amount", "op": ">", "val": 5}],
        [{"col": {"sqlExpression": "tenant", "label": "x"}, "op": "==", "val": "b"}],
        [{"col": "region", "op": "NOT LIKE", "val": "x"}],
    ):
        answer = asked(a, embedded, refused)
        assert answer.status_code == 403, refused
        assert "tenant" not in answer.text
    # Without his dashboard it is no question of it.
    assert asked(a, embedded, NORTH, dashboard_id=embedded.dashboard + 1).status_code == 404


def test_values_are_those_of_his_rows(guest_of: Any, client_of: ClientOf, embedded: Embedded) -> None:
    found = values(guest_of(embedded, "tenant = 'a'"), embedded.dataset, "region").get_json()["result"]
    assert set(found) == {None, "east", "north", "south"}
    assert "west" in values(guest_of(embedded, "tenant = 'b'"), embedded.dataset, "region").get_json()["result"]
    assert "west" in values(client_of("alice"), embedded.dataset, "region").get_json()["result"]


def test_no_other_values_are_told_to_a_guest(guest_of: Any, client_of: ClientOf, embedded: Embedded) -> None:
    guest = guest_of(embedded, "tenant = 'a'")
    for column in ("tenant", "amount", "sold_on", "nothing"):
        assert values(guest, embedded.dataset, column).status_code == 403
    other = client_of("alice").post("/api/v1/dashboard/", json={"dashboard_title": "Other", "published": True})
    leave = client_of("admin").post(
        f"/api/v1/dashboard/{other.get_json()['id']}/embedded", json={"allowed_domains": []}
    )
    body = {"user": {}, "resources": [{"type": "dashboard", "id": leave.get_json()["result"]["uuid"]}], "rls": []}
    token = client_of("admin").post("/api/v1/security/guest_token/", json=body).get_json()["token"]
    stranger = client_of(None, **{"X-GuestToken": token})
    assert values(stranger, embedded.dataset, "region").status_code == 403


def test_a_guest_reads_a_charts_form_without_its_sql(guest_of: Any, client_of: ClientOf, embedded: Embedded) -> None:
    form = {
        "metrics": [
            {"expressionType": "SQL", "sqlExpression": "SUM(amount) FILTER (WHERE tenant = 'x')", "label": "s"}
        ],
        "groupby": [{"sqlExpression": "CASE WHEN secret = 1 THEN 2 END", "label": "g"}],
        "x_axis": {"sqlExpression": "sold_on", "columnType": "BASE_AXIS", "label": "sold_on"},
        "adhoc_filters": [
            {"expressionType": "SQL", "clause": "WHERE", "sqlExpression": "secret = 1"},
            {
                "expressionType": "SIMPLE",
                "clause": "WHERE",
                "subject": "region",
                "operator": "==",
                "comparator": "north",
            },
        ],
        "where": "secret = 2",
        "query_context": '{"queries": [{"extras": {"where": "secret = 3"}}]}',
    }
    client_of("alice").put(f"/api/v1/chart/{embedded.chart}", json={"params": json.dumps(form)})
    path = f"/api/v1/dashboard/{embedded.dashboard}/charts"
    found = guest_of(embedded).get(path)
    assert "secret" not in found.text
    assert "FILTER" not in found.text
    shown = found.get_json()["result"][0]["form_data"]
    assert shown["metrics"] == [{"expressionType": "SQL", "sqlExpression": "", "label": "s"}]
    assert shown["x_axis"]["sqlExpression"] == "sold_on"
    assert [each["subject"] for each in shown["adhoc_filters"]] == ["region"]
    assert "secret" in client_of("bob").get(path).text
