"""Results of queries as Arrow bytes: files of a folder, or Redis; any process reads what another wrote."""

import io
import os
import re
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from superset_like.engine.encode import arrow_ipc
from superset_like.errors import ConfigurationError, Unavailable

# In which a result may have been written.
FORMS = ("json",)
KEY = re.compile(r"[A-Za-z0-9-]{1,64}")
REDIS_TIMEOUT_S = 5.0
# As much of a result is read from Redis at a time.
PIECE = 1 << 20
SWEEP_S = 60.0
DOWN = "The store of query results is not available"


class ResultStore(ABC):
    """Tables under keys, each for a time."""

    @staticmethod
    def from_uri(uri: str) -> "ResultStore":
        """The store that file:///folder or redis:// names. Raises ConfigurationError."""
        if uri.startswith("file://"):
            return FileResults(Path(uri.removeprefix("file://")))
        if uri.startswith(("redis://", "rediss://")):
            return RedisResults(uri)
        raise ConfigurationError("RESULTS_URI: must begin with file:///, redis:// or rediss://")

    @abstractmethod
    def put(self, key: str, table: pa.Table, ttl_s: int) -> None:
        """The table is kept for that many seconds. Raises Unavailable."""

    @abstractmethod
    def get(self, key: str) -> pa.Table | None:
        """The table; None when there is none of this key, or no more. Raises Unavailable."""

    @abstractmethod
    def has(self, key: str) -> bool:
        """Whether there is a table of this key. Raises Unavailable."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """There is none of this key, and nothing written of it. Raises Unavailable."""

    @abstractmethod
    def batches(self, key: str) -> tuple[pa.Schema, Iterator[pa.RecordBatch]] | None:
        """The table in pieces, as few of them in memory at a time as the store allows. Raises Unavailable."""

    @abstractmethod
    def put_written(self, key: str, form: str, data: bytes) -> None:
        """The table of this key as somebody wrote it in a form (`json`), for as long as it is kept itself."""

    @abstractmethod
    def written(self, key: str, form: str) -> bytes | None:
        """What was put so; None when nothing was, or no more. Raises Unavailable."""


class FileResults(ResultStore):
    """A file for each result; its modification time says until when it holds."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._swept_at = float("-inf")

    def put(self, key: str, table: pa.Table, ttl_s: int) -> None:
        path, until = self._path(key), time.time() + ttl_s
        try:
            # Somebody may have removed it while the server runs.
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._sweep()
            with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
                file.write(arrow_ipc.dumped(table))
            os.utime(file.name, (until, until))
            os.replace(file.name, path)
        except OSError as error:
            raise Unavailable(DOWN) from error

    def get(self, key: str) -> pa.Table | None:
        path = self._path(key)
        try:
            if path.stat().st_mtime <= time.time():
                return None
            return arrow_ipc.loaded(path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable(DOWN) from error

    def has(self, key: str) -> bool:
        try:
            return self._path(key).stat().st_mtime > time.time()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise Unavailable(DOWN) from error

    def delete(self, key: str) -> None:
        path = self._path(key)
        path.unlink(missing_ok=True)
        for written in self._folder.glob(f"{path.stem}.*"):
            written.unlink(missing_ok=True)

    def batches(self, key: str) -> tuple[pa.Schema, Iterator[pa.RecordBatch]] | None:
        path = self._path(key)
        try:
            if path.stat().st_mtime <= time.time():
                return None
            return arrow_ipc.in_pieces(pa.OSFile(str(path), "rb"))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable(DOWN) from error

    def put_written(self, key: str, form: str, data: bytes) -> None:
        path = self._path(key)
        try:
            until = path.stat().st_mtime
            with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
                file.write(data)
            os.utime(file.name, (until, until))
            os.replace(file.name, path.with_suffix(f".{form}"))
        except FileNotFoundError:
            return
        except OSError as error:
            raise Unavailable(DOWN) from error

    def written(self, key: str, form: str) -> bytes | None:
        path = self._path(key).with_suffix(f".{form}")
        try:
            return path.read_bytes() if path.stat().st_mtime > time.time() else None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable(DOWN) from error

    def _path(self, key: str) -> Path:
        # Keys come from the metadata, but a path made of anything else must not be.
        return self._folder / (f"{key}.arrow" if KEY.fullmatch(key) else "none")

    def _sweep(self) -> None:
        # Nobody is given what has expired; the folder is looked through only so that it does not grow for ever.
        if time.monotonic() - self._swept_at < SWEEP_S:
            return
        self._swept_at = time.monotonic()
        now = time.time()
        for path in self._folder.glob("*.*"):
            try:
                if path.stat().st_mtime <= now:
                    path.unlink()
            except FileNotFoundError:
                continue


class RedisResults(ResultStore):
    """A value for each result; Redis forgets it in time."""

    def __init__(self, uri: str) -> None:
        # An extra, which an installation without Redis lacks.
        from redis import Redis
        from redis.exceptions import RedisError

        self._error = RedisError
        self._redis = Redis.from_url(uri, socket_connect_timeout=REDIS_TIMEOUT_S, socket_timeout=REDIS_TIMEOUT_S)

    def put(self, key: str, table: pa.Table, ttl_s: int) -> None:
        data = arrow_ipc.dumped(table)
        self._asked(lambda: self._redis.set(_name(key), data, ex=ttl_s))

    def get(self, key: str) -> pa.Table | None:
        data = self._asked(lambda: self._redis.get(_name(key)))
        return arrow_ipc.loaded(data) if isinstance(data, bytes) else None

    def has(self, key: str) -> bool:
        return bool(self._asked(lambda: self._redis.exists(_name(key))))

    def delete(self, key: str) -> None:
        self._asked(lambda: self._redis.delete(_name(key), *(_name(key, form) for form in FORMS)))

    def batches(self, key: str) -> tuple[pa.Schema, Iterator[pa.RecordBatch]] | None:
        size = self._asked(lambda: self._redis.strlen(_name(key)))
        if not size:
            return None
        value = _Value(size, lambda at, end: self._asked(lambda: self._redis.getrange(_name(key), at, end - 1)))
        return arrow_ipc.in_pieces(io.BufferedReader(value, PIECE))

    def put_written(self, key: str, form: str, data: bytes) -> None:
        left_s = self._asked(lambda: self._redis.ttl(_name(key)))
        if isinstance(left_s, int) and left_s > 0:
            self._asked(lambda: self._redis.set(_name(key, form), data, ex=left_s))

    def written(self, key: str, form: str) -> bytes | None:
        data = self._asked(lambda: self._redis.get(_name(key, form)))
        return data if isinstance(data, bytes) else None

    def _asked(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except self._error as error:
            raise Unavailable(DOWN) from error


class _Value(io.RawIOBase):
    """A value that is read from its beginning. bytes_of: those from one place until another."""

    def __init__(self, size: int, bytes_of: Callable[[int, int], bytes]) -> None:
        self._size = size
        self._bytes_of = bytes_of
        self._at = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        end = min(self._at + len(buffer), self._size)
        if end == self._at:
            return 0
        found = self._bytes_of(self._at, end)
        if len(found) < end - self._at:
            # Arrow would take the end for that of the table.
            raise Unavailable("The result went while it was read")
        buffer[: len(found)] = found
        self._at = end
        return len(found)


def _name(key: str, form: str = "") -> str:
    return f"superset_like:result:{key}:{form}" if form else f"superset_like:result:{key}"
