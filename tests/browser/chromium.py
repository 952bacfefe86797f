"""A real browser, driven over its debugging pipe."""

import base64
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE_S = 20.0
OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
MODIFIERS = {"Alt": 1, "Control": 2, "Meta": 4, "Shift": 8}
KEY_CODES = {
    "Tab": 9,
    "Enter": 13,
    "Escape": 27,
    " ": 32,
    "PageDown": 34,
    "End": 35,
    "Home": 36,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
    "Delete": 46,
    "F2": 113,
}
# The browser reads from 3 and writes to 4. Some shells cannot put a descriptor of two digits there.
AS_3_AND_4 = """
import fcntl, os, sys
pipes = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3]]
for number, pipe in zip((3, 4), pipes):
    os.dup2(pipe, number)
    os.close(pipe)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """One page of a browser with a profile of its own.

    complaints: what its console said of errors and broken policies. asked: the kinds of dialogs that the browser itself
    opened, such as `beforeunload`; each was agreed to.
    """

    def __init__(self, profile: Path) -> None:
        assert PROGRAM is not None
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                AS_3_AND_4,
                str(to_browser),
                str(from_browser),
                PROGRAM,
                *OPTIONS,
                f"--user-data-dir={profile}",
            ],
            pass_fds=(to_browser, from_browser),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._buffer = b""
        self._number = 0
        self._session: str | None = None
        self.complaints: list[str] = []
        self.asked: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.resize(1280, 900)

    def close(self) -> None:
        """The browser is gone."""
        self._process.terminate()
        self._process.wait(PATIENCE_S)
        os.close(self._in)
        os.close(self._out)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The browser's answer to a command."""
        number = self._send(method, **params)
        while True:
            answer = self._received()
            if answer.get("id") == number:
                assert "error" not in answer, (method, answer["error"])
                result: dict[str, Any] = answer["result"]
                return result
            self.noted(answer)

    def _send(self, method: str, **params: Any) -> int:
        """The number under which the answer will come."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        return self._number

    def go(self, url: str) -> None:
        """The page is there and has run its scripts."""
        self.call("Page.navigate", url=url)
        self._loaded(lambda: bool(self.run(f"location.href.startsWith({json.dumps(url.split('#')[0])})")))

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def run_in_frame(self, url_part: str, script: str) -> Any:
        """The value of a JavaScript expression in the frame whose address holds the text; None while there is none."""
        tree = self.call("Page.getFrameTree")["frameTree"]
        found = [each["frame"] for each in tree.get("childFrames", ()) if url_part in each["frame"]["url"]]
        if not found:
            return None
        world = self.call("Page.createIsolatedWorld", frameId=found[0]["id"])["executionContextId"]
        answer = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, contextId=world
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait_in_frame(self, url_part: str, condition: str) -> None:
        """The expression is true in the frame."""
        self.until(lambda: bool(self.run_in_frame(url_part, condition)), condition)

    def follow(self, script: str) -> None:
        """The page that the script led to is there."""
        self.run("window.left = true")
        self.run(script)
        self._loaded(lambda: not self.run("window.left"))

    def wait(self, condition: str) -> None:
        """The expression is true."""
        self.until(lambda: bool(self.run(condition)), condition)

    def resize(self, width: int, height: int) -> None:
        """The window has this size."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def dark(self, on: bool) -> None:
        """The visitor prefers dark pages, or light ones."""
        value = "dark" if on else "light"
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": value}])

    def key(self, name: str, *held: str) -> None:
        """A key was pressed and released, while others were held: Control, Shift, Alt."""
        code = KEY_CODES.get(name) or ord(name.upper())
        text = {"text": "\r"} if name == "Enter" else {"text": name} if len(name) == 1 and not held else {}
        modifiers = sum(MODIFIERS[each] for each in held)
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=name,
                code="Space" if name == " " else name if len(name) > 1 else f"Key{name.upper()}",
                windowsVirtualKeyCode=code,
                modifiers=modifiers,
                **text,
            )

    def type(self, text: str) -> None:
        """The text was written where the focus is."""
        self.call("Input.insertText", text=text)

    def click(self, selector: str, *, count: int = 1) -> None:
        """The middle of the first such element was clicked with a mouse."""
        x, y = self._place(selector, 0.5, 0.5)
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=count)

    def drag(self, selector: str, to: str, *, across: float = 0.5, down: float = 0.5, touch: bool = False) -> None:
        """The first such element was dragged to the other, to a place within it: 0 is its left or top.

        touch: by a finger, not by a mouse.
        """
        from_x, from_y = self._place(selector, 0.5, 0.5)
        x, y = self._place(to, across, down)
        act = self._finger if touch else self._mouse
        act("pressed", from_x, from_y)
        # In steps, as a hand moves: pages begin a drag after some of them.
        for step in range(1, 6):
            act("moved", from_x + (x - from_x) * step / 5, from_y + (y - from_y) * step / 5)
        act("released", x, y)

    def _place(self, selector: str, across: float, down: float) -> tuple[float, float]:
        # A page that is still being laid out would move away under the mouse.
        look = (
            f"(() => {{ const box = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
            "return [box.x, box.y, box.width, box.height]; })()"
        )
        box, seen = self.run(look), None
        while box != seen:
            time.sleep(0.1)
            box, seen = self.run(look), box
        return box[0] + box[2] * across, box[1] + box[3] * down

    def _mouse(self, what: str, x: float, y: float) -> None:
        kind = f"mouse{what.title()}"
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1)

    def _finger(self, what: str, x: float, y: float) -> None:
        kind = {"pressed": "touchStart", "moved": "touchMove", "released": "touchEnd"}[what]
        self.call("Input.dispatchTouchEvent", type=kind, touchPoints=[] if what == "released" else [{"x": x, "y": y}])

    def click_at(self, x: float, y: float, button: str = "left") -> None:
        """The mouse went there and clicked."""
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, clickCount=1)

    def screenshot(self, path: Path) -> None:
        """The whole page is in the file, as PNG."""
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(picture["data"]))

    def _loaded(self, there: Callable[[], bool]) -> None:
        self.until(lambda: there() and self.run("document.readyState") == "complete", "page to load")

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """It holds. what: how a failure calls it."""
        end = time.monotonic() + PATIENCE_S
        while not self._holds(condition):
            assert time.monotonic() < end, f"waited in vain: {what}"
            time.sleep(0.05)

    def _holds(self, condition: Callable[[], bool]) -> bool:
        try:
            return condition()
        except AssertionError:
            # The page is being replaced under the question.
            return False

    def _received(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            piece = os.read(self._in, 1 << 16)
            assert piece, "the browser ended"
            self._buffer += piece
        line, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        return message

    def noted(self, event: dict[str, Any]) -> None:
        """Nothing; what the browser told unasked is in `complaints` when it is one."""
        if event.get("method") == "Page.javascriptDialogOpening":
            self.asked.append(event["params"]["type"])
            self._send("Page.handleJavaScriptDialog", accept=True)
        if event.get("method") == "Runtime.consoleAPICalled" and event["params"]["type"] == "error":
            told = [str(each.get("description") or each.get("value")) for each in event["params"]["args"]]
            self.complaints.append(" ".join(told))
        if event.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(str(event["params"]["exceptionDetails"]))
        if event.get("method") == "Log.entryAdded" and event["params"]["entry"]["level"] == "error":
            entry = event["params"]["entry"]
            self.complaints.append(f"{entry['text']} {entry.get('url', '')}")
