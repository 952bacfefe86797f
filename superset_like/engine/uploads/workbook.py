"""Excel's workbooks (.xlsx), read row by row; rows are kept on the disk, as texts, to be read again."""

import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, time
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from superset_like.engine.uploads import archives, names
from superset_like.engine.uploads.wishes import BATCH_ROWS, MIB, MOST_COLUMNS, Wishes, fault
from superset_like.errors import Invalid, NotInstalled

# A workbook says this where a formula failed.
ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
MOST_SHEETS = 200
# Rows without a cell, one after the other, before another: a mistake, or an attack.
MOST_EMPTY_ROWS = 100_000
# Of what the library holds whole: the texts that sheets share, styles.
LARGEST_PART = 128 * MIB


@cache
def _openpyxl() -> Any:
    # An extra of the installation, which takes a quarter of a second to import.
    try:
        import openpyxl
    except ImportError as error:
        raise NotInstalled("Excel files need the extra `excel` of this installation") from error
    return openpyxl


class Sheet:
    """One sheet of a workbook; what formulas answered, not formulas."""

    schema = None

    def __init__(self, book: Any, folder: Path, wishes: Wishes) -> None:
        self._wishes = wishes
        self._kept = folder / "sheet.arrow"
        self._first = wishes.skip_rows + (wishes.header_row or 0)
        has_header = wishes.header_row is not None
        with _understood():
            self.name = _chosen(book.sheetnames, wishes.sheet_name)
            rows = islice(_rows(book[self.name]), self._first, None)
            first = next(rows, ())
            width = _width(first)
            if not width:
                raise fault(f"The sheet {self.name} is empty")
            self.names = names.of_columns(first[:width] if has_header else [None] * width, wishes.longest_name)
            self._first += 1 + has_header
            self.texts = self._keep(rows if has_header else _chained(first, rows))

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, as texts."""
        with pa.OSFile(str(self._kept)) as file, pa.ipc.open_stream(file) as reader:
            yield from reader

    def place(self, row: int) -> str:
        """`row 3`, as Excel counts."""
        return f"row {self._first + row}"

    def _keep(self, rows: Iterator[Sequence[Any]]) -> frozenset[int]:
        texts: set[int] = set()
        schema = pa.schema([(name, pa.string()) for name in self.names])
        rows = islice(rows, self._wishes.rows_to_read)
        at = 0
        with pa.OSFile(str(self._kept), "wb") as file, pa.ipc.new_stream(file, schema) as writer:
            while block := list(islice(rows, BATCH_ROWS)):
                even = [self._even(row, at + number) for number, row in enumerate(block)]
                at += len(block)
                columns = []
                for position, cells in enumerate(zip(*even, strict=True)):
                    told = [self._told(cell) for cell in cells]
                    if any(isinstance(cell, str) and text is not None for cell, text in zip(cells, told, strict=True)):
                        texts.add(position)
                    columns.append(pa.array(told, pa.string()))
                writer.write_batch(pa.record_batch(columns, schema=schema))
        return frozenset(texts)

    def _even(self, row: Sequence[Any], at: int) -> Sequence[Any]:
        width = len(self.names)
        if len(row) > width and _width(row) > width:
            raise fault(f"Row {self._first + at} has more cells than there are columns ({width})")
        return [*row[:width], *[None] * (width - len(row))]

    def _told(self, cell: Any) -> str | None:
        text = _text(cell)
        return None if text in self._wishes.null_values else text


@contextmanager
def opened(path: Path, wishes: Wishes) -> Iterator[Any]:
    """The workbook, whose `sheetnames` are in order."""
    with path.open("rb") as file:
        if file.read(4) == b"\xd0\xcf\x11\xe0":
            raise fault("This is a workbook of an old form (.xls), or one with a password. Save it as .xlsx.")
        archives.require_sound(path, wishes.max_unpacked, LARGEST_PART, streamed="xl/worksheets/")
        with _understood(), warnings.catch_warnings():
            # Of what the library leaves out: styles, validations, pictures.
            warnings.simplefilter("ignore")
            # By a name the library judges a file by its ending.
            book = _openpyxl().load_workbook(file, read_only=True, data_only=True, keep_links=False)
        with closing(book):
            if len(book.sheetnames) > MOST_SHEETS:
                raise fault(f"The workbook has more than {MOST_SHEETS} sheets")
            yield book


@contextmanager
def _understood() -> Iterator[None]:
    """Whatever the library stumbles over in the block is a fault of the file."""
    try:
        yield
    except (
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        SyntaxError,
        OSError,
        zipfile.BadZipFile,
    ) as error:
        # SyntaxError is XML's.
        raise fault("The file could not be read as an Excel workbook") from error


def _chosen(sheets: Sequence[str], wanted: str | None) -> str:
    if not sheets:
        raise fault("The workbook has no sheet")
    if wanted and wanted not in sheets:
        message = f"There is no sheet {wanted[:100]}"
        raise Invalid(message, fields={"sheet_name": [message]})
    return wanted or sheets[0]


def _rows(sheet: Any) -> Iterator[Sequence[Any]]:
    """The rows; empty ones at the end are none."""
    # What the file says of its size is often wrong.
    sheet.reset_dimensions()
    empty = 0
    for row in sheet.iter_rows(values_only=True):
        if len(row) > MOST_COLUMNS and _width(row) > MOST_COLUMNS:
            raise fault(f"The file has more than {MOST_COLUMNS} columns")
        if all(cell is None for cell in row):
            empty += 1
            continue
        if empty > MOST_EMPTY_ROWS:
            raise fault(f"The sheet has more than {MOST_EMPTY_ROWS} empty rows between others")
        for _ in range(empty):
            yield ()
        empty = 0
        yield row


def _width(row: Sequence[Any]) -> int:
    return next((at for at in range(len(row), 0, -1) if row[at - 1] is not None), 0)


def _chained(first: Sequence[Any], rest: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    yield first
    yield from rest


def _text(cell: Any) -> str | None:
    if cell is None or cell == "" or (isinstance(cell, str) and cell in ERRORS):
        return None
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        is_day = cell.time() == time()
        return cell.date().isoformat() if is_day else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
