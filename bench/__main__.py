"""Measures each row of the speed table, beside the committed figures and beside Superset or Redash where they run.

Needs nothing but this installation: it makes a home of its own, with the example data and a thousand charts.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import figures, installation, machine, pages, pictures, redash_api, redash_work, rows, superset_api
from bench.client import Client, Refused
from bench.large_download import large_download
from bench.load import Sent, measured
from bench.processes import Processes
from bench.products import Product, measure
from bench.report import progress, report
from bench.rows import Row
from bench.server import PASSWORD, USER, bare, prepare, serving

STARTS = 5


def main(arguments: list[str] | None = None) -> None:
    """Measures and prints."""
    wanted = _parser().parse_args(arguments)
    start, load = time.perf_counter(), machine.load_of_the_last_minute()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        home = Path(folder)
        flask_ms = [_flask_alone(home, wanted)]
        values = prepare(home)
        ours, rivals = _under_load(home, wanted)
        ours.values |= values | _of_starts(home, wanted, ours) | _of_the_installation()
        # The machine has others on it, and its speed in the middle is what counts.
        flask_ms.append(_flask_alone(home, wanted))
    here = machine.this(statistics.mean(flask_ms), load)
    print(report(here, ours, rivals, figures.load()))
    print(f"\nFlask alone before and after: {flask_ms[0]:.3f}, {flask_ms[1]:.3f} ms CPU")
    print(f"measured in {time.perf_counter() - start:.0f} s")
    if wanted.keep:
        figures.keep(_to_keep(here, ours))
        print(f"written to {figures.KEPT}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each request is sent, by one and by eight")
    parser.add_argument("--port", type=int, default=8189, help="where our server is to listen")
    parser.add_argument("--keep", action="store_true", help="write the figures that are to be committed")
    parser.add_argument("--large", action="store_true", help="ten million rows also where they take more than 10 s")
    superset = parser.add_argument_group("Superset, beside us")
    superset.add_argument("--superset", metavar="URL")
    superset.add_argument("--user", default="admin")
    superset.add_argument("--password", default="admin")
    superset.add_argument("--superset-dataset", type=int, metavar="ID", help="the flights; default: the one so named")
    superset.add_argument("--superset-pid", type=int, metavar="PID", help="its first process, to see its CPU")
    redash = parser.add_argument_group("Redash, beside us")
    redash.add_argument("--redash", metavar="URL")
    redash.add_argument("--api-key", default="")
    redash.add_argument("--redash-query", type=int, default=1, metavar="ID", help="the aggregate over the flights")
    redash.add_argument("--redash-wide-query", type=int, metavar="ID", help="10,000 rows of ten columns")
    redash.add_argument("--redash-pid", type=int, metavar="PID", help="its first process, to see its CPU")
    return parser


def _flask_alone(home: Path, wanted: argparse.Namespace) -> float:
    with bare(home, wanted.port) as server:
        client = Client(server.base)
        (found,) = measured([Sent(client, client.request("GET", "/health"), server.processes)], wanted.seconds)
    if isinstance(found, Refused) or found.cpu_ms is None:
        raise SystemExit(f"Flask alone was not measured: {found}")
    return found.cpu_ms


def _under_load(home: Path, wanted: argparse.Namespace) -> tuple[Product, list[Product]]:
    """Us and the others, with what was found of each."""
    work, fresh_s = _in_redashs_api(home, wanted)
    with serving(home, wanted.port) as server:
        client = superset_api.signed_in(server.base, USER, PASSWORD)
        fresh_mib = server.processes.memory_mib()
        ours = speaking_superset("ours", client, None, server.processes)
        ours.values |= {rows.FRESH: fresh_mib, rows.FRESH_RESULT: fresh_s}
        ours.requests |= redash_work.requests_of(server.base, work)
        products = [ours, *_rivals(wanted)]
        for row in rows.REQUESTS:
            before = server.processes.peak_mib()
            measure(row, products, wanted.seconds)
            if row == rows.CSV:
                ours.values[rows.CSV_PEAK] = server.processes.peak_mib() - before
            _say(progress(row, products))
        _say("the embedded page")
        ours.values |= pages.embedded(client)
        if rows.FIRST_CHART not in ours.values:
            ours.left_out[rows.FIRST_CHART] = "there is no Chromium here"
        for product in products:
            _ask_cold(product)
            if product.processes:
                product.values[rows.LOADED] = product.processes.memory_mib()
    if ours.left_out.keys() - {rows.FIRST_CHART}:
        raise SystemExit(f"our own server refused: {ours.left_out}")
    ours.values |= {row: cost.cpu_ms for row, cost in ours.costs.items() if cost.cpu_ms is not None}
    return ours, products[1:]


def _in_redashs_api(home: Path, wanted: argparse.Namespace) -> tuple[redash_work.Work, float]:
    """(what there is to ask in Redash's API, seconds to a fresh result), by a server with a worker beside it."""
    with serving(home, wanted.port, with_worker=True) as server:
        client = superset_api.signed_in(server.base, USER, PASSWORD)
        work = redash_work.prepared(client, superset_api.flights(client).database)
        return work, redash_work.fresh_s(server.base, work)


def speaking_superset(name: str, client: Client, dataset: int | None, processes: Processes | None) -> Product:
    """A server with Superset's API, and what it is asked. Raises Refused when it has no flights."""
    found = superset_api.flights(client, dataset)
    product = Product(name, client, superset_api.requests_of(client, found), processes)
    product.cold_key = lambda: superset_api.runs_of_a_cold_key(client, found)
    for row in (rows.CACHED, rows.WIDE_CACHED):
        if not superset_api.keeps_answers(client, product.requests[row]):
            product.notes[row] = "its cache is off"
    try:
        product.requests[rows.GUEST_TOKEN] = superset_api.guest_token(client)
    except Refused as refusal:
        product.left_out[rows.GUEST_TOKEN] = str(refusal)
    return product


def speaking_redash(client: Client, query: int, wide: int | None, processes: Processes | None) -> Product:
    """A server with Redash's API, and what it is asked. Raises Refused when its query fails."""
    return Product("Redash", client, redash_api.requests_of(client, query, wide), processes, redash_api.notes())


def _rivals(wanted: argparse.Namespace) -> list[Product]:
    return [
        *_reached(wanted.superset, lambda: _superset(wanted)),
        *_reached(wanted.redash, lambda: _redash(wanted)),
    ]


def _reached(url: str | None, made: Callable[[], Product]) -> list[Product]:
    if url is None:
        return []
    try:
        return [made()]
    except (OSError, Refused) as problem:
        raise SystemExit(f"{url}: {problem}") from problem


def _superset(wanted: argparse.Namespace) -> Product:
    client = superset_api.with_csrf_token(superset_api.signed_in(wanted.superset, wanted.user, wanted.password))
    return speaking_superset("Superset", client, wanted.superset_dataset, _seen(wanted.superset_pid))


def _redash(wanted: argparse.Namespace) -> Product:
    client = redash_api.keyed(wanted.redash, wanted.api_key)
    return speaking_redash(client, wanted.redash_query, wanted.redash_wide_query, _seen(wanted.redash_pid))


def _seen(pid: int | None) -> Processes | None:
    return None if pid is None else Processes(pid)


def _ask_cold(product: Product) -> None:
    if product.cold_key is None:
        return
    try:
        product.values[rows.COLD_KEY] = product.cold_key()
    except Refused as refusal:
        product.left_out[rows.COLD_KEY] = str(refusal)


def _of_starts(home: Path, wanted: argparse.Namespace, ours: Product) -> dict[Row, float]:
    """What can be seen of servers that have just started; this is not their home's first start."""
    started = []
    found: dict[Row, float] = {}
    drawn: dict[Row, float] = {}
    for number in range(STARTS):
        with serving(home, wanted.port) as server:
            started.append(server.started_s)
            if number == STARTS - 1:
                client = superset_api.signed_in(server.base, USER, PASSWORD)
                database = superset_api.flights(client).database
                found = large_download(client, server.processes, database, wanted.large)
                drawn = pictures.seconds(client)
    if not found:
        ours.left_out[rows.LARGE_PEAK] = "it would take more than 10 s here; --large does it all the same"
    _say(f"{STARTS} starts: {', '.join(f'{each:.2f}' for each in started)} s")
    return {rows.START: statistics.median(started), **found, **drawn}


def _of_the_installation() -> dict[Row, float]:
    packages = installation.runtime()
    return {rows.PACKAGES: len(packages), rows.SIZE: installation.size_mb(packages)}


def _to_keep(here: machine.Machine, ours: Product) -> figures.Figures:
    values = {row.name: value for row, value in ours.values.items()}
    return figures.Figures(here, values, {row.name: figures.walls_of(cost) for row, cost in ours.costs.items()})


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
