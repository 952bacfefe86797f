"""What a list of Redash's kind is asked for, whatever it lists."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wish:
    """A page of a list. order: a name that the list knows, `-` before it for the other way; else its usual order.

    mine, starred: of the caller alone. tag_names: all of them. archived: what no other list shows, where there is such.
    """

    page: int = 1
    size: int = 25
    order: str = ""
    words: str = ""
    tag_names: tuple[str, ...] = ()
    archived: bool = False
    mine: bool = False
    starred: bool = False
