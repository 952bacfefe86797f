"""Requests sent over kept connections, and what they cost the server."""

import http.client
import statistics
import threading
import time
from dataclasses import dataclass

from bench.server import Server


@dataclass(frozen=True)
class Request:
    """What is sent, again and again."""

    method: str
    path: str
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Cost:
    """cpu_ms: of the server, for one request. wall: requests a second and the median, by one client and by eight."""

    cpu_ms: float
    rate_1: float
    p50_1_ms: float
    rate_8: float
    p50_8_ms: float
    bytes: int


def measured(server: Server, request: Request, seconds: float) -> Cost:
    """The cost of the request, after some were sent to warm up."""
    size = _sent(server, request, count=5)[1]
    before, start = server.cpu_s(), time.perf_counter()
    alone = _timed(server, request, seconds, 1)
    cpu_s, alone_s = server.cpu_s() - before, time.perf_counter() - start
    start = time.perf_counter()
    eight = _timed(server, request, seconds, 8)
    eight_s = time.perf_counter() - start
    return Cost(
        cpu_ms=cpu_s * 1000 / len(alone),
        rate_1=len(alone) / alone_s,
        p50_1_ms=statistics.median(alone) * 1000,
        rate_8=len(eight) / eight_s,
        p50_8_ms=statistics.median(eight) * 1000,
        bytes=size,
    )


def _timed(server: Server, request: Request, seconds: float, clients: int) -> list[float]:
    times: list[float] = []
    until = time.perf_counter() + seconds

    def one() -> None:
        own: list[float] = []
        while time.perf_counter() < until or not own:
            own += _sent(server, request, count=10 if own and own[-1] < 0.02 else 1)[0]
        times.extend(own)

    threads = [threading.Thread(target=one) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def _sent(server: Server, request: Request, count: int) -> tuple[list[float], int]:
    connection = http.client.HTTPConnection(server.base.removeprefix("http://"), timeout=120)
    times, size = [], 0
    for _ in range(count):
        start = time.perf_counter()
        connection.request(request.method, request.path, request.body, dict(request.headers))
        response = connection.getresponse()
        size = len(response.read())
        times.append(time.perf_counter() - start)
        if response.status >= 300:
            raise SystemExit(f"{request.method} {request.path} answered {response.status}")
    connection.close()
    return times, size
