"""What GET /api/v1/database/<pk>/... tells of the database itself."""

from tests.conftest import ClientOf


def test_schemas_and_tables_are_listed(client_of: ClientOf, data_database: int) -> None:
    admin = client_of("admin")
    assert admin.get(f"/api/v1/database/{data_database}/schemas/").json == {"result": ["main"]}
    assert admin.get(f"/api/v1/database/{data_database}/schemas").json == {"result": ["main"]}
    assert admin.get(f"/api/v1/database/{data_database}/catalogs/").json == {"result": []}
    tables = admin.get(f"/api/v1/database/{data_database}/tables/?q=(schema_name:main)")
    assert tables.json == {
        "count": 2,
        "result": [
            {"value": "sales", "type": "table", "extra": None},
            {"value": "secrets", "type": "table", "extra": None},
        ],
    }
    assert admin.get(f"/api/v1/database/{data_database}/tables?schema_name=main").json == tables.json


def test_the_schema_of_tables_must_be_named(client_of: ClientOf, data_database: int) -> None:
    refused = client_of("admin").get(f"/api/v1/database/{data_database}/tables/")
    assert refused.status_code == 400
    assert refused.json["message"] == "Not a valid rison schema 'schema_name' is a required property"


def test_a_tables_columns_are_told(client_of: ClientOf, data_database: int) -> None:
    admin = client_of("admin")
    found = admin.get(f"/api/v1/database/{data_database}/table_metadata/?name=sales&schema=main")
    assert found.status_code == 200
    assert [column["name"] for column in found.json["columns"]] == ["id", "tenant", "region", "amount", "sold_on"]
    assert [column["type"] for column in found.json["columns"]][:2] == ["INTEGER", "TEXT"]
    assert found.json["selectStar"].startswith("SELECT")
    old = admin.get(f"/api/v1/database/{data_database}/table/sales/main/")
    assert old.json == found.json
    star = admin.get(f"/api/v1/database/{data_database}/select_star/sales/main/").json["result"]
    assert star == "SELECT\n  *\nFROM main.sales\nLIMIT 100"
    assert admin.get(f"/api/v1/database/{data_database}/table_metadata/extra/?name=sales&schema=main").json == {}
    assert admin.get(f"/api/v1/database/{data_database}/table_metadata/?name=nope&schema=main").status_code == 404


def test_charts_over_it_are_counted(client_of: ClientOf, data_database: int, sales: int) -> None:
    admin = client_of("admin")
    body = {"slice_name": "c", "datasource_id": sales, "datasource_type": "table"}
    chart = admin.post("/api/v1/chart/", json=body).json["id"]
    related = admin.get(f"/api/v1/database/{data_database}/related_objects/").json
    assert (related["charts"]["count"], related["charts"]["result"][0]["id"]) == (1, chart)
    assert related["dashboards"] == {"count": 0, "result": []}
    assert related["sqllab_tab_states"] == {"count": 0, "result": []}


def test_sql_is_judged_without_being_run(client_of: ClientOf, data_database: int) -> None:
    admin = client_of("admin")
    url = f"/api/v1/database/{data_database}/validate_sql/"
    assert admin.post(url, json={"sql": "select 1", "schema": "main"}).json == {"result": []}
    wrong = admin.post(url, json={"sql": "selec 1"})
    assert wrong.status_code == 200
    assert wrong.json["result"][0]["line_number"] == 1
    refused = admin.post(url, json={"sql": "delete from sales"})
    assert refused.json["result"][0]["message"].startswith("This database does not allow for DDL/DML")


def test_functions_of_its_own_are_named(client_of: ClientOf, data_database: int) -> None:
    names = client_of("admin").get(f"/api/v1/database/{data_database}/function_names/").json["function_names"]
    assert names == sorted(names)
    assert client_of("admin").get(f"/api/v1/database/{data_database}/schemas_access_for_file_upload/").json == {
        "schemas": []
    }


def test_permissions_are_written_again(client_of: ClientOf, data_database: int) -> None:
    done = client_of("admin").post(f"/api/v1/database/{data_database}/sync_permissions/")
    assert (done.status_code, done.json) == (200, {"message": "Permissions successfully synced"})
