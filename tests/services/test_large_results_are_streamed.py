"""Results above what is written in one piece leave a batch at a time: the server takes no more for more rows."""

import csv
import io
import json
import urllib.request
from pathlib import Path

import pytest

from bench.processes import Processes
from superset_like.config.settings import Settings
from superset_like.services import saved_results
from tests.services.redash_desk import FINISHED, desk, served
from tests.services.test_queries_are_run_by_a_worker import filesystem

SOME, MANY, COLUMNS = 40_000, 100_000, 20
# The allocator's own; the larger answers are 23 and 35 MiB as bytes, and ten times that as objects.
NOISE_MIB = 24


def numbers(rows: int) -> str:
    """SQL for so many rows of twenty columns."""
    columns = [f"x + {at} as n{at}" for at in range(COLUMNS // 2)]
    columns += [f"'text number ' || (x * {at}) as t{at}" for at in range(COLUMNS // 2)]
    counted = f"with recursive r(x) as (select 1 union all select x + 1 from r where x < {rows})"
    return f"{counted} select {', '.join(columns)} from r"


@pytest.mark.slow
def test_a_hundred_thousand_rows_take_no_more_than_less(tmp_path: Path, settings: Settings) -> None:
    assert SOME > saved_results.MOST_KEPT_ROWS
    with desk(tmp_path, filesystem(tmp_path), settings) as here:
        some, many = [here.wait(here.ask(here.query(numbers(rows)))) for rows in (SOME, MANY)]
        assert (some["status"], many["status"]) == (FINISHED, FINISHED)
        for form in ("csv", "json"):
            with served(here.site.settings, tmp_path / "web.log") as (address, process):
                web = Processes(process.pid)
                for _ in range(2):
                    assert rows_of(address, here.key, some["result"], form) == SOME
                peak = web.peak_mib()
                for _ in range(2):
                    assert rows_of(address, here.key, many["result"], form) == MANY
                assert web.peak_mib() - peak < NOISE_MIB


def rows_of(address: str, key: str, result: int, form: str) -> int:
    """How many rows of all columns the file has, put together of its pieces."""
    request = urllib.request.Request(f"{address}/api/query_results/{result}.{form}", headers={"Authorization": key})
    with urllib.request.urlopen(request, timeout=60) as answer:
        text = answer.read().decode()
    if form == "json":
        rows = json.loads(text)["query_result"]["data"]["rows"]
        assert {len(row) for row in rows} == {COLUMNS}
        assert [row["n0"] for row in rows] == list(range(1, len(rows) + 1))
        return len(rows)
    header, *lines = csv.reader(io.StringIO(text, newline=""))
    assert header[:2] == ["n0", "n1"]
    assert [int(line[0]) for line in lines] == list(range(1, len(lines) + 1))
    assert {len(line) for line in lines} == {COLUMNS}
    return len(lines)
