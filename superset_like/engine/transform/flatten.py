"""flatten: labels of several levels become one text each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from superset_like.engine.transform.frame import Frame, Label
from superset_like.engine.transform.operation import Operation
from superset_like.engine.transform.rename import level_at


@dataclass(frozen=True, slots=True)
class Flatten(Operation):
    """Labels joined by ", "; a comma inside a level is escaped until the end. drop_levels: levels by number or name."""

    reset_index: bool = True
    drop_levels: Sequence[int | str] = ()

    def apply(self, frame: Frame) -> Frame:
        flat = _without_levels(frame, {level_at(frame, level) for level in self.drop_levels}).flat()
        return flat.without_index() if self.reset_index else flat


def _without_levels(frame: Frame, dropped: set[int]) -> Frame:
    kept = [place for place in range(len(frame.levels)) if place not in dropped]
    if not dropped or not kept:
        return frame
    columns: dict[Label, object] = {tuple(label[place] for place in kept): c for label, c in frame.columns.items()}
    return replace(frame, columns=columns, levels=tuple(frame.levels[place] for place in kept))
