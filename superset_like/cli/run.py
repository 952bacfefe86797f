"""superset-like run"""

import compileall
import hashlib
import subprocess
import sys
from pathlib import Path

import click

import superset_like
from superset_like.cli.serve import DEFAULT_PORT, serve
from superset_like.config.load import load
from superset_like.config.settings import Settings

PACKAGE = Path(superset_like.__file__).parent
STEPS = (("init",), ("create-admin", "--if-none"), ("load-examples",))


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(1, 65535))
@click.pass_context
def run(ctx: click.Context, host: str, port: int) -> None:
    """Prepare what is missing (init, examples, an administrator), then serve."""
    settings = load()
    mark = settings.home / "prepared"
    state = _state(settings)
    # Each step takes a second just to import the application; a start with nothing to prepare does none of them.
    if not mark.is_file() or mark.read_text() != state:
        # Where Python is told to write no bytecode, each start would compile all of this again.
        compileall.compile_dir(str(PACKAGE), quiet=2)
        for step in STEPS:
            if subprocess.run([sys.executable, "-m", "superset_like", *step]).returncode:
                raise SystemExit(f"superset-like {step[0]} failed; nothing is served.")
        mark.write_text(state)
    ctx.invoke(serve, host=host, port=port, workers=1, threads=16, worker=None, access_log=False)


def _state(settings: Settings) -> str:
    """A text that changes when the code does, or the metadata is another one."""
    files = [*PACKAGE.rglob("*.py"), *PACKAGE.parent.glob("migrations/versions/*.py")]
    newest = max(path.stat().st_mtime_ns for path in files)
    facts = f"{superset_like.__version__} {len(files)} {newest} {settings.database_uri}"
    return hashlib.sha256(facts.encode()).hexdigest()
