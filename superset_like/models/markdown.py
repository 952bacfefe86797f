"""Markdown as HTML that cannot run script."""

from functools import lru_cache

from markdown_it import MarkdownIt

# HTML in the text is shown as text; links of dangerous kinds are not made links.
RENDERER = MarkdownIt("commonmark", {"html": False})


@lru_cache(maxsize=1024)
def as_html(text: str | None) -> str:
    """HTML; empty for no text."""
    return str(RENDERER.render(text)).strip() if text else ""
