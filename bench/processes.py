"""CPU and memory of processes, as the kernel tells them in /proc."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


class Processes:
    """A process and all that it started, directly or not."""

    def __init__(self, root: int) -> None:
        self.root = root

    def cpu_s(self) -> float:
        """CPU seconds, user and system, of these processes and of those among them that have ended."""
        return sum(_cpu_ticks(pid) for pid in _family(self.root)) / TICKS

    def memory_mib(self) -> float:
        """Resident memory of the largest."""
        return max(_status_mib(pid, "VmRSS") for pid in _family(self.root))

    def peak_mib(self) -> float:
        """The most that the largest has ever held."""
        return max(_status_mib(pid, "VmHWM") for pid in _family(self.root))


def _family(pid: int) -> list[int]:
    found = [pid]
    for task in _listed(pid):
        for child in _read(f"/proc/{pid}/task/{task}/children").split():
            found += _family(int(child))
    return found


def _listed(pid: int) -> list[str]:
    try:
        return os.listdir(f"/proc/{pid}/task")
    except FileNotFoundError:
        return []


def _read(path: str) -> str:
    """The file's text; nothing where the process has ended meanwhile, as those of a preforking server do."""
    try:
        return Path(path).read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _cpu_ticks(pid: int) -> int:
    # utime, stime, cutime, cstime: what a child used stays counted at its parent when it has ended.
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15])


def _status_mib(pid: int, name: str) -> float:
    for line in _read(f"/proc/{pid}/status").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return 0.0
