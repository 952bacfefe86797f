"""What a process keeps of the metadata while a stamp stands."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Remembered(Generic[Key, Value]):
    """Values read under one stamp; those used last stay. Safe for threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._stamp: Hashable = None
        self._kept: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, stamp: Hashable, key: Key) -> Value | None:
        """The value, when it was read under this stamp."""
        with self._lock:
            if stamp != self._stamp:
                return None
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def value(self, stamp: Hashable, key: Key, make: Callable[[], Value]) -> Value:
        """The value: as it was read under this stamp, or made now and kept. What `make` raises is not kept."""
        found = self.get(stamp, key)
        if found is None:
            found = make()
            self.put(stamp, key, found)
        return found

    def put(self, stamp: Hashable, key: Key, value: Value) -> None:
        """Keeps the value; all that was read under another stamp is dropped."""
        with self._lock:
            if stamp != self._stamp:
                self._kept.clear()
                self._stamp = stamp
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
