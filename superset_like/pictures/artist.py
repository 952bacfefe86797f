"""The child process that draws: `python -m superset_like.pictures.artist FOLDER SECONDS MIB`.

Requests come on stdin, answers leave on stdout, each as four bytes of length and so many bytes: JSON in, and out one
letter (see ANSWERS) and a picture or a message. It ends when stdin does. A request is for a chart (module, formData,
results, look) or for sheets with charts that were drawn before (pages, drawings, theme).
"""

import json
import os
import resource
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from py_mini_racer import JSEvalException, JSOOMException, JSTimeoutException, MiniRacer

from superset_like.pictures import compose, finish, fonts, modules, svg

MIB = 1024 * 1024
# A picture; and what went wrong: its time, its memory, its module.
DRAWN, TOO_SLOW, TOO_LARGE, FAILED = ANSWERS = b"P", b"T", b"M", b"F"
# After these, V8 is not to be trusted with another drawing.
LAST = frozenset({TOO_SLOW, TOO_LARGE})
# What the process needs beside V8's heap: libraries, buffers, the pixels of the largest picture.
BESIDES_MIB = 1024
DRAW = Path(__file__).with_name("draw.js")


class Artist:
    """V8 with ECharts in it. folder: where the modules are."""

    def __init__(self, folder: Path, timeout_s: float, memory_mib: int) -> None:
        self._folder = folder
        self._timeout_s = timeout_s
        self._loaded: set[str] = set()
        self._v8 = MiniRacer()
        self._v8.set_hard_memory_limit(memory_mib * MIB)
        for path in (modules.ECHARTS, DRAW):
            self._v8.eval(f"{path.read_text()}\n;0")
        known = {weight: fonts.widths(path) for weight, path in fonts.FILES.items()}
        self._v8.eval(f"widths = {json.dumps(known)}; wide = {fonts.WIDE};0")
        if (folder / "base.js").exists():
            self._v8.eval(f"base = {modules.script(folder, 'base')}({{}});0")

    def answer(self, asked: Mapping[str, Any]) -> tuple[bytes, bytes]:
        """(one of ANSWERS, the picture or what to say)."""
        try:
            return DRAWN, self._picture(asked)
        except JSTimeoutException:
            return TOO_SLOW, b""
        except JSOOMException:
            return TOO_LARGE, b""
        except (JSEvalException, svg.Unsafe, finish.Unfinished, OSError, ValueError) as error:
            return FAILED, f"{type(error).__name__}: {error}".encode(errors="replace")

    def _picture(self, asked: Mapping[str, Any]) -> bytes:
        if "pages" in asked:
            drawn = [compose.composed(page, asked["theme"], asked["drawings"]) for page in asked["pages"]]
            return self._finished(drawn, asked["pages"], asked)
        look = asked["look"]
        return self._finished([self._chart(asked)], [look], asked)

    def _chart(self, asked: Mapping[str, Any]) -> str:
        self._load(asked["module"])
        # A JavaScript text of a JSON text: as an object literal, a key `__proto__` would be more than a key.
        given = json.dumps(json.dumps({**asked, "font": fonts.FAMILY}))
        drawn = self._v8.eval(f"picture({given})", timeout_sec=self._timeout_s)
        return svg.cleaned(str(drawn))

    @staticmethod
    def _finished(drawn: Sequence[str], sizes: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]) -> bytes:
        """The drawings in the asked form; of SVG and PNG there is one. sizes: width and height of each."""
        if asked["form"] == "svg":
            return drawn[0].encode()
        if asked["form"] == "png":
            return finish.png(drawn[0], sizes[0], asked["scale"])
        return finish.pdf(drawn, sizes, asked.get("title", ""))

    def _load(self, name: str) -> None:
        if name not in self._loaded:
            source = modules.script(self._folder, name)
            self._v8.eval(f"modules[{json.dumps(name)}] = {source}(base);0", timeout_sec=self._timeout_s)
            self._loaded.add(name)


def received(stream: BinaryIO) -> bytes | None:
    """The next message; None when there is none, or none that is whole."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    length = int.from_bytes(head, "big")
    found = stream.read(length)
    return found if len(found) == length else None


def sent(message: bytes) -> bytes:
    """The message as `received` reads it."""
    return len(message).to_bytes(4, "big") + message


def main(folder: str, timeout_s: str, memory_mib: str) -> None:
    limit = (2 * int(memory_mib) + BESIDES_MIB) * MIB
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    artist = Artist(Path(folder), float(timeout_s), int(memory_mib))
    kind = DRAWN
    while kind not in LAST:
        message = received(sys.stdin.buffer)
        if message is None:
            break
        kind, body = artist.answer(json.loads(message))
        sys.stdout.buffer.write(sent(kind + body))
        sys.stdout.buffer.flush()
    # V8 does not always let go of a thread that it stopped.
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
