"""The pictures' modules can be made into scripts by a regular expression, and each has an example that fits it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import superset_like.chart_types
from superset_like import chart_types

HERE = Path(superset_like.chart_types.__file__).parent
BASE = HERE / "base.js"
MODULES = sorted(HERE.glob("*/chart.js"))
# Files beside the modules, which they take parts of.
PARTS = sorted({*HERE.glob("*.js"), *HERE.glob("*/*.js")} - {*MODULES, BASE, HERE / "fallback.js"})
IMPORT = re.compile(r'import \{ ([\w$]+(?:, [\w$]+)*) \} from "(\.\.?/[a-z_]+\.js)";')
EXPORT = re.compile(r"export (?:function|const) ([\w$]+)")
NUMBER, TEXT, TIME, BOOLEAN = range(4)
KINDS: dict[int, tuple[type, ...]] = {NUMBER: (int, float), TEXT: (str,), TIME: (int,), BOOLEAN: (bool,)}

each_module = pytest.mark.parametrize("module", MODULES, ids=lambda path: path.parent.name)
each_file = pytest.mark.parametrize("module", [*MODULES, *PARTS], ids=lambda path: f"{path.parent.name}/{path.name}")


def statements(text: str, word: str) -> list[str]:
    """The lines on which an import or export statement begins."""
    return [line for line in text.splitlines() if re.match(rf"\s*{word}\b", line)]


def example(module: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(module.with_name("example.json").read_text(encoding="utf-8"))
    return read


def test_there_are_modules() -> None:
    assert len(MODULES) > 5


def test_what_the_types_share_imports_nothing() -> None:
    text = BASE.read_text(encoding="utf-8")
    assert not statements(text, "import")
    assert not re.search(r"\bimport\s*\(", text)
    assert all(EXPORT.match(line) for line in statements(text, "export"))


@each_file
def test_a_module_imports_names_of_base_and_of_files_beside_it(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    for line in statements(text, "import"):
        match = IMPORT.fullmatch(line)
        assert match, line
        names = match.group(1).split(", ")
        taken_from = (module.parent / match.group(2)).resolve()
        assert taken_from.name != "chart.js"
        offered = set(EXPORT.findall(taken_from.read_text(encoding="utf-8")))
        assert set(names) <= offered
        unused = [name for name in names if len(re.findall(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text)) < 2]
        assert not unused
    assert not re.search(r"\bimport\s*\(|\brequire\s*\(", text)


@each_module
def test_a_module_exports_its_option_by_function_or_const(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    exported = [EXPORT.match(line) for line in statements(text, "export")]
    assert all(exported)
    assert "export function option(formData, results, look) {" in text


@each_file
def test_a_module_needs_no_page_and_no_clock(module: Path) -> None:
    text = re.sub(r"//[^\n]*", "", module.read_text(encoding="utf-8"))
    assert not re.search(r"(?<![\w.])(?:document|window|setTimeout|setInterval|Date\.now|innerHTML)\b", text)


@each_module
def test_an_example_has_a_result_for_each_question(module: Path) -> None:
    given = example(module)
    assert set(given) == {"form_data", "results"}
    form_data = given["form_data"]
    asked = chart_types.of(form_data["viz_type"])
    assert type(asked).__module__ == f"superset_like.chart_types.{module.parent.name}.chart"
    assert len(given["results"]) == len(asked.questions(form_data))


@each_module
def test_an_examples_rows_hold_its_columns_with_values_of_their_types(module: Path) -> None:
    for result in example(module)["results"]:
        assert result["data"]
        assert len(result["colnames"]) == len(set(result["colnames"])) == len(result["coltypes"])
        for row in result["data"]:
            assert set(row) == set(result["colnames"])
            for name, kind in zip(result["colnames"], result["coltypes"], strict=True):
                value = row[name]
                assert value is None or (
                    isinstance(value, KINDS[kind]) and isinstance(value, bool) == (kind == BOOLEAN)
                )


@each_module
def test_an_examples_columns_are_those_its_questions_ask_for(module: Path) -> None:
    given = example(module)
    questions = chart_types.of(given["form_data"]["viz_type"]).questions(given["form_data"])
    for question, result in zip(questions, given["results"], strict=True):
        asked = {label(each) for each in [*question["columns"], *(question["metrics"] or [])]}
        assert asked <= set(result["colnames"])


def label(asked: Any) -> str:
    """The name under which the results hold a column or a metric."""
    return str(asked.get("label") or asked.get("sqlExpression")) if isinstance(asked, dict) else str(asked)
