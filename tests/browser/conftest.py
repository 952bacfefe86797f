"""A server of its own for a browser: it runs in a thread, on a port that was free."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests.browser import chromium


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """The address where the application answers, without a slash at its end."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    # Its end waits for what a page still asked: the next test has other metadata under the same name.
    server.daemon_threads = False  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[chromium.Browser]:
    """A browser that has been nowhere; skips the test without Chromium, or fails it when services are required."""
    if chromium.PROGRAM is None:
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail("there is no Chromium")
        pytest.skip("there is no Chromium")
    opened = chromium.Browser(tmp_path / "profile")
    yield opened
    opened.close()
