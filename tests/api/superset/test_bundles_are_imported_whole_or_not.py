"""An import is all or nothing, says what is wrong with which file, and leaves what the bundle says."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from werkzeug.test import Client

from superset_like.extensions import db
from superset_like.models import Chart, Dashboard, Database, Dataset
from tests.bundles import (
    Files,
    actions,
    changed,
    exported,
    imported,
    metadata,
    path_in,
    problems,
    without,
    zipped,
)
from tests.conftest import ApiClient, ClientOf, Embedded

NEW = "11111111-2222-4333-8444-555555555555"
MISSING = "Missing data for required field."
NO_ROWS = "A bundle brings no rows: create the table first, and leave this out"


@pytest.fixture
def admin(client_of: ClientOf) -> ApiClient:
    return client_of("admin")


@pytest.fixture
def files(admin: ApiClient, embedded: Embedded) -> Files:
    """The dashboard of the shop as a bundle."""
    return exported(admin, "dashboard", embedded.dashboard)


def stored(app: Flask) -> dict[str, Any]:
    """How many objects there are, and their versions."""
    with app.app_context():
        return {
            model.__name__: [(item.id, item.version) for item in db.session.execute(db.select(model)).scalars()]
            for model in (Database, Dataset, Chart, Dashboard)
        }


def test_what_exists_is_refused_in_superset_s_words(app: Flask, admin: ApiClient, files: Files) -> None:
    before, path = stored(app), path_in(files, "dashboards")
    answer = imported(admin, "dashboard", files, overwrite="false")
    assert answer.status_code == 422
    assert answer.content_type == "application/json"
    text = "Dashboard already exists and `overwrite=true` was not passed"
    (error,) = answer.get_json()["errors"]
    assert error["message"] == f"Error importing dashboard: {path}: {text}"
    assert (error["error_type"], error["level"]) == ("GENERIC_COMMAND_ERROR", "warning")
    assert error["extra"][path] == text
    assert error["extra"]["issue_codes"] == [
        {"code": 1010, "message": "Issue 1010 - Superset encountered an error while running a command."}
    ]
    assert stored(app) == before


def test_parents_that_exist_stay_as_they_are(admin: ApiClient, files: Files, embedded: Embedded) -> None:
    dataset, dashboard = path_in(files, "datasets"), path_in(files, "dashboards")
    files |= {dataset: changed(files[dataset], description="other"), dashboard: changed(files[dashboard], css="a {}")}
    found = actions(imported(admin, "dashboard", files, overwrite="true"))
    assert (found[dataset], found[dashboard]) == ("left", "changed")
    item = admin.get(f"/api/v1/dataset/{embedded.dataset}").get_json()["result"]
    assert item["description"] is None
    assert actions(imported(admin, "assets", files | {"metadata.yaml": metadata("assets")}))[dataset] == "changed"


def test_overwriting_takes_away_what_the_bundle_no_longer_holds(
    admin: ApiClient, files: Files, embedded: Embedded, app: Flask
) -> None:
    extra = {
        "slice_name": "Extra", "viz_type": "table", "datasource_id": embedded.dataset, "datasource_type": "table",
        "dashboards": [embedded.dashboard],
    }  # fmt: skip
    gone = admin.post("/api/v1/chart/", json=extra).get_json()["id"]
    imported(admin, "dashboard", files, overwrite="true")
    charts = admin.get(f"/api/v1/dashboard/{embedded.dashboard}/charts").get_json()["result"]
    assert [chart["id"] for chart in charts] == [embedded.chart]
    assert admin.get(f"/api/v1/chart/{gone}").status_code == 200
    own = exported(admin, "dataset", embedded.dataset)
    path = path_in(own, "datasets")
    config = yaml.safe_load(own[path])
    config["columns"] = [column for column in config["columns"] if column["column_name"] != "sold_on"]
    config["metrics"] = [metric for metric in config["metrics"] if metric["metric_name"] == "total"]
    config["main_dttm_col"] = None
    answer = imported(admin, "dataset", own | {path: yaml.safe_dump(config)}, overwrite="true")
    (step,) = (step for step in answer.get_json()["result"] if step["file"] == path)
    assert set(step["fields"]) == {"columns.sold_on", "metrics.count", "main_dttm_col"}
    item = admin.get(f"/api/v1/dataset/{embedded.dataset}").get_json()["result"]
    assert {column["column_name"] for column in item["columns"]} == {"id", "tenant", "region", "amount"}
    assert {metric["metric_name"] for metric in item["metrics"]} == {"total"}


def test_columns_stand_in_the_order_of_the_bundle(admin: ApiClient, embedded: Embedded) -> None:
    own = exported(admin, "dataset", embedded.dataset)
    path = path_in(own, "datasets")
    config = yaml.safe_load(own[path])
    between = {"column_name": "between", "expression": "amount * 2", "type": "NUMERIC"}
    config["columns"] = [config["columns"][0], between, *reversed(config["columns"][1:])]
    assert imported(admin, "dataset", own | {path: yaml.safe_dump(config)}, overwrite="true").status_code == 200
    again = yaml.safe_load(exported(admin, "dataset", embedded.dataset)[path])
    names = [column["column_name"] for column in again["columns"]]
    assert names == [column["column_name"] for column in config["columns"]]


def test_nothing_is_kept_when_the_last_file_is_wrong(app: Flask, admin: ApiClient, files: Files) -> None:
    before = stored(app)
    chart, dashboard = path_in(files, "charts"), path_in(files, "dashboards")
    many = {
        f"charts/{number}.yaml": changed(files[chart], uuid=f"11111111-2222-4333-8444-{number:012}")
        for number in range(50)
    }
    wrong = files | many | {dashboard: changed(files[dashboard], uuid=NEW, slug="12")}
    answer = imported(admin, "dashboard", wrong)
    assert (answer.status_code, stored(app)) == (422, before)
    assert problems(answer) == {dashboard: {"slug": ["A slug may not be a number nor hold a slash"]}}
    # This one is known to be wrong only when everything else is made.
    taken = {"dashboard_title": "x", "slug": "taken"}
    assert admin.post("/api/v1/dashboard/", json=taken).status_code == 201
    before = stored(app)
    answer = imported(admin, "dashboard", wrong | {dashboard: changed(files[dashboard], uuid=NEW, slug="taken")})
    assert (answer.status_code, stored(app)) == (422, before)
    assert problems(answer) == {dashboard: {"slug": ["Must be unique"]}}


@pytest.mark.parametrize(
    ("folder", "values", "problem"),
    [
        ("dashboards", {"nonsense": 1}, {"nonsense": ["Unknown field."]}),
        ("dashboards", {"uuid": "x"}, {"uuid": ["Not a valid UUID."]}),
        ("dashboards", {"version": "2.0.0"}, {"version": ["Must be equal to 1.0.0."]}),
        ("dashboards", {"position": "x"}, {"position": ["Not a valid mapping type."]}),
        (
            "dashboards",
            {"metadata": {"native_filter_configuration": "x"}},
            {"metadata": [{"native_filter_configuration": ["Not a valid list."]}]},
        ),
        ("charts", {"params": []}, {"params": ["Not a valid mapping type."]}),
        ("charts", {"query_context": "{"}, {"query_context": ["JSON not valid"]}),
        ("charts", {"dataset_uuid": NEW}, {"dataset_uuid": ["It is neither in the bundle nor here"]}),
        ("datasets", {"columns": [{"column_name": 1}]}, {"columns": {"0": {"column_name": ["Not a valid string."]}}}),
        ("datasets", {"metrics": [{"metric_name": "a"}]}, {"metrics": {"0": {"expression": [MISSING]}}}),
        ("datasets", {"data": "http://example.com/x.csv"}, {"data": [NO_ROWS]}),
        ("databases", {"extra": "x"}, {"extra": ["Not a valid mapping type."]}),
        ("databases", {"ssh_tunnel": {"server_address": "x"}}, {"ssh_tunnel": ["ssh_tunnel is not supported"]}),
    ],
)  # fmt: skip
def test_the_file_and_the_field_at_fault_are_named(
    admin: ApiClient, files: Files, app: Flask, folder: str, values: dict[str, Any], problem: Any
) -> None:
    path, before = path_in(files, folder), stored(app)
    fresh = {"uuid": NEW, "database_name": "new", "table_name": "secrets"}
    known = yaml.safe_load(files[path])
    given = {name: value for name, value in fresh.items() if name in known} | values
    answer = imported(admin, "dashboard", files | {path: changed(files[path], **given)}, overwrite="true")
    assert answer.status_code == 422
    found = problems(answer)
    assert found[path] == problem
    assert path in answer.get_json()["message"]
    assert stored(app) == before


def test_a_bundle_says_what_it_is(admin: ApiClient, files: Files) -> None:
    kinds = {
        "chart": "Slice",
        "dataset": "SqlaTable",
        "database": "Database",
        "saved_query": "SavedQuery",
        "assets": "assets",
    }
    for what, type_ in kinds.items():
        answer = imported(admin, what, files)
        assert answer.status_code == 422
        assert problems(answer) == {"metadata.yaml": {"type": [f"Must be equal to {type_}."]}}
    for text, problem in (
        ("type: Dashboard\n", {"version": ["Must be equal to 1.0.0."]}),
        ("version: 0.9\ntype: Dashboard\n", {"version": ["Must be equal to 1.0.0."]}),
    ):
        assert problems(imported(admin, "dashboard", files | {"metadata.yaml": text})) == {"metadata.yaml": problem}
    left = {path: text for path, text in files.items() if path != "metadata.yaml"}
    answer = imported(admin, "dashboard", left)
    assert (answer.status_code, problems(answer)) == (422, {"metadata.yaml": "Missing metadata.yaml"})
    assert (
        imported(admin, "dashboard", files | {"metadata.yaml": "version: 1.0.0"}, overwrite="True").status_code == 200
    )


def test_what_is_no_bundle_is_refused(admin: ApiClient) -> None:
    missing = admin.post("/api/v1/dashboard/import/", data={}, content_type="multipart/form-data")
    assert missing.status_code == 400
    answer = imported(admin, "dashboard", b"{}")
    assert (answer.status_code, answer.get_json()["message"]) == (422, "Not a ZIP file")
    answer = imported(admin, "dashboard", zipped({"readme.txt": "x", ".hidden.yaml": "x", "_own.yaml": "x"}))
    assert (answer.status_code, answer.get_json()["message"]) == (400, "No valid import files were found")
    for field, value in (("overwrite", "perhaps"), ("passwords", "[]"), ("passwords", "{"), ("plan", "2")):
        answer = imported(admin, "dashboard", zipped({"metadata.yaml": metadata("Dashboard")}), **{field: value})
        assert (answer.status_code, list(answer.get_json()["message"])) == (400, [field])


def test_two_files_of_one_uuid_are_refused(admin: ApiClient, files: Files) -> None:
    path = path_in(files, "charts")
    answer = imported(admin, "dashboard", files | {"charts/again.yaml": files[path]}, overwrite="true")
    assert answer.status_code == 422
    assert problems(answer) == {"charts/again.yaml": {"uuid": [f"{path} has the same"]}}


def test_a_plan_says_what_would_be_and_changes_nothing(app: Flask, admin: ApiClient, files: Files) -> None:
    dashboard, chart = path_in(files, "dashboards"), path_in(files, "charts")
    wish = files | {
        dashboard: changed(files[dashboard], css="p {}", published=False),
        "charts/new.yaml": changed(files[chart], uuid=NEW, slice_name="New"),
        "notes/x.yaml": "a: 1",
    }
    before = stored(app)
    for form in ({"plan": "true"}, {"dry_run": "true"}):
        answer = imported(admin, "dashboard", wish, overwrite="true", **form)
        steps = {step["file"]: step for step in answer.get_json()["result"]}
        assert {path: step["action"] for path, step in steps.items()} == {
            dashboard: "changed",
            chart: "left",
            "charts/new.yaml": "created",
            path_in(files, "datasets"): "left",
            path_in(files, "databases"): "left",
            "notes/x.yaml": "ignored",
        }
        assert steps[dashboard]["fields"] == ["css", "published"]
        assert (steps["charts/new.yaml"]["kind"], steps["charts/new.yaml"]["uuid"]) == ("chart", NEW)
        assert stored(app) == before
    # Nor is it told as a change.
    q = "(filters:!((col:action,opr:eq,value:Dashboard.import_)))"
    assert admin.get(f"/api/v1/log/?q={q}").get_json()["count"] == 0
    assert imported(admin, "dashboard", wish, plan="true").status_code == 422
    done = imported(admin, "dashboard", wish, overwrite="true")
    assert admin.get(f"/api/v1/log/?q={q}").get_json()["count"] == 1
    assert done.get_json()["result"] == answer.get_json()["result"]
    again = imported(admin, "dashboard", wish, overwrite="true")
    assert set(actions(again).values()) == {"left", "ignored"}


def test_a_second_import_changes_nothing(app: Flask, admin: ApiClient, files: Files) -> None:
    own = {"metadata.yaml": metadata("assets")}
    before = stored(app)
    assert set(actions(imported(admin, "assets", files | own)).values()) == {"left"}
    assert stored(app) == before


def test_masked_passwords_are_asked_for(admin: ApiClient, app: Flask, files: Files) -> None:
    path = "databases/pg.yaml"
    uri = "postgresql+psycopg://bi:XXXXXXXXXX@127.0.0.1:1/bi"
    base = files[path_in(files, "databases")]
    new = {"metadata.yaml": metadata("Database"), path: changed(base, uuid=NEW, database_name="pg", sqlalchemy_uri=uri)}
    for what in ("database", "assets"):
        own = new | {"metadata.yaml": metadata("assets" if what == "assets" else "Database")}
        answer = imported(admin, what, own)
        assert answer.status_code == 422
        assert problems(answer) == {path: {"_schema": ["Must provide a password for the database"]}}
    assert imported(admin, "database", new, passwords={path: "geheim"}).status_code == 200
    with app.app_context():
        database = db.session.execute(db.select(Database).where(Database.database_name == "pg")).scalar_one()
        assert (database.sqlalchemy_uri, database.secret_uri) == (uri, uri.replace("XXXXXXXXXX", "geheim"))
        pk = database.id
    again = exported(admin, "database", pk)
    assert "geheim" not in "".join(again.values())
    # What is stored serves, as long as it is for the same place.
    answer = imported(admin, "database", new | {path: changed(new[path], cache_timeout=5)}, overwrite="true")
    assert actions(answer)[path] == "changed"
    elsewhere = changed(new[path], sqlalchemy_uri=uri.replace("127.0.0.1", "127.0.0.2"))
    answer = imported(admin, "database", new | {path: elsewhere}, overwrite="true")
    assert (answer.status_code, list(problems(answer)[path])) == (422, ["sqlalchemy_uri"])
    with app.app_context():
        assert db.session.get_one(Database, pk).secret_uri == uri.replace("XXXXXXXXXX", "geheim")


def test_masked_secrets_are_asked_for(admin: ApiClient, app: Flask, files: Files) -> None:
    path = path_in(files, "databases")
    secrets = json.dumps({"service": {"key": "XXXXXXXXXX", "ids": ["XXXXXXXXXX"]}})
    config = changed(files[path], uuid=NEW, database_name="secret", masked_encrypted_extra=secrets)
    new = {"metadata.yaml": metadata("Database"), path: config}
    answer = imported(admin, "database", new)
    text = "Must provide value for masked_encrypted_extra field: $.service"
    assert problems(answer) == {path: {"_schema": [f"{text}.key", f"{text}.ids[0]"]}}
    given = {path: {"$.service.key": "s3cret", "$.service.ids[0]": "one"}}
    assert imported(admin, "database", new, encrypted_extra_secrets=given).status_code == 200
    with app.app_context():
        database = db.session.execute(db.select(Database).where(Database.database_name == "secret")).scalar_one()
        assert json.loads(database.encrypted_extra or "") == {"service": {"key": "s3cret", "ids": ["one"]}}
        pk = database.id
    files = exported(admin, "database", pk)
    assert json.loads(yaml.safe_load(files[path_in(files, "databases")])["masked_encrypted_extra"]) == json.loads(
        secrets
    )
    wrong = {path: {"$.service.nothing": "x"}}
    answer = imported(
        admin, "database", new | {path: changed(config, uuid=NEW[:-1] + "6")}, encrypted_extra_secrets=wrong
    )
    assert problems(answer) == {path: {"masked_encrypted_extra": ["There is no $.service.nothing in it"]}}


@pytest.mark.parametrize(
    "uri",
    ["sqlite:////etc/passwd", "postgresql://u:p@169.254.169.254/db", "csv:///x", "postgresql://u:p@h/db?sslkey=/x"],
)
def test_a_connection_is_held_to_the_rules_of_its_making(admin: ApiClient, files: Files, app: Flask, uri: str) -> None:
    path, before = path_in(files, "databases"), stored(app)
    new = {
        "metadata.yaml": metadata("Database"),
        path: changed(files[path], uuid=NEW, database_name="x", sqlalchemy_uri=uri),
    }
    answer = imported(admin, "database", new)
    assert (answer.status_code, list(problems(answer)[path])) == (422, ["sqlalchemy_uri"])
    assert stored(app) == before


def test_early_bundles_are_understood(admin: ApiClient, files: Files, embedded: Embedded) -> None:
    chart, dataset = path_in(files, "charts"), path_in(files, "datasets")
    database = path_in(files, "databases")
    uuids = {name: f"11111111-2222-4333-8444-00000000000{number}" for number, name in enumerate(("db", "ds", "ch"))}
    early_database = without(
        changed(files[database], uuid=uuids["db"], database_name="early", allow_csv_upload=True,
                extra={"schemas_allowed_for_csv_upload": "[]"}),
        "allow_file_upload", "allow_dml", "configuration_method", "impersonate_user",
    )  # fmt: skip
    config = yaml.safe_load(files[dataset])
    for part in (*config["columns"], *config["metrics"]):
        part["extra"] = '{"warning_markdown": "x"}'
    early_dataset = without(
        changed(yaml.safe_dump(config), uuid=uuids["ds"], database_uuid=uuids["db"], extra='{"a": 1}',
                template_params=""),
        "catalog", "folders", "normalize_columns", "always_filter_main_dttm", "currency_code_column",
    )  # fmt: skip
    early_chart = without(
        changed(files[chart], uuid=uuids["ch"], datasource_uuid=uuids["ds"], is_managed_externally=True),
        "dataset_uuid", "certified_by", "certification_details", "query_context",
    )  # fmt: skip
    early = {
        "metadata.yaml": metadata("Slice"),
        "databases/early.yaml": early_database,
        "datasets/early/sales.yaml": early_dataset,
        "charts/early.yml": early_chart,
    }
    assert set(actions(imported(admin, "chart", early)).values()) == {"created"}
    (row,) = (row for row in admin.get("/api/v1/database/").get_json()["result"] if row["database_name"] == "early")
    assert row["allow_file_upload"] is True
    made = admin.get(f"/api/v1/chart/{uuids['ch']}").get_json()["result"]
    assert made["datasource_uuid"] == uuids["ds"]
    item = admin.get(f"/api/v1/dataset/{uuids['ds']}").get_json()["result"]
    assert (item["extra"], item["columns"][0]["extra"]) == ('{"a": 1}', '{"warning_markdown": "x"}')


def test_either_name_of_the_file_will_do(admin: ApiClient, files: Files) -> None:
    assert imported(admin, "dashboard", files, overwrite="true", field="bundle").status_code == 200
    own = files | {"metadata.yaml": metadata("assets")}
    assert imported(admin, "assets", own, field="formData", overwrite="false").status_code == 200


def test_a_token_needs_no_proof_and_a_session_does(files: Files, browser_of: Callable[[str], Client]) -> None:
    browser = browser_of("admin")
    assert imported(browser, "dashboard", files, overwrite="true").status_code == 400
    token = browser.get("/api/v1/security/csrf_token/").get_json()["result"]
    browser.environ_base["HTTP_X_CSRFTOKEN"] = token
    assert imported(browser, "dashboard", files, overwrite="true").status_code == 200


def test_a_saved_query_comes_to_its_importer(client_of: ClientOf, sales: int, sales_file: Path) -> None:
    alice, admin = client_of("alice"), client_of("admin")
    shop = admin.get(f"/api/v1/dataset/{sales}").get_json()["result"]["database"]["id"]
    body = {"db_id": shop, "label": "Mine", "sql": "SELECT 1"}
    pk = alice.post("/api/v1/saved_query/", json=body).get_json()["id"]
    files = exported(alice, "saved_query", pk)
    assert [path for path in files if not path.startswith("queries/")] == ["metadata.yaml"]
    path = path_in(files, "queries")
    assert imported(alice, "saved_query", files).status_code == 422
    answer = imported(alice, "saved_query", {**files, path: changed(files[path], sql="SELECT 2")}, overwrite="true")
    assert actions(answer)[path] == "changed"
    assert alice.get(f"/api/v1/saved_query/{pk}").get_json()["result"]["sql"] == "SELECT 2"
    assert imported(admin, "saved_query", {**files, path: changed(files[path], uuid=NEW)}).status_code == 200
    made = admin.get("/api/v1/saved_query/").get_json()["result"]
    assert [row["created_by"]["first_name"] for row in made if row["label"] == "Mine"].count("Admin") == 1
