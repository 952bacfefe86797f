"""The agreed forms of modules become scripts; others are refused, not drawn wrongly."""

from pathlib import Path

import pytest

from superset_like.pictures import modules
from superset_like.pictures.modules import ModuleRefused, translated

HERE = Path("pie/chart.js")


def test_imports_come_from_base_and_exports_leave() -> None:
    source = (
        'import { a, b } from "../base.js";\n\nexport const kept = a;\n\nexport function option(x) {\n  return b;\n}\n'
    )
    made = translated(source, HERE)
    assert made.startswith("(function (base) {")
    assert "const { a, b } = base;" in made
    assert "return { kept, option };" in made
    assert "import" not in made
    assert "export" not in made


@pytest.mark.parametrize(
    "line",
    [
        'import base from "../base.js";',
        'import * as base from "../base.js";',
        'import { a as b } from "../base.js";',
        'import { a } from "../other/chart.js";',
        'import { a } from "../../static/pages.js";',
        'import { a } from "https://example.com/base.js";',
        'import "../base.js";',
        "import {",
        "export default function option() {}",
        "export { option };",
        'export * from "../base.js";',
        "export class Option {}",
        "export let option = 1;",
        '  export { option } from "../base.js";',
        'const found = await import("../base.js");',
        "const here = import.meta.url;",
    ],
)
def test_other_forms_are_refused(line: str) -> None:
    with pytest.raises(ModuleRefused, match="line 2"):
        translated(f"// A module.\n{line}\n", HERE)


def test_words_in_texts_and_comments_are_no_modules_forms() -> None:
    assert "exported" in translated("// import and export\nconst exported = 'we import tea';\n", HERE)


def test_our_own_modules_are_written_in_the_agreed_forms() -> None:
    folder = modules.CHART_TYPES
    ours = [modules.FALLBACK, *(["base"] if (folder / "base.js").exists() else []), *modules.names()]
    for name in ours:
        assert modules.script(folder, name)


def test_a_file_beside_a_module_is_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "map").mkdir()
    (tmp_path / "map" / "shapes.js").write_text('import { a } from "../base.js";\n\nexport const SHAPES = [a];\n')
    (tmp_path / "formats.js").write_text("export const told = 1;\n")
    module = tmp_path / "map" / "chart.js"
    module.write_text(
        'import { SHAPES } from "./shapes.js";\nimport { told } from "../formats.js";\nexport const b = SHAPES;\n'
    )
    made = modules.script(tmp_path, "map")
    assert 'const { SHAPES } = (function (base) { "use strict";\nconst { a } = base;' in made
    assert "const told = 1;" in made
    assert "import" not in made
    before = modules.digest(tmp_path)
    (tmp_path / "map" / "shapes.js").write_text("export default 1;\n")
    assert modules.digest(tmp_path) != before
    with pytest.raises(ModuleRefused, match=r"shapes\.js, line 1"):
        modules.script(tmp_path, "map")


def test_a_changed_module_changes_the_digest(tmp_path: Path) -> None:
    (tmp_path / "pie").mkdir()
    (tmp_path / "pie" / "chart.js").write_text("export const a = 1;\n")
    before = modules.digest(tmp_path)
    assert modules.digest(tmp_path) == before
    (tmp_path / "pie" / "chart.js").write_text("export const a = 2;\n")
    assert modules.digest(tmp_path) != before
