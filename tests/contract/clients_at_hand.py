"""Clients of Superset and Redash, each in its virtual environment; without `make clients` their tests are skipped."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120


def require_all() -> None:
    """Nothing; skips the calling test, or fails it, when a client is not installed."""
    for path in (Path(__file__).parent / "clients").glob("*.txt"):
        program_of(path.stem, "python")


def program_of(client: str, name: str) -> Path:
    """A program of a client's environment; skips the calling test, or fails it when services are required."""
    path = ROOT / ".venv-clients" / client / "bin" / name
    if not (path.parents[1] / "installed").is_file():
        message = f"{client} is not installed: make clients"
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return path


def ran(client: str, name: str, *arguments: object, home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """What a client's program came to, in a folder that is also its home, where some keep tokens."""
    # Ours on the path would hide modules of theirs.
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SUPERSET"))}
    return subprocess.run(
        [program_of(client, name), *map(str, arguments)],
        cwd=home,
        env={**own, "HOME": str(home), "COLUMNS": "200", **settings},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
