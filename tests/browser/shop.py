"""A dashboard over `sales` with a bit of everything: tabs, filters of each kind that depend on each other, charts."""

import json
from dataclasses import dataclass
from typing import Any

from tests.conftest import ClientOf, Embedded

SCOPE = {"rootPath": ["ROOT_ID"], "excluded": []}


@dataclass
class Shop:
    """It, embedded too. pie, line: ids of charts; table: that of the embedded one, by region."""

    embedded: Embedded
    table: int
    pie: int
    line: int


def opened(client_of: ClientOf, embedded: Embedded, **metadata: Any) -> Shop:
    """The shop. metadata: more of the dashboard's."""
    alice = client_of("alice")

    def chart(name: str, viz_type: str, **form: Any) -> int:
        body = {
            "slice_name": name,
            "viz_type": viz_type,
            "datasource_id": embedded.dataset,
            "datasource_type": "table",
            "params": json.dumps(
                {"datasource": f"{embedded.dataset}__table", "viz_type": viz_type, "row_limit": 1000, **form}
            ),
        }
        made: int = alice.post("/api/v1/chart/", json=body).get_json()["id"]
        return made

    pie = chart("By tenant", "pie", groupby=["tenant"], metric="total")
    line = chart("By day", "echarts_timeseries_line", x_axis="sold_on", time_grain_sqla="P1D", metrics=["total"])

    def target(column: str) -> list[dict[str, Any]]:
        return [{"datasetId": embedded.dataset, "column": {"name": column}}]

    def native(pk: str, name: str, kind: str, **more: Any) -> dict[str, Any]:
        made = {"id": pk, "name": name, "filterType": kind, "type": "NATIVE_FILTER", "scope": SCOPE, "targets": [{}]}
        return {**made, **more}

    filters = [
        native("R", "Region", "filter_select", targets=target("region")),
        native("T", "Tenant", "filter_select", targets=target("tenant"), cascadeParentIds=["R"]),
        {"id": "D", "type": "DIVIDER", "title": "More", "description": "Seldom used", "scope": SCOPE},
        native("A", "Amount", "filter_range", targets=target("amount")),
        native("S", "Sold", "filter_time"),
        native("G", "Step", "filter_timegrain", targets=target("sold_on"), scope={"rootPath": ["T2"], "excluded": []}),
    ]

    def node(kind: str, pk: str, *children: str, **meta: Any) -> dict[str, Any]:
        return {"type": kind, "id": pk, "children": list(children), "meta": meta}

    nodes = [
        node("ROOT", "ROOT_ID", "TABS"),
        node("TABS", "TABS", "T1", "T2"),
        node("TAB", "T1", "ROW", text="Places"),
        node("ROW", "ROW", "C1", "C2"),
        node("TAB", "T2", "C3", text="Days"),
        node("CHART", "C1", chartId=embedded.chart, width=6, height=50),
        node("CHART", "C2", chartId=pie, width=6, height=50),
        node("CHART", "C3", chartId=line, width=12, height=50),
    ]
    body = {
        "position_json": json.dumps({each["id"]: each for each in nodes}),
        "json_metadata": json.dumps({"native_filter_configuration": filters, **metadata}),
    }
    answer = alice.put(f"/api/v1/dashboard/{embedded.dashboard}", json=body)
    assert answer.status_code == 200, answer.text
    return Shop(embedded, embedded.chart, pie, line)
