"""Requests sent over kept connections, and what they cost the server."""

import math
import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from typing import Protocol

from bench.client import Client, Refused, Request, answer

SLICES = 3
MANY = 8
WARM_UP = 5


class Used(Protocol):
    """Whoever knows the CPU seconds that a server has used so far."""

    def cpu_s(self) -> float: ...


@dataclass(frozen=True)
class Sent:
    """One request at one server. processes: None where they are out of sight."""

    client: Client
    request: Request
    processes: Used | None


@dataclass(frozen=True)
class Wall:
    """Requests a second, and how long one took for half and for 99 of 100."""

    rate: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Cost:
    """cpu_ms: of the server, for one request; the median of the slices, None where it cannot be seen.

    alone, many: as seen by one client and by eight.
    """

    cpu_ms: float | None
    alone: Wall
    many: Wall
    bytes: int


@dataclass(frozen=True)
class Slice:
    """What some clients saw in a stretch of time. times: seconds, one for each request."""

    times: list[float]
    took_s: float
    cpu_s: float | None


def measured(sents: Sequence[Sent], seconds: float) -> list[Cost | Refused]:
    """The cost at each server, in their order. Their slices take turns, so that noise of the machine hits all alike.

    seconds: how long each is asked by one client, and again by eight.
    """
    looks = [Look(sent) for sent in sents]
    for look in looks:
        look.warm_up()
    for _ in range(SLICES):
        for clients in (1, MANY):
            for look in looks:
                look.take(seconds / SLICES, clients)
    return [look.cost() for look in looks]


class Look:
    """A request at one server while it is measured. refusal: why it was given up."""

    def __init__(self, sent: Sent) -> None:
        self.sent = sent
        self.slices: dict[int, list[Slice]] = {1: [], MANY: []}
        self.bytes = 0
        self.refusal: Refused | None = None

    def warm_up(self) -> None:
        """Sends some requests and forgets how long they took."""
        with self._giving_up(), closing(self.sent.client.connection()) as connection:
            for _ in range(WARM_UP):
                self.bytes = len(answer(connection, self.sent.request).read())

    def take(self, seconds: float, clients: int) -> None:
        """One more slice."""
        if self.refusal is None:
            with self._giving_up():
                self.slices[clients].append(_slice(self.sent, seconds, clients))

    def cost(self) -> Cost | Refused:
        """What all of it came to."""
        return self.refusal or cost(self.slices[1], self.slices[MANY], self.bytes)

    @contextmanager
    def _giving_up(self) -> Iterator[None]:
        try:
            yield
        except (OSError, HTTPException) as problem:
            self.refusal = Refused(f"{type(problem).__name__}: {problem}")
        except Refused as problem:
            self.refusal = problem


def cost(alone: Sequence[Slice], many: Sequence[Slice], size: int) -> Cost:
    """What the slices come to."""
    shares = [each.cpu_s * 1000 / len(each.times) for each in alone if each.cpu_s is not None]
    return Cost(statistics.median(shares) if shares else None, wall(alone), wall(many), size)


def wall(slices: Sequence[Slice]) -> Wall:
    """The slices as one."""
    times = [one for each in slices for one in each.times]
    rate = len(times) / sum(each.took_s for each in slices)
    return Wall(rate, percentile(times, 50) * 1000, percentile(times, 99) * 1000)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of the values that so many of 100 do not exceed: always one that was seen."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def _slice(sent: Sent, seconds: float, clients: int) -> Slice:
    before = sent.processes.cpu_s() if sent.processes else None
    start = time.perf_counter()
    with ThreadPoolExecutor(clients) as threads:
        seen = list(threads.map(lambda _: _timed(sent, start + seconds), range(clients)))
    took_s = time.perf_counter() - start
    used_s = None if sent.processes is None or before is None else sent.processes.cpu_s() - before
    return Slice([one for times in seen for one in times], took_s, used_s)


def _timed(sent: Sent, until: float) -> list[float]:
    times: list[float] = []
    with closing(sent.client.connection()) as connection:
        while time.perf_counter() < until or not times:
            start = time.perf_counter()
            answer(connection, sent.request).read()
            times.append(time.perf_counter() - start)
    return times
