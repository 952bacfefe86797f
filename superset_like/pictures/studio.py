"""The processes that draw for this one: started when they are first needed, and replaced when they fail.

Each is started as a program of its own, for a fork would copy locks that other threads hold.
"""

import contextlib
import logging
import os
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from superset_like.errors import DrawingFailed, DrawingTimedOut, DrawingTooLarge, NotInstalled, ServerBusy
from superset_like.pictures import modules

log = logging.getLogger(__name__)

PACKAGES = {"py_mini_racer": "mini-racer", "typst": "typst"}
ROOT = Path(__file__).parents[2]
# What a program needs of the environment to start; our secrets are none of its business.
ENVIRONMENT = ("PATH", "PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "LANG")
# Two drawings at a time keep a slow one from holding up the others; each process costs about 100 MiB.
ARTISTS = 2
# On top of a drawing's own time: to start, and to make pixels of the drawing.
GRACE_S = 5.0
RETRY_AFTER_S = 5


class Studio:
    """Draws pictures in other processes. folder: of the modules. timeout_s, memory_mib: what one drawing may use."""

    def __init__(self, timeout_s: float, memory_mib: int, folder: Path = modules.CHART_TYPES) -> None:
        self._timeout_s = timeout_s
        self._memory_mib = memory_mib
        self._folder = folder
        self._open()

    def _open(self) -> None:
        self._pid = os.getpid()
        self._idle: list[Child] = []
        self._places = threading.BoundedSemaphore(ARTISTS)
        weakref.finalize(self, _end, self._idle, self._pid)

    @contextmanager
    def turn(self, wait_s: float = 0.0) -> Iterator["Turn | None"]:
        """The right to draw; None when there was none within so many seconds."""
        if self._pid != os.getpid():
            # The children of the process that this was copied from are not ours to talk to.
            self._open()
        if not self._places.acquire(timeout=wait_s):
            yield None
            return
        try:
            yield Turn(self)
        finally:
            self._places.release()

    def draw(self, asked: Mapping[str, Any], wait_s: float = 0.0) -> bytes:
        """The picture, as `Turn.draw` makes it. Raises ServerBusy too."""
        with self.turn(wait_s) as turn:
            if turn is None:
                raise ServerBusy(retry_after_s=RETRY_AFTER_S)
            return turn.draw(asked)

    def close(self) -> None:
        """No child is left that does not draw now."""
        _end(self._idle, self._pid)

    def drawn(self, asked: Mapping[str, Any]) -> bytes:
        missing = [package for module, package in PACKAGES.items() if find_spec(module) is None]
        if missing:
            raise NotInstalled(
                f"Pictures need {' and '.join(missing)}: the administrator adds the extra by"
                " pip install 'superset-like[pictures]'"
            )
        child = self._taken()
        try:
            kind, body = child.answer(orjson.dumps(asked), self._timeout_s + GRACE_S)
        except BaseException:
            child.end()
            raise
        if kind in {b"P", b"F"}:
            self._idle.append(child)
        else:
            child.end()
        return self._judged(kind, body, asked)

    def _taken(self) -> "Child":
        while self._idle:
            # The one that drew last: another one is started only when two draw at a time.
            child = self._idle.pop()
            if child.is_alive():
                return child
            child.end()
        return Child(self._folder, self._timeout_s, self._memory_mib)

    def _judged(self, kind: bytes, body: bytes, asked: Mapping[str, Any]) -> bytes:
        if kind == b"P":
            return body
        if kind == b"T":
            raise DrawingTimedOut(limit_s=self._timeout_s)
        if kind == b"M":
            raise DrawingTooLarge(limit_mib=self._memory_mib)
        # What the module says may hold the chart's data.
        log.warning(
            "the module %s does not draw: %s", asked.get("module", "of pages"), body.decode(errors="replace")[:500]
        )
        raise DrawingFailed()


def _end(idle: list["Child"], pid: int) -> None:
    while idle and pid == os.getpid():
        idle.pop().end()


class Turn:
    """The right to draw one picture."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def draw(self, asked: Mapping[str, Any]) -> bytes:
        """The picture as bytes.

        asked: module, formData, results, look (width, height, theme, locale), form (svg, png or pdf), scale; isInCard:
        without a ground of its own. Or pages and drawings, see `compose.composed`, theme, form, scale and title.
        Raises NotInstalled, DrawingTimedOut, DrawingTooLarge, DrawingFailed.
        """
        return self._studio.drawn(asked)


class Child:
    """One artist."""

    def __init__(self, folder: Path, timeout_s: float, memory_mib: int) -> None:
        arguments = [sys.executable, "-m", "superset_like.pictures.artist"]
        self._process = subprocess.Popen(
            [*arguments, str(folder), str(timeout_s), str(memory_mib)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={**{name: os.environ[name] for name in ENVIRONMENT if name in os.environ}, "TZ": "UTC"},
            # Ctrl-C in the server's terminal is for the server; the child ends when its stdin does.
            start_new_session=True,
        )

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def answer(self, message: bytes, within_s: float) -> tuple[bytes, bytes]:
        """(letter, bytes) as the artist answered; it is killed when it takes longer, and told as too slow.

        One that died by a signal tells as too large: nothing else is known to kill one.
        """
        began = time.monotonic()
        watch = threading.Timer(within_s, self._process.kill)
        watch.daemon = True
        watch.start()
        try:
            found = self._asked(message)
        except (BrokenPipeError, ConnectionResetError):
            found = None
        finally:
            watch.cancel()
        if found:
            return found[:1], found[1:]
        status = self._process.wait()
        log.warning("an artist ended with status %s", status)
        if status > 0:
            return b"F", f"the artist ended with status {status}".encode()
        return (b"T" if time.monotonic() - began >= within_s else b"M"), b""

    def _asked(self, message: bytes) -> bytes | None:
        to_child, from_child = self._process.stdin, self._process.stdout
        assert to_child is not None and from_child is not None
        to_child.write(len(message).to_bytes(4, "big") + message)
        to_child.flush()
        head = from_child.read(4)
        length = int.from_bytes(head, "big")
        found = from_child.read(length) if len(head) == 4 else b""
        return found if found and len(found) == length else None

    def end(self) -> None:
        """The process is gone, and so are its pipes."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                # What was still to be written has no reader.
                with contextlib.suppress(OSError):
                    pipe.close()
