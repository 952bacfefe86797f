"""A guest asks the questions of his dashboard and nothing else."""

from collections.abc import Callable

from tests.conftest import ApiClient, Embedded

GuestOf = Callable[..., ApiClient]


def test_a_guest_reads_no_values_samples_or_tables(guest_of: GuestOf, embedded: Embedded, data_database: int) -> None:
    guest = guest_of(embedded)
    for path in (
        f"/api/v1/datasource/table/{embedded.dataset}/column/tenant/values/",
        f"/api/v1/dataset/{embedded.dataset}/samples",
        f"/api/v1/dataset/{embedded.dataset}",
        f"/api/v1/database/{data_database}",
        f"/api/v1/database/{data_database}/tables/?q=(schema_name:main)",
        f"/api/v1/database/{data_database}/table_metadata/?name=sales&schema=main",
        "/api/v1/query/",
        "/api/v1/saved_query/",
        "/api/v1/sqllab/",
        f"/datasource/external_metadata/table/{embedded.dataset}/",
    ):
        answer = guest.get(path)
        assert answer.status_code in {403, 404}, path
        assert "north" not in answer.text and "sqlite" not in answer.text, path
    samples = f"/datasource/samples?datasource_type=table&datasource_id={embedded.dataset}"
    assert guest.post(samples, json={}).status_code in {403, 404}


def test_a_guest_runs_no_sql_and_changes_nothing(guest_of: GuestOf, embedded: Embedded, data_database: int) -> None:
    guest = guest_of(embedded)
    body = {"database_id": data_database, "sql": "select 1 as one"}
    for path in (
        "/api/v1/sqllab/execute/",
        "/superset/sql_json/",
        "/api/v1/query/",
        "/api/v1/sqllab/estimate/",
        "/api/v1/saved_query/",
    ):
        assert guest.post(path, json=body).status_code == 403, path
    assert guest.put(f"/api/v1/dataset/{embedded.dataset}", json={"description": "x"}).status_code in {403, 404}
    assert guest.delete(f"/api/v1/dataset/{embedded.dataset}").status_code in {403, 404}
