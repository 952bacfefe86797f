"""DuckDB files that this process has open: one shared read-only instance per file, or one writer alone.

A file is attached to an instance in memory. So a file that was replaced is opened anew while statements still run on
the old one, and the process may open the file elsewhere with other settings.
"""

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from superset_like.engine.databases import deadline, drivers
from superset_like.errors import DatabaseUnreachable

Signature = tuple[object, ...]

IDLE_S = 5.0
WAIT_S = 20.0
RETRY_S = 0.05
_SAFE = {
    "allow_community_extensions": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
}
# After ATTACH: from then on only the attached file is in reach, and nothing of this can be undone.
_LOCKS = ("TimeZone = 'UTC'", "enable_external_access = false", "lock_configuration = true")
# DuckDB's allocator would keep what a query freed for ten seconds, once for each thread that ever asked: a hundred
# megabytes beside the two that DuckDB itself says it uses.
_ALLOCATOR = "dirty_decay_ms:500,muzzy_decay_ms:0,narenas:2"


@dataclass(eq=False)
class Instance:
    """A DuckDB instance over one file. sessions: how many cursors are in use."""

    connection: Any
    alias: str
    signature: Signature
    sessions: int = 0
    idle_since: float = 0.0

    def cursor(self) -> Any:
        """A connection of its own to the instance, in which names mean those of the file."""
        cursor = self.connection.cursor()
        cursor.execute(f"USE {quoted(self.alias)}")
        return cursor


@dataclass(eq=False)
class _File:
    """Who has the file. readers: sessions on any instance, an outdated one too; writer: one wants it or has it."""

    instance: Instance | None = None
    readers: int = 0
    writer: bool = False
    changed: threading.Condition = field(default_factory=threading.Condition)


_files: dict[str, _File] = {}
_files_lock = threading.Lock()


@contextmanager
def reading(path: str, options: Mapping[str, Any]) -> Iterator[Instance]:
    """The shared instance that reads the file as it is now. Raises DatabaseUnreachable."""
    file = _file(path)
    with file.changed:
        _wait(file, lambda: not file.writer)
        instance = _current(file, path, options)
        instance.sessions += 1
        file.readers += 1
    try:
        yield instance
    finally:
        with file.changed:
            instance.sessions -= 1
            instance.idle_since = time.monotonic()
            file.readers -= 1
            if instance is not file.instance and not instance.sessions:
                instance.connection.close()
            elif not instance.sessions:
                deadline.alarm(IDLE_S + RETRY_S, lambda: _close_if_idle(file))
            file.changed.notify_all()


@contextmanager
def writing(path: str, options: Mapping[str, Any]) -> Iterator[Instance]:
    """The only instance of this process over the file. Raises DatabaseUnreachable when others do not let go."""
    file = _file(path)
    with file.changed:
        _wait(file, lambda: not file.writer)
        file.writer = True
        try:
            _wait(file, lambda: not file.readers)
            _drop(file)
            instance = _opened(path, options, (), writable=True)
        except BaseException:
            _let_go(file)
            raise
    try:
        yield instance
    finally:
        with file.changed:
            instance.connection.close()
            _let_go(file)


def _file(path: str) -> _File:
    with _files_lock:
        return _files.setdefault(path, _File())


def _wait(file: _File, is_so: Any) -> None:
    if not file.changed.wait_for(is_so, WAIT_S):
        raise DatabaseUnreachable("The database file is busy")


def _let_go(file: _File) -> None:
    file.writer = False
    file.changed.notify_all()


def _current(file: _File, path: str, options: Mapping[str, Any]) -> Instance:
    signature = (_signature(path), tuple(options.items()))
    if file.instance is None or file.instance.signature != signature:
        _drop(file)
        file.instance = _opened(path, options, signature, writable=False)
    return file.instance


def _drop(file: _File) -> None:
    instance, file.instance = file.instance, None
    if instance is not None and not instance.sessions:
        instance.connection.close()


def _close_if_idle(file: _File) -> None:
    # Another process can write to the file only while nobody here holds it.
    with file.changed:
        instance = file.instance
        if instance and not instance.sessions and time.monotonic() - instance.idle_since >= IDLE_S:
            _drop(file)


def _signature(path: str) -> Signature:
    try:
        facts = os.stat(path)
    except OSError as error:
        raise DatabaseUnreachable() from error
    return facts.st_dev, facts.st_ino, facts.st_mtime_ns, facts.st_size


def _opened(path: str, options: Mapping[str, Any], signature: Signature, *, writable: bool) -> Instance:
    alias = os.path.basename(path).split(".")[0] or "main_file"
    if alias.lower() in {"memory", "system", "temp", "main"}:
        alias = f"{alias}_file"
    connection = driver().connect(":memory:", config={**_SAFE, **options})
    try:
        mode = "" if writable else " (READ_ONLY)"
        _attach(connection, f"ATTACH '{path.replace(chr(39), chr(39) * 2)}' AS {quoted(alias)}{mode}")
        for setting in _LOCKS:
            connection.execute(f"SET GLOBAL {setting}")
    except BaseException:
        connection.close()
        raise
    return Instance(connection, alias, signature)


def _attach(connection: Any, sql: str) -> None:
    duckdb = driver()
    until = time.monotonic() + WAIT_S
    while True:
        try:
            connection.execute(sql)
            return
        except duckdb.IOException as error:
            # Another process holds it in another mode, and may let go soon.
            if "lock" not in str(error) or time.monotonic() > until:
                raise DatabaseUnreachable() from error
            time.sleep(RETRY_S)
        except duckdb.Error as error:
            raise DatabaseUnreachable() from error


def driver() -> Any:
    """DuckDB's module, which takes a tenth of a second to import: no start without a question to it needs it."""
    os.environ.setdefault("DUCKDB_JE_MALLOC_CONF", _ALLOCATOR)
    return drivers.loaded("duckdb", "")


def quoted(name: str) -> str:
    """The name as DuckDB quotes it."""
    return '"' + name.replace('"', '""') + '"'


def _forget() -> None:
    # The threads of an instance do not survive a fork; closing it here would wait for them for ever.
    global _files_lock
    _orphans.append(dict(_files))
    _files.clear()
    _files_lock = threading.Lock()


_orphans: list[dict[str, _File]] = []
os.register_at_fork(after_in_child=_forget)
