"""superset-like serve"""

import gc
import socket
import sys

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from superset_like.cli.background import Background
from superset_like.config.load import check_secrets, load
from superset_like.errors import ConfigurationError

# A query string may hold a key; a path never does.
ACCESS_LOG = '%(addr)s "%(method)s %(path)s %(protocol)s" %(status)d %(dt_ms).1f ms'
GRACE_S = 30
DEFAULT_PORT = 8088


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(min=1), help="Processes that answer.")
@click.option("--threads", default=16, show_default=True, type=click.IntRange(min=1), help="Threads of each process.")
@click.option("--worker/--no-worker", default=None, help="Run a background worker too; so by default without a broker.")
@click.option("--access-log", is_flag=True, help="Log each request.")
def serve(host: str, port: int, workers: int, threads: int, worker: bool | None, access_log: bool) -> None:
    """Serve until stopped."""
    settings = load()
    check_secrets(settings)
    _require_free(host, port)
    # Nothing that a start makes is garbage; looking for some takes a tenth of it. The worker processes inherit this.
    gc.disable()
    server = Granian(
        "superset_like.app:served",
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=workers,
        blocking_threads=threads,
        workers_kill_timeout=GRACE_S,
        # A process that is killed takes its requests with it, and not the server.
        respawn_failed_workers=True,
        respawn_interval=0.5,
        websockets=False,
        # Its one warning is about more threads than cores; ours wait for databases.
        log_level=LogLevels.error,
        log_access=access_log,
        log_access_format=ACCESS_LOG,
    )
    click.echo(f"Serving on http://{_spelled(host)}:{port} (Ctrl+C stops it)")
    sys.stdout.flush()
    with_worker = settings.broker_uri.startswith("filesystem://") if worker is None else worker
    if not with_worker:
        server.serve()
        return
    with Background(host, port, settings.worker_concurrency):
        server.serve()


def _require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigurationError(f"--host {host} --port {port}: {error.strerror}") from error


def _spelled(host: str) -> str:
    return f"[{host}]" if ":" in host else host
