import json
import re
from dataclasses import MISSING, Field, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from superset_like.engine.transform import operations, read, transformed

PAGE = (Path(__file__).parents[2] / "docs" / "post-processing.md").read_text()
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def default(field: Field[Any]) -> str:
    if field.default is not MISSING:
        return f"`{json.dumps(field.default)}`"
    return f"`{json.dumps(field.default_factory())}`" if field.default_factory is not MISSING else "required"


def column(name: str, values: list[Any]) -> pa.Array:
    return pa.array([datetime.fromisoformat(value) for value in values] if name == "month" else values)


@pytest.mark.parametrize("name", operations())
def test_each_option_stands_with_its_default(name: str) -> None:
    stated = re.findall(r"^\| `(\w+)` \| (.*?) \|", SECTIONS[name], re.MULTILINE)
    assert stated == [(field.name, default(field)) for field in fields(operations()[name])]  # type: ignore[arg-type]


@pytest.mark.parametrize("name", operations())
def test_each_example_gives_what_it_says(name: str) -> None:
    (block,) = re.findall(r"```json\n(.*?)```", SECTIONS[name], re.DOTALL)
    example = json.loads(block)
    assert name in [step["operation"] for step in example["steps"]]
    if name == "prophet":
        assert read(example["steps"])
        return
    table, gives = ({key: column(key, values) for key, values in example[part].items()} for part in ("table", "gives"))
    made = transformed(pa.table(table), example["steps"])
    assert made.to_pydict() == {key: values.to_pylist() for key, values in gives.items()}
