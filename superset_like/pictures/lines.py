"""Texts broken into lines that fit, as a page breaks them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from superset_like.pictures import fonts

ELLIPSIS = "…"
# Whatever else is white, such as a space that does not break, is part of a word.
SPACE = " "
WORDS = re.compile(r"[ \t\r\n\f]+|[^ \t\r\n\f]+")


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of one look. text `\\n` alone ends the line."""

    text: str
    size: float
    bold: bool = False
    italic: bool = False
    is_link: bool = False
    is_code: bool = False

    @property
    def width(self) -> float:
        return fonts.width(self.text, self.size, self.bold)


Line = tuple[Run, ...]
END = "\n"


# A layout asks for the height of each text several times, and a kept picture for all of them again.
@lru_cache(maxsize=256)
def broken(runs: tuple[Run, ...], room: float) -> tuple[Line, ...]:
    """The runs in lines that are at most so wide; a word that is wider than a line is broken too."""
    lines: list[list[Run]] = [[]]
    left = room
    for word in _words(runs):
        if word.text == END:
            lines.append([])
            left = room
            continue
        for piece in _pieces(word, room):
            if piece.width > left and lines[-1] and piece.text != SPACE:
                lines.append([])
                left = room
            if piece.text == SPACE and not lines[-1]:
                continue
            lines[-1].append(piece)
            left -= piece.width
    return tuple(_joined(line) for line in lines)


def cut(text: str, room: float, size: float, bold: bool = False) -> str:
    """The text, or as much of it as fits and an ellipsis."""
    if fonts.width(text, size, bold) <= room:
        return text
    left = room - fonts.width(ELLIPSIS, size, bold)
    for place, letter in enumerate(text):
        left -= fonts.width(letter, size, bold)
        if left < 0:
            return text[:place].rstrip() + ELLIPSIS
    return text


def _words(runs: Sequence[Run]) -> Iterator[Run]:
    for run in runs:
        if run.text == END:
            yield run
        else:
            yield from (
                replace(run, text=SPACE if found[0] in " \t\r\n\f" else found) for found in WORDS.findall(run.text)
            )


def _pieces(word: Run, room: float) -> Iterator[Run]:
    if word.width <= room:
        yield word
        return
    start, width = 0, 0.0
    for place, letter in enumerate(word.text):
        more = fonts.width(letter, word.size, word.bold)
        if width + more > room and place > start:
            yield replace(word, text=word.text[start:place])
            start, width = place, 0.0
        width += more
    yield replace(word, text=word.text[start:])


def _joined(line: list[Run]) -> Line:
    """Neighbours of one look as one run, so that a reader selects them as one text."""
    while line and line[-1].text == SPACE:
        line.pop()
    made: list[Run] = []
    for run in line:
        if made and replace(run, text="") == replace(made[-1], text=""):
            made[-1] = replace(run, text=made[-1].text + run.text)
        else:
            made.append(run)
    return tuple(made)
