"""Nobody reads, makes or changes by a bundle what he may not read, make or change otherwise."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from flask import Flask

from superset_like.extensions import db
from superset_like.models import Chart, Dashboard, Database, Dataset
from tests.bundles import Files, actions, changed, exported, imported, metadata, path_in, problems
from tests.conftest import ApiClient, ClientOf, Embedded

NEW = "11111111-2222-4333-8444-555555555555"
OTHER = "11111111-2222-4333-8444-666666666666"


def stored(app: Flask) -> dict[str, Any]:
    """Objects with their versions and owners."""
    with app.app_context():
        return {
            model.__name__: [
                (item.id, item.version, sorted(owner.id for owner in getattr(item, "owners", ())))
                for item in db.session.execute(db.select(model)).scalars()
            ]
            for model in (Database, Dataset, Chart, Dashboard)
        }


def test_a_guest_neither_exports_nor_imports(
    client_of: ClientOf, embedded: Embedded, guest_of: Callable[..., ApiClient]
) -> None:
    files, guest = exported(client_of("admin"), "dashboard", embedded.dashboard), guest_of(embedded)
    for what in ("chart", "dashboard", "dataset", "database", "saved_query"):
        assert guest.get(f"/api/v1/{what}/export/?q=!(1)").status_code == 403
        assert imported(guest, what, files).status_code == 403
    assert guest.get("/api/v1/assets/export/").status_code == 403
    assert imported(guest, "assets", files).status_code == 403


def test_what_one_may_not_see_is_not_there(client_of: ClientOf, embedded: Embedded) -> None:
    charlie = client_of("charlie")
    for what, pk in (("chart", embedded.chart), ("dashboard", embedded.dashboard)):
        assert charlie.get(f"/api/v1/{what}/export/?q=!({pk})").status_code == 404
    # Gamma holds no right to export these.
    for what in ("dataset", "database", "saved_query"):
        assert charlie.get(f"/api/v1/{what}/export/?q=!(1)").status_code == 403
    assert charlie.get("/api/v1/assets/export/").status_code == 403


def test_where_a_connection_leads_is_for_those_who_may_change_it(client_of: ClientOf, embedded: Embedded) -> None:
    for name in ("alice", "bob"):
        files = exported(client_of(name), "dashboard", embedded.dashboard)
        assert {path.split("/")[0] for path in files} == {"metadata.yaml", "dashboards", "charts", "datasets"}
        assert "sqlite:" not in "".join(files.values())
    files = exported(client_of("alice"), "assets")
    assert [path for path in files if path.startswith("databases")] == []


def test_charts_that_one_may_not_see_are_left_out(
    client_of: ClientOf, embedded: Embedded, app: Flask, data_database: int
) -> None:
    admin, bob = client_of("admin"), client_of("bob")
    body = {"database": data_database, "table_name": "secrets"}
    dataset = admin.post("/api/v1/dataset/", json=body).get_json()["id"]
    chart = {
        "slice_name": "Hidden", "viz_type": "table", "datasource_id": dataset, "datasource_type": "table",
        "dashboards": [embedded.dashboard],
    }  # fmt: skip
    assert admin.post("/api/v1/chart/", json=chart).status_code == 201
    assert len([path for path in exported(admin, "dashboard", embedded.dashboard) if "charts/" in path]) == 2
    files = exported(bob, "dashboard", embedded.dashboard)
    assert "Hidden" not in "".join(files.values())
    assert [path for path in files if "secrets" in path] == []


@pytest.mark.parametrize("overwrite", ["true", "false"])
def test_nobody_overwrites_what_he_may_not_edit(
    client_of: ClientOf, embedded: Embedded, app: Flask, overwrite: str
) -> None:
    files = exported(client_of("admin"), "dashboard", embedded.dashboard)
    dashboard, before = path_in(files, "dashboards"), stored(app)
    files[dashboard] = changed(files[dashboard], dashboard_title="Mine now")
    answer = imported(client_of("bob"), "dashboard", files, overwrite=overwrite)
    assert (answer.status_code, problems(answer)) == (403, {dashboard: "You may not change this dashboard"})
    for name in ("bob", "charlie"):
        answer = imported(client_of(name), "dashboard", files, overwrite=overwrite)
        assert answer.status_code == 403
    chart = {path: text for path, text in files.items() if path != dashboard} | {"metadata.yaml": metadata("Slice")}
    for name in ("bob", "charlie"):
        assert imported(client_of(name), "chart", chart, overwrite=overwrite).status_code == 403
    assert stored(app) == before
    # Whoever owns it changes it, and its owners stay.
    answer = imported(client_of("alice"), "dashboard", files, overwrite="true")
    assert actions(answer)[dashboard] == "changed"
    answer = imported(
        client_of("admin"), "dashboard", {**files, dashboard: changed(files[dashboard], css="")}, overwrite="1"
    )
    assert answer.status_code == 200
    assert [row[2] for row in stored(app)["Dashboard"]] == [row[2] for row in before["Dashboard"]]


def test_assets_are_overwritten_by_those_alone_who_may_edit_each(
    client_of: ClientOf, embedded: Embedded, app: Flask
) -> None:
    files = exported(client_of("admin"), "assets")
    before = stored(app)
    answer = imported(client_of("alice"), "assets", files)
    assert (answer.status_code, list(problems(answer))) == (403, [path_in(files, "databases")])
    assert imported(client_of("bob"), "assets", files).status_code == 403
    assert stored(app) == before
    own = exported(client_of("alice"), "assets")
    assert set(actions(imported(client_of("alice"), "assets", own)).values()) == {"left"}


def test_a_connection_cannot_be_smuggled_in(client_of: ClientOf, embedded: Embedded, app: Flask) -> None:
    files = exported(client_of("admin"), "dashboard", embedded.dashboard)
    database, dataset, chart = (path_in(files, folder) for folder in ("databases", "datasets", "charts"))
    before = stored(app)
    wish = {
        "metadata.yaml": metadata("Slice"),
        database: changed(files[database], uuid=NEW, database_name="smuggled"),
        dataset: changed(files[dataset], uuid=OTHER, database_uuid=NEW),
        chart: changed(files[chart], uuid=NEW, dataset_uuid=OTHER),
    }
    wish[chart] = changed(files[chart], uuid="11111111-2222-4333-8444-777777777777", dataset_uuid=OTHER)
    answer = imported(client_of("alice"), "chart", wish)
    assert (answer.status_code, problems(answer)) == (403, {database: "You may not make a database"})
    answer = imported(client_of("bob"), "chart", wish)
    assert set(problems(answer)) == {database, dataset}
    assert stored(app) == before


def test_a_chart_is_imported_only_over_data_that_is_open(client_of: ClientOf, embedded: Embedded, app: Flask) -> None:
    files = exported(client_of("admin"), "chart", embedded.chart)
    chart = path_in(files, "charts")
    alone = {"metadata.yaml": files["metadata.yaml"], chart: changed(files[chart], uuid=NEW)}
    before = stored(app)
    for wish in (alone, {**files, **alone}):
        answer = imported(client_of("charlie"), "chart", wish)
        assert answer.status_code == 403
        assert stored(app) == before
    # Bob may ask the dataset: the chart is his then.
    assert actions(imported(client_of("bob"), "chart", alone))[chart] == "created"
    made = client_of("bob").get(f"/api/v1/chart/{NEW}").get_json()["result"]
    assert [owner["first_name"] for owner in made["owners"]] == ["Bob"]


def test_a_layout_brings_no_chart_that_its_importer_may_not_see(
    client_of: ClientOf, embedded: Embedded, app: Flask
) -> None:
    files = exported(client_of("admin"), "dashboard", embedded.dashboard)
    dashboard = path_in(files, "dashboards")
    alone = {"metadata.yaml": files["metadata.yaml"], dashboard: changed(files[dashboard], uuid=NEW, slug=None)}
    before = stored(app)
    answer = imported(client_of("charlie"), "dashboard", alone)
    assert (answer.status_code, list(problems(answer))) == (403, [dashboard])
    assert stored(app) == before
    assert imported(client_of("bob"), "dashboard", alone).status_code == 200


def test_sql_of_a_dataset_reads_only_what_its_importer_may(client_of: ClientOf, embedded: Embedded, app: Flask) -> None:
    files = exported(client_of("admin"), "dataset", embedded.dataset)
    dataset = path_in(files, "datasets")

    def wish(**values: Any) -> Files:
        virtual = changed(files[dataset], **({"uuid": NEW, "table_name": "virtual"} | values))
        return {"metadata.yaml": files["metadata.yaml"], dataset: virtual}

    before = stored(app)
    alice = client_of("alice")
    for sql in ("DELETE FROM sales", "SELECT 1; SELECT 2", "SELECT load_extension('x')", "PRAGMA database_list"):
        answer = imported(alice, "dataset", wish(sql=sql))
        assert (answer.status_code, list(problems(answer)[dataset])) == (422, ["sql"]), sql
    config = yaml.safe_load(files[dataset])
    bad = [{"metric_name": "x", "expression": "(SELECT word FROM secrets)"}]
    answer = imported(alice, "dataset", wish(sql="SELECT * FROM sales", metrics=bad))
    assert (answer.status_code, list(problems(answer)[dataset])) == (422, ["metrics"])
    answer = imported(alice, "dataset", wish(sql="SELECT * FROM sales", fetch_values_predicate="1=1; DROP TABLE x"))
    assert answer.status_code == 422
    assert stored(app) == before
    assert config["table_name"] == "sales"
    assert imported(alice, "dataset", wish(sql="SELECT * FROM sales")).status_code == 200
    # Gamma makes no datasets at all.
    assert imported(client_of("bob"), "dataset", wish(uuid=OTHER)).status_code == 403


def test_a_dataset_over_a_table_that_is_closed_is_refused(
    client_of: ClientOf, embedded: Embedded, app: Flask, people: dict[str, int]
) -> None:
    """Somebody may write datasets and read one of a connection: its other tables stay closed."""
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        role = security.add_role("dataset_writer")
        for permission in ("can_write", "can_export"):
            security.add_permission_role(role, security.add_permission_view_menu(permission, "Dataset"))
        bob = security.find_user("bob")
        bob.roles = [*bob.roles, role]
        db.session.commit()
    files, bob_client = exported(client_of("admin"), "dataset", embedded.dataset), client_of("bob")
    dataset, before = path_in(files, "datasets"), stored(app)
    for values in ({"table_name": "secrets"}, {"table_name": "v", "sql": "SELECT * FROM secrets"}):
        wish = {"metadata.yaml": files["metadata.yaml"], dataset: changed(files[dataset], uuid=NEW, **values)}
        answer = imported(bob_client, "dataset", wish)
        assert (answer.status_code, problems(answer)) == (403, {dataset: "You may not read: secrets"})
        assert stored(app) == before
    fine = changed(files[dataset], uuid=NEW, table_name="v", sql="SELECT * FROM sales")
    assert imported(bob_client, "dataset", {"metadata.yaml": files["metadata.yaml"], dataset: fine}).status_code == 200


def test_overwriting_a_dataset_keeps_its_row_rules(client_of: ClientOf, embedded: Embedded) -> None:
    admin = client_of("admin")
    gamma = next(
        row["id"] for row in admin.get("/api/v1/security/roles/").get_json()["result"] if row["name"] == "Gamma"
    )
    rule = {
        "name": "north",
        "filter_type": "Regular",
        "tables": [embedded.dataset],
        "roles": [gamma],
        "clause": "id < 3",
    }
    assert admin.post("/api/v1/rowlevelsecurity/", json=rule).status_code == 201
    files = exported(admin, "dataset", embedded.dataset)
    path = path_in(files, "datasets")
    assert (
        imported(admin, "dataset", files | {path: changed(files[path], description="x")}, overwrite="true").status_code
        == 200
    )
    question = {"datasource": {"id": embedded.dataset, "type": "table"}, "queries": [{"metrics": ["count"]}]}
    answer = client_of("bob").post("/api/v1/chart/data", json=question).get_json()
    assert answer["result"][0]["data"] == [{"count": 2}]


def test_an_export_holds_no_secret(client_of: ClientOf, embedded: Embedded, data_database: int) -> None:
    admin = client_of("admin")
    body = {"masked_encrypted_extra": '{"key": "CANARY_SECRET"}'}
    assert admin.put(f"/api/v1/database/{data_database}", json=body).status_code == 200
    for what, pks in (("database", (data_database,)), ("assets", ()), ("dashboard", (embedded.dashboard,))):
        text = "".join(exported(admin, what, *pks).values())
        assert "CANARY" not in text
        assert re.search(r"^secret_uri|^password", text, re.MULTILINE) is None
