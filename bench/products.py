"""The servers that are measured: ours, and those that it is compared with."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bench.client import Client, Refused, Request
from bench.load import Cost, Sent, measured
from bench.processes import Processes
from bench.rows import Row


@dataclass
class Product:
    """A running server and what it is asked. processes: None where they are out of sight.

    notes: what its request for a row does differently. cold_key: how often it runs a query that 200 ask for at once.
    costs, values, left_out: what was found, and what could not be measured for which reason.
    """

    name: str
    client: Client
    requests: dict[Row, Request]
    processes: Processes | None = None
    notes: dict[Row, str] = field(default_factory=dict)
    cold_key: Callable[[], int] | None = None
    costs: dict[Row, Cost] = field(default_factory=dict)
    values: dict[Row, float] = field(default_factory=dict)
    left_out: dict[Row, str] = field(default_factory=dict)


def measure(row: Row, products: list[Product], seconds: float) -> None:
    """Writes down what the row costs at each of them that can be asked for it."""
    able = [product for product in products if row in product.requests]
    sents = [Sent(product.client, product.requests[row], product.processes) for product in able]
    for product, found in zip(able, measured(sents, seconds), strict=True):
        if isinstance(found, Refused):
            product.left_out[row] = str(found)
        else:
            product.costs[row] = found
