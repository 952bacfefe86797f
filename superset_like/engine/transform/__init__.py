"""Superset's post-processing: steps that make a table of a table. See docs/post-processing.md."""

import sys
from collections.abc import Mapping, Sequence
from decimal import Context, localcontext
from functools import lru_cache
from typing import Any

import pyarrow as pa

from superset_like import discovery
from superset_like.engine.transform import options
from superset_like.engine.transform.frame import Frame, label_map
from superset_like.engine.transform.operation import Operation
from superset_like.errors import QuestionInvalid

__all__ = ["label_map", "operations", "read", "transformed"]

# Sums of decimals of 76 digits lose none.
DIGITS = 100


def transformed(table: pa.Table, steps: Sequence[Mapping[str, Any] | None]) -> pa.Table:
    """The table after the steps, in order; NULL steps are skipped. steps: {operation, options}.

    Its columns have plain names; `label_map` tells the levels of those that a pivot made.
    Raises QuestionInvalid.
    """
    wanted = read(steps)
    if not wanted:
        return table
    frame = Frame.of(table)
    with localcontext(Context(prec=DIGITS)):
        for step in wanted:
            frame = step.apply(frame)
    return frame.table()


def read(steps: Sequence[Mapping[str, Any] | None]) -> list[Operation]:
    """The operations that the steps ask for, without touching data. Raises QuestionInvalid."""
    return [_read(step) for step in steps if step is not None]


@lru_cache(1)
def operations() -> dict[str, type[Operation]]:
    """Every operation by its name, sorted by it."""
    kinds = discovery.subclasses_in(sys.modules[__name__], Operation)  # type: ignore[type-abstract]
    return {kind.name(): kind for kind in sorted(kinds, key=lambda kind: kind.name())}


def _read(step: Mapping[str, Any]) -> Operation:
    kind = operations().get(str(step.get("operation"))) if isinstance(step, Mapping) else None
    if kind is None:
        message = f"Must be one of: {', '.join(operations())}."
        raise QuestionInvalid(message, fields={"operation": [message]})
    given = step.get("options") or {}
    if not isinstance(given, Mapping):
        raise QuestionInvalid(f"{kind.name()}: `options` must be an object", fields={"options": ["must be an object"]})
    return options.read(kind, kind.name(), given)
