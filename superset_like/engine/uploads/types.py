"""The type of a column of texts: found by looking at all of them, or stated; and the values in it."""

import re
from collections.abc import Callable

import pyarrow as pa
from pyarrow import compute

from superset_like.engine.uploads.wishes import Wishes
from superset_like.errors import Invalid

MOST_DIGITS = 38
MOMENT, INSTANT = pa.timestamp("us"), pa.timestamp("us", "UTC")
DECIMAL = pa.decimal128(MOST_DIGITS, 0)
STATED: dict[str, pa.DataType] = {
    **dict.fromkeys(("bigint", "int", "int16", "int32", "int64", "int8", "integer"), pa.int64()),
    **dict.fromkeys(("double", "float", "float32", "float64", "real"), pa.float64()),
    **dict.fromkeys(("category", "object", "str", "string", "text", "varchar"), pa.string()),
    **dict.fromkeys(("bool", "boolean"), pa.bool_()),
    **dict.fromkeys(("datetime", "datetime64", "datetime64[ns]", "datetime64[us]", "timestamp"), MOMENT),
    **dict.fromkeys(("datetime64[ns, utc]", "timestamptz"), INSTANT),
    "date": pa.date32(),
}
_DECIMAL_NAME = re.compile(r"(?:decimal|numeric)\((\d{1,2}),\s*(\d{1,2})\)")
# Digits with a zero in front are no number: they are codes, and the zero means something.
_WHOLE = r"^-?(?:0|[1-9]\d*)$"
_DECIMAL = r"^-?(?:0|[1-9]\d*)(?:\.\d+)?$"
_FLOATING = r"^(?:-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?|nan|-?inf)$"
_TRUTH = r"^(?:true|false|True|False|TRUE|FALSE)$"
_YEAR = r"(?:[1-9]\d{3}|0[1-9]\d{2}|00[1-9]\d|000[1-9])"
_DAY = rf"^{_YEAR}-\d\d-\d\d$"
_CLOCK = r"[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?"
_MOMENT = rf"^{_YEAR}-\d\d-\d\d(?:{_CLOCK})?$"
_INSTANT = rf"^{_YEAR}-\d\d-\d\d{_CLOCK}(?:Z|[+-]\d\d:?\d\d)$"
_NAMES = (
    (pa.types.is_boolean, "true or false"),
    (pa.types.is_integer, "a whole number of 64 bits"),
    (pa.types.is_decimal, "a decimal number of so many digits"),
    (pa.types.is_floating, "a number"),
    (pa.types.is_date, "a date"),
    (pa.types.is_timestamp, "a date and time"),
)


class Finder:
    """What a column may be, after all its texts were looked at."""

    def __init__(self, wishes: Wishes, *, is_date: bool = False, is_decimal: bool = False) -> None:
        self._wishes = wishes
        self._is_date = is_date
        self._possible = ["day", "moment", "instant"] if is_date else ["decimal"] if is_decimal else list(_TESTS)
        self._whole = self._scale = 0
        self._has_seen = False

    def look(self, texts: pa.StringArray) -> None:
        """Takes what the texts rule out."""
        if not self._possible:
            return
        values = texts.drop_null()
        if not len(values):
            return
        self._has_seen = True
        values = isolated(values, self._wishes) if self._is_date else pointed(values, self._wishes)
        self._possible = [kind for kind in self._possible if _TESTS[kind](values)]
        if "decimal" in self._possible:
            self._count_digits(values)

    def type(self) -> pa.DataType:
        """The narrowest type that holds all of them exactly; text when there is none, or nothing was seen."""
        found = self._possible[0] if self._possible and self._has_seen else "text"
        if found == "decimal":
            digits = self._whole + self._scale
            return pa.decimal128(max(digits, 1), self._scale) if digits <= MOST_DIGITS else pa.string()
        return _TYPES.get(found, pa.string())

    def _count_digits(self, values: pa.StringArray) -> None:
        whole = compute.utf8_length(compute.replace_substring_regex(values, r"^-|\..*$", ""))
        scale = compute.utf8_length(compute.replace_substring_regex(values, r"^[^.]*\.?", ""))
        self._whole = max(self._whole, compute.max(whole).as_py())
        self._scale = max(self._scale, compute.max(scale).as_py())


def stated(name: str, column: str) -> pa.DataType | None:
    """The type of a stated name; None for a decimal whose digits are to be counted. Raises Invalid."""
    plain = name.strip().lower()
    if plain in ("decimal", "numeric"):
        return None
    digits = _DECIMAL_NAME.fullmatch(plain)
    if digits and 1 <= int(digits[1]) <= MOST_DIGITS and int(digits[2]) <= int(digits[1]):
        return pa.decimal128(int(digits[1]), int(digits[2]))
    if plain not in STATED:
        message = f"{column}: not a type that can be asked for: {name[:40]}"
        raise Invalid(message, fields={"column_data_types": [message]})
    return STATED[plain]


def cast(texts: pa.StringArray, wanted: pa.DataType, wishes: Wishes) -> pa.Array:
    """The values. Raises pa.ArrowInvalid when one of them is none of this type."""
    if pa.types.is_string(wanted):
        return texts
    if pa.types.is_temporal(wanted):
        texts = isolated(texts, wishes)
        if compute.any(compute.starts_with(texts, "0000")).as_py():
            raise pa.ArrowInvalid("There is no year 0")
        return compute.cast(texts, wanted)
    trimmed = compute.utf8_trim_whitespace(texts)
    return compute.cast(trimmed if pa.types.is_boolean(wanted) else pointed(trimmed, wishes), wanted)


def first_fault(texts: pa.StringArray, wanted: pa.DataType, wishes: Wishes) -> int:
    """The position of the first text that is none of this type; there is one."""
    low, high = 0, len(texts)
    while high - low > 1:
        middle = (low + high) // 2
        is_fine = _does(cast, texts.slice(low, middle - low), wanted, wishes)
        low, high = (middle, high) if is_fine else (low, middle)
    return low


def said(wanted: pa.DataType) -> str:
    """What a value of this type is, for people."""
    return next((name for is_so, name in _NAMES if is_so(wanted)), "a text")


def pointed(texts: pa.StringArray, wishes: Wishes) -> pa.StringArray:
    """The texts, their decimal character a point."""
    character = wishes.decimal_character
    if character == ".":
        return texts
    # A point in such a file parts thousands, or is a mistake: it is not read as a decimal one.
    hidden = compute.replace_substring(texts, ".", "_")
    return compute.replace_substring(hidden, character, ".")


def isolated(texts: pa.StringArray, wishes: Wishes) -> pa.StringArray:
    """Dates like 1/31/2024, or 31.1.2024 where days come first, as ISO has them; others as they are."""
    texts = compute.utf8_trim_whitespace(texts)
    order = r"\3-\2-\1\4" if wishes.day_first else r"\3-\1-\2\4"
    texts = compute.replace_substring_regex(texts, r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(\D.*)?$", order)
    texts = compute.replace_substring_regex(texts, r"^(\d{4})[/.](\d{1,2})[/.](\d{1,2})(\D.*)?$", r"\1-\2-\3\4")
    texts = compute.replace_substring_regex(texts, r"^(\d{4})-(\d)-", r"\1-0\2-")
    return compute.replace_substring_regex(texts, r"^(\d{4}-\d\d)-(\d)(\D|$)", r"\1-0\2\3")


def _does(act: Callable[..., object], *arguments: object) -> bool:
    try:
        act(*arguments)
    except pa.ArrowInvalid:
        return False
    return True


def _all_match(pattern: str) -> Callable[[pa.StringArray], bool]:
    def test(values: pa.StringArray) -> bool:
        return bool(compute.all(compute.match_substring_regex(values, pattern)).as_py())

    return test


def _all_cast(pattern: str, wanted: pa.DataType) -> Callable[[pa.StringArray], bool]:
    matches = _all_match(pattern)

    def test(values: pa.StringArray) -> bool:
        return matches(values) and _does(compute.cast, values, wanted)

    return test


# In order: the first that is left is the one.
_TESTS: dict[str, Callable[[pa.StringArray], bool]] = {
    "truth": _all_match(_TRUTH),
    "whole": _all_cast(_WHOLE, pa.int64()),
    "decimal": _all_match(_DECIMAL),
    "floating": _all_match(_FLOATING),
    "day": _all_cast(_DAY, pa.date32()),
    "moment": _all_cast(_MOMENT, MOMENT),
    "instant": _all_cast(_INSTANT, INSTANT),
}
_TYPES = {
    "truth": pa.bool_(),
    "whole": pa.int64(),
    "floating": pa.float64(),
    "day": pa.date32(),
    "moment": MOMENT,
    "instant": INSTANT,
}
