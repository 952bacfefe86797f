"""The only registry: what lies in a package is found by looking there."""

import importlib
import pkgutil
from inspect import isabstract
from types import ModuleType
from typing import TypeVar

Found = TypeVar("Found")


def modules_in(package: ModuleType) -> list[ModuleType]:
    """The modules of the package and of the packages inside it, imported, sorted by name."""
    names = sorted(info.name for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."))
    return [importlib.import_module(name) for name in names]


def subclasses_in(package: ModuleType, base: type[Found]) -> list[type[Found]]:
    """The concrete classes defined in the package that are of this kind, the base itself left out."""
    return [
        thing
        for module in modules_in(package)
        for thing in vars(module).values()
        if isinstance(thing, type)
        and issubclass(thing, base)
        and thing is not base
        and thing.__module__ == module.__name__
        and not isabstract(thing)
    ]
