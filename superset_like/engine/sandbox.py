"""A Jinja environment that cannot leave its values, and that stops: by steps, by size and by the clock.

Texts that come from a viewer are `Given`: wherever one is put into other text, it is escaped as the content of a SQL
string. Filters, methods and callables are allow-lists.
"""

import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache, wraps
from time import monotonic
from typing import Any, SupportsIndex

from jinja2 import StrictUndefined, Template, Undefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment, safe_range
from jinja2.utils import Namespace
from jinja2.visitor import NodeTransformer

MOST_OUTPUT = 1_000_000
MOST_STEPS = 5_000_000
LONGEST_RUN_S = 2.0

_KEPT = 256

# Names that no template can spell: the sandbox alone calls these.
_COUNTED, _MEASURED, _JOINED = " counted", " measured", " joined"

_SCALARS = (str, int, float, Decimal, date, time, timedelta, Undefined)
_TEXT_FILTERS = frozenset({"capitalize", "lower", "string", "title", "trim", "truncate", "upper"})
_FILTERS = _TEXT_FILTERS | frozenset(
    """
    abs count d default dictsort first float groupby int items last length list map max min reject rejectattr reverse
    round select selectattr sort sum unique
    """.split()
)
_METHODS: dict[type, frozenset[str]] = {
    str: frozenset(
        """
        capitalize casefold count endswith find index isalnum isalpha isdecimal isdigit islower isnumeric isspace
        isupper join lower lstrip partition removeprefix removesuffix replace rfind rindex rpartition rsplit rstrip
        split splitlines startswith strip swapcase title upper
        """.split()
    ),
    dict: frozenset({"get", "items", "keys", "values"}),
    list: frozenset({"count", "index"}),
    tuple: frozenset({"count", "index"}),
    datetime: frozenset({"date", "isoformat", "isoweekday", "replace", "strftime", "time", "timestamp", "weekday"}),
    date: frozenset({"isoformat", "isoweekday", "replace", "strftime", "weekday"}),
    time: frozenset({"isoformat", "strftime"}),
    timedelta: frozenset({"total_seconds"}),
    LoopContext: frozenset({"changed", "cycle"}),
}
_REFUSED_NODES = (
    nodes.Block,
    nodes.EvalContextModifier,
    nodes.Extends,
    nodes.FromImport,
    nodes.Import,
    nodes.Include,
    nodes.ScopedEvalContextModifier,
)


class Given(str):
    """Text of a viewer: escaped when it becomes part of the SQL, raw to compare and to hand to `where_in`."""

    def __getitem__(self, at: SupportsIndex | slice) -> "Given":
        return Given(str.__getitem__(self, at))

    def __iter__(self) -> Iterator[str]:
        return map(Given, str.__iter__(self))


class Absent(Undefined):
    """What nobody knows about the caller: false in a condition, an error when it would become part of the SQL."""

    __str__ = Undefined._fail_with_undefined_error
    __iter__ = Undefined._fail_with_undefined_error


class Offered:
    """A class whose public methods templates may call."""


class Budget:
    """What one rendering may still spend."""

    def __init__(self) -> None:
        self._steps = MOST_STEPS
        self._deadline = monotonic() + LONGEST_RUN_S

    def spend(self, steps: int) -> None:
        """Raises SecurityError when steps or time are used up."""
        self._steps -= steps
        if self._steps < 0 or monotonic() > self._deadline:
            raise SecurityError("the template does too much")

    def spend_on(self, value: object) -> None:
        """Spends the size of a value; a part that occurs twice counts twice, as it would in print."""
        pending = [value]
        while pending:
            item = pending.pop()
            self.spend(_size(item))
            if isinstance(item, Mapping):
                pending += [*item.keys(), *item.values()]
            elif isinstance(item, list | tuple | set | frozenset):
                pending += item


_budget: ContextVar[Budget] = ContextVar("budget")


class SqlEnvironment(ImmutableSandboxedEnvironment):
    """escape: a text as the content of a SQL string. more_filters: filters beyond the portable ones."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "**", "%"})

    def __init__(
        self, escape: Callable[[str], str], more_filters: Mapping[str, Callable[..., Any]] | None = None
    ) -> None:
        super().__init__(undefined=StrictUndefined, finalize=self._printed, cache_size=0, optimized=False)
        self._escape = escape
        self._template = lru_cache(_KEPT)(self._compiled)
        self.globals = {"dict": dict, "namespace": Namespace, "range": safe_range}
        self.filters = {name: _bounded(name, FILTERS[name]) for name in _FILTERS}
        self.filters |= {name: _bounded(name, filter_) for name, filter_ in (more_filters or {}).items()}
        self.filters |= {
            "join": self._join_filter,
            "replace": self._replaced,
            _COUNTED: _counted,
            _MEASURED: _measured,
            _JOINED: lambda parts: self.concat([self._printed(part) for part in parts]),
        }

    def rendered(self, source: str, values: Mapping[str, Any]) -> str:
        """The text of the template. Raises what Jinja raises, SecurityError when it does too much."""
        token = _budget.set(Budget())
        try:
            template = self._template(source)
            text = self.concat(template.root_render_func(template.new_context(dict(values))))
        finally:
            _budget.reset(token)
        if len(text) > MOST_OUTPUT:
            raise SecurityError("the template writes too much")
        return text

    def _compiled(self, source: str) -> Template:
        return self.from_string(_Rewriter().visit(self.parse(source)))

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        """Calls what the allow-lists offer; named so that a template's keywords cannot collide."""
        budget = _budget.get()
        budget.spend_on([args, kwargs])
        owner = getattr(__obj, "__self__", None)
        if isinstance(owner, str):
            result = __self._text_method(owner, _method_of(__obj, str), args, kwargs)
        elif _is_offered(__obj, owner):
            result = super().call(__context, __obj, *args, **kwargs)
        else:
            raise SecurityError("this cannot be called from a template")
        budget.spend_on(result)
        return result

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic that cannot grow without bounds, and texts put together."""
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return self._sum_of_texts(left, right)
        _require_small(operator, left, right)
        result = super().call_binop(context, operator, left, right)
        _budget.get().spend_on(result)
        return Given(result) if isinstance(result, str) and _has_given((left, right)) else result

    def _sum_of_texts(self, left: str, right: str) -> str:
        _budget.get().spend(len(left) + len(right))
        if isinstance(left, Given) and isinstance(right, Given):
            return Given(str(left) + str(right))
        return self._printed(left) + self._printed(right)

    def _text_method(self, owner: str, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        if name == "join":
            return self._joined(args[0], owner)
        if name == "replace":
            return self._replaced(owner, *args, **kwargs)
        result = getattr(str, name)(owner, *args, **kwargs)
        return _given(result) if _has_given((owner, *args)) else result

    def _printed(self, value: Any) -> str:
        """The value as part of the SQL."""
        if isinstance(value, Given):
            value = self._escape(value)
        elif value is not None and not isinstance(value, _SCALARS):
            raise SecurityError("only a single value can be printed; use the filter where_in or join for a list")
        text = str(value)
        _budget.get().spend(1 + len(text))
        return text

    def concat(self, pieces: Iterable[str]) -> str:
        """The pieces as one text; Jinja builds blocks, macros and the whole with it."""
        budget = _budget.get()
        kept = []
        for piece in pieces:
            budget.spend(1 + len(piece))
            kept.append(piece)
        return "".join(kept)

    def _joined(self, items: Iterable[Any], separator: str) -> str:
        glue = self._printed(separator)
        pieces: list[str] = []
        for item in items:
            _budget.get().spend(len(glue))
            pieces += [glue, self._printed(item)] if pieces else [self._printed(item)]
        return "".join(pieces)

    def _join_filter(self, items: Iterable[Any], d: str = "", attribute: str | None = None) -> str:
        picked = items if attribute is None else [self.getitem(item, attribute) for item in items]
        return self._joined(picked, d)

    def _replaced(self, text: str, old: str, new: str, count: int | None = -1) -> str:
        if not all(isinstance(one, str) for one in (text, old, new)):
            raise SecurityError("only text can be replaced")
        is_given = isinstance(text, Given)
        put = new if is_given else self._printed(new)
        _budget.get().spend(len(text) + (text.count(old) * len(put)))
        result = str(text).replace(old, put, -1 if count is None else count)
        return Given(result) if is_given else result


class _Rewriter(NodeTransformer):
    """Puts the sandbox's own filters where Jinja would loop, build or join without asking it."""

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        if isinstance(node, _REFUSED_NODES):
            raise SecurityError(f"'{type(node).__name__.lower()}' is not supported here")
        return super().generic_visit(node, *args, **kwargs)

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        if node.recursive:
            raise SecurityError("recursive loops are not supported here")
        self.generic_visit(node)
        node.iter = _through(_COUNTED, node.iter)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _through(_JOINED, nodes.List(node.nodes, lineno=node.lineno))

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802
        return _through(_MEASURED, self.generic_visit(node))

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:  # noqa: N802
        return _through(_MEASURED, self.generic_visit(node))

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _through(_MEASURED, node) if node.ctx == "load" else node


def _through(name: str, node: nodes.Node) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


def _counted(items: Iterable[Any]) -> Iterator[Any]:
    budget = _budget.get()
    for item in items:
        budget.spend(1)
        yield item


def _measured(value: Any) -> Any:
    _budget.get().spend_on(value)
    return value


def _bounded(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(filter_)
    def bounded(*args: Any, **kwargs: Any) -> Any:
        values = [arg for arg in args if not isinstance(arg, Context | SqlEnvironment | nodes.EvalContext)]
        _budget.get().spend_on(values)
        if name in _TEXT_FILTERS and not isinstance(values[0], _SCALARS):
            raise SecurityError(f"the filter '{name}' takes a single value")
        result = filter_(*args, **kwargs)
        if isinstance(result, Iterator):
            return _counted(result)
        _budget.get().spend_on(result)
        # Own filters answer finished SQL.
        return Given(result) if name in _FILTERS and isinstance(result, str) and _has_given(values) else result

    return bounded


def _size(value: object) -> int:
    if isinstance(value, str | bytes | list | tuple | set | frozenset | Mapping):
        return 1 + len(value)
    return 1 + value.bit_length() // 8 if isinstance(value, int) else 1


def _has_given(values: Iterable[object]) -> bool:
    return any(isinstance(value, Given) for value in values)


def _given(result: Any) -> Any:
    if isinstance(result, str):
        return Given(result)
    return type(result)(map(_given, result)) if isinstance(result, list | tuple) else result


def _method_of(method: Any, owner: type) -> str:
    name = getattr(method, "__name__", "")
    if name not in _METHODS[owner]:
        raise SecurityError(f"the method '{name}' is not offered to templates")
    return str(name)


def _is_offered(thing: Any, owner: object) -> bool:
    if thing in (dict, Namespace, safe_range) or isinstance(thing, Macro):
        return True
    if not isinstance(thing, types.MethodType | types.BuiltinMethodType):
        return False
    if isinstance(owner, Offered):
        return True
    kind = next((kind for kind in _METHODS if isinstance(owner, kind)), None)
    return kind is not None and thing.__name__ in _METHODS[kind]


def _require_small(operator: str, left: Any, right: Any) -> None:
    """Refuses what makes much of little: powers, texts written out n times, texts that format."""
    numbers: list[Any] = [value for value in (left, right) if isinstance(value, int | float | Decimal)]
    if operator == "%" and not isinstance(left, int | float | Decimal):
        raise SecurityError("texts cannot be formatted with % here")
    if operator == "**" and (len(numbers) < 2 or max(map(abs, numbers)) > 64):
        raise SecurityError("the power is too large")
    if operator == "*":
        if len(numbers) < 2:
            times, size = sorted(max(0, value) if isinstance(value, int) else _size(value) for value in (left, right))
            _budget.get().spend(times * size)
        elif any(isinstance(number, int) and number.bit_length() > 4096 for number in numbers):
            raise SecurityError("the number is too large")
