"""What is exported, imported elsewhere and exported again is the same, byte for byte."""

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from sqlalchemy import delete

from superset_like.config.settings import Settings
from superset_like.extensions import db
from superset_like.models import (
    BundleNumber,
    Chart,
    Dashboard,
    Database,
    Dataset,
    DatasetColumn,
    DatasetMetric,
    SavedQuery,
    Tag,
    TaggedObject,
)
from tests.bundles import Files, actions, changed, exported, imported, path_in, recorded, without_time, zipped
from tests.conftest import ApiClient, ClientOf, Embedded

KINDS = {"database": "Database", "dataset": "SqlaTable", "chart": "Slice", "dashboard": "Dashboard"}


@pytest.fixture
def admin(client_of: ClientOf) -> ApiClient:
    return client_of("admin")


@pytest.fixture
def rich(admin: ApiClient, embedded: Embedded, app: Flask) -> Embedded:
    """The dashboard with everything in it that names a chart or a dataset, and a second chart."""
    body = {
        "slice_name": "Übersicht: 100 %",
        "viz_type": "echarts_timeseries_line",
        "datasource_id": embedded.dataset,
        "datasource_type": "table",
        "description": "one\ntwo  \n\n  three: 'four' — five",
        "cache_timeout": 60,
        "certified_by": "alice",
        "dashboards": [embedded.dashboard],
    }
    second = admin.post("/api/v1/chart/", json=body).get_json()["id"]
    layer = {"name": "a", "annotationType": "EVENT", "sourceType": "table", "value": embedded.chart}
    params = {
        "datasource": f"{embedded.dataset}__table",
        "slice_id": second,
        "dashboards": [embedded.dashboard],
        "metrics": ["total"],
        "annotation_layers": [layer],
        "rate": 0.0000001,
        "big": 9007199254740993,
    }
    context = {
        "datasource": {"id": embedded.dataset, "type": "table"},
        "queries": [{"metrics": ["total"], "annotation_layers": [layer]}],
        "form_data": params,
    }
    texts = {"params": json.dumps(params), "query_context": json.dumps(context, separators=(",", ":"))}
    assert admin.put(f"/api/v1/chart/{second}", json=texts).status_code == 200
    item = admin.get(f"/api/v1/dashboard/{embedded.dashboard}").get_json()["result"]
    metadata = json.loads(item["json_metadata"])
    metadata["native_filter_configuration"][0] |= {
        "chartsInScope": [embedded.chart, second],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": [second]},
    }
    metadata |= {
        "chart_configuration": {
            str(pk): {"id": pk, "crossFilters": {"scope": {"excluded": [pk]}, "chartsInScope": [embedded.chart]}}
            for pk in (embedded.chart, second)
        },
        "global_chart_configuration": {"scope": {"excluded": [second]}, "chartsInScope": [embedded.chart]},
        "expanded_slices": {str(second): True},
        "timed_refresh_immune_slices": [second, embedded.chart],
        "filter_scopes": {str(second): {"region": {"scope": ["ROOT_ID"], "immune": [embedded.chart]}}},
        "default_filters": json.dumps({str(second): {"region": ["north"]}}),
        "label_colors": {"1": "#fff", "yes": "#000"},
    }
    layout = json.loads(item["position_json"])
    layout["OTHER"] = {"type": "CHART", "id": "OTHER", "children": [], "meta": {"chartId": second, "width": 6}}
    layout["ROW"]["children"].append("OTHER")
    texts = {"json_metadata": json.dumps(metadata), "position_json": json.dumps(layout), "css": "p { color: red }"}
    assert admin.put(f"/api/v1/dashboard/{embedded.dashboard}", json=texts | {"slug": "shop"}).status_code == 200
    dataset = admin.get(f"/api/v1/dataset/{embedded.dataset}").get_json()["result"]
    folders = [
        {
            "uuid": "0a0a0a0a-0000-4000-8000-000000000001",
            "type": "folder",
            "name": "Money",
            "children": [
                {"uuid": dataset["metrics"][1]["uuid"], "type": "metric"},
                {"uuid": dataset["columns"][0]["uuid"], "type": "column"},
            ],
        }
    ]
    values = {"folders": folders, "template_params": '{"a": 1}', "extra": '{"certification": {"certified_by": "x"}}'}
    assert admin.put(f"/api/v1/dataset/{embedded.dataset}", json=values).status_code == 200
    with app.app_context():
        tag = Tag(name="money", description="About money")
        db.session.add(tag)
        db.session.flush()
        db.session.add(TaggedObject(tag_id=tag.id, object_type="chart", object_id=second))
        db.session.commit()
    shop = admin.get(f"/api/v1/dataset/{embedded.dataset}").get_json()["result"]["database"]["id"]
    saved = {"db_id": shop, "label": "All of it", "schema": "main", "sql": "SELECT *\nFROM sales"}
    assert admin.post("/api/v1/saved_query/", json=saved).status_code == 201
    return embedded


@pytest.fixture
def elsewhere(app: Flask, admin: ApiClient, settings: Settings) -> Callable[[], None]:
    """Makes the installation another one: nothing of this one is there, and its ids are in use by other things."""

    def leave() -> None:
        with app.app_context():
            for model in (SavedQuery, Dashboard, Chart, DatasetColumn, DatasetMetric, Dataset, Database, Tag):
                for item in db.session.execute(db.select(model)).scalars():
                    db.session.delete(item)
                db.session.commit()
            db.session.execute(delete(BundleNumber))
            db.session.commit()
        uri = f"sqlite:///{settings.home / 'data' / 'sales.sqlite'}"
        other = admin.post("/api/v1/database/", json={"database_name": "other", "sqlalchemy_uri": uri}).get_json()["id"]
        for table in ("sales", "secrets"):
            body = {"database": other, "table_name": table}
            dataset = admin.post("/api/v1/dataset/", json=body).get_json()["id"]
            for name in ("By region", "x", "y"):
                chart = {"slice_name": name, "datasource_id": dataset, "datasource_type": "table", "viz_type": "table"}
                assert admin.post("/api/v1/chart/", json=chart).status_code == 201
            assert admin.post("/api/v1/dashboard/", json={"dashboard_title": "Shop"}).status_code == 201

    return leave


def of_shop(client: ApiClient, what: str) -> list[int]:
    """Ids of what did not come with `elsewhere`."""
    rows = client.get(f"/api/v1/{what}/?q=(page_size:100)").get_json()["result"]
    uuids = {row["id"]: row["uuid"] for row in rows}
    return sorted(pk for pk, uuid in uuids.items() if uuid in ORIGINAL[what])


ORIGINAL: dict[str, set[str]] = {}


@pytest.fixture(autouse=True)
def original() -> Iterator[None]:
    ORIGINAL.clear()
    yield


def remember(client: ApiClient) -> None:
    for what in KINDS:
        rows = client.get(f"/api/v1/{what}/?q=(page_size:100)").get_json()["result"]
        ORIGINAL[what] = {row["uuid"] for row in rows}


@pytest.mark.parametrize("what", KINDS)
def test_each_kind_comes_out_as_it_went_in(
    what: str, admin: ApiClient, rich: Embedded, elsewhere: Callable[[], None]
) -> None:
    remember(admin)
    first = exported(admin, what, *of_shop(admin, what))
    elsewhere()
    assert set(actions(imported(admin, what, first)).values()) == {"created"}
    again = exported(admin, what, *of_shop(admin, what))
    assert without_time(again) == without_time(first)
    assert list(again) == list(first)
    assert yaml.safe_load(first["metadata.yaml"])["type"] == KINDS[what]


def test_all_assets_come_out_as_they_went_in(
    app: Flask, admin: ApiClient, rich: Embedded, elsewhere: Callable[[], None]
) -> None:
    remember(admin)
    first = exported(admin, "assets")
    assert {path.split("/")[0] for path in first} == {
        "metadata.yaml", "databases", "datasets", "charts", "dashboards", "queries", "tags.yaml",
    }  # fmt: skip
    elsewhere()
    assert set(actions(imported(admin, "assets", first)).values()) == {"created"}
    with app.app_context():
        others = [Dashboard.dashboard_title == "Shop", Chart.slice_name.in_(("By region", "x", "y"))]
        uuids = {model: ORIGINAL[name] for name, model in (("dashboard", Dashboard), ("chart", Chart))}
        for model, ours in uuids.items():
            for item in db.session.execute(db.select(model)).scalars():
                if str(item.uuid) not in ours:
                    db.session.delete(item)
        db.session.commit()
        assert others
        for database in db.session.execute(db.select(Database).where(Database.database_name == "other")).scalars():
            for dataset in database.datasets:
                db.session.delete(dataset)
            db.session.flush()
            db.session.delete(database)
        db.session.commit()
    again = exported(admin, "assets")
    assert without_time(again) == without_time(first)
    assert list(again) == list(first)
    assert set(actions(imported(admin, "assets", again)).values()) == {"left"}


def test_the_same_state_gives_the_same_bytes(admin: ApiClient, rich: Embedded) -> None:
    url = f"/api/v1/dashboard/export/?q=!({rich.dashboard})"
    answers = [admin.get(url) for _ in range(2)]
    infos = [
        [(info.filename.split("/", 1)[1], info.CRC, info.date_time, info.external_attr) for info in bundle.infolist()]
        for bundle in (zipfile.ZipFile(BytesIO(answer.data)) for answer in answers)
    ]
    assert [entry for entry in infos[0] if entry[0] != "metadata.yaml"] == [
        entry for entry in infos[1] if entry[0] != "metadata.yaml"
    ]


def test_what_superset_exported_comes_in_and_out_again(
    admin: ApiClient, settings: Settings, sales_file: Path, app: Flask, data_database: int, tmp_path: Path
) -> None:
    duckdb = pytest.importorskip("duckdb")
    place = settings.home / "data" / "bi.duckdb"
    place.unlink(missing_ok=True)
    duckdb.connect(str(place)).execute("CREATE TABLE flights (origin VARCHAR, flight BIGINT)").close()
    first = recorded(f"duckdb:///{place}?access_mode=read_only")
    assert set(actions(imported(admin, "dashboard", first)).values()) == {"created"}
    (row,) = admin.get("/api/v1/dashboard/?q=(filters:!((col:slug,opr:eq,value:flights)))").get_json()["result"]
    again = exported(admin, "dashboard", row["id"])
    assert without_time(again) == without_time(first)
    charts = admin.get(f"/api/v1/dashboard/{row['id']}/charts").get_json()["result"]
    assert {chart["slice_name"] for chart in charts} == {"Flights table 2", "Carrier agg", "Monthly flights"}


def test_references_are_those_of_this_installation_after_an_import(
    admin: ApiClient, rich: Embedded, elsewhere: Callable[[], None]
) -> None:
    remember(admin)
    first = exported(admin, "dashboard", rich.dashboard)
    elsewhere()
    imported(admin, "dashboard", first)
    (dashboard,), (dataset,) = of_shop(admin, "dashboard"), of_shop(admin, "dataset")
    one, two = of_shop(admin, "chart")
    item = admin.get(f"/api/v1/dashboard/{dashboard}").get_json()["result"]
    metadata, layout = json.loads(item["json_metadata"]), json.loads(item["position_json"])
    assert {dashboard, one, two}.isdisjoint({rich.dashboard, rich.chart})
    (each,) = metadata["native_filter_configuration"]
    assert each["targets"] == [{"datasetId": dataset, "column": {"name": "region"}}]
    assert set(each["chartsInScope"]) == {one, two}
    assert set(metadata["chart_configuration"]) == {str(one), str(two)}
    assert {
        node["meta"]["chartId"] for node in layout.values() if isinstance(node, dict) and node["type"] == "CHART"
    } == {
        one,
        two,
    }
    rows = {row["slice_name"]: row for row in admin.get("/api/v1/chart/?q=(page_size:100)").get_json()["result"]}
    line = rows["Übersicht: 100 %"]
    params = json.loads(line["params"])
    assert (params["datasource"], params["slice_id"]) == (f"{dataset}__table", line["id"])
    assert params["annotation_layers"][0]["value"] in {one, two} - {line["id"]}
    assert "dashboards" not in params
    context = json.loads(admin.get(f"/api/v1/chart/{line['id']}").get_json()["result"]["query_context"])
    assert context["datasource"]["id"] == dataset
    # The chart answers at once.
    by_region = next(pk for pk in (one, two) if pk != line["id"])
    answer = admin.get(f"/api/v1/chart/{by_region}/data/")
    assert answer.get_json()["result"][0]["rowcount"] == 5


def test_folders_of_a_dataset_still_hold_their_columns(
    admin: ApiClient, rich: Embedded, elsewhere: Callable[[], None]
) -> None:
    remember(admin)
    first = exported(admin, "dataset", rich.dataset)
    elsewhere()
    imported(admin, "dataset", first)
    (pk,) = of_shop(admin, "dataset")
    item = admin.get(f"/api/v1/dataset/{pk}").get_json()["result"]
    names = {part["uuid"]: part.get("column_name") or part["metric_name"] for part in item["columns"] + item["metrics"]}
    (folder,) = item["folders"]
    assert [names[child["uuid"]] for child in folder["children"]] == ["total", "id"]


def test_files_are_named_and_spelled_as_superset_does(admin: ApiClient, rich: Embedded) -> None:
    answer = admin.get(f"/api/v1/dashboard/export/?q=[{rich.dashboard}]&token=abc-1")
    name = answer.headers["Content-Disposition"]
    assert re.fullmatch(r"attachment; filename=dashboard_export_\d{8}T\d{6}\.zip", name)
    assert answer.headers["Set-Cookie"].startswith("abc-1=done;")
    with zipfile.ZipFile(BytesIO(answer.data)) as bundle:
        assert {each.split("/")[0] for each in bundle.namelist()} == {name.split("=")[1].removesuffix(".zip")}
    files = exported(admin, "dashboard", rich.dashboard)
    assert f"dashboards/Shop_{rich.dashboard}.yaml" in files
    assert f"charts/By_region_{rich.chart}.yaml" in files
    assert f"datasets/shop/sales_{rich.dataset}.yaml" in files
    database = yaml.safe_load(files["databases/shop.yaml"])
    assert list(database) == [
        "database_name", "sqlalchemy_uri", "cache_timeout", "expose_in_sqllab", "allow_run_async", "allow_ctas",
        "allow_cvas", "allow_dml", "allow_file_upload", "extra", "impersonate_user", "configuration_method", "uuid",
        "version",
    ]  # fmt: skip
    own = exported(admin, "database", *of_named(admin, "shop"))
    assert "allow_csv_upload: false" in own["databases/shop.yaml"]
    assert "datasets/shop/sales.yaml" in own
    dashboard = yaml.safe_load(files[f"dashboards/Shop_{rich.dashboard}.yaml"])
    assert list(dashboard)[-5:] == ["uuid", "position", "metadata", "theme_uuid", "version"]


def of_named(client: ApiClient, name: str) -> list[int]:
    rows = client.get("/api/v1/database/").get_json()["result"]
    return [row["id"] for row in rows if row["database_name"] == name]


def test_a_cookie_of_this_server_is_not_overwritten(admin: ApiClient, rich: Embedded) -> None:
    for token in ("session", "remember_token", "a b", "x" * 65):
        answer = admin.get("/api/v1/chart/export/", query_string={"q": f"!({rich.chart})", "token": token})
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)


def test_names_that_would_be_the_same_file_are_told_apart(admin: ApiClient, sales: int) -> None:
    for label in ("a b", "a_b", "A b"):
        body = {"db_id": of_named(admin, "shop")[0], "label": label, "sql": "SELECT 1"}
        assert admin.post("/api/v1/saved_query/", json=body).status_code == 201
    pks = [row["id"] for row in admin.get("/api/v1/saved_query/").get_json()["result"]]
    files = exported(admin, "saved_query", *pks)
    assert len([path for path in files if path.startswith("queries/shop/")]) == 3


def test_charts_without_a_place_in_the_layout_are_given_one(
    admin: ApiClient, embedded: Embedded, elsewhere: Any
) -> None:
    assert admin.put(f"/api/v1/dashboard/{embedded.dashboard}", json={"position_json": "{}"}).status_code == 200
    remember(admin)
    first = exported(admin, "dashboard", embedded.dashboard)
    layout = yaml.safe_load(first[path_in(first, "dashboards")])["position"]
    assert any(key.startswith("CHART-") for key in layout)
    elsewhere()
    imported(admin, "dashboard", first)
    (dashboard,) = of_shop(admin, "dashboard")
    assert len(admin.get(f"/api/v1/dashboard/{dashboard}/charts").get_json()["result"]) == 1
    assert without_time(exported(admin, "dashboard", dashboard)) == without_time(first)


def test_nothing_is_exported_when_one_is_missing(admin: ApiClient, rich: Embedded) -> None:
    for what, pk in (("chart", rich.chart), ("dashboard", rich.dashboard), ("dataset", rich.dataset)):
        assert admin.get(f"/api/v1/{what}/export/?q=!({pk},999999)").status_code == 404
    assert admin.get("/api/v1/chart/export/").status_code == 400
    assert admin.get("/api/v1/chart/export/?q=!(a)").status_code == 400


def test_an_export_asks_the_metadata_as_often_whatever_it_holds(admin: ApiClient, rich: Embedded, counted: Any) -> None:
    counts = []
    for round_ in range(2):
        counted.statements.clear()
        exported(admin, "dashboard", rich.dashboard)
        counts.append(len(counted))
        if round_ == 0:
            for number in range(5):
                body = {
                    "slice_name": f"more {number}", "viz_type": "table", "datasource_id": rich.dataset,
                    "datasource_type": "table", "dashboards": [rich.dashboard],
                }  # fmt: skip
                assert admin.post("/api/v1/chart/", json=body).status_code == 201
    assert counts[0] == counts[1]


def test_a_changed_spelling_is_the_same_bundle(admin: ApiClient, rich: Embedded) -> None:
    files: Files = exported(admin, "dashboard", rich.dashboard)
    flow = {path: json.dumps(yaml.safe_load(text)) for path, text in files.items()}
    answer = imported(admin, "dashboard", zipped(flow, "another root"), overwrite="true")
    assert set(actions(answer).values()) <= {"left", "ignored"}
    path = path_in(files, "dashboards")
    assert (
        actions(imported(admin, "dashboard", {**flow, path: changed(files[path], css="")}, overwrite="1"))[path]
        == "changed"
    )
