"""Memory that the server takes for a file of ten million rows."""

import time
import uuid
from http.client import HTTPResponse

from bench import rows
from bench.client import Client, Refused
from bench.processes import Processes
from bench.rows import Row

FEW, SOME, ROWS = 10_000, 1_000_000, 10_000_000
SQL = f"SELECT range AS i, 'row ' || range AS t FROM range({ROWS})"
CHUNK = 1 << 20
USUALLY_S = 10


def large_download(client: Client, processes: Processes, database: int, always: bool) -> dict[Row, float]:
    """What ten million rows take more than ten thousand; nothing where it would take longer than a benchmark should.

    The server must be fresh: its peak is that of its whole life. always: however long it takes. Raises Refused.
    """
    made = {"database": database, "table_name": f"bench_{uuid.uuid4().hex[:8]}", "sql": SQL}
    dataset: int = client.call("POST", "/api/v1/dataset/", made)["id"]
    _downloaded(client, dataset, FEW)
    peak = processes.peak_mib()
    if not always and _downloaded(client, dataset, SOME) * ROWS / SOME > USUALLY_S:
        return {}
    taken_s = _downloaded(client, dataset, ROWS)
    return {rows.LARGE_PEAK: processes.peak_mib() - peak, rows.LARGE_TIME: taken_s}


def _downloaded(client: Client, dataset: int, count: int) -> float:
    """Seconds for a file of that many rows. Raises Refused when it is not whole."""
    query = {"columns": ["i", "t"], "metrics": None, "row_limit": count}
    body = {"datasource": {"id": dataset, "type": "table"}, "queries": [query], "result_format": "csv", "force": True}
    start = time.perf_counter()
    lines = client.answered(client.request("POST", "/api/v1/chart/data", body), _lines)
    if lines != count + 1:
        raise Refused(f"a file of {count} rows had {lines} lines")
    return time.perf_counter() - start


def _lines(response: HTTPResponse) -> int:
    return sum(chunk.count(b"\n") for chunk in iter(lambda: response.read(CHUNK), b""))
