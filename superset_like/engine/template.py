"""Jinja in SQL: who asks, what was filtered and the time range, as macros and variables."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError, UndefinedError

from superset_like.engine.databases.base import Engine
from superset_like.engine.literals import literal
from superset_like.engine.sandbox import Absent, Given, Offered, SqlEnvironment
from superset_like.errors import ProductError, TemplateInvalid

LONGEST_TEMPLATE = 200_000

_MARKS = ("{{", "{%", "{#")
_LISTS = ("IN", "NOT IN")


@dataclass(slots=True)
class Notes:
    """What templates did with filters, by column. read: looked at. removed: taken out of the question they serve."""

    read: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)


class Library(Protocol):
    """What a template may take from datasets; SQL, not escaped. Raises TemplateInvalid."""

    def dataset(self, pk: int, include_metrics: bool, columns: Sequence[str] | None) -> str: ...
    def metric(self, name: str, pk: int | None) -> str: ...


@dataclass(frozen=True, slots=True)
class Context:
    """What a template may know. filters: mappings with `col`, `op` and `val`. library: None where there is none.

    notes: what templates leave behind.
    """

    user_id: int | None = None
    username: str | None = None
    email: str | None = None
    roles: tuple[str, ...] = ()
    url_params: Mapping[str, str] = field(default_factory=dict)
    filters: tuple[Mapping[str, Any], ...] = ()
    columns: tuple[Any, ...] = ()
    metrics: tuple[Any, ...] = ()
    from_dttm: datetime | None = None
    to_dttm: datetime | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    library: Library | None = None
    notes: Notes = field(default_factory=Notes)


def has_template(sql: str) -> bool:
    """Whether the text has anything to render."""
    return any(mark in sql for mark in _MARKS)


def render(sql: str, context: Context, engine: Engine) -> str:
    """The SQL with its template carried out. Raises TemplateInvalid."""
    if not has_template(sql):
        return sql
    if len(sql) > LONGEST_TEMPLATE:
        raise TemplateInvalid("The template is too long", limit=LONGEST_TEMPLATE)
    try:
        return _environment(engine.dialect).rendered(sql, _values(context))
    except TemplateInvalid:
        raise
    except UndefinedError as error:
        raise TemplateInvalid(f"The template uses something unknown: {error.message}") from error
    except TemplateSyntaxError as error:
        raise TemplateInvalid(f"Jinja syntax error at line {error.lineno}: {error.message}") from error
    except SecurityError as error:
        raise TemplateInvalid(f"The template is not allowed: {error.message}") from error
    except (TemplateError, ProductError) as error:
        raise TemplateInvalid(f"The template could not be rendered: {error.message}") from error
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise TemplateInvalid(f"The template could not be rendered: {error}") from error
    except (RuntimeError, MemoryError, SyntaxError) as error:
        raise TemplateInvalid("The template is nested too deeply") from error


@cache
def _environment(dialect: str) -> SqlEnvironment:
    return SqlEnvironment(lambda text: literal(text).sql(dialect)[1:-1], {"where_in": _where_in(dialect)})


def _where_in(dialect: str) -> Callable[..., str | None]:
    def where_in(values: Iterable[Any], default_to_none: bool = False) -> str | None:
        """The values as the right side of IN; of no values, one that nothing equals."""
        items = [value for value in values if not isinstance(value, Absent)]
        if not items:
            return None if default_to_none else "(NULL)"
        return f"({', '.join(literal(_plain(item)).sql(dialect) for item in items)})"

    return where_in


def _values(context: Context) -> dict[str, Any]:
    macros = _Macros(context)
    columns = [_given(column) for column in context.columns]
    return {
        **context.params,
        **{name: getattr(macros, name) for name in _MACROS},
        "columns": columns,
        "groupby": columns,
        "metrics": [_given(metric) for metric in context.metrics],
        "filter": [_given(item) for item in context.filters],
        "from_dttm": context.from_dttm,
        "to_dttm": context.to_dttm,
    }


class _Macros(Offered):
    """What templates may call."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def current_user_id(self, *_: object) -> Any:
        return self._known("current_user_id", self._context.user_id)

    def current_username(self, *_: object) -> Any:
        return self._known("current_username", self._context.username)

    def current_user_email(self, *_: object) -> Any:
        return self._known("current_user_email", self._context.email)

    def current_user_roles(self, *_: object) -> list[Any]:
        return [Given(role) for role in self._context.roles]

    def url_param(self, name: str, default: Any = None, *_: object, **__: object) -> Any:
        return _given(self._context.url_params[name]) if name in self._context.url_params else default

    def filter_values(self, column: str, default: Any = None, remove_filter: bool = False) -> list[Any]:
        found: list[Any] = []
        for one in self.get_filters(column, remove_filter):
            found += one["val"] if isinstance(one["val"], list) else [one["val"]]
        return found if found or default is None else [default]

    def get_filters(self, column: str, remove_filter: bool = False) -> list[dict[str, Any]]:
        found = [_filter(one) for one in self._context.filters if one.get("col") == column and _says_something(one)]
        if found:
            self._context.notes.read.add(str(column))
            if remove_filter:
                self._context.notes.removed.add(str(column))
        return found

    def cache_key_wrapper(self, value: Any) -> Any:
        return value

    def dataset(self, dataset_id: Any, include_metrics: Any = False, columns: Iterable[Any] | None = None) -> str:
        named = None if columns is None else [str(name) for name in columns]
        return self._library("dataset").dataset(int(dataset_id), bool(include_metrics), named)

    def metric(self, metric_key: Any, dataset_id: Any = None) -> str:
        return self._library("metric").metric(str(metric_key), None if dataset_id is None else int(dataset_id))

    def _library(self, macro: str) -> Library:
        if self._context.library is None:
            raise TemplateInvalid(f"{macro}() is not offered here")
        return self._context.library

    def _known(self, name: str, value: Any) -> Any:
        return Absent(f"{name}() is not known of this caller") if value is None else _given(value)


_MACROS = [name for name in vars(_Macros) if not name.startswith("_")]
# Names that mean something in each template, and nothing that a caller gives.
TAKEN = frozenset({*_MACROS, "columns", "groupby", "metrics", "filter", "from_dttm", "to_dttm"})


def _says_something(one: Mapping[str, Any]) -> bool:
    return one.get("val") not in (None, [], ())


def _filter(one: Mapping[str, Any]) -> dict[str, Any]:
    operator, value = str(one.get("op", "")).upper(), _given(one.get("val"))
    if operator in _LISTS and not isinstance(value, list):
        value = [value]
    return {"op": operator, "col": one.get("col"), "val": value}


def _given(value: Any) -> Any:
    """The value with every text in it marked as a viewer's."""
    if isinstance(value, str):
        return Given(value)
    if isinstance(value, Mapping):
        return {key: _given(item) for key, item in value.items()}
    return [_given(item) for item in value] if isinstance(value, list | tuple) else value


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value
