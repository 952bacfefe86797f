"""Names of output columns inside the SQL; what people read are the labels of `Statement.outputs`."""

import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b

from superset_like.engine.query import Query
from superset_like.errors import QuestionInvalid


def require_unique(query: Query) -> None:
    """Raises QuestionInvalid when two outputs carry one label."""
    seen: set[str] = set()
    twice: list[str] = []
    for label in labels(query):
        if label in seen and label not in twice:
            twice.append(label)
        seen.add(label)
    if twice:
        named = ", ".join(f'"{label}"' for label in twice)
        raise QuestionInvalid(
            f"Duplicate column/metric labels: {named}. Please make sure all columns and metrics have a unique label."
        )


def labels(query: Query) -> Iterable[str]:
    """Labels of the answer's columns, in order."""
    yield from (dimension.label for dimension in query.dimensions)
    yield from (measure.label for measure in query.measures or ())


def aliases(wanted: Sequence[str], longest: int | None, plain: bool = False) -> list[str]:
    """A name for each label: the label itself where the engine takes it and no other is spelled alike.

    Engines compare output names without regard to case, and some count their length in bytes. plain: names are letters,
    digits and underscores alone.
    """
    taken: set[str] = set()
    found = []
    for number, label in enumerate(wanted):
        label = _plain(label) if plain else label
        alias = _fitting(label.replace("\0", ""), longest) or f"column_{number}"
        if alias.lower() in taken:
            alias = _fitting(f"{label}_{number}" if plain else f"{label} {number}", longest, forced=True)
        taken.add(alias.lower())
        found.append(alias)
    return found


def _plain(label: str) -> str:
    name = re.sub(r"[^A-Za-z0-9_]", "_", label)
    return f"_{name}" if name[:1].isdigit() else name


def _fitting(label: str, longest: int | None, forced: bool = False) -> str:
    size = len(label.encode(errors="replace"))
    if not forced and (longest is None or size <= longest):
        return label
    mark = blake2b(label.encode(errors="replace"), digest_size=4).hexdigest()
    room = max((longest or size + 9) - len(mark) - 1, 0)
    return f"{label.encode(errors='replace')[:room].decode(errors='ignore')}_{mark}"
