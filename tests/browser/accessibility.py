"""What axe finds on a page that somebody could not use."""

from pathlib import Path
from typing import Any

from tests.browser.chromium import Browser

AXE = (Path(__file__).parent / "axe-4.14.1.min.js").read_text()
FOUND = "axe.run().then((told) => told.violations.map((each) => [each.id, each.nodes[0].html]))"


def axe(browser: Browser) -> Any:
    """[rule, the first that breaks it] of each rule that the page breaks."""
    browser.run(f"{AXE};0")
    return browser.run(FOUND)
