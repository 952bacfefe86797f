"""What an operation is: a frozen description of its options that makes a frame of a frame."""

from abc import ABC, abstractmethod

from superset_like.engine.transform.frame import Frame


class Operation(ABC):
    """Options as fields with their defaults. The file in which it stands gives it its name."""

    @classmethod
    def name(cls) -> str:
        """The name by which clients ask for it."""
        return cls.__module__.rpartition(".")[2]

    @abstractmethod
    def apply(self, frame: Frame) -> Frame:
        """The frame after the operation. Raises QuestionInvalid."""
