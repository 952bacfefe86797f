"""unescape_separator: takes back what escape_separator and flatten put into the names of columns."""

from dataclasses import dataclass, replace

from superset_like.engine.transform.frame import SEPARATOR, Frame, unescaped
from superset_like.engine.transform.operation import Operation


@dataclass(frozen=True, slots=True)
class UnescapeSeparator(Operation):
    """Names without the backslash before each separator."""

    sep: str = SEPARATOR

    def apply(self, frame: Frame) -> Frame:
        columns = {
            tuple(level and unescaped(level, self.sep) for level in label): column
            for label, column in frame.columns.items()
        }
        return replace(frame, columns=columns)
