"""CSV and its kin: read by Arrow a block at a time, as texts; an empty field is NULL, `""` is an empty text."""

import codecs
import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import csv as arrow_csv

from superset_like.engine.uploads import names
from superset_like.engine.uploads.wishes import BATCH_ROWS, MOST_COLUMNS, Wishes, cut_to, fault
from superset_like.errors import Invalid

# A row has to fit into a block, and a line into a megabyte: nothing that is larger is ever held.
BLOCK_BYTES = 1024 * 1024
LONGEST_LINE = 1024 * 1024
ENCODINGS = frozenset(
    """
    utf-8 utf-16 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 iso8859-1 iso8859-2 iso8859-5 iso8859-9
    iso8859-15 koi8-r shift_jis euc_jp euc_kr big5 gb18030
    """.split()
)


class Delimited:
    """A file of lines. An error names the line, counted from 1, also where a field goes over several."""

    schema = None
    texts: frozenset[int] = frozenset()

    def __init__(self, path: Path, file_name: str, wishes: Wishes) -> None:
        self._path, self._wishes = path, wishes
        self._encoding = _encoding(path, wishes)
        self._delimiter = _delimiter(file_name, wishes)
        rows = self._rows()
        before = wishes.skip_rows + (wishes.header_row or 0)
        for _ in range(before):
            next(rows, None)
        line, end, first = next(rows, (0, 0, []))
        if len(first) > MOST_COLUMNS:
            raise fault(f"The file has more than {MOST_COLUMNS} columns")
        if not first:
            raise fault("The file is empty" if not line else f"Line {line} holds no column")
        has_header = wishes.header_row is not None
        # Where rows begin: in lines for Arrow, in rows for ourselves.
        self._first_line = end if has_header else line - 1 if before else 0
        self._rows_before = before + has_header
        self.names = names.of_columns(first if has_header else [None] * len(first), wishes.longest_name)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, as texts."""
        read = self._by_rows if self._is_unusual() else self._by_arrow
        return cut_to(read(), self._wishes.rows_to_read)

    def place(self, row: int) -> str:
        """`line 3`: where the row begins."""
        found = next(islice(self._rows(), self._rows_before + row, None), None)
        return f"row {row + 1}" if found is None else f"line {found[0]}"

    def _is_unusual(self) -> bool:
        # Arrow has neither of the two.
        return self._wishes.skip_initial_space or not self._wishes.skip_blank_lines

    def _by_arrow(self) -> Iterator[pa.RecordBatch]:
        uneven: list[Any] = []

        def seen(row: Any) -> str:
            uneven.append(row)
            return "error"

        try:
            with arrow_csv.open_csv(
                self._path,
                read_options=arrow_csv.ReadOptions(
                    use_threads=False,
                    block_size=BLOCK_BYTES,
                    skip_rows=self._first_line,
                    column_names=self.names,
                    encoding="utf8" if self._encoding == "utf-8" else self._encoding,
                ),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=self._delimiter, newlines_in_values=True, invalid_row_handler=seen
                ),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(self.names, pa.string()),
                    null_values=["", *self._wishes.null_values],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                ),
            ) as reader:
                last = None
                for batch in reader:
                    last = batch if batch.num_rows else last
                    yield batch
        except (pa.ArrowInvalid, UnicodeError) as error:
            raise self._explained(error, uneven) from error
        if last is not None:
            self._require_closed(last.column(last.num_columns - 1)[last.num_rows - 1].as_py())

    def _require_closed(self, last: str | None) -> None:
        """Raises Invalid when the file ends within quotes, which Arrow takes as their end."""
        if last is None or "\n" not in last or self._encoding == "utf-16":
            return
        with self._path.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - LONGEST_LINE))
            tail = file.read().rstrip(b"\r\n")
        # A field over several lines ends with a quote of its own; two of them are one of its text.
        if (len(tail) - len(tail.rstrip(b'"'))) % 2 == 0:
            raise fault("The file ends within a quote that is never closed")

    def _explained(self, error: Exception, uneven: list[Any]) -> Invalid:
        if "Empty CSV" in str(error):
            return fault("The file has no rows")
        if uneven or "UTF8" in str(error) or isinstance(error, UnicodeError):
            # Who reads it again knows the line: Arrow counts rows, from where it began.
            try:
                for _ in self._by_rows():
                    pass
            except Invalid as found:
                return found
        if "straddling" in str(error):
            return fault(f"A row is larger than {BLOCK_BYTES // 1024 // 1024} MiB, or a quote is never closed")
        return fault("The file could not be read as lines of fields")

    def _by_rows(self) -> Iterator[pa.RecordBatch]:
        rows = islice(self._rows(), self._rows_before, None)
        nulls = {"", *self._wishes.null_values}
        while block := list(islice(rows, BATCH_ROWS)):
            for line, _, row in block:
                if len(row) != len(self.names) and row:
                    expected = len(self.names)
                    raise fault(f"Line {line} has {len(row)} fields in place of {expected}", line=line)
            blank = [None] * len(self.names)
            cells = zip(*(row or blank for *_, row in block), strict=True)
            columns = [pa.array([None if cell in nulls else cell for cell in column], pa.string()) for column in cells]
            yield pa.record_batch(columns, names=list(self.names))

    def _rows(self) -> Iterator[tuple[int, int, list[str]]]:
        """(the lines on which it begins and ends, its fields) of each row; blank ones only where they are asked for."""
        reader = csv.reader(
            self._lines(), delimiter=self._delimiter, skipinitialspace=self._wishes.skip_initial_space, strict=True
        )
        line = 1
        try:
            for row in reader:
                if row or not self._wishes.skip_blank_lines:
                    yield line, reader.line_num, row
                line = reader.line_num + 1
        except csv.Error as error:
            reason = "has a field that is too long" if "limit" in str(error) else "is not well formed"
            raise fault(f"Line {line} {reason}", line=line) from error

    def _lines(self) -> Iterator[str]:
        with self._path.open(encoding=self._encoding, errors="surrogateescape", newline="") as file:
            number = 0
            while text := _line(file, number + 1):
                number += 1
                if number == 1:
                    text = text.removeprefix("\ufeff")
                if not text.isascii() and any("\ud800" <= mark <= "\udfff" for mark in text):
                    raise fault(f"Line {number} is no {self._encoding} text: state the encoding", line=number)
                yield text


def _line(file: Any, number: int) -> str:
    try:
        text: str = file.readline(LONGEST_LINE)
    except UnicodeError as error:
        raise fault(f"Line {number} cannot be decoded: state the encoding", line=number) from error
    if len(text) == LONGEST_LINE:
        raise fault(f"Line {number} is longer than {LONGEST_LINE} characters", line=number)
    return text


def _encoding(path: Path, wishes: Wishes) -> str:
    if wishes.encoding:
        try:
            name = codecs.lookup(wishes.encoding).name
        except (LookupError, ValueError):
            name = ""
        if name not in ENCODINGS:
            message = f"Not a known encoding: {wishes.encoding[:40]}"
            raise Invalid(message, fields={"encoding": [message]})
        return name
    with path.open("rb") as file:
        return "utf-16" if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8"


def _delimiter(file_name: str, wishes: Wishes) -> str:
    usual = "\t" if file_name.lower().endswith((".tsv", ".tab")) else ","
    given = (wishes.delimiter or usual).replace("\\t", "\t")
    if len(given) != 1 or not given.isascii() or given in '"\r\n\0':
        message = "A delimiter is one ASCII character other than a quote or the end of a line."
        raise Invalid(message, fields={"delimiter": [message]})
    return given
