"""The command line in a process of its own, with a home of its own."""

import os
import socket
import subprocess
import sys
from pathlib import Path


def environment(home: Path, **more: str) -> dict[str, str]:
    """This process's environment with that home, and no setting but those given."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("SUPERSET_LIKE_")}
    return {**own, "SUPERSET_LIKE_HOME": str(home), **{f"SUPERSET_LIKE_{name}": text for name, text in more.items()}}


def command(*arguments: str) -> list[str]:
    """The command line of a command."""
    return [sys.executable, "-m", "superset_like", *arguments]


def ran(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """What a command came to."""
    return subprocess.run(
        command(*arguments), env=environment(home, **settings), capture_output=True, text=True, timeout=60, check=False
    )


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
