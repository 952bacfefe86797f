"""GET dashboard/<pk>/export_as_example/: files and rows, of these only what the caller may read."""

import io
import zipfile
from collections.abc import Callable

import pyarrow.parquet
import yaml
from werkzeug.test import TestResponse

from tests.conftest import ApiClient, ClientOf, Embedded


def bundle(answer: TestResponse) -> dict[str, bytes]:
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.data)) as found:
        return {name: found.read(name) for name in found.namelist()}


def test_it_holds_files_and_rows(client_of: ClientOf, embedded: Embedded) -> None:
    admin, path = client_of("admin"), f"/api/v1/dashboard/{embedded.dashboard}/export_as_example/"
    answer = admin.get(path)
    assert answer.headers["Content-Disposition"].endswith(f"filename=dashboard_{embedded.dashboard}_example.zip")
    files = bundle(answer)
    chart = f"charts/By_region_{embedded.chart}.yaml"
    assert set(files) == {"dashboard.yaml", chart, "dataset.yaml", "data.parquet"}
    dataset = yaml.safe_load(files["dataset.yaml"])
    assert (dataset["data_file"], dataset["sql"], dataset["schema"]) == ("data.parquet", None, None)
    assert yaml.safe_load(files[chart])["query_context"] is None
    table = pyarrow.parquet.read_table(io.BytesIO(files["data.parquet"]))
    assert (table.num_rows, table.column_names) == (12, ["id", "tenant", "region", "amount", "sold_on"])
    assert "data.parquet" not in bundle(admin.get(f"{path}?export_data=false"))
    some = bundle(admin.get(f"{path}?sample_rows=3"))["data.parquet"]
    assert pyarrow.parquet.read_table(io.BytesIO(some)).num_rows == 3
    assert admin.get(f"{path}?sample_rows=x").status_code == 400


def test_rows_obey_the_rules_of_their_reader(
    client_of: ClientOf, embedded: Embedded, guest_of: Callable[..., ApiClient]
) -> None:
    admin, path = client_of("admin"), f"/api/v1/dashboard/{embedded.dashboard}/export_as_example/"
    roles = admin.get("/api/v1/security/roles/").get_json()["result"]
    gamma = next(row["id"] for row in roles if row["name"] == "Gamma")
    rule = {"name": "two", "filter_type": "Regular", "tables": [embedded.dataset], "roles": [gamma], "clause": "id < 3"}
    assert admin.post("/api/v1/rowlevelsecurity/", json=rule).status_code == 201
    table = pyarrow.parquet.read_table(io.BytesIO(bundle(client_of("bob").get(path))["data.parquet"]))
    assert table.num_rows == 2
    assert client_of("charlie").get(path).status_code == 404
    assert guest_of(embedded).get(path).status_code == 403
    assert admin.get("/api/v1/dashboard/999/export_as_example/").status_code == 404
