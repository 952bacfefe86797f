"""Names of tables and columns as a file gives them and a database takes them."""

import re
from collections.abc import Iterable

from superset_like.engine.uploads.wishes import MOST_COLUMNS, fault
from superset_like.errors import Invalid

_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def of_table(name: str, longest: int) -> str:
    """The name, without spaces around it. Raises Invalid."""
    name = name.strip()
    if not name or _CONTROL.search(name):
        raise _bad_table("A table needs a name without control characters.")
    if len(name.encode()) > longest:
        raise _bad_table(f"The name is longer than {longest} bytes.")
    return name


def of_columns(given: Iterable[object], longest: int) -> tuple[str, ...]:
    """The names, each once whatever its case; who has none is called by its position. Raises Invalid."""
    names: list[str] = []
    taken: set[str] = set()
    for position, value in enumerate(given, 1):
        if position > MOST_COLUMNS:
            raise fault(f"The file has more than {MOST_COLUMNS} columns")
        name = "" if value is None else " ".join(str(value).split())
        if _CONTROL.search(name):
            raise fault(f"The name of column {position} has control characters")
        name = _free(name or f"column_{position}", taken, longest)
        taken.add(name.casefold())
        names.append(name)
    if not names:
        raise fault("The file has no columns")
    return tuple(names)


def _free(name: str, taken: set[str], longest: int) -> str:
    made, number = _cut(name, longest), 1
    while made.casefold() in taken:
        number += 1
        ending = f"_{number}"
        made = _cut(name, longest - len(ending)) + ending
    return made


def _cut(name: str, longest: int) -> str:
    # PostgreSQL counts bytes.
    return name.encode()[:longest].decode(errors="ignore")


def _bad_table(message: str) -> Invalid:
    return Invalid(message, fields={"table_name": [message]})
