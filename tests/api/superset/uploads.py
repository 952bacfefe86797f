"""How tests send files."""

import io
import json
from typing import Any

import xlsxwriter
from werkzeug.datastructures import FileStorage
from werkzeug.test import Client, TestResponse, encode_multipart

from tests.conftest import ApiClient


def upload(client: ApiClient, database: int, file: bytes | str, name: str = "file.csv", **fields: Any) -> TestResponse:
    """The answer to an upload into `uploaded`, of the kind that the file's name tells."""
    return sent(client, f"/api/v1/database/{database}/upload/", form(file, name, {"table_name": "uploaded", **fields}))


def looked_into(client: ApiClient, file: bytes | str, name: str = "file.csv", **fields: Any) -> TestResponse:
    """What the server sees in the file."""
    return sent(client, "/api/v1/database/upload_metadata/", form(file, name, fields))


def sent(client: Client, url: str, fields: dict[str, Any], **headers: str) -> TestResponse:
    """The answer to a form, which the client itself would keep in a file that it leaves open."""
    boundary, body = encode_multipart(fields)
    return client.post(url, data=body, content_type=f"multipart/form-data; boundary={boundary}", headers=headers)


def form(file: bytes | str, name: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a form with a file."""
    kind = {"csv": "csv", "tsv": "csv", "xlsx": "excel", "xls": "excel"}.get(name.rsplit(".", 1)[-1], "columnar")
    content = file.encode() if isinstance(file, str) else file
    values = {each: json.dumps(value) if isinstance(value, dict | list) else value for each, value in fields.items()}
    return {"type": kind, "file": FileStorage(io.BytesIO(content), name), **values}


def allow(client: ApiClient, database: int, **extra: Any) -> None:
    """The connection takes files from now on."""
    body = {"allow_file_upload": True, **({"extra": json.dumps(extra)} if extra else {})}
    assert client.put(f"/api/v1/database/{database}", json=body).status_code == 200


def workbook(*sheets: list[list[Any]]) -> bytes:
    """A workbook with these sheets; texts that begin with = are formulas."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"})
    for rows in sheets:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return made.getvalue()
