"""A guest with a token for tenant a: whatever he asks, no row of tenant b comes out."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.conftest import ApiClient, ClientOf, Embedded

GuestOf = Callable[..., ApiClient]
RULE = "tenant = 'a'"
# Sums and words that only rows of tenant b can give.
OF_B = re.compile(r"\b(west|100|200|300|400|500|600|1260|660|2100|2310|700|330|770)\b")


def question(embedded: Embedded, **changes: Any) -> dict[str, Any]:
    query = {"columns": ["region"], "metrics": ["total"], "orderby": [["region", True]], "row_limit": 1000, **changes}
    return {
        "datasource": {"id": embedded.dataset, "type": "table"},
        "queries": [query],
        "form_data": {"slice_id": embedded.chart, "dashboardId": embedded.dashboard},
    }


def test_the_saved_question_gives_his_rows(guest_of: GuestOf, embedded: Embedded) -> None:
    answer = guest_of(embedded, RULE).post("/api/v1/chart/data", json=question(embedded))
    assert answer.status_code == 200, answer.text
    found = answer.get_json()["result"][0]
    assert found["data"] == [
        {"region": None, "total": 60},
        {"region": "east", "total": 50},
        {"region": "north", "total": 30},
        {"region": "south", "total": 70},
    ]
    assert "query" not in found
    assert "SELECT" not in answer.text


def test_each_tenant_gets_his_own_kept_answer(guest_of: GuestOf, embedded: Embedded) -> None:
    a, b = guest_of(embedded, RULE), guest_of(embedded, "tenant = 'b'")
    for _ in range(2):
        ours = a.post("/api/v1/chart/data", json=question(embedded)).get_json()["result"][0]["data"]
        theirs = b.post("/api/v1/chart/data", json=question(embedded)).get_json()["result"][0]["data"]
        assert sum(row["total"] for row in ours) == 210
        assert sum(row["total"] for row in theirs) == 2100


def test_a_saved_chart_is_asked_under_his_rule(guest_of: GuestOf, embedded: Embedded) -> None:
    guest = guest_of(embedded, RULE)
    answer = guest.get(f"/api/v1/chart/{embedded.chart}/data/")
    assert sum(row["total"] for row in answer.get_json()["result"][0]["data"]) == 210
    assert guest.get(f"/api/v1/chart/{embedded.chart + 1}/data/").status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"filters": [{"col": "region", "op": "IN", "val": ["north"]}]},
        {"time_range": None},
        {"row_limit": 2},
        {"url_params": {"x": "1"}},
    ],
)
def test_what_the_dashboard_offers_he_may_choose(
    guest_of: GuestOf, embedded: Embedded, changes: dict[str, Any]
) -> None:
    answer = guest_of(embedded, RULE).post("/api/v1/chart/data", json=question(embedded, **changes))
    assert answer.status_code == 200, answer.text
    assert not OF_B.search(json.dumps(answer.get_json()["result"][0]["data"]))


OTHER_QUESTIONS: list[dict[str, Any]] = [
    {"columns": ["tenant"]},
    {"columns": ["region", "tenant"]},
    {"columns": [{"label": "region", "sqlExpression": "tenant"}]},
    {"metrics": ["count"]},
    {"metrics": None},
    {"metrics": [{"expressionType": "SQL", "sqlExpression": "SUM(amount)", "label": "total"}]},
    {"orderby": [["tenant", True]]},
    {"extras": {"where": "1 = 1 OR tenant = 'b'"}},
    {"extras": {"where": "1 = 1) OR (1 = 1"}},
    {"extras": {"having": "1 = 1"}},
    {"extras": {"time_grain_sqla": "P1D"}},
    {"filters": [{"col": "tenant", "op": "==", "val": "b"}]},
    {"filters": [{"col": {"label": "region", "sqlExpression": "1=1 OR tenant"}, "op": "==", "val": "b"}]},
    {"groupby": ["tenant"]},
    {"row_limit": 100_000},
    {"is_rowcount": True},
    {"series_limit": 1, "series_columns": ["region"]},
    {"granularity": "sold_on", "is_timeseries": True},
    {"apply_fetch_values_predicate": True},
    {"post_processing": [{"operation": "select", "options": {"columns": ["tenant"]}}]},
    {"annotation_layers": [{"name": "x", "value": 1}]},
    {"result_type": "samples"},
    {"result_type": "drill_detail"},
]


@pytest.mark.parametrize("changes", OTHER_QUESTIONS, ids=lambda each: json.dumps(each)[:60])
def test_another_question_is_refused(guest_of: GuestOf, embedded: Embedded, changes: dict[str, Any]) -> None:
    answer = guest_of(embedded, RULE).post("/api/v1/chart/data", json=question(embedded, **changes))
    assert answer.status_code in {400, 403}, answer.text
    assert "data" not in answer.get_json()


@pytest.mark.parametrize(
    "form_data", [None, {}, {"slice_id": 1}, {"dashboardId": 1}, {"slice_id": 999, "dashboardId": 1}]
)
def test_a_question_of_no_chart_is_refused(guest_of: GuestOf, embedded: Embedded, form_data: Any) -> None:
    body = {**question(embedded), "form_data": form_data}
    assert guest_of(embedded, RULE).post("/api/v1/chart/data", json=body).status_code == 403


@pytest.mark.parametrize("kind", ["samples", "drill_detail", "columns", "timegrains", "post_processed"])
def test_other_result_types_are_refused(guest_of: GuestOf, embedded: Embedded, kind: str) -> None:
    body = {**question(embedded), "result_type": kind}
    assert guest_of(embedded, RULE).post("/api/v1/chart/data", json=body).status_code == 403


def test_he_learns_no_sql(guest_of: GuestOf, embedded: Embedded) -> None:
    guest = guest_of(embedded, RULE)
    body = {**question(embedded), "result_type": "query"}
    assert guest.post("/api/v1/chart/data", json=body).get_json()["result"] == [{"language": "sql"}]
    for path in (f"/dashboard/{embedded.dashboard}", f"/dashboard/{embedded.dashboard}/datasets"):
        answer = guest.get(f"/api/v1{path}")
        assert answer.status_code == 200, path
        assert "SUM(" not in answer.text


def test_rules_of_the_token_and_of_the_role_both_hold(
    client_of: ClientOf, guest_of: GuestOf, embedded: Embedded
) -> None:
    admin = client_of("admin")
    q = "(filters:!((col:name,opr:eq,value:Public)))"
    public = admin.get(f"/api/v1/security/roles/?q={q}").get_json()["ids"][0]
    rule = {
        "name": "north only",
        "filter_type": "Regular",
        "tables": [embedded.dataset],
        "roles": [public],
        "clause": "region = 'north'",
    }
    assert admin.post("/api/v1/rowlevelsecurity/", json=rule).status_code == 201
    answer = guest_of(embedded, RULE).post("/api/v1/chart/data", json=question(embedded))
    assert answer.get_json()["result"][0]["data"] == [{"region": "north", "total": 30}]


def test_a_rule_for_another_dataset_does_not_open_this_one(guest_of: GuestOf, embedded: Embedded) -> None:
    guest = guest_of(embedded, rls=[{"dataset": embedded.dataset, "clause": RULE}])
    answer = guest.post("/api/v1/chart/data", json=question(embedded))
    assert sum(row["total"] for row in answer.get_json()["result"][0]["data"]) == 210


@pytest.mark.parametrize(
    "clause", ["tenant = 'a' OR 1 = 1", "tenant = 'a') OR (1 = 1", "tenant = 'a' --", "1=1; SELECT 1"]
)
def test_a_clause_stays_one_condition(client_of: ClientOf, guest_of: GuestOf, embedded: Embedded, clause: str) -> None:
    body = {
        "user": {"username": "v"},
        "resources": [{"type": "dashboard", "id": embedded.uuid}],
        "rls": [{"clause": clause}, {"clause": RULE}],
    }
    minted = client_of("admin").post("/api/v1/security/guest_token/", json=body)
    if minted.status_code != 200:
        assert minted.status_code == 400
        return
    guest = client_of(None, **{"X-GuestToken": minted.get_json()["token"]})
    answer = guest.post("/api/v1/chart/data", json=question(embedded))
    if answer.status_code == 200:
        assert sum(row["total"] for row in answer.get_json()["result"][0]["data"]) == 210


@pytest.mark.slow
def test_no_endpoint_gives_him_a_row_of_another_tenant(app: Flask, guest_of: GuestOf, embedded: Embedded) -> None:
    guest, tried = guest_of(embedded, RULE), 0
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/api/"):
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "DELETE"}):
            for value in (embedded.dataset, embedded.chart, embedded.dashboard):
                path = re.sub(r"<[^>]+>", str(value), rule.rule)
                answer = guest.open(path, method=method, json={"database_id": 1, "sql": "SELECT * FROM sales"})
                tried += 1
                # A picture's bytes are no text.
                text = answer.get_data().decode(errors="replace")
                assert answer.status_code < 500, (method, path, text)
                assert "SUM(" not in text, (method, path)
                # In an SVG, numbers are coordinates too.
                for shown in re.findall(r">([^<]*)</text>", text):
                    assert not OF_B.search(shown), (method, path, shown)
                if answer.status_code < 300 and rule.rule.endswith(("/data", "/values/", "/samples", "/results")):
                    assert not OF_B.search(text), (method, path)
                if method != "GET" and not rule.rule.endswith(("/data", "/login", "/refresh")):
                    assert answer.status_code >= 400, (method, path, text)
    assert tried > 200


def test_an_offset_leads_to_no_rows_beyond_the_charts(guest_of: GuestOf, embedded: Embedded) -> None:
    guest = guest_of(embedded, RULE)
    within = guest.post("/api/v1/chart/data", json=question(embedded, row_limit=2, row_offset=1))
    assert [row["region"] for row in within.get_json()["result"][0]["data"]] == ["east", "north"]
    for changes in ({"row_limit": 1000, "row_offset": 1}, {"row_limit": 1, "row_offset": 1000}):
        assert guest.post("/api/v1/chart/data", json=question(embedded, **changes)).status_code == 403


def test_a_grain_makes_another_filter(client_of: ClientOf, guest_of: GuestOf, embedded: Embedded) -> None:
    own = {"col": "sold_on", "op": "<=", "val": "2026-01-15"}
    asked = question(embedded, filters=[own])
    context = {"datasource": asked["datasource"], "queries": asked["queries"]}
    alice = client_of("alice")
    alice.put(f"/api/v1/chart/{embedded.chart}", json={"query_context": json.dumps(context)})
    guest = guest_of(embedded, RULE)
    found = guest.post("/api/v1/chart/data", json=asked)
    assert found.get_json()["result"][0]["data"] == [{"region": "north", "total": 10}]
    wider = question(embedded, filters=[{**own, "grain": "P1Y"}])
    assert guest.post("/api/v1/chart/data", json=wider).status_code == 403


def test_he_reads_no_sql_of_a_declaration(client_of: ClientOf, guest_of: GuestOf, embedded: Embedded) -> None:
    path = f"/api/v1/dashboard/{embedded.dashboard}"
    secret = {"expressionType": "SQL", "sqlExpression": "amount > (7 * 6)", "clause": "WHERE"}
    declared = {
        "id": "F",
        "filterType": "filter_select",
        "targets": [{"datasetId": embedded.dataset, "column": {"name": "region"}}],
        "adhoc_filters": [secret],
    }
    metadata = {"json_metadata": json.dumps({"native_filter_configuration": [declared]})}
    assert client_of("alice").put(path, json=metadata).status_code == 200
    guest = guest_of(embedded, RULE)
    for asked in (path, f"{path}/charts?with_dashboard=true", f"{path}/tabs"):
        assert "7 * 6" in client_of("alice").get(asked).text
        assert guest.get(asked).status_code == 200
        assert "7 * 6" not in guest.get(asked).text
        assert "filter_select" in guest.get(asked).text
    # It holds all the same.
    assert guest.get(f"{path}/filters/F/values").get_json()["result"]["values"] == [None, "east"]
