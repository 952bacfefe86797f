"""select: some of the columns, in the order asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from superset_like.engine.transform.frame import MISSING, Frame, Label
from superset_like.engine.transform.operation import Operation
from superset_like.errors import QuestionInvalid


@dataclass(frozen=True, slots=True)
class Select(Operation):
    """The columns, without those excluded, renamed. All three speak of the names before. No columns: all of them."""

    columns: Sequence[str] = ()
    exclude: Sequence[str] = ()
    rename: Mapping[str, str] = field(default_factory=dict)

    def apply(self, frame: Frame) -> Frame:
        frame.require([*self.columns, *self.exclude, *self.rename])
        kept = frame.under(self.columns) if self.columns else list(frame.columns)
        if self.columns and (gone := [name for name in self.exclude if name not in self.columns]):
            raise QuestionInvalid(f"{MISSING[:-1]}: {', '.join(gone)}", fields={"exclude": gone})
        labels = [label for label in kept if label[0] not in self.exclude]
        return replace(frame, columns={self._renamed(label): frame.columns[label] for label in labels})

    def _renamed(self, label: Label) -> Label:
        return tuple(self.rename.get(level or "", level) for level in label)
