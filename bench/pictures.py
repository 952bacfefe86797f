"""How long pictures take whoever asks for them: of one chart, and of the example's dashboard."""

import statistics
import time

from bench import rows
from bench.client import Client
from bench.rows import Row

DASHBOARD = "flights"
TIMES = 5


def seconds(client: Client) -> dict[Row, float]:
    """Row -> the median of some requests; of the first one, itself. Raises Refused."""
    charts = client.call("GET", f"/api/v1/dashboard/{DASHBOARD}/charts")["result"]
    chart = next(each["id"] for each in charts if each["form_data"]["viz_type"].startswith("echarts_timeseries"))
    one, all_ = f"/api/v1/chart/{chart}/image.png", f"/api/v1/dashboard/{DASHBOARD}/image"
    return {
        rows.PICTURE_FIRST: _taken(client, one),
        rows.PICTURE: _usual(client, f"{one}?force=true"),
        rows.PICTURE_KEPT: _usual(client, one),
        rows.DASHBOARD_PNG: _usual(client, f"{all_}.png?force=true"),
        rows.DASHBOARD_PDF: _usual(client, f"{all_}.pdf?force=true"),
        rows.DASHBOARD_KEPT: _usual(client, f"{all_}.png"),
    }


def _usual(client: Client, path: str) -> float:
    # What is kept, and the processes that draw, are there from the first on.
    _taken(client, path)
    return statistics.median(_taken(client, path) for _ in range(TIMES))


def _taken(client: Client, path: str) -> float:
    start = time.perf_counter()
    client.answered(client.request("GET", path), lambda response: response.read())
    return time.perf_counter() - start
