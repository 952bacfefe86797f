"""What an installation consists of, apart from what only its tests need."""

from collections.abc import Callable, Iterable
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import superset_like

PRODUCT = "superset-like"
EXTRAS = ("pictures", "postgres", "mysql", "redis")


def runtime() -> dict[str, Distribution]:
    """Name -> package, of an installation with the extras that `make run` installs; without pip and setuptools."""
    return needed(f"{PRODUCT}[{','.join(EXTRAS)}]", distribution)


def needed(requirement: str, lookup: Callable[[str], Distribution]) -> dict[str, Distribution]:
    """Name -> package, of all that the requirement leads to on this platform, itself among them.

    lookup: raises PackageNotFoundError for what is not installed.
    """
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [Requirement(requirement)]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        package = found.setdefault(name, lookup(name))
        for extra in {"", *wanted.extras} - {extra for seen_name, extra in seen if seen_name == name}:
            seen.add((name, extra))
            waiting += _asked_by(package, extra)
    return found


def _asked_by(package: Distribution, extra: str) -> list[Requirement]:
    """What the package requires with the extra: without one, or because of it."""
    asked = [Requirement(line) for line in package.requires or []]
    return [each for each in asked if each.marker is None or each.marker.evaluate({"extra": extra})]


def size_mb(packages: dict[str, Distribution]) -> float:
    """Their files on the disk, in millions of bytes."""
    files = {path for name, package in packages.items() for path in _files(name, package)}
    return sum(path.stat().st_size for path in files if path.is_file()) / 1e6


def _files(name: str, package: Distribution) -> Iterable[Path]:
    if name == PRODUCT:
        # Installed to be edited, it lists none of its files.
        return Path(superset_like.__file__).parent.rglob("*")
    return [Path(str(package.locate_file(file))) for file in package.files or []]
