"""Why somebody sees a thing: the ways that lead to it, each with all that it needs. Who has one way sees it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_

Condition = ColumnElement[bool] | None


@dataclass(frozen=True, slots=True)
class Need:
    """Something that must be so of a row; condition None: it is so of every row.

    of_roles: whether a role gives it, so that one can ask which.
    """

    name: str
    condition: Condition
    of_roles: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """All of these together open a thing."""

    name: str
    needs: tuple[Need, ...]

    def condition(self) -> Condition:
        """What a row must be for this way; None where any row will do."""
        parts = [need.condition for need in self.needs if need.condition is not None]
        return and_(*parts) if parts else None


def any_of(ways: Sequence[Way]) -> Condition:
    """What a row must be for one of the ways; None where any row will do."""
    conditions = [way.condition() for way in ways]
    parts = [condition for condition in conditions if condition is not None]
    return or_(*parts) if len(parts) == len(conditions) else None
