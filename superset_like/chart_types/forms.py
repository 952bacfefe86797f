"""The forms in which people set what a chart asks and how it is drawn, as `<type>/form.json` declares them.

A form names the viz_types that people are offered, and controls in sections. A control is the name of one of
`controls.json`, or an object: its `name` and what is different about it. What a control holds is the field of that
name of the form data. Words of a control:

kind: column, columns, metric, metrics, filters, grain, order, label (one of the asked columns and metrics), text,
long (of several lines), texts, number, checkbox, select (choices: [value, label] pairs), scheme, colour, bounds,
currency, annotations, formats (of single columns; settings: which may be set), conditions (colours by value; places:
what they may colour).
default: what a new chart holds. needed: without it (or any of those that it lists) nothing can be asked.
when: {field: values}, the control is there while each of these fields has one of the values.
only: `time` or `number`, the columns to choose from. least, most, step: of a number.
suggestions: texts to choose from. label, help: what people read.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from superset_like import chart_types
from superset_like.chart_types.base import ChartType, FormData, listed

Control: TypeAlias = Mapping[str, Any]

FOLDER = Path(chart_types.__file__).parent
KINDS = frozenset(
    {
        "annotations",
        "bounds",
        "checkbox",
        "colour",
        "column",
        "columns",
        "conditions",
        "currency",
        "filters",
        "formats",
        "grain",
        "label",
        "long",
        "metric",
        "metrics",
        "number",
        "order",
        "scheme",
        "select",
        "text",
        "texts",
    }
)


@dataclass(frozen=True, slots=True)
class Offered:
    """A viz_type that people may choose, and the name they know it by."""

    viz_type: str
    title: str


@dataclass(frozen=True, slots=True)
class Section:
    """Controls under one heading."""

    title: str
    controls: tuple[Control, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A chart type's form. folder: where it lies, and the module that draws the chart with it."""

    folder: str
    offered: tuple[Offered, ...]
    category: str
    about: str
    sections: tuple[Section, ...]

    def controls(self) -> Iterator[Control]:
        """All controls, in order."""
        for section in self.sections:
            yield from section.controls

    def defaults(self, viz_type: str) -> dict[str, Any]:
        """The form data of a new chart of this type."""
        named = {each["name"]: each["default"] for each in self.controls() if each.get("default") is not None}
        return {**named, "viz_type": viz_type}

    def lacking(self, form_data: FormData) -> list[Control]:
        """The controls without which nothing can be asked, and which are empty."""
        return [
            each
            for each in self.controls()
            if each.get("needed") and self.is_shown(each, form_data) and not _is_met(each, form_data)
        ]

    def is_shown(self, control: Control, form_data: FormData) -> bool:
        """Whether the control is there while the form data are these."""
        defaults = {each["name"]: each.get("default") for each in self.controls()}
        held = {**defaults, **form_data}
        return all(held.get(name) in values for name, values in (control.get("when") or {}).items())


def _is_met(control: Control, form_data: FormData) -> bool:
    needed = control["needed"]
    return any(listed(form_data.get(name)) for name in (needed if isinstance(needed, list) else [control["name"]]))


@cache
def examples() -> Mapping[str, Mapping[str, Any]]:
    """Folder -> what its type is drawn from in choosers and in the gallery: {form_data, results}."""
    return {path.parent.name: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*/example.json"))}


@cache
def all_forms() -> tuple[Form, ...]:
    """The form of each chart type that has one, by folder."""
    shared = json.loads((FOLDER / "controls.json").read_text())
    return tuple(_form(path, shared) for path in sorted(FOLDER.glob("*/form.json")))


def of(viz_type: str) -> Form | None:
    """The form of a viz_type, also of one by which people knew it before; None where there is none."""
    kind = chart_types.known().get(viz_type)
    return None if kind is None else next((each for each in all_forms() if each.folder == folder_of(kind)), None)


def folder_of(kind: ChartType) -> str:
    """The name of the folder in which a chart type lies."""
    return type(kind).__module__.split(".")[-2]


def _form(path: Path, shared: Mapping[str, Control]) -> Form:
    written = json.loads(path.read_text())
    return Form(
        path.parent.name,
        tuple(Offered(each["viz_type"], each["title"]) for each in written["offered"]),
        written["category"],
        written["about"],
        tuple(
            Section(each["title"], tuple(_control(given, shared) for given in each["controls"]))
            for each in written["sections"]
        ),
    )


def _control(given: str | Control, shared: Mapping[str, Control]) -> Control:
    own = {"name": given} if isinstance(given, str) else given
    return {**shared.get(own["name"], {}), **own}
