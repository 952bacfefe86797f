"""Bundles in tests: taken apart, changed, put together, sent."""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from werkzeug.test import Client, TestResponse

Files = dict[str, str]
RECORDED = Path(__file__).parent / "recorded_bundle"


def files_of(answer: TestResponse) -> Files:
    """Path without root folder -> text."""
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as bundle:
        return {name.split("/", 1)[1]: bundle.read(name).decode() for name in bundle.namelist()}


def exported(client: Client, what: str, *pks: int) -> Files:
    """What `export/` answers."""
    query = f"?q=!({','.join(map(str, pks))})" if pks else ""
    return files_of(client.get(f"/api/v1/{what}/export/{query}"))


def zipped(files: Mapping[str, str], root: str = "bundle") -> bytes:
    """The files as a zip."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path, text in files.items():
            bundle.writestr(f"{root}/{path}", text)
    return stream.getvalue()


def imported(client: Client, what: str, files: Mapping[str, str] | bytes, **form: Any) -> TestResponse:
    """What `import/` answers."""
    data = files if isinstance(files, bytes) else zipped(files)
    field = form.pop("field", "bundle" if what == "assets" else "formData")
    fields = {name: json.dumps(value) if isinstance(value, dict) else str(value) for name, value in form.items()}
    body = {**fields, field: (io.BytesIO(data), "bundle.zip")}
    return client.post(f"/api/v1/{what}/import/", data=body, content_type="multipart/form-data")


def actions(answer: TestResponse) -> dict[str, str]:
    """File -> what became of it."""
    assert answer.status_code == 200, answer.text
    return {step["file"]: step["action"] for step in answer.get_json()["result"]}


def problems(answer: TestResponse) -> dict[str, Any]:
    """File -> what is wrong with it."""
    extra: dict[str, Any] = answer.get_json()["errors"][0]["extra"]
    return {name: problem for name, problem in extra.items() if name != "issue_codes"}


def metadata(kind: str) -> str:
    """A metadata.yaml."""
    return f"version: 1.0.0\ntype: {kind}\ntimestamp: '2026-11-22T20:38:33.851407+00:00'\n"


def without_time(files: Files) -> Files:
    """The files with one time in metadata.yaml."""
    text = re.sub(r"timestamp: .*", "timestamp: then", files["metadata.yaml"])
    return {**files, "metadata.yaml": text}


def path_in(files: Files, folder: str) -> str:
    """The only file in a folder."""
    (found,) = (path for path in files if path.startswith(f"{folder}/"))
    return found


def changed(text: str, **values: Any) -> str:
    """The YAML with other values."""
    value = yaml.safe_load(text)
    value.update(values)
    made: str = yaml.safe_dump(value, sort_keys=False)
    return made


def without(text: str, *names: str) -> str:
    """The YAML without these keys."""
    value = yaml.safe_load(text)
    made: str = yaml.safe_dump({name: each for name, each in value.items() if name not in names}, sort_keys=False)
    return made


def recorded(uri: str) -> Files:
    """A dashboard that Superset 6.1.0 exported; its connection leads to another place."""
    files = {
        str(path.relative_to(RECORDED)): path.read_text(encoding="utf-8") for path in sorted(RECORDED.rglob("*.yaml"))
    }
    database = "databases/bi.yaml"
    return {**files, database: re.sub(r"sqlalchemy_uri: .*", f"sqlalchemy_uri: {uri}", files[database])}
