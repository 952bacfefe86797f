"""Values of every kind, from each engine, as Redash's clients get them: JSON, CSV, TSV and workbooks."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

import openpyxl
import pytest
from flask import Flask

from superset_like.access.actor import acting
from superset_like.access.actors import of_user
from superset_like.config.settings import Settings
from superset_like.services import databases
from tests.api.redash.conftest import Shop
from tests.engines import every_kind
from tests.engines.places import KINDS, made

ENDINGS = (".json", ".csv", ".xlsx")


@dataclass(frozen=True)
class Source:
    """A connection of an engine where the table with a value of every kind is."""

    kind: str
    pk: int
    shop: Shop

    def files(self, sql: str, *endings: str) -> list[Any]:
        """The answers for the text's result in these forms."""
        query = self.shop.query(sql, data_source_id=self.pk)
        job = self.shop.ran(query)
        assert job["status"] == 3, job["error"]
        return [self.shop.alice.get(f"/api/query_results/{job['result']}{ending}") for ending in endings]


@pytest.fixture(params=KINDS)
def source(
    request: pytest.FixtureRequest, app: Flask, shop: Shop, people: dict[str, int], settings: Settings
) -> Iterator[Source]:
    """See Source."""
    kind: str = request.param
    # The application keeps a file it once opened.
    folder = settings.home / "data" / uuid4().hex
    folder.mkdir()
    with made(kind, folder, every_kind.KINDS_TABLE, every_kind.statements(kind)) as place:
        with app.app_context(), acting(of_user(people["admin"])) as actor:
            values = {"database_name": kind, "sqlalchemy_uri": place.target.uri}
            pk = databases.create(actor, values).id
        yield Source(kind, pk, shop)


class Leaves(NamedTuple):
    """How a value leaves. csv: in the organization's formats. iso: with `format=iso`. kind: the column's type."""

    json: str
    csv: str
    iso: str
    kind: str | None


def same(json: str, text: str, kind: str | None) -> Leaves:
    return Leaves(json, text, text, kind)


def number(text: str, kind: str = "float") -> Leaves:
    return same(text, text, kind)


def quoted(text: str, kind: str | None = "string", csv: str | None = None) -> Leaves:
    return Leaves(f'"{text}"', text if csv is None else csv, text, kind)


LARGEST = "340282366920938463463374607431768211455"
EVERYWHERE = {
    "NULL": same("null", "", "integer"),
    "text": Leaves('"Ünï, \\"q\\" 😀"', 'Ünï, "q" 😀', 'Ünï, "q" 😀', "string"),
    "empty text": quoted(""),
    "text like a formula": quoted("=1+1"),
    "text like a number": quoted("-2.5"),
    "integer": number("-42", "integer"),
    "integer of 64 bits": number("9223372036854775807", "integer"),
    "unsigned integer of 64 bits": number("18446744073709551615", "integer"),
    "integer of 128 bits": number("170141183460469231731687303715884105727"),
    "unsigned integer of 128 bits": quoted(LARGEST),
    "decimal": number("12.50"),
    "decimal of many digits": number("12345678901234567890.1234567890"),
    "tiny decimal": number("0.0000000001"),
    "double": number("0.1"),
    "large double": number("1e+300"),
    "whole double": number("2.0"),
    **dict.fromkeys(("NaN", "infinity", "negative infinity"), same("null", "", "float")),
    "true": number("true", "boolean"),
    "false": number("false", "boolean"),
    "date": quoted("2013-01-31", "date", csv="31/01/13"),
    "date before 1900": quoted("1899-12-31", "date", csv="31/12/99"),
    "moment": quoted("2013-01-31T14:30:00", "datetime", csv="31/01/13 14:30"),
    "moment before 1970": quoted("1969-12-31T23:59:58", "datetime", csv="31/12/69 23:59"),
    "moment with milliseconds": quoted("2013-01-31T14:30:00.250", "datetime", csv="31/01/13 14:30"),
    "moment with microseconds": quoted("2013-01-31T14:30:00.000001", "datetime", csv="31/01/13 14:30"),
    "moment with zone": quoted("2013-01-31T12:30:00Z", "datetime", csv="31/01/13 12:30"),
    "time of day": quoted("14:30:00", None),
    "UUID": quoted("00000000-0000-0000-0000-00000000000a"),
    "JSON document": Leaves('"{\\"a\\": [1, null]}"', '{"a": [1, null]}', '{"a": [1, null]}', "string"),
    "bytes": quoted("01ff", None),
    "interval": quoted("P1DT2H0.5S", None),
    "interval of months": quoted("P1Y2M", None),
    "list": number("[1,null]")._replace(kind=None),
    "struct": number('{"a":1.50,"b":"x"}')._replace(kind=None),
    "map": number('{"k":1}')._replace(kind=None),
    "empty map": number("{}")._replace(kind=None),
}
OF = {
    "duckdb": {},
    # Its JSON is an object in the row, as Redash's is.
    "postgres": {
        "JSON document": number('{"a": [1, null]}', "string"),
        "interval": quoted("P1DT2H0.5S"),
        "interval of months": quoted("P1Y2M"),
    },
    "mariadb": {
        "true": number("1", "integer"),
        "false": number("0", "integer"),
        "time of day": quoted("14:30:00"),
    },
    # What it stores is what it was given: numbers and texts.
    "sqlite": {
        "NULL": same("null", "", "string"),
        "decimal": number("12.5"),
        "decimal of many digits": number("1.2345678901234567e+19"),
        "tiny decimal": number("1e-10"),
        "true": number("1", "integer"),
        "false": number("0", "integer"),
        "date": quoted("2013-01-31"),
        "date before 1900": quoted("1899-12-31"),
        "moment": quoted("2013-01-31 14:30:00"),
        "moment before 1970": quoted("1969-12-31 23:59:58"),
        "moment with milliseconds": quoted("2013-01-31 14:30:00.250"),
        "moment with microseconds": quoted("2013-01-31 14:30:00.000001"),
        "moment with zone": quoted("2013-01-31 14:30:00+02:00"),
        "time of day": quoted("14:30:00"),
    },
}


def values_in(text: str) -> dict[str, str]:
    """column -> its value in the only row of this answer, as it is written."""
    return dict(re.findall(r'"(c\d+)":(.*?)(?=,"c\d+":|}])', text.split('"rows":')[1]))


def lines_of(file: Any, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.get_data(as_text=True), newline=""), delimiter=separator))


def test_a_value_of_every_kind(source: Source) -> None:
    endings = (".json", ".csv", ".csv?format=iso", ".tsv?format=iso")
    answer, *files, tabs = source.files(f"SELECT * FROM {every_kind.KINDS_TABLE}", *endings)
    written, kinds = values_in(answer.get_data(as_text=True)), answer.get_json()["query_result"]["data"]["columns"]
    found = {}
    plain, iso = (lines_of(file)[1] for file in files)
    for at, name in enumerate(every_kind.SPELLED[source.kind]):
        found[name] = Leaves(written[f"c{at}"], plain[at], iso[at], kinds[at]["type"])
    assert found == {name: {**EVERYWHERE, **OF[source.kind]}[name] for name in found}
    assert lines_of(tabs, "\t")[1] == iso


def test_a_workbook_has_dates_and_numbers(source: Source) -> None:
    (file,) = source.files(f"SELECT * FROM {every_kind.KINDS_TABLE}", ".xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(file.data))["result"]
    row = dict(zip(every_kind.SPELLED[source.kind], list(sheet.iter_rows(values_only=True))[1], strict=True))
    assert (row["NULL"], row["text"], row["text like a formula"]) == (None, 'Ünï, "q" 😀', "=1+1")
    assert (row["integer"], row["integer of 64 bits"], row["double"]) == (-42, "9223372036854775807", 0.1)
    if source.kind != "sqlite":
        assert row["decimal of many digits"] == "12345678901234567890.1234567890"
        assert row["date"] == datetime(2013, 1, 31)
        assert row["moment with milliseconds"] == datetime(2013, 1, 31, 14, 30, 0, 250_000)


def test_columns_of_one_name_are_numbered(source: Source) -> None:
    sql = "SELECT 1 AS a, 2 AS a, 3 AS a1, 4 AS a"
    answer, file, sheet = source.files(sql, ".json", ".csv", ".xlsx")
    assert answer.get_json()["query_result"]["data"]["rows"] == [{"a": 1, "a1": 2, "a11": 3, "a2": 4}]
    assert lines_of(file) == [["a", "a1", "a11", "a2"], ["1", "2", "3", "4"]]
    cells = openpyxl.load_workbook(io.BytesIO(sheet.data)).active
    assert [cell.value for cell in cells[1]] == ["a", "a1", "a11", "a2"]


def test_no_rows_have_a_header_still(source: Source) -> None:
    answer, file, sheet = source.files(f"SELECT c1 AS a, c5 AS b FROM {every_kind.KINDS_TABLE} WHERE 1 = 0", *ENDINGS)
    data = answer.get_json()["query_result"]["data"]
    assert ([column["name"] for column in data["columns"]], data["rows"]) == (["a", "b"], [])
    assert file.get_data(as_text=True) == "a,b\r\n"
    assert [cell.value for cell in openpyxl.load_workbook(io.BytesIO(sheet.data)).active[1]] == ["a", "b"]


def test_huge_texts_and_all_letters_arrive(source: Source) -> None:
    huge = "é" * 200_000
    answer, file, tabs = source.files(f"SELECT '{huge}' AS t, 'x,\"y\"\r\nz' AS l, '' AS e", ".json", ".csv", ".tsv")
    (row,) = answer.get_json()["query_result"]["data"]["rows"]
    assert row == {"t": huge, "l": 'x,"y"\r\nz', "e": ""}
    csv.field_size_limit(1_000_000)
    assert lines_of(file) == lines_of(tabs, "\t") == [["t", "l", "e"], [huge, 'x,"y"\r\nz', ""]]


def test_what_rows_offer_a_parameter_are_texts(source: Source) -> None:
    sql = "SELECT CAST(12.50 AS DECIMAL(10, 2)) AS value, 'a' AS name UNION ALL SELECT NULL, 'b'"
    query = source.shop.query(sql, data_source_id=source.pk)
    source.shop.ran(query)
    offered = source.shop.alice.get(f"/api/queries/{query['id']}/dropdown").get_json()
    assert offered == [{"name": "a", "value": "12.5" if source.kind == "sqlite" else "12.50"}]


@pytest.mark.postgres
@pytest.mark.parametrize("source", [KINDS[2]], indirect=True)
def test_no_columns_are_an_answer_too(source: Source) -> None:
    answer, file, sheet = source.files(f"SELECT FROM {every_kind.KINDS_TABLE}", *ENDINGS)
    assert answer.get_json()["query_result"]["data"]["columns"] == []
    assert (file.get_data(as_text=True), sheet.status_code) == ("\r\n", 200)
