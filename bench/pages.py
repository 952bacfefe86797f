"""What a visitor's browser takes to show an embedded dashboard of three charts: bytes, requests, time.

The official SDK embeds it in a page of another origin, each time in a browser that knows nothing, from a server that
has no answer kept.
"""

import json
import statistics
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bench import rows, superset_api
from bench.client import Client
from bench.rows import Row
from tests.browser import chromium

LOADS = 5
SDK = Path(chromium.__file__).with_name("embedded-sdk-0.4.0.js")
COUNT = {"expressionType": "SQL", "sqlExpression": "COUNT(*)", "label": "flights"}
CHARTS: tuple[dict[str, Any], ...] = (
    {"viz_type": "big_number_total", "metric": COUNT},
    {"viz_type": "pie", "groupby": ["origin"], "metric": COUNT},
    {"viz_type": "echarts_timeseries_bar", "x_axis": "carrier", "metrics": [COUNT], "groupby": ["origin"]},
)
PAGE = """<!doctype html><title>Host</title><style>#here, iframe {{ width: 1200px; height: 850px; border: 0 }}</style>
<div id="here"></div><script src="/sdk.js"></script><script>
window.began = Date.now();
supersetEmbeddedSdk.embedDashboard({{
  id: "{uuid}", supersetDomain: "{server}", mountPoint: document.getElementById("here"),
  fetchGuestToken: async () => "{token}",
}});
</script>"""
# In each document from its first moment on: asking from outside would cost the page its time. What it finds stands in
# the document, where it is read at the end.
WATCH = """(() => {
  const note = (name) => requestAnimationFrame(() => {
    document.documentElement.dataset[name] ??= Date.now();
  });
  const look = () => {
    const drawn = [...document.querySelectorAll(".drawing svg")].filter((each) => each.querySelector("path, text"));
    if (drawn.length >= 1) note("first");
    if (drawn.length >= 3) note("all");
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
})()"""
READ = "({ ...document.documentElement.dataset })"


@dataclass
class Load:
    """One load of the page. scripts: bytes of JavaScript as they came; first_s, all_s: until charts were drawn."""

    requests: int = 0
    scripts: int = 0
    first_s: float = 0.0
    all_s: float = 0.0


@dataclass
class Embedding:
    """The dashboard as a site embeds it. dataset: what its charts ask."""

    dataset: int
    uuid: str
    token: str


class Watched(chromium.Browser):
    """A browser that tells what it loads from one server."""

    def __init__(self, profile: Path, server: str) -> None:
        self._server = server
        self._kinds: dict[str, str] = {}
        self.load = Load()
        super().__init__(profile)
        self.call("Network.enable")
        self.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)

    def noted(self, event: dict[str, Any]) -> None:
        super().noted(event)
        told = event.get("params", {})
        if event.get("method") == "Network.requestWillBeSent" and told["request"]["url"].startswith(self._server):
            self._kinds[told["requestId"]] = told.get("type", "")
            self.load.requests += 1
        if event.get("method") == "Network.loadingFinished" and self._kinds.get(told["requestId"]) == "Script":
            self.load.scripts += int(told["encodedDataLength"])


def embedded(client: Client) -> dict[Row, float]:
    """The rows of an embedded dashboard; none of them on a machine without Chromium. Raises Refused."""
    if chromium.PROGRAM is None:
        return {}
    shown = _dashboard(client)
    with _site(client.base, shown) as address:
        loads = [_loaded(client, shown, address) for _ in range(LOADS)]
    return {
        rows.SCRIPTS: max(load.scripts for load in loads) / 1e3,
        rows.PAGE_REQUESTS: max(load.requests for load in loads),
        rows.FIRST_CHART: statistics.median(load.first_s for load in loads),
        rows.ALL_CHARTS: statistics.median(load.all_s for load in loads),
    }


def _loaded(client: Client, shown: Embedding, address: str) -> Load:
    client.call("POST", "/api/v1/cachekey/invalidate", {"datasource_uids": [f"{shown.dataset}__table"]})
    with tempfile.TemporaryDirectory(prefix="bench-profile-", ignore_cleanup_errors=True) as profile:
        browser = Watched(Path(profile), client.base)
        try:
            browser.go(address)
            browser.wait_in_frame("/embedded/", "document.documentElement.dataset.all !== undefined")
            began, seen = browser.run("window.began"), browser.run_in_frame("/embedded/", READ)
        finally:
            browser.close()
    load = browser.load
    load.first_s, load.all_s = ((int(seen[name]) - began) / 1000 for name in ("first", "all"))
    return load


def _dashboard(client: Client) -> Embedding:
    flights = superset_api.flights(client).id
    made = [_chart(client, flights, form) for form in CHARTS]
    layout: dict[str, Any] = {
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": ["ROW-1"]},
        "ROW-1": {"type": "ROW", "id": "ROW-1", "children": [f"CHART-{pk}" for pk in made], "meta": {}},
    }
    for pk in made:
        meta = {"chartId": pk, "width": 4, "height": 50}
        layout[f"CHART-{pk}"] = {"type": "CHART", "id": f"CHART-{pk}", "children": [], "meta": meta}
    metadata = {"positions": layout}
    body = {"dashboard_title": "Three charts", "json_metadata": json.dumps(metadata), "published": True}
    pk = client.call("POST", "/api/v1/dashboard/", body)["id"]
    leave = client.call("POST", f"/api/v1/dashboard/{pk}/embedded", {"allowed_domains": []})["result"]["uuid"]
    wish = {"user": {"username": "visitor"}, "resources": [{"type": "dashboard", "id": leave}], "rls": []}
    token = client.call("POST", "/api/v1/security/guest_token/", wish)["token"]
    return Embedding(flights, leave, token)


def _chart(client: Client, dataset: int, form: dict[str, Any]) -> int:
    asked = {"slice_name": form["viz_type"], "viz_type": form["viz_type"], "params": json.dumps(form)}
    pk: int = client.call("POST", "/api/v1/chart/", {**asked, "datasource_id": dataset, "datasource_type": "table"})[
        "id"
    ]
    return pk


@contextmanager
def _site(server: str, shown: Embedding) -> Iterator[str]:
    """The address of a page of another origin that embeds the dashboard."""
    page = PAGE.format(uuid=shown.uuid, server=server, token=shown.token).encode()
    texts = {"/": (page, "text/html"), "/sdk.js": (SDK.read_bytes(), "text/javascript")}

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text, kind = texts.get(self.path, (b"", "text/plain"))
            self.send_response(200 if text else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=site.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{site.server_port}/"
    finally:
        site.shutdown()
        site.server_close()
