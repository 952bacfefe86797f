"""Rows as a workbook of one sheet."""

import io
import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import xlsxwriter

from superset_like.engine.encode import cells

# Excel keeps numbers as doubles: more digits than that would be lost silently.
EXACT_DIGITS = 15
MOST_ROWS = 1_048_575


def workbook(batches: Iterable[pa.RecordBatch], header: Sequence[str], sheet_name: str = "data") -> bytes:
    """An .xlsx file: a header row, then the rows. Nothing in it is a formula or a link.

    Numbers that Excel would round are texts. Rows beyond what a sheet holds are left out.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd hh:mm:ss",
        },
    )
    sheet = book.add_worksheet(sheet_name)
    date_only = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, list(header))
    for number, row in enumerate(_rows(batches), start=1):
        if number > MOST_ROWS:
            break
        for position, value in enumerate(row):
            _write(sheet, number, position, value, date_only)
    book.close()
    return buffer.getvalue()


def _rows(batches: Iterable[pa.RecordBatch]) -> Iterable[tuple[Any, ...]]:
    for batch in batches:
        yield from zip(*map(cells.values, batch.columns), strict=True)


def _write(sheet: Any, row: int, position: int, value: Any, date_only: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, position, value)
    elif isinstance(value, int | float | Decimal) and _is_exact(value):
        sheet.write_number(row, position, value)
    elif isinstance(value, datetime) and value.year >= 1900:
        sheet.write_datetime(row, position, value.replace(tzinfo=None) if value.tzinfo else value)
    elif isinstance(value, date) and value.year >= 1900:
        sheet.write_datetime(row, position, value, date_only)
    else:
        sheet.write_string(row, position, _text(value)[:32_767])


def _is_exact(value: int | float | Decimal) -> bool:
    if isinstance(value, int):
        return bool(abs(value) < 10**EXACT_DIGITS)
    if isinstance(value, Decimal):
        return bool(value.is_finite() and len(value.as_tuple().digits) <= EXACT_DIGITS)
    return math.isfinite(value)


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return cells.decimal_text(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    plain = cells.jsonable(value)
    return cells.nested_text(value) if isinstance(plain, dict | list) else str(plain)
