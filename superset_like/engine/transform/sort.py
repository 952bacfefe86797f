"""sort: rows in another order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from superset_like.engine.transform.frame import Frame
from superset_like.engine.transform.operation import Operation
from superset_like.errors import QuestionInvalid


@dataclass(frozen=True, slots=True)
class Sort(Operation):
    """Rows by the columns, or by the index; equal ones keep their order, NULL comes last either way.

    ascending: one for all, or one for each.
    """

    is_sort_index: bool = False
    by: str | Sequence[str] = ()
    ascending: bool | Sequence[bool] = True

    def apply(self, frame: Frame) -> Frame:
        names = list(frame.index) if self.is_sort_index else self._names()
        if not names:
            return frame
        if not self.is_sort_index:
            frame.require(name for name in names if name not in frame.index)
        keys = [frame.index[name] if self.is_sort_index else frame.column(name) for name in names]
        return frame.taken(_order(keys, self._directions(len(keys))))

    def _names(self) -> list[str]:
        return [self.by] if isinstance(self.by, str) else list(self.by)

    def _directions(self, count: int) -> list[bool]:
        found = [self.ascending] * count if isinstance(self.ascending, bool) else list(self.ascending)
        if len(found) != count:
            message = f"Length of ascending ({len(found)}) != length of by ({count})"
            raise QuestionInvalid(message, fields={"ascending": [message]})
        return found


def _order(keys: Sequence[Any], ascending: Sequence[bool]) -> pa.Array:
    table = pa.table({str(place): key for place, key in enumerate(keys)})
    wanted = [(str(place), "ascending" if up else "descending") for place, up in enumerate(ascending)]
    try:
        return pc.sort_indices(table, sort_keys=wanted)
    except (pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
        raise QuestionInvalid("The rows cannot be sorted by values of this type") from error
