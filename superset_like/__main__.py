"""The command line: `superset-like`, or `python -m superset_like`."""

import sys

import click
from flask import Flask
from flask.cli import ScriptInfo

from superset_like.cli import superset_like
from superset_like.errors import ConfigurationError, ProductError

# What sysexits.h calls EX_CONFIG.
MISCONFIGURED = 78


def main() -> None:
    """Runs a command; what is wrong with the installation is said in a line, without a traceback."""
    try:
        superset_like(obj=ScriptInfo(create_app=_application))
    except ConfigurationError as error:
        click.echo(f"superset-like: {error}", err=True)
        sys.exit(MISCONFIGURED)
    except ProductError as error:
        click.echo(f"superset-like: {error.message}", err=True)
        sys.exit(1)


def _application() -> Flask:
    # The application takes a second to import; help and the parent of a server do without.
    from superset_like.app import create_app

    return create_app()


if __name__ == "__main__":
    main()
