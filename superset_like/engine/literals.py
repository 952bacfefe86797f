"""Values and names as trees; the dialect's generator quotes and escapes them."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from math import isfinite

from sqlglot import exp

from superset_like.engine.query import Scalar
from superset_like.errors import QuestionInvalid

# No engine stores a NUL in a text, and half of a surrogate pair cannot be sent.
_UNSAYABLE = re.compile("[\x00\ud800-\udfff]")

# Beyond what a double holds; written out, such a number would fill pages.
_MOST_DIGITS = 309


def literal(value: Scalar) -> exp.Expression:
    """The value as a tree. Raises QuestionInvalid for one that SQL cannot say (NaN, a NUL in a text)."""
    if value is None:
        return exp.Null()
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, datetime):
        return exp.TimeStrToTime(this=_text(_naive(value).isoformat(" ")))
    if isinstance(value, date):
        return exp.DateStrToDate(this=_text(value.isoformat()))
    if isinstance(value, time):
        return _text(value.isoformat())
    return _text(value)


def identifier(name: str) -> exp.Identifier:
    """The name, quoted as the dialect quotes. Raises QuestionInvalid for one that no engine can hold."""
    if not name or _UNSAYABLE.search(name):
        raise QuestionInvalid("A name is empty or holds a character that no database takes")
    return exp.Identifier(this=name, quoted=True)


def between_quotes(text: str, dialect: str) -> str:
    """The text as it stands between the quotes of a literal."""
    return exp.Literal.string(text).sql(dialect=dialect)[1:-1]


def _text(value: str) -> exp.Expression:
    if _UNSAYABLE.search(value):
        raise QuestionInvalid("A text holds a character that no database takes")
    return exp.Literal.string(value)


def _number(value: int | float | Decimal) -> exp.Expression:
    if not _is_writable(value):
        raise QuestionInvalid("A number is too large, too small or not a number")
    text = format(abs(value), "f") if isinstance(value, Decimal) else repr(abs(value))
    number = exp.Literal.number(text)
    return exp.Neg(this=number) if value < 0 else number


def _is_writable(value: int | float | Decimal) -> bool:
    if isinstance(value, int):
        return value.bit_length() < _MOST_DIGITS * 3
    if isinstance(value, float):
        return isfinite(value)
    return value.is_finite() and abs(value.adjusted()) < _MOST_DIGITS


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
