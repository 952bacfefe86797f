"""escape_separator: commas in the names of columns are no separators of levels."""

from dataclasses import dataclass, replace

from superset_like.engine.transform.frame import SEPARATOR, Frame, escaped
from superset_like.engine.transform.operation import Operation


@dataclass(frozen=True, slots=True)
class EscapeSeparator(Operation):
    """Names with a backslash before each separator."""

    sep: str = SEPARATOR

    def apply(self, frame: Frame) -> Frame:
        columns = {
            tuple(level and escaped(level, self.sep) for level in label): column
            for label, column in frame.columns.items()
        }
        return replace(frame, columns=columns)
