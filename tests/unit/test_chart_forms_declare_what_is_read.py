"""Each chart type has a form, and each control of it is read by the question or by the picture."""

import inspect
import re
import sys
from pathlib import Path

import pytest

from superset_like import chart_types
from superset_like.chart_types import forms

HERE = forms.FOLDER
PAGES = HERE.parent / "static"
# Which function of base.js reads a field, so that only the types that call it may offer the field.
READ_BY = {
    "date_format": r"\bgroup(Texts|Namer)\(|\.date_format\b",
    "annotation_layers": r"\bannotations\(",
    "conditional_formatting": r"\bcellColours\(",
    "color_scheme": r"\b(colourOf|palette)\(",
    "linear_color_scheme": r"\bramp\(",
    "legendOrientation": r"\blegend\(",
    "legendType": r"\blegend\(",
    "show_legend": r"\blegend\(|show_legend",
}
FORMATS = (PAGES / "explore" / "column_formats.js").read_text(encoding="utf-8")
OWN_TYPES = sorted({forms.folder_of(kind) for kind in chart_types.known().values()})
each_form = pytest.mark.parametrize("form", forms.all_forms(), ids=lambda form: form.folder)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def test_every_type_has_a_form() -> None:
    assert [form.folder for form in forms.all_forms()] == OWN_TYPES


@each_form
def test_a_form_offers_types_of_its_folder(form: forms.Form) -> None:
    assert form.offered
    for offered in form.offered:
        assert forms.of(offered.viz_type) == form
        assert offered.title
    assert form.category
    assert form.about.endswith(".")


@each_form
def test_a_control_is_read_by_the_question_or_the_picture(form: forms.Form) -> None:
    kind = chart_types.of(form.offered[0].viz_type)
    drawn = "".join(text_of(path) for path in sorted((HERE / form.folder).glob("*.js")))
    # A type may be drawn as elements of a page, by a module of the pages.
    page = re.search(r'export const page = "(\w+)"', drawn)
    drawn += text_of(PAGES / f"{page.group(1)}.js") if page else ""
    asked = "".join(inspect.getsource(sys.modules[cls.__module__]) for cls in type(kind).__mro__[:-1])
    unread = []
    for control in form.controls():
        name = control["name"]
        if name in READ_BY:
            found = re.search(READ_BY[name], drawn)
        else:
            # The second question's fields of a mixed chart are read without their ending.
            plain = name.removesuffix("_b") if form.folder == "mixed_timeseries" else name
            quoted = rf"""["']{re.escape(plain)}["']"""
            found = re.search(rf"\.{re.escape(name)}\b|{quoted}", drawn) or re.search(quoted, asked)
        if not found:
            unread.append(name)
    assert unread == []


@each_form
def test_a_setting_of_single_columns_is_read_by_the_picture(form: forms.Form) -> None:
    drawn = "".join(text_of(path) for path in sorted((HERE / form.folder).glob("*.js")))
    for control in form.controls():
        for setting in control.get("settings", ()):
            assert re.search(rf"\.{setting}\b", drawn), setting


@each_form
def test_a_control_is_one_that_the_page_can_draw(form: forms.Form) -> None:
    names = [control["name"] for control in form.controls()]
    assert len(names) == len(set(names))
    for control in form.controls():
        assert control["kind"] in forms.KINDS
        assert control["label"]
        assert set(control.get("when") or {}) <= {*names, "viz_type"}
        if control["kind"] == "formats":
            assert set(control["settings"]) <= set(re.findall(r"^  (\w+): \{", FORMATS, re.MULTILINE))
        if control["kind"] == "select":
            assert control["default"] in [value for value, _ in control["choices"]]


def test_names_of_before_lead_to_the_same_form() -> None:
    assert forms.of("line") is forms.of("echarts_timeseries_bar")
    assert forms.of("nobody_knows_it") is None


def test_a_control_that_is_not_there_is_not_needed() -> None:
    form = forms.of("table")
    assert form is not None
    assert [each["name"] for each in form.lacking({"viz_type": "table", "query_mode": "raw"})] == ["all_columns"]
    assert [each["name"] for each in form.lacking({"viz_type": "table"})] == ["metrics"]


def test_one_of_those_that_a_control_lists_will_do() -> None:
    form = forms.of("table")
    assert form is not None
    for name in ("groupby", "metrics", "percent_metrics"):
        assert form.lacking({"viz_type": "table", name: ["region"]}) == []
