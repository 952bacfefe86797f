"""POST /api/v1/chart/data without `queries`: the chart type derives them from the form data."""

from typing import Any

import pytest

from superset_like.chart_types import forms
from tests.conftest import ApiClient, ClientOf, Embedded

OFFERED = [(form, offered.viz_type) for form in forms.all_forms() for offered in form.offered]


def asked(client: ApiClient, dataset: int, form_data: dict[str, Any], **more: Any) -> Any:
    body = {"datasource": {"id": dataset, "type": "table"}, "form_data": form_data, **more}
    return client.post("/api/v1/chart/data", json=body)


def filled(form: forms.Form, viz_type: str) -> dict[str, Any]:
    """The form's defaults, and in what is needed beside them the columns and metrics of `sales`."""
    form_data = form.defaults(viz_type)
    columns = {"time": "sold_on", "number": "amount"}
    for control in form.lacking(form_data):
        one = {"column": columns.get(control.get("only", ""), "region"), "metric": "total"}
        kind = control["kind"]
        form_data[control["name"]] = one[kind] if kind in one else [one[kind.removesuffix("s")]]
    return form_data


def test_the_answer_is_that_of_the_derived_question(client_of: ClientOf, sales: int) -> None:
    form_data = {"viz_type": "pie", "groupby": ["region"], "metric": "total", "sort_by_metric": True, "row_limit": 2}
    (found,) = asked(client_of("bob"), sales, form_data).get_json()["result"]
    assert found["colnames"] == ["region", "total"]
    assert found["rowcount"] == 2
    totals = [row["total"] for row in found["data"]]
    assert totals == sorted(totals, reverse=True)


@pytest.mark.parametrize(("form", "viz_type"), OFFERED, ids=[viz_type for _, viz_type in OFFERED])
def test_each_forms_defaults_are_answered(client_of: ClientOf, sales: int, form: forms.Form, viz_type: str) -> None:
    answer = asked(client_of("bob"), sales, filled(form, viz_type))
    assert answer.status_code == 200, answer.text
    for found in answer.get_json()["result"]:
        assert found["rowcount"] > 0


def test_questions_that_are_sent_count(client_of: ClientOf, sales: int) -> None:
    form_data = {"viz_type": "pie", "groupby": ["region"], "metric": "total"}
    assert asked(client_of("bob"), sales, form_data, queries=[]).get_json()["result"] == []
    query = {"metrics": ["count"]}
    (found,) = asked(client_of("bob"), sales, form_data, queries=[query]).get_json()["result"]
    assert found["colnames"] == ["count"]


@pytest.mark.parametrize(
    ("form_data", "field"),
    [
        ({"viz_type": "pie", "groupby": ["region"]}, "metric"),
        ({"viz_type": "pie", "groupby": ["region"], "metric": 1}, "metric"),
        ({"viz_type": "table", "groupby": [["region"]]}, "groupby"),
        ({"viz_type": "table", "query_mode": "raw"}, "all_columns"),
        (
            {"viz_type": "table", "query_mode": "raw", "all_columns": ["a"], "order_by_cols": ["x"]},
            "order_by_cols",
        ),
        ({"viz_type": "table", "adhoc_filters": ["region"]}, "adhoc_filters"),
        ({"viz_type": "table", "adhoc_filters": {"a": 1}}, "adhoc_filters"),
        ({"viz_type": "table", "adhoc_filters": [{"expressionType": "SQL", "clause": "FROM"}]}, "adhoc_filters"),
        ({"viz_type": "table", "extra_form_data": [1]}, "extra_form_data"),
        ({"viz_type": "table", "url_params": "x"}, "url_params"),
        ({"viz_type": 7}, "viz_type"),
    ],
)
def test_what_is_wrong_is_said_of_its_field(
    client_of: ClientOf, sales: int, form_data: dict[str, Any], field: str
) -> None:
    answer = asked(client_of("bob"), sales, form_data)
    assert answer.status_code == 400
    assert list(answer.get_json()["message"]) == [field]


def test_an_unknown_type_asks_for_its_columns(client_of: ClientOf, sales: int) -> None:
    form_data = {"viz_type": "of_another_server", "groupby": ["region"], "metrics": ["count"]}
    (found,) = asked(client_of("bob"), sales, form_data).get_json()["result"]
    assert found["colnames"] == ["region", "count"]


def test_who_may_not_read_the_data_is_refused(client_of: ClientOf, sales: int) -> None:
    form_data = {"viz_type": "pie", "groupby": ["region"], "metric": "total"}
    assert asked(client_of("charlie"), sales, form_data).status_code == 403
    assert asked(client_of(None), sales, form_data).status_code == 401


def test_a_guest_asks_what_was_saved_only(guest_of: Any, embedded: Embedded) -> None:
    guest = guest_of(embedded)
    named = {"slice_id": embedded.chart, "dashboardId": embedded.dashboard}
    form_data = {"viz_type": "table", "groupby": ["region"], "metrics": ["count"], **named}
    assert asked(guest, embedded.dataset, form_data).status_code == 403
