"""Celery's messages as files: kombu's transport, with each message whole or not there at all.

Kombu makes the file of a message first and writes it then; a worker that looks in between takes an empty file, and the
message is lost. The tables of who is bound to what have the same gap. Here both are written beside and put in place by
one renaming, and a message is taken by one.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

from kombu.transport import TRANSPORT_ALIASES, filesystem, virtual
from kombu.utils.json import dumps, loads

SCHEME = "wholefiles"
Binding = filesystem.exchange_queue_t
# No queue has a name with it: what bears one is no message yet, or none any more.
UNSEEN = ".unseen"


class Channel(filesystem.Channel):
    """Messages in a folder, the older first; <moment>_<any>.<queue>.msg."""

    def get_table(self, exchange: str) -> list[Binding]:
        """What is bound to the exchange."""
        try:
            return [Binding(*each) for each in loads(self._exchange_file(exchange).read_bytes())]
        except FileNotFoundError:
            return []

    def _exchange_file(self, exchange: str) -> Path:
        path: Path = filesystem.Channel._exchange_file(self, exchange)
        return path

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        binding = Binding(routing_key or "", pattern or "", queue or "")
        self._rebind(exchange, lambda bound: bound if binding in bound else [binding, *bound])

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *args: Any, **kwargs: Any) -> None:
        virtual.Channel._delete(self, queue, exchange, routing_key, pattern, *args, **kwargs)
        binding = Binding(routing_key or "", pattern or "", queue or "")
        self._rebind(exchange, lambda bound: [each for each in bound if each != binding])

    def _rebind(self, exchange: str, changed: Callable[[list[Binding]], list[Binding]]) -> None:
        with self._alone():
            bound = self.get_table(exchange)
            wanted = changed(bound)
            if wanted != bound:
                _put_in_place(self._exchange_file(exchange), wanted)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.control_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.control_folder / "lock").open("ab") as file:
            flock(file, LOCK_EX)
            yield

    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]
        _put_in_place(Path(self.data_folder_out) / f"{time.time_ns():020}_{uuid4().hex}.{queue}.msg", payload)

    def _get(self, queue: str, timeout: Any = None) -> Any:
        folder = Path(self.data_folder_in)
        try:
            names = sorted(os.listdir(folder))
        except FileNotFoundError:
            raise Empty from None
        for name in names:
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = folder / f"{name}{UNSEEN}"
            try:
                (folder / name).rename(taken)
            except FileNotFoundError:
                # Another worker has it.
                continue
            payload = taken.read_bytes()
            taken.unlink()
            return loads(payload)
        raise Empty


class Transport(filesystem.Transport):
    """Kombu's, over these channels."""

    Channel = Channel


def _put_in_place(path: Path, content: Any) -> None:
    # Somebody may have removed it while the server runs.
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f"{uuid4().hex}{UNSEEN}")
    try:
        beside.write_bytes(dumps(content).encode())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
