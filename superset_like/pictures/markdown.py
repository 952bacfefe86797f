"""Markdown as blocks of text to be laid out: headings, paragraphs, lists, quotes, code, tables, rules."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from superset_like.pictures.lines import END, Run

# More than a reader of a dashboard takes in; the rest would cost time for nothing.
LONGEST = 20_000
SIZE = 15.0
HEADINGS = {"h1": 30.0, "h2": 22.5, "h3": 17.5, "h4": 15.0, "h5": 12.5, "h6": 10.0}
SMALL = 13.0
INDENT = 24.0
# What pages leave out with all that is in it.
HIDDEN = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Block:
    """One block. kind: text, code, rule or row. cells: of a row of a table, else one of all runs.

    indent: pixels from the left. mark: the sign of a list's item. quotes: how many quotes it is in. gap: pixels to the
    block above it.
    """

    kind: str
    cells: tuple[tuple[Run, ...], ...] = ((),)
    indent: float = 0.0
    mark: str = ""
    quotes: int = 0
    gap: float = SIZE


def blocks(text: str) -> list[Block]:
    """The text's blocks from above; HTML in it leaves its text alone."""
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
    reader = Reader()
    for token in _parser().parse(shown):
        reader.read(token)
    return reader.made


@cache
def _parser() -> Any:
    # Few pictures hold Markdown, and its reader would slow every start.
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


class Reader:
    """Makes blocks of Markdown's tokens."""

    def __init__(self) -> None:
        self.made: list[Block] = []
        # Of each list around this: the number of its next item, None where items have none.
        self._lists: list[int | None] = []
        self._quotes = 0
        self._mark = ""
        self._size, self._bold, self._gap = SIZE, False, SIZE
        self._row: list[tuple[Run, ...]] | None = None

    def read(self, token: Any) -> None:
        """One more token."""
        act = getattr(self, f"_{token.type}", None)
        if act is not None:
            act(token)

    def _heading_open(self, token: Any) -> None:
        self._size, self._bold = HEADINGS[token.tag], True
        self._gap = 0.8 * self._size

    def _heading_close(self, _: Any) -> None:
        self._size, self._bold, self._gap = SIZE, False, SIZE

    def _bullet_list_open(self, _: Any) -> None:
        self._lists.append(None)

    def _ordered_list_open(self, token: Any) -> None:
        self._lists.append(int(token.attrGet("start") or 1))

    def _bullet_list_close(self, _: Any) -> None:
        self._lists.pop()

    _ordered_list_close = _bullet_list_close

    def _list_item_open(self, _: Any) -> None:
        number = self._lists[-1]
        self._mark = "•" if number is None else f"{number}."
        if number is not None:
            self._lists[-1] = number + 1

    def _blockquote_open(self, _: Any) -> None:
        self._quotes += 1

    def _blockquote_close(self, _: Any) -> None:
        self._quotes -= 1

    def _tr_open(self, _: Any) -> None:
        self._row = []

    def _tr_close(self, _: Any) -> None:
        if self._row is not None:
            self._add("row", tuple(self._row), gap=0.0 if self.made and self.made[-1].kind == "row" else SIZE)
        self._row = None

    def _th_open(self, _: Any) -> None:
        self._bold = True

    def _th_close(self, _: Any) -> None:
        self._bold = False

    def _inline(self, token: Any) -> None:
        runs = _runs(token.children or (), self._size, self._bold)
        if self._row is not None:
            self._row.append(runs)
        else:
            self._add("text", (runs,), gap=4.0 if self._mark and self._is_in_list() else self._gap)

    def _is_in_list(self) -> bool:
        return bool(self.made and self.made[-1].indent)

    def _fence(self, token: Any) -> None:
        lines = token.content.rstrip("\n").split("\n")
        runs = [run for line in lines for run in (Run(_kept(line), SMALL, is_code=True), Run(END, SMALL))]
        self._add("code", (tuple(runs[:-1]),))

    _code_block = _fence

    def _html_block(self, token: Any) -> None:
        text = TAG.sub("", HIDDEN.sub("", token.content)).strip()
        if text:
            self._add("text", ((Run(text, SIZE),),))

    def _hr(self, _: Any) -> None:
        self._add("rule")

    def _add(self, kind: str, cells: tuple[tuple[Run, ...], ...] = ((),), gap: float = SIZE) -> None:
        indent = INDENT * len(self._lists)
        self.made.append(Block(kind, cells, indent, self._mark, self._quotes, gap if self.made else 0.0))
        self._mark = ""


def _runs(tokens: Sequence[Any], size: float, bold: bool) -> tuple[Run, ...]:
    made: list[Run] = []
    open_: dict[str, int] = {"strong": 0, "em": 0, "link": 0}
    hidden = False
    for token in tokens:
        name, _, end = token.type.rpartition("_")
        if name in open_ and end in {"open", "close"}:
            open_[name] += 1 if end == "open" else -1
        elif token.type == "html_inline":
            hidden = _is_hiding(token.content, hidden)
        elif token.type in {"softbreak", "hardbreak"}:
            made.append(Run(END if token.type == "hardbreak" else " ", size))
        elif token.type in {"text", "code_inline", "image"} and not hidden:
            is_bold, is_italic = bold or open_["strong"] > 0, open_["em"] > 0
            made.append(Run(token.content, size, is_bold, is_italic, open_["link"] > 0, token.type == "code_inline"))
    return tuple(run for run in made if run.text)


def _kept(line: str) -> str:
    """The line of code with all its spaces."""
    return line.expandtabs(4).replace(" ", "\N{NO-BREAK SPACE}")


def _is_hiding(tag: str, hidden: bool) -> bool:
    found = re.match(r"<(/?)(script|style)\b", tag, re.IGNORECASE)
    return hidden if found is None else not found[1]
