"""Whole numbers in bodies."""

import re
from typing import Any

from marshmallow import fields

DIGITS = re.compile(r"-?[0-9]{1,18}")


class Number(fields.Integer):
    """A whole number; clients send its digits as a text too, of what they took from an address or a form."""

    def __init__(self, **how: Any) -> None:
        super().__init__(strict=True, **how)

    def _validated(self, value: Any) -> Any:
        is_text = isinstance(value, str) and DIGITS.fullmatch(value)
        return super()._validated(int(value) if is_text else value)
