"""Uploads into DuckDB, SQLite, PostgreSQL and MariaDB: every value, and what a failure leaves."""

import io
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from flask import Flask
from pyarrow import feather, orc, parquet

from superset_like.access.actor import acting
from superset_like.access.actors import of_user
from superset_like.config.settings import Settings
from superset_like.services import databases
from tests.api.superset.uploads import upload
from tests.conftest import ApiClient, ClientOf
from tests.services.real_databases import new_file, prepare
from tests.services_at_hand import uri_of

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]
TABLE = f'uploaded_{os.getpid()} ünï "x" `y` 100%'
CSV = """whole,decimal,floating,truth,day,moment,instant,code,text
-42,12.50,1e300,True,2013-01-31,2013-01-31 14:30:00.000001,2013-01-31T14:30:00+02:00,007,"Ünï, ""q"" 😀"
9223372036854775807,-0.01,0.1,False,1899-12-31,1969-12-31 23:59:58,2013-01-31 12:30:00Z,010,""
,,,,,,,,
"""


class Place:
    """A database that takes files, and who sends them."""

    def __init__(self, kind: str, pk: int, client: ApiClient) -> None:
        self.kind, self.pk, self.client = kind, pk, client

    def send(self, file: bytes | str, name: str = "file.csv", **fields: Any) -> Any:
        return upload(self.client, self.pk, file, name, **{"table_name": TABLE, **fields})

    def rows(self, columns: str = "*") -> list[dict[str, Any]]:
        quote = "`" if self.kind == "mariadb" else '"'
        name = quote + TABLE.replace(quote, quote * 2) + quote
        body = {"database_id": self.pk, "sql": f"SELECT {columns} FROM {name}"}
        answer = self.client.post("/api/v1/sqllab/execute/", json=body)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.get_json()["data"]
        return found

    def tables(self) -> list[str]:
        found = self.client.get(f"/api/v1/database/{self.pk}/tables/?schema_name={self.schema()}").get_json()["result"]
        return [each["value"] for each in found if each["value"].startswith(("uploaded_", "upload_"))]

    def schema(self) -> str:
        return {"postgres": "public", "mariadb": "test"}.get(self.kind, "main")


def at(moment: str) -> str:
    """The moment with a T, also where the editor shows SQLite's text."""
    return moment.replace(" ", "T")


@pytest.fixture(
    params=[
        "duckdb",
        "sqlite",
        pytest.param("postgres", marks=pytest.mark.postgres),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ]
)
def place(
    request: pytest.FixtureRequest, app: Flask, people: dict[str, int], client_of: ClientOf, settings: Settings
) -> Iterator[Place]:
    kind: str = request.param
    if kind in ("duckdb", "sqlite"):
        uri = new_file(settings.home).replace("duckdb", kind)
        if kind == "duckdb":
            prepare(kind, uri, ["CREATE TABLE other (x INTEGER)"])
        else:
            open(uri.removeprefix("sqlite:///"), "wb").close()
    else:
        uri = uri_of(kind)
    with app.app_context(), acting(of_user(people["admin"])) as actor:
        values = {"database_name": "uploads", "sqlalchemy_uri": uri, "allow_file_upload": True}
        pk = databases.create(actor, values).id
    yield Place(kind, pk, client_of("admin"))
    quote = "`" if kind == "mariadb" else '"'
    if kind in ("postgres", "mariadb"):
        prepare(kind, uri, [f"DROP TABLE IF EXISTS {quote}{TABLE.replace(quote, quote * 2)}{quote}"])


def test_values_arrive_exactly(place: Place) -> None:
    answer = place.send(CSV)
    assert answer.status_code == 201, answer.text
    result = answer.get_json()["result"]
    assert (result["row_count"], result["table_name"], result["schema"]) == (3, TABLE, place.schema())
    first, second, third = place.rows()
    keeps_zones = place.kind in ("duckdb", "postgres")
    assert (first["whole"], second["whole"]) == (-42, 9223372036854775807)
    assert (first["decimal"], second["decimal"]) == (12.5, -0.01)
    assert (first["floating"], second["floating"]) == (1e300, 0.1)
    assert (bool(first["truth"]), bool(second["truth"])) == (True, False)
    assert first["day"][:10] == "2013-01-31" and second["day"][:10] == "1899-12-31"
    assert at(first["moment"]) == "2013-01-31T14:30:00.000001" and at(second["moment"])[:19] == "1969-12-31T23:59:58"
    for row in (first, second):
        assert at(row["instant"])[:19] == "2013-01-31T12:30:00"
        assert row["instant"].endswith("+00:00") is keeps_zones
    assert (first["code"], second["code"]) == ("007", "010")
    assert (first["text"], second["text"]) == ('Ünï, "q" 😀', "")
    assert set(third.values()) == {None}
    dataset = place.client.get(f"/api/v1/dataset/{result['dataset_id']}").get_json()["result"]
    assert dataset["table_name"] == TABLE and len(dataset["columns"]) == 9
    assert {each["column_name"] for each in dataset["columns"] if each["is_dttm"]} == {"day", "moment", "instant"}


def test_a_fault_leaves_everything_as_it_was(place: Place) -> None:
    many = "id,n\n" + "".join(f"{at},{at}\n" for at in range(25_000))
    bad, types = many + "x,1\n", {"id": "int"}
    refused = place.send(bad, column_data_types=types)
    assert refused.status_code == 422
    assert refused.get_json()["message"]["file"] == ["Line 25002, column id: “x” is not a whole number of 64 bits"]
    assert place.tables() == []
    assert place.send(many).status_code == 201
    for already in ("replace", "append"):
        assert place.send(bad, already_exists=already, column_data_types=types).status_code == 422
        assert place.tables() == [TABLE]
        assert place.rows("count(*) AS n, max(id) AS m") == [{"n": 25_000, "m": 24_999}]
    again = place.send(many)
    assert again.status_code == 422 and "already exists" in again.get_json()["message"]["table_name"][0]


def test_a_table_is_added_to_and_replaced(place: Place) -> None:
    assert place.send("id,name\n1,a\n").status_code == 201
    # Columns are found by name; a type is that of the table, whatever the file looks like.
    added = place.send("NAME,id\n007,2\n", already_exists="append")
    assert added.status_code == 201, added.text
    assert sorted(place.rows(), key=lambda row: row["id"]) == [{"id": 1, "name": "a"}, {"id": 2, "name": "007"}]
    wrong = place.send("id,name\n3,c\nfour,d\n", already_exists="append")
    assert wrong.get_json()["message"]["file"] == ["Line 3, column id: “four” is not a whole number of 64 bits"]
    assert place.send("id,other\n3,c\n", already_exists="append").status_code == 422
    assert place.rows("count(*) AS n") == [{"n": 2}]
    replaced = place.send("other\n1.5\n", already_exists="replace").get_json()["result"]
    assert place.rows() == [{"other": 1.5}]
    columns = place.client.get(f"/api/v1/dataset/{replaced['dataset_id']}").get_json()["result"]["columns"]
    assert [each["column_name"] for each in columns] == ["other"]
    assert place.tables() == [TABLE]


@pytest.mark.parametrize("form", ["parquet", "orc", "feather"])
def test_columns_with_types_keep_them(place: Place, form: str) -> None:
    table = pa.table(
        {
            "n": pa.array([2**63 - 1, None], pa.int64()),
            "d": pa.array([Decimal("12345678901234567890.12"), None], pa.decimal128(30, 2)),
            "t": pa.array(["x", None]),
            "day": pa.array([date(2024, 2, 29), None]),
            "m": pa.array([datetime(2024, 2, 29, 1, 2, 3, 4), None], pa.timestamp("us")),
            "b": pa.array([b"\x00\xff", None]),
            "l": pa.array([[1, None], None], pa.list_(pa.int64())),
            "ok": pa.array([True, None]),
        }
    )
    if form == "parquet":
        table = table.append_column("u", pa.array([2**64 - 1, None], pa.uint64()))
        table = table.append_column("z", pa.array([datetime(2024, 1, 1, tzinfo=UTC), None], pa.timestamp("ns", "UTC")))
        table = table.append_column("c", pa.array(["k", None]).dictionary_encode())
        table = table.append_column("time", pa.array([time(1, 2, 3), None], pa.time64("us")))
    made = io.BytesIO()
    write = {"parquet": parquet.write_table, "orc": orc.write_table, "feather": feather.write_feather}[form]
    write(table, made)
    answer = place.send(made.getvalue(), f"file.{form}")
    assert answer.status_code == 201, answer.text
    first, second = place.rows()
    assert set(second.values()) == {None}
    assert (first["n"], first["t"], first["l"], bool(first["ok"])) == (2**63 - 1, "x", "[1,null]", True)
    assert (first["day"][:10], at(first["m"])) == ("2024-02-29", "2024-02-29T01:02:03.000004")
    assert first["b"] == "0x00ff"
    if place.kind != "sqlite":
        # SQLite makes doubles of decimals.
        assert Decimal(str(place.rows("CAST(d AS CHAR(30)) AS d")[0]["d"]).strip()) == Decimal(
            "12345678901234567890.12"
        )
    if form == "parquet":
        assert (first["c"], first["time"][:8], at(first["z"])[:19]) == ("k", "01:02:03", "2024-01-01T00:00:00")
        assert place.kind == "sqlite" or int(first["u"]) == 2**64 - 1
