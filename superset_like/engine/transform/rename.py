"""rename: other names for columns, or for the labels of one level."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from superset_like.engine.transform.frame import Frame, Label
from superset_like.engine.transform.operation import Operation
from superset_like.errors import QuestionInvalid


@dataclass(frozen=True, slots=True)
class Rename(Operation):
    """Columns called otherwise; NULL as the new name leaves the level out when flattened.

    level: only this one, by number or name; none: every level. inplace: without effect, as clients send it.
    """

    columns: Mapping[str, str | None]
    inplace: bool = False
    level: int | str | None = None

    def apply(self, frame: Frame) -> Frame:
        if not self.columns:
            return frame
        place = None if self.level is None else level_at(frame, self.level)
        known = {label[place or 0] for label in frame.columns}
        if missing := [name for name in self.columns if name not in known]:
            frame.require(missing)
        if all(new in known for new in self.columns.values()):
            raise QuestionInvalid("Label already exists", fields={"columns": list(self.columns)})
        made = {self._renamed(label, place): column for label, column in frame.columns.items()}
        return replace(frame, columns=made)

    def _renamed(self, label: Label, place: int | None) -> Label:
        return tuple(
            self.columns[level] if level is not None and level in self.columns and place in (None, at) else level
            for at, level in enumerate(label)
        )


def level_at(frame: Frame, level: int | str) -> int:
    """The place of the level that is meant by its number or its name. Raises QuestionInvalid."""
    if isinstance(level, str) and level in frame.levels:
        return frame.levels.index(level)
    if isinstance(level, int) and -len(frame.levels) <= level < len(frame.levels):
        return level % len(frame.levels)
    raise QuestionInvalid(f"There is no level {level} of the columns", fields={"level": [str(level)]})
