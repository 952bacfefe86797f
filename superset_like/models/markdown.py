"""Markdown as HTML that cannot run script."""

from functools import cache, lru_cache
from typing import Any

# HTML in the text is shown as text; links of dangerous kinds are not made links.
OPTIONS = {"html": False}


@lru_cache(maxsize=1024)
def as_html(text: str | None) -> str:
    """HTML; empty for no text."""
    return str(_renderer().render(text)).strip() if text else ""


@cache
def _renderer() -> Any:
    # Few texts are Markdown, and its reader would slow every start.
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", OPTIONS)
