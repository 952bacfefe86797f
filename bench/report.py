"""The table, as it is printed."""

from collections.abc import Sequence

from bench.figures import Figures, Judged, judged, wall_ratios, walls_of
from bench.load import Cost, Wall
from bench.machine import REFERENCE_FLASK_MS, Machine
from bench.products import Product
from bench.rows import ONCE, REQUESTS, Row, Unit

NAME = 48
HEAD_1 = f"{'':{NAME}} {'CPU ms':>8} {'at ref.':>8} {'target':>7} {'ratio':>6} {'corr.':>6}"
HEAD_2 = f"{'req/s':>7} {'p50 ms':>8} {'p99 ms':>8} {'req/s 8':>8} {'p50 8':>8} {'p99 8':>8} {'bytes':>9}"

HEAD_RATIOS = f"{'req/s':>7} {'p50':>7} {'p99':>7} {'req/s 8':>7} {'p50 8':>7} {'p99 8':>7}"


def report(machine: Machine, ours: Product, rivals: Sequence[Product], kept: Figures | None) -> str:
    """Everything that was found, and at the end what to look at."""
    found = {row: judged(row, value, machine, kept) for row, value in ours.values.items()}
    lines = [*_head(machine, kept), "", f"{HEAD_1} {HEAD_2}"]
    for row in REQUESTS:
        lines += _request_lines(row, found.get(row), [ours, *rivals])
    lines += ["", HEAD_1.replace("CPU ms", "figure")]
    for row in ONCE:
        lines += _once_lines(row, found.get(row), [ours, *rivals])
    lines += [*_wall_lines(machine, ours, kept), "", *_marked(found)]
    return "\n".join(lines)


def _head(machine: Machine, kept: Figures | None) -> list[str]:
    lines = [
        f"{machine.cpu}, {machine.cores} cores, Python {machine.python}",
        f"Flask alone: {machine.flask_ms:.3f} ms CPU, {machine.slowness:.2f} times that of the reference machine "
        f"({REFERENCE_FLASK_MS} ms); `at ref.` is divided by that, for what follows the machine's speed",
    ]
    if machine.is_busy:
        lines.append(f"BUSY: {machine.load:.1f} processes wanted a core before this began; times say little")
    if kept is None:
        return [*lines, "no figures are committed: no ratios"]
    there = f"{kept.machine.cpu}, {kept.machine.cores} cores, Python {kept.machine.python}"
    corrected = f"corrected for its Flask alone, {kept.machine.flask_ms:.3f} ms"
    return [*lines, f"ratios: to the committed figures of {there}; as they stand, and {corrected}"]


def _request_lines(row: Row, found: Judged | None, products: Sequence[Product]) -> list[str]:
    lines = []
    for product in products:
        is_ours = product is products[0]
        label = row.name if is_ours else _label(product, row)
        cost = product.costs.get(row)
        if cost is not None:
            figures = _figures(row, found) if is_ours else _rival_figures(cost.cpu_ms)
            marks = _mark(found) if is_ours else _times_ours(cost, products[0].costs.get(row))
            lines.append(f"{label:{NAME}} {figures} {_walls(cost)}{marks}")
        elif row in product.left_out:
            lines.append(f"{label:{NAME}} not measured: {product.left_out[row]}")
    return lines


def _once_lines(row: Row, found: Judged | None, products: Sequence[Product]) -> list[str]:
    lines = []
    if found is not None:
        lines.append(f"{row.name:{NAME}} {_figures(row, found)} {row.unit.value:6}{_mark(found)}".rstrip())
    for product in products:
        label = row.name if product is products[0] else _label(product, row)
        if row in product.left_out:
            lines.append(f"{label:{NAME}} not measured: {product.left_out[row]}")
        elif product is not products[0] and row in product.values:
            lines.append(f"{label:{NAME}} {_number(product.values[row], row)} {'':31} {row.unit.value}".rstrip())
    return lines


def _wall_lines(machine: Machine, ours: Product, kept: Figures | None) -> list[str]:
    if kept is None:
        return []
    lines = ["", f"{'times slower than committed, corrected':{NAME}} {HEAD_RATIOS}"]
    for row, cost in ours.costs.items():
        ratios = wall_ratios(row, cost, machine, kept)
        if ratios:
            lines.append(f"{row.name:{NAME}} {' '.join(_ratio(ratios.get(name), 7) for name in walls_of(cost))}")
    return lines


def _label(product: Product, row: Row) -> str:
    note = product.notes.get(row)
    return f"  {product.name} ({note})" if note else f"  {product.name}"


def _figures(row: Row, found: Judged | None) -> str:
    if found is None:
        return f"{'':39}"
    at_reference = _number(found.at_reference, row) if row.follows_the_machine else f"{'':8}"
    target = f"{'':7}" if row.target is None else f"{row.target:7g}"
    return f"{_number(found.value, row)} {at_reference} {target} {_ratio(found.plain)} {_ratio(found.corrected)}"


def _rival_figures(cpu_ms: float | None) -> str:
    return f"{'?':>8}{'':31}" if cpu_ms is None else f"{cpu_ms:8.2f}{'':31}"


def _walls(cost: Cost) -> str:
    alone, many = _wall(cost.alone, 7), _wall(cost.many, 8)
    return f"{alone} {many} {cost.bytes:9d}"


def _wall(found: Wall, width: int) -> str:
    return f"{found.rate:{width}.0f} {found.p50_ms:8.2f} {found.p99_ms:8.2f}"


def _times_ours(theirs: Cost, ours: Cost | None) -> str:
    if ours is None:
        return ""
    times = f"{theirs.alone.p50_ms / ours.alone.p50_ms:.1f} times our p50"
    if theirs.cpu_ms is None or not ours.cpu_ms:
        return f"  {times}"
    return f"  {theirs.cpu_ms / ours.cpu_ms:.1f} times our CPU, {times}"


def _number(value: float, row: Row) -> str:
    return f"{value:8.2f}" if row.follows_the_machine else f"{value:8.0f}"


def _ratio(value: float | None, width: int = 6) -> str:
    return f"{'':{width}}" if value is None else f"{value:{width}.2f}"


def _mark(found: Judged | None) -> str:
    return f"  <-- {found.marks}" if found and found.marks else ""


def _marked(found: dict[Row, Judged]) -> list[str]:
    lines = [f"{found[row].marks}: {row.name}" for row in (*REQUESTS, *ONCE) if row in found and found[row].marks]
    return lines or ["nothing is worse than committed, nothing above its target"]


def progress(row: Row, products: Sequence[Product]) -> str:
    """A line for who waits."""
    shown = [f"{product.name} {_cost(product.costs[row])}" for product in products if row in product.costs]
    return f"{row.name}: {', '.join(shown) or 'not measured'}"


def _cost(cost: Cost) -> str:
    return f"p50 {cost.alone.p50_ms:.2f} ms" if cost.cpu_ms is None else f"{cost.cpu_ms:.2f} {Unit.MS.value}"
