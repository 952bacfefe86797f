"""How fast the machine is, so that figures from different ones can be compared."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path

# What Flask alone costs for an answer of two bytes on the machine for which the targets were set, in ms of CPU:
# a figure that is divided by what Flask costs here, times this, says what it would be there.
REFERENCE_FLASK_MS = 0.13


@dataclass(frozen=True)
class Machine:
    """Where figures come from. flask_ms: CPU of Flask alone for one request, measured in the same run.

    load: processes that wanted a core in the minute before; None where nobody looked.
    """

    cpu: str
    cores: int
    python: str
    flask_ms: float
    load: float | None = None

    @property
    def slowness(self) -> float:
        """How many times slower than the reference."""
        return self.flask_ms / REFERENCE_FLASK_MS

    @property
    def is_busy(self) -> bool:
        """Whether others had so much of it that times say little: CPU can be corrected for, waiting cannot."""
        return self.load is not None and self.load > self.cores / 2


def this(flask_ms: float, load: float) -> Machine:
    """The machine that runs this."""
    return Machine(_cpu(), os.cpu_count() or 1, platform.python_version(), flask_ms, load)


def load_of_the_last_minute() -> float:
    """Processes that wanted a core, on average."""
    return os.getloadavg()[0]


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
