import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from superset_like.extensions import db
from superset_like.models import (
    Annotation,
    AnnotationLayer,
    Chart,
    CssTemplate,
    Dashboard,
    Database,
    Dataset,
    DatasetMetric,
    RowRule,
    SavedQuery,
    Tag,
    Theme,
)
from tests.conftest import Embedded

BrowserOf = Callable[[str], Client]


def sent(client: Client, path: str, **values: Any) -> TestResponse:
    """The answer to the page's form, filled in with these values over what it held."""
    page = client.get(path).get_data(as_text=True)
    form = page.split('id="model_form"', 1)[1].split("</form>", 1)[0]
    held: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or "checked" in tag):
            held[name[1]] = unescaped(value[1]) if value else ""
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\r?\n?(.*?)</textarea>', form, re.S):
        held[name] = unescaped(text)
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        held[name] = re.findall(r'<option selected value="([^"]*)"', options)
    return client.post(path, data={**held, **values})


def unescaped(text: str) -> str:
    """The text that the HTML stands for."""
    for escaped, plain in (("&#34;", '"'), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(escaped, plain)
    return text


def newest(app: Flask, model: Any) -> Any:
    """The object that was made last."""
    return db.session.query(model).order_by(model.id.desc()).first()


def test_a_chart_is_made_and_changed(app: Flask, browser_of: BrowserOf, sales: int, people: dict[str, int]) -> None:
    admin = browser_of("admin")
    answer = sent(admin, "/admin/charts/add", slice_name="Sums", table=str(sales), params='{"a": 1}')
    assert answer.status_code == 302, answer.text
    with app.app_context():
        chart = newest(app, Chart)
        assert (chart.slice_name, chart.datasource_id, chart.params) == ("Sums", sales, '{"a": 1}')
        assert [owner.id for owner in chart.owners] == [people["admin"]]
        pk = chart.id
    assert sent(admin, f"/admin/charts/edit/{pk}", slice_name="Totals").status_code == 302
    with app.app_context():
        chart = db.session.get(Chart, pk)
        assert chart is not None
        assert (chart.slice_name, chart.datasource_id, json.loads(chart.params)) == ("Totals", sales, {"a": 1})


@pytest.mark.parametrize("text", ["{", "[1]", "no"])
def test_what_is_no_json_object_is_refused_with_the_form(browser_of: BrowserOf, sales: int, text: str) -> None:
    answer = sent(browser_of("admin"), "/admin/charts/add", slice_name="Kept", table=str(sales), params=text)
    assert answer.status_code == 200
    assert "JSON" in answer.text
    assert 'value="Kept"' in answer.text


def test_a_chart_needs_a_dataset(browser_of: BrowserOf, app: Flask) -> None:
    answer = sent(browser_of("admin"), "/admin/charts/add", slice_name="Lone")
    assert answer.status_code == 200
    assert "Choose the dataset" in answer.text


def test_a_dashboard_is_made_with_the_charts_of_its_layout(
    app: Flask, browser_of: BrowserOf, embedded: Embedded
) -> None:
    layout = {"CHART": {"type": "CHART", "id": "CHART", "children": [], "meta": {"chartId": embedded.chart}}}
    admin = browser_of("admin")
    values = {"dashboard_title": "Mine", "slug": "mine", "position_json": json.dumps(layout)}
    assert sent(admin, "/admin/dashboards/add", **values).status_code == 302
    with app.app_context():
        dashboard = newest(app, Dashboard)
        assert (dashboard.slug, [chart.id for chart in dashboard.charts]) == ("mine", [embedded.chart])
        pk = dashboard.id
    again = sent(admin, "/admin/dashboards/add", dashboard_title="Other", slug="mine")
    assert again.status_code == 200
    assert sent(admin, f"/admin/dashboards/edit/{pk}", published="y").status_code == 302
    with app.app_context():
        dashboard = db.session.get(Dashboard, pk)
        assert dashboard is not None
        assert (dashboard.published, dashboard.dashboard_title) == (True, "Mine")


def test_a_connection_is_made_tried_and_changed(app: Flask, browser_of: BrowserOf, sales_file: Path) -> None:
    admin = browser_of("admin")
    uri = f"sqlite:///{sales_file}"
    assert sent(admin, "/admin/databases/add", database_name="files", sqlalchemy_uri=uri).status_code == 302
    with app.app_context():
        database = newest(app, Database)
        assert (database.database_name, database.secret_uri, database.expose_in_sqllab) == ("files", uri, True)
        pk = database.id
    assert sent(admin, f"/admin/databases/edit/{pk}", allow_dml="y", cache_timeout="60").status_code == 302
    with app.app_context():
        database = db.session.get(Database, pk)
        assert database is not None
        assert (database.allow_dml, database.cache_timeout, database.secret_uri) == (True, 60, uri)
    refused = sent(admin, "/admin/databases/add", database_name="none", sqlalchemy_uri="nothing://at/all")
    assert refused.status_code == 200


def test_a_dataset_is_made_with_its_columns(app: Flask, browser_of: BrowserOf, data_database: int) -> None:
    admin = browser_of("admin")
    answer = sent(admin, "/admin/datasets/add", database=str(data_database), table_name="sales")
    assert answer.status_code == 302, answer.text
    with app.app_context():
        dataset = newest(app, Dataset)
        assert [column.column_name for column in dataset.columns] == ["id", "tenant", "region", "amount", "sold_on"]
        pk = dataset.id
    assert sent(admin, f"/admin/datasets/edit/{pk}", description="All of them").status_code == 302
    again = sent(admin, "/admin/datasets/add", database=str(data_database), table_name="sales")
    assert again.status_code == 200
    assert "already exists" in again.text


def test_a_metric_is_added_changed_and_deleted(app: Flask, browser_of: BrowserOf, sales: int) -> None:
    admin = browser_of("admin")
    values = {"table": str(sales), "metric_name": "most", "expression": "MAX(amount)"}
    assert sent(admin, "/admin/metrics/add", **values).status_code == 302
    with app.app_context():
        metric = newest(app, DatasetMetric)
        assert (metric.metric_name, metric.dataset_id) == ("most", sales)
        pk = metric.id
    assert sent(admin, f"/admin/metrics/edit/{pk}", expression="MIN(amount)").status_code == 302
    assert sent(admin, f"/admin/metrics/edit/{pk}", expression="DROP TABLE sales").status_code == 200
    with app.app_context():
        names = {each.metric_name: each.expression for each in db.session.query(DatasetMetric).all()}
        assert names == {"count": "COUNT(*)", "total": "SUM(amount)", "most": "MIN(amount)"}
    assert deleted(admin, "/admin/metrics", [pk]).status_code == 302
    with app.app_context():
        assert db.session.get(DatasetMetric, pk) is None


def test_a_saved_query_is_made(app: Flask, browser_of: BrowserOf, data_database: int) -> None:
    admin = browser_of("admin")
    values = {"label": "One", "database": str(data_database), "sql": "SELECT 1"}
    assert sent(admin, "/admin/saved-queries/add", **values).status_code == 302
    with app.app_context():
        assert (newest(app, SavedQuery).label, newest(app, SavedQuery).db_id) == ("One", data_database)


def test_who_saves_an_older_state_is_told(app: Flask, browser_of: BrowserOf, embedded: Embedded) -> None:
    admin, path = browser_of("admin"), f"/admin/charts/edit/{embedded.chart}"
    with app.app_context():
        chart = db.session.get(Chart, embedded.chart)
        assert chart is not None
        older = chart.version - 1
    answer = sent(admin, path, slice_name="Late", version=str(older))
    assert answer.status_code == 200
    assert "Somebody changed this meanwhile" in answer.text
    with app.app_context():
        chart = db.session.get(Chart, embedded.chart)
        assert chart is not None
        assert chart.slice_name == "By region"


def deleted(client: Client, base: str, pks: list[int]) -> TestResponse:
    """The answer to the bulk action that deletes."""
    page = client.get(f"{base}/list/").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    return client.post(f"{base}/action_post", data={"action": "remove_all", "rowid": pks, "csrf_token": token[1]})


def test_rows_are_deleted_together_or_not_at_all(app: Flask, browser_of: BrowserOf, embedded: Embedded) -> None:
    admin = browser_of("admin")
    assert deleted(admin, "/admin/databases", [1]).status_code == 302
    assert "has datasets attached" in admin.get("/admin/databases/list/").get_data(as_text=True).replace("&#39;", "'")
    assert deleted(admin, "/admin/charts", [embedded.chart]).status_code == 302
    with app.app_context():
        assert db.session.get(Chart, embedded.chart) is None
        assert db.session.get(Database, 1) is not None


def test_another_site_cannot_send_them(app: Flask, browser_of: BrowserOf, embedded: Embedded) -> None:
    admin = browser_of("admin")
    for path in (f"/admin/charts/delete/{embedded.chart}", "/admin/charts/action_post"):
        form = {"action": "remove_all", "rowid": embedded.chart}
        assert admin.post(path, data=form).status_code == 400
    admin.get(f"/admin/charts/delete/{embedded.chart}")
    admin.post("/admin/charts/add", data={"slice_name": "Forged", "table": str(embedded.dataset)})
    with app.app_context():
        assert [chart.slice_name for chart in db.session.query(Chart).all()] == ["By region"]


def test_an_action_that_does_not_exist_is_not_found(browser_of: BrowserOf, embedded: Embedded) -> None:
    admin = browser_of("admin")
    page = admin.get("/admin/charts/list/").get_data(as_text=True)
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    answer = admin.post("/admin/charts/action_post", data={"action": "explode", "rowid": 1, "csrf_token": token})
    assert answer.status_code == 404


def test_a_row_rule_is_made_changed_and_deleted(app: Flask, browser_of: BrowserOf, sales: int) -> None:
    admin = browser_of("admin")
    values = {"name": "tenants", "clause": "tenant = 'a'", "filter_type": "Base"}
    without = sent(admin, "/admin/row-rules/add", **values)
    assert "Choose the datasets" in without.text
    assert sent(admin, "/admin/row-rules/add", tables=[str(sales)], **values).status_code == 302
    with app.app_context():
        rule = newest(app, RowRule)
        assert (rule.filter_type, rule.clause, [each.id for each in rule.tables]) == ("Base", "tenant = 'a'", [sales])
        pk = rule.id
    again = sent(admin, "/admin/row-rules/add", tables=[str(sales)], **values)
    assert "Must be unique" in again.text or "Already exists" in again.text
    wrong = sent(admin, f"/admin/row-rules/edit/{pk}", clause="tenant =")
    assert (wrong.status_code, "Error parsing" in wrong.text) == (200, True)
    assert deleted(admin, "/admin/row-rules", [pk]).status_code == 302
    with app.app_context():
        assert db.session.get(RowRule, pk) is None


def test_a_tag_is_made_renamed_and_deleted(app: Flask, browser_of: BrowserOf) -> None:
    admin = browser_of("admin")
    assert sent(admin, "/admin/tags/add", name="hot").status_code == 302
    assert sent(admin, "/admin/tags/add", name="hot").status_code == 200
    with app.app_context():
        pk = newest(app, Tag).id
    assert sent(admin, f"/admin/tags/edit/{pk}", name="warm").status_code == 302
    with app.app_context():
        assert newest(app, Tag).name == "warm"
    assert deleted(admin, "/admin/tags", [pk]).status_code == 302
    with app.app_context():
        assert db.session.get(Tag, pk) is None


def test_a_stylesheet_is_made(app: Flask, browser_of: BrowserOf) -> None:
    css = "a { color: red }"
    assert sent(browser_of("admin"), "/admin/css-templates/add", template_name="plain", css=css).status_code == 302
    with app.app_context():
        assert newest(app, CssTemplate).css == css


def test_a_table_that_is_not_there_is_said_at_its_field(browser_of: BrowserOf, data_database: int) -> None:
    answer = sent(browser_of("admin"), "/admin/datasets/add", database=str(data_database), table_name="nothing")
    assert "could not be found" in answer.text.split('id="table_name"', 1)[1].split("</tr>", 1)[0]


def test_a_theme_is_made_and_what_is_none_is_said(app: Flask, browser_of: BrowserOf) -> None:
    admin, place = browser_of("admin"), "/admin/themes"
    config = '{"token": {"colorPrimary": "#00897b"}}'
    assert sent(admin, f"{place}/add", theme_name="Sea", json_data=config).status_code == 302
    assert sent(admin, f"{place}/add", theme_name="None", json_data="{").status_code == 200
    with app.app_context():
        made = newest(app, Theme)
        assert (made.theme_name, made.config()["token"]) == ("Sea", {"colorPrimary": "#00897b"})
        pk, system = made.id, db.session.query(Theme).filter_by(theme_name="THEME_DARK").one().id
    assert deleted(admin, place, [pk]).status_code == 302
    deleted(admin, place, [system])
    with app.app_context():
        assert [db.session.get(Theme, each) is None for each in (pk, system)] == [True, False]


def test_an_annotation_is_made_in_its_layer(app: Flask, browser_of: BrowserOf) -> None:
    admin = browser_of("admin")
    assert sent(admin, "/admin/annotation-layers/add", name="Shop").status_code == 302
    with app.app_context():
        layer = newest(app, AnnotationLayer).id
    span = {"start_dttm": "2026-01-05 10:00:00", "end_dttm": "2026-01-06 10:00:00"}
    assert sent(admin, "/admin/annotations/add", layer=str(layer), short_descr="Launch", **span).status_code == 302
    with app.app_context():
        made = newest(app, Annotation)
        assert (made.layer_id, made.short_descr, made.start_dttm.hour) == (layer, "Launch", 10)
        pk = made.id
    wrong = sent(admin, f"/admin/annotations/edit/{pk}", end_dttm="2020-01-06 10:00:00")
    assert "End date must be after start date" in wrong.text
    assert deleted(admin, "/admin/annotations", [pk]).status_code == 302
    with app.app_context():
        assert db.session.get(Annotation, pk) is None
