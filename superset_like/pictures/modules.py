"""The chart types' JavaScript modules as plain scripts, for a V8 that loads none. The forms: docs/pictures.md."""

import hashlib
import re
from functools import cache
from pathlib import Path

CHART_TYPES = Path(__file__).parents[1] / "chart_types"
ECHARTS = Path(__file__).parents[1] / "static" / "vendor" / "echarts-6.1.0.min.js"
FALLBACK = "fallback"

IMPORT = re.compile(r'^import \{ (\w+(?:, \w+)*),? \} from "(\.\.?)/([a-z_]+)\.js";$', re.MULTILINE)
EXPORT = re.compile(r"^export (function|const) ([A-Za-z_$][\w$]*)", re.MULTILINE)
# Whatever else would be a module's: it must not slip through as a script that fails when it is drawn.
OTHER_FORMS = re.compile(r"^\s*(?:import|export)\b.*$|\bimport\s*\(.*$|\bimport\.meta\b.*$", re.MULTILINE)


class ModuleRefused(ValueError):
    """A module is written in a form that is not agreed."""


@cache
def names(folder: Path = CHART_TYPES) -> frozenset[str]:
    """The chart types that have a module."""
    return frozenset(path.parent.name for path in folder.glob("*/chart.js"))


def script(folder: Path, name: str) -> str:
    """An expression, the object of what the module of this name exports; `base` stands for base.js, `fallback` for
    fallback.js. Raises ModuleRefused, FileNotFoundError.
    """
    path = folder / f"{name}.js" if name in {"base", FALLBACK} else folder / name / "chart.js"
    return translated(path.read_text(), path)


def translated(source: str, path: Path) -> str:
    """An expression, the object of what the module exports; what it imports it takes from `base`, or has in itself.

    path: where the module lies, for the files beside it and above it. Raises ModuleRefused, FileNotFoundError.
    """

    def taken(found: re.Match[str]) -> str:
        wanted, place, name = found.groups()
        if name == "base":
            return f"const {{ {wanted} }} = base;"
        part = path.parent / place / f"{name}.js"
        return f"const {{ {wanted} }} = {translated(part.read_text(), part)}(base);"

    exported = [found[1] for found in EXPORT.findall(source)]
    # The parts that are taken in were judged by themselves.
    own = EXPORT.sub(r"\1 \2", IMPORT.sub("", source))
    other = OTHER_FORMS.search(own)
    if other:
        line = own.count("\n", 0, other.start()) + 1
        raise ModuleRefused(f"{path.name}, line {line}: not an agreed form: {other[0].strip()[:80]}")
    plain = EXPORT.sub(r"\1 \2", IMPORT.sub(taken, source))
    return f'(function (base) {{ "use strict";\n{plain}\nreturn {{ {", ".join(exported)} }};\n}})'


def digest(folder: Path = CHART_TYPES) -> str:
    """What of our files decides how a picture looks, as a short text."""
    found = hashlib.sha256()
    for path in (*sorted(folder.glob("*.js")), *sorted(folder.glob("*/*.js")), *sorted(_own())):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def _own() -> list[Path]:
    here = Path(__file__).parent
    return [*here.glob("*.py"), *here.glob("*.js"), *ECHARTS.parent.glob("*.js"), *ECHARTS.parent.glob("*.ttf")]
