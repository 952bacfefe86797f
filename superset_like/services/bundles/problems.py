"""What is wrong with a bundle, file by file."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from superset_like.errors import BundleForbidden, BundleInvalid, DatabaseUnreachable, Forbidden, Invalid, QueryError

Problem = str | Mapping[str, Any]


class Problems:
    """Gathers what is wrong, so that one answer can say all of it. what: the kind that is imported."""

    def __init__(self, what: str | None) -> None:
        self._what = (what or "bundle").replace("_", " ")
        self._invalid: dict[str, Problem] = {}
        self._forbidden: dict[str, Problem] = {}

    def add(self, path: str, problem: Problem) -> None:
        """The file cannot be accepted."""
        self._invalid.setdefault(path, problem)

    def forbid(self, path: str, problem: Problem) -> None:
        """The caller may not do what the file says."""
        self._forbidden.setdefault(path, problem)

    @contextmanager
    def of(self, path: str) -> Iterator[None]:
        """Errors of the block are noted as this file's."""
        try:
            yield
        except Invalid as error:
            self.add(path, error.fields or error.message)
        except Forbidden as error:
            self.forbid(path, error.message)
        except (QueryError, DatabaseUnreachable) as error:
            self.add(path, error.message)

    def raise_if_any(self) -> None:
        """Nothing, where nothing is wrong. Raises BundleForbidden or BundleInvalid."""
        if self._forbidden:
            raise BundleForbidden(self._said(self._forbidden), self._forbidden)
        if self._invalid:
            raise BundleInvalid(self._said(self._invalid), self._invalid)

    def _said(self, problems: Mapping[str, Problem]) -> str:
        texts = [f"{path}: {_text(problem)}" for path, problem in problems.items()]
        return f"Error importing {self._what}: {'; '.join(texts)}"


def _text(problem: Problem) -> str:
    if isinstance(problem, str):
        return problem
    return ", ".join(text if name == "_schema" else f"{name}: {text}" for name, text in _flat(problem))


def _flat(problem: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(problem, Mapping):
        for name, each in problem.items():
            yield from _flat(each, f"{path}.{name}" if path else str(name))
    elif isinstance(problem, list | tuple):
        for each in problem:
            yield from _flat(each, path)
    else:
        yield path, str(problem)
