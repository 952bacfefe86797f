"""Filters, cascades, cross filters and drills of a dashboard: what readers may ask by them, and what guests may not."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import ApiClient, ClientOf, Embedded

GuestOf = Callable[..., ApiClient]
SELECT = {"filterType": "filter_select", "type": "NATIVE_FILTER", "scope": {"rootPath": ["ROOT_ID"], "excluded": []}}


@dataclass
class Shop:
    """The embedded dashboard with a second chart, by tenant, in a tab of its own."""

    embedded: Embedded
    second: int
    alice: ApiClient

    def declare(self, *filters: dict[str, Any], **metadata: Any) -> None:
        body = {"json_metadata": json.dumps({"native_filter_configuration": filters, **metadata})}
        assert self.alice.put(f"/api/v1/dashboard/{self.embedded.dashboard}", json=body).status_code == 200

    def target(self, column: str) -> list[dict[str, Any]]:
        return [{"datasetId": self.embedded.dataset, "column": {"name": column}}]

    def values(self, client: ApiClient, name: str, parents: Any = None, **more: Any) -> Any:
        given = {"parents": json.dumps(parents)} if parents is not None else {}
        path = f"/api/v1/dashboard/{self.embedded.dashboard}/filters/{name}/values"
        return client.get(path, query_string={**given, **more})

    def asked(self, client: ApiClient, chart: int, extra: Any = None, **more: Any) -> Any:
        given = {"extra_form_data": json.dumps(extra)} if extra is not None else {}
        values = {"dashboard_id": self.embedded.dashboard, **given, **more}
        return client.get(f"/api/v1/chart/{chart}/data/", query_string=values)


@pytest.fixture
def shop(client_of: ClientOf, embedded: Embedded) -> Shop:
    alice = client_of("alice")
    form = {"x_axis": "sold_on", "time_grain_sqla": "P1D", "metrics": ["total"], "groupby": [], "row_limit": 1000}
    body = {
        "slice_name": "By day",
        "viz_type": "echarts_timeseries_line",
        "datasource_id": embedded.dataset,
        "datasource_type": "table",
        "params": json.dumps(form),
    }
    second = alice.post("/api/v1/chart/", json=body).get_json()["id"]
    layout = {
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["TABS"]},
        "TABS": {"type": "TABS", "id": "TABS", "children": ["T1", "T2"]},
        "T1": {"type": "TAB", "id": "T1", "children": ["C1"], "meta": {"text": "One"}},
        "T2": {"type": "TAB", "id": "T2", "children": ["C2"], "meta": {"text": "Two"}},
        "C1": {"type": "CHART", "id": "C1", "children": [], "meta": {"chartId": embedded.chart}},
        "C2": {"type": "CHART", "id": "C2", "children": [], "meta": {"chartId": second}},
    }
    alice.put(f"/api/v1/dashboard/{embedded.dashboard}", json={"position_json": json.dumps(layout)})
    return Shop(embedded, second, alice)


def in_(column: str, *values: Any) -> dict[str, Any]:
    return {"filters": [{"col": column, "op": "IN", "val": list(values)}]}


def rows(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.get_json()["result"][0]["data"]
    return found


def test_a_child_offers_what_its_parents_leave(shop: Shop, client_of: ClientOf, guest_of: GuestOf) -> None:
    shop.declare(
        {**SELECT, "id": "R", "name": "Region", "targets": shop.target("region")},
        {**SELECT, "id": "T", "name": "Tenant", "targets": shop.target("tenant"), "cascadeParentIds": ["R"]},
        {
            **SELECT,
            "id": "A",
            "filterType": "filter_range",
            "targets": shop.target("amount"),
            "cascadeParentIds": ["R"],
        },
    )
    bob = client_of("bob")
    whole = shop.values(bob, "T").get_json()["result"]
    assert whole == {"values": ["a", "b"], "truncated": False, "kind": 1}
    assert shop.values(bob, "T", in_("region", "west")).get_json()["result"]["values"] == ["b"]
    assert shop.values(bob, "T", search="B").get_json()["result"]["values"] == ["b"]
    south = shop.values(guest_of(shop.embedded, "tenant = 'a'"), "A", in_("region", "south")).get_json()["result"]
    assert set(south) == {"min", "max"}
    assert south["max"] <= 70
    # A guest is offered his rows, whatever he says.
    assert shop.values(guest_of(shop.embedded, "tenant = 'a'"), "T").get_json()["result"]["values"] == ["a"]


@pytest.mark.parametrize("who", ["bob", "guest"])
def test_only_parents_narrow_a_filter(shop: Shop, client_of: ClientOf, guest_of: GuestOf, who: str) -> None:
    shop.declare(
        {**SELECT, "id": "R", "targets": shop.target("region")},
        {**SELECT, "id": "T", "targets": shop.target("tenant")},
    )
    asker = client_of("bob") if who == "bob" else guest_of(shop.embedded, "tenant = 'a'")
    for refused in (
        in_("amount", 1),
        in_("region", "north"),
        {"time_range": "Last year"},
        {"adhoc_filters": [{"expressionType": "SQL", "sqlExpression": "1 = 1", "clause": "WHERE"}]},
        {"filters": [{"col": {"sqlExpression": "tenant", "label": "x"}, "op": "==", "val": "b"}]},
    ):
        answer = shop.values(asker, "T", refused)
        assert answer.status_code == 400, (refused, answer.text)
    assert shop.values(asker, "X").status_code == 404
    assert shop.values(client_of("charlie"), "T").status_code == 404
    assert shop.values(client_of(None), "T").status_code == 401


def test_a_declaration_narrows_and_sorts_its_values(shop: Shop, guest_of: GuestOf) -> None:
    not_b = {"expressionType": "SQL", "clause": "WHERE", "sqlExpression": "tenant <> 'b'"}
    shop.declare(
        {
            **SELECT,
            "id": "R",
            "targets": shop.target("region"),
            "adhoc_filters": [not_b],
            "controlValues": {"sortAscending": False},
            "sortMetric": "total",
        }
    )
    found = shop.values(shop.alice, "R").get_json()["result"]["values"]
    assert "west" not in found
    assert found[0] == "south"
    assert shop.values(guest_of(shop.embedded), "R").get_json()["result"]["values"] == found


def test_time_filters_move_a_chart(shop: Shop, client_of: ClientOf, guest_of: GuestOf) -> None:
    shop.declare({**SELECT, "id": "T", "filterType": "filter_time", "targets": [{}]})
    bob, march = client_of("bob"), {"time_range": "2026-03-01 : 2026-04-01"}
    everything = rows(shop.asked(bob, shop.second))
    assert 0 < len(rows(shop.asked(bob, shop.second, march))) <= len(everything)
    assert rows(shop.asked(bob, shop.second, {"time_range": "2020-01-01 : 2020-02-01"})) == []
    monthly = rows(shop.asked(bob, shop.second, {"time_grain_sqla": "P1M"}))
    assert len(monthly) < len(everything)
    guest = guest_of(shop.embedded)
    assert shop.asked(guest, shop.second, march).status_code == 200
    # Nobody declared that a reader may choose the grain or the column.
    assert shop.asked(guest, shop.second, {"time_grain_sqla": "P1M"}).status_code == 403
    assert shop.asked(guest, shop.second, {"granularity_sqla": "sold_on"}).status_code == 403
    shop.declare({**SELECT, "id": "G", "filterType": "filter_timegrain", "targets": shop.target("sold_on")})
    assert rows(shop.asked(guest, shop.second, {"time_grain_sqla": "P1M"})) == monthly
    assert "P1M" in shop.values(guest, "G").get_json()["result"]["values"]
    assert shop.asked(guest, shop.second, march).status_code == 403


def test_a_filter_reaches_the_charts_of_its_scope(shop: Shop, guest_of: GuestOf) -> None:
    guest = guest_of(shop.embedded)
    scope = {"rootPath": ["T2"], "excluded": []}
    shop.declare({**SELECT, "id": "R", "targets": shop.target("tenant"), "scope": scope})
    assert shop.asked(guest, shop.second, in_("tenant", "a")).status_code == 200
    assert shop.asked(guest, shop.embedded.chart, in_("tenant", "a")).status_code == 403
    scope["excluded"] = [shop.second]
    shop.declare({**SELECT, "id": "R", "targets": shop.target("tenant"), "scope": scope})
    assert shop.asked(guest, shop.second, in_("tenant", "a")).status_code == 403
    # No root is no chart; a scope that says nothing of roots is about all.
    for roots, status in (({"rootPath": []}, 403), ({}, 200)):
        shop.declare({**SELECT, "id": "R", "targets": shop.target("tenant"), "scope": {**roots, "excluded": []}})
        assert shop.asked(guest, shop.second, in_("tenant", "a")).status_code == status


def test_a_click_filters_the_other_charts(shop: Shop, guest_of: GuestOf) -> None:
    guest = guest_of(shop.embedded)
    shop.declare()
    # `region` is a dimension of the first chart: a click there filters the second, not the first itself.
    assert shop.asked(guest, shop.second, in_("region", "north")).status_code == 200
    assert shop.asked(guest, shop.embedded.chart, in_("region", "north")).status_code == 403
    for refused in (
        in_("tenant", "b"),
        in_("amount", 5),
        {"filters": [{"col": "region", "op": "NOT LIKE", "val": "x"}]},
    ):
        assert shop.asked(guest, shop.second, refused).status_code == 403
    alone = {str(shop.embedded.chart): {"crossFilters": {"scope": {"rootPath": ["T1"], "excluded": []}}}}
    shop.declare(chart_configuration=alone)
    assert shop.asked(guest, shop.second, in_("region", "north")).status_code == 403
    shop.declare(cross_filters_enabled=False)
    assert shop.asked(guest, shop.second, in_("region", "north")).status_code == 403


def test_a_chart_is_drilled_by_another_dimension(shop: Shop, client_of: ClientOf) -> None:
    answer = shop.asked(client_of("bob"), shop.embedded.chart, in_("region", "north"), drill_by="tenant")
    assert answer.get_json()["form_data"]["groupby"] == ["tenant"]
    assert sorted(row["total"] for row in rows(answer)) == [30, 300]
    line = shop.asked(client_of("bob"), shop.second, drill_by="region")
    assert line.get_json()["form_data"]["groupby"] == ["region"]
    assert {"sold_on", "region", "total"} <= rows(line)[0].keys()
    assert shop.asked(client_of("bob"), shop.second, drill_by="nothing").status_code == 400
    assert shop.asked(client_of("charlie"), shop.second, drill_by="region").status_code == 404


def test_the_rows_behind_a_mark_come_in_pages(shop: Shop, client_of: ClientOf) -> None:
    question = {
        "columns": ["region"],
        "metrics": ["total"],
        "orderby": [["total", False]],
        "extras": {"having": "1 = 1"},
    }
    context = {"datasource": {"id": shop.embedded.dataset, "type": "table"}, "queries": [question]}
    shop.alice.put(f"/api/v1/chart/{shop.embedded.chart}", json={"query_context": json.dumps(context)})
    first = shop.asked(client_of("bob"), shop.embedded.chart, in_("region", "north"), type="drill_detail", row_limit=1)
    result = first.get_json()["result"][0]
    assert {"tenant", "region", "amount"} <= set(result["colnames"])
    assert len(result["data"]) == 1
    assert result["total"] > 1
    more = {"type": "drill_detail", "row_limit": 1, "row_offset": 1}
    second = shop.asked(client_of("bob"), shop.embedded.chart, in_("region", "north"), **more)
    assert rows(second) != result["data"]


@pytest.mark.parametrize("kind", ["drill_detail", "samples", "columns", "timegrains"])
def test_a_guest_drills_nowhere(shop: Shop, guest_of: GuestOf, kind: str) -> None:
    guest = guest_of(shop.embedded, "tenant = 'a'")
    for answer in (
        shop.asked(guest, shop.embedded.chart, type=kind),
        shop.asked(guest, shop.embedded.chart, drill_by="tenant"),
    ):
        assert answer.status_code == 403
        assert "tenant" not in answer.text


@pytest.mark.parametrize(
    "text", ["{", "[1]", '{"filters": [{"col": "region"}]}', '{"time_range": 3}', '{"filters": 3}']
)
def test_what_is_no_extra_form_data_is_400(shop: Shop, text: str) -> None:
    answer = shop.alice.get(f"/api/v1/chart/{shop.second}/data/", query_string={"extra_form_data": text})
    assert answer.status_code == 400
    bad = shop.alice.get(f"/api/v1/chart/{shop.second}/data/", query_string={"url_params": '{"a": 1}'})
    assert bad.status_code == 400


def test_a_page_is_told_of_its_dashboard_with_the_charts(shop: Shop, client_of: ClientOf, guest_of: GuestOf) -> None:
    path = f"/api/v1/dashboard/{shop.embedded.dashboard}/charts"
    assert "dashboard" not in shop.alice.get(path).get_json()
    for reader in (client_of("bob"), guest_of(shop.embedded)):
        told = reader.get(f"{path}?with_dashboard=true").get_json()
        assert told["dashboard"]["dashboard_title"] == "Shop"
        assert len(told["result"]) == 2
    assert client_of("charlie").get(f"{path}?with_dashboard=true").status_code == 404
