"""Places that are held for a while, at most so many at a time over all processes that share them.

A process that dies gives its places back: files at once, Redis within LEASE_S.
"""

import fcntl
import hashlib
import logging
import os
import secrets
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

# What a process in Redis holds is renewed well before it would end.
LEASE_S = 15.0
RENEWED_EVERY_S = 4.0
# After a failure Redis is left alone for this long, and this process counts by itself.
PAUSE_S = 5.0
REDIS_TIMEOUT_S = 2.0
REDIS_PREFIX = "superset_like:lease:"
# Deletes a key, or prolongs it, when it is still ours.
RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"
RENEW = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0"


class Lease:
    """A place that is held until it is released; releasing it twice does nothing more."""

    def __init__(self, release: Callable[[], None]) -> None:
        self._release: Callable[[], None] | None = release

    def release(self) -> None:
        """Others may have the place."""
        release, self._release = self._release, None
        if release is not None:
            release()

    def __enter__(self) -> "Lease":
        return self

    def __exit__(self, *exception: object) -> None:
        self.release()


class Leases(ABC):
    """The places of one deployment."""

    @staticmethod
    def beside(uri: str) -> "Leases":
        """Those of all processes that share this cache; with memory:// the process is alone."""
        if uri.startswith("file://"):
            return FileLeases(Path(f"{uri.removeprefix('file://').rstrip('/')}.leases"))
        if uri.startswith(("redis://", "rediss://")):
            # An extra, which an installation without Redis lacks.
            from redis import Redis

            client = Redis.from_url(uri, socket_connect_timeout=REDIS_TIMEOUT_S, socket_timeout=REDIS_TIMEOUT_S)
            return RedisLeases(client, REDIS_PREFIX)
        return LocalLeases()

    @abstractmethod
    def take(self, name: str, places: int = 1) -> Lease | None:
        """One of the name's places, or None while all are held; does not wait."""


class LocalLeases(Leases):
    """Counted in this process."""

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, name: str, places: int = 1) -> Lease | None:
        """One of the name's places, or None while all are held."""
        with self._lock:
            if self._held[name] >= places:
                return None
            self._held[name] += 1
        return Lease(lambda: self._give_back(name))

    def _give_back(self, name: str) -> None:
        with self._lock:
            self._held[name] -= 1
            if not self._held[name]:
                del self._held[name]


class FileLeases(Leases):
    """Locked files of a folder: the system unlocks those of a process that ended, however it ended."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder

    def take(self, name: str, places: int = 1) -> Lease | None:
        """One of the name's places, or None while all are held."""
        stem = hashlib.sha256(name.encode()).hexdigest()[:40]
        for place in range(places):
            lease = self._locked(self._folder / f"{stem}.{place}")
            if lease is not None:
                return lease
        return None

    def _locked(self, path: Path) -> Lease | None:
        try:
            file = _opened(path)
        except FileNotFoundError:
            # Somebody removed the folder while the server runs.
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = _opened(path)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not _is_still(path, file):
                # Its holder removed it between our opening and our locking it: others lock another file by now.
                raise BlockingIOError
        except BlockingIOError:
            os.close(file)
            return None
        return Lease(lambda: _unlocked(path, file))


def _opened(path: Path) -> int:
    return os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)


def _is_still(path: Path, file: int) -> bool:
    try:
        return os.stat(path).st_ino == os.fstat(file).st_ino
    except FileNotFoundError:
        return False


def _unlocked(path: Path, file: int) -> None:
    # Removed while it is ours, so that names which come once leave nothing behind.
    path.unlink(missing_ok=True)
    os.close(file)


class RedisLeases(Leases):
    """Keys of Redis, each with an end that its holder puts off as long as it lives.

    While Redis does not answer, this process counts by itself.
    """

    def __init__(self, client: Any, prefix: str) -> None:
        self._client = client
        self._prefix = prefix
        self._alone = LocalLeases()
        self._failed_at = float("-inf")
        self._held: dict[str, str] = {}
        self._lock = threading.Lock()
        self._keeper: threading.Thread | None = None

    def take(self, name: str, places: int = 1) -> Lease | None:
        """One of the name's places, or None while all are held."""
        if time.monotonic() - self._failed_at < PAUSE_S:
            return self._alone.take(name, places)
        mark = secrets.token_hex(8)
        try:
            for place in range(places):
                key = f"{self._prefix}{name}.{place}"
                if self._client.set(key, mark, nx=True, px=int(LEASE_S * 1000)):
                    return self._held_by(key, mark)
        except Exception as error:
            # Any client may fail in its own way, and a question shall not fail for it.
            self._failed_at = time.monotonic()
            log.warning("leases are counted in this process alone: %s", type(error).__name__)
            return self._alone.take(name, places)
        return None

    def _held_by(self, key: str, mark: str) -> Lease:
        with self._lock:
            self._held[key] = mark
            if self._keeper is None or not self._keeper.is_alive():
                self._keeper = threading.Thread(target=self._keep, name="leases", daemon=True)
                self._keeper.start()
        return Lease(lambda: self._give_back(key, mark))

    def _keep(self) -> None:
        """Renews what is held, until nothing is."""
        while True:
            time.sleep(RENEWED_EVERY_S)
            with self._lock:
                held = dict(self._held)
                if not held:
                    self._keeper = None
                    return
            for key, mark in held.items():
                self._told(RENEW, key, mark, int(LEASE_S * 1000))

    def _give_back(self, key: str, mark: str) -> None:
        with self._lock:
            self._held.pop(key, None)
        self._told(RELEASE, key, mark)

    def _told(self, script: str, key: str, *arguments: Any) -> None:
        try:
            self._client.eval(script, 1, key, *arguments)
        except Exception as error:
            # It ends by itself.
            log.warning("a lease could not be told of: %s", type(error).__name__)
