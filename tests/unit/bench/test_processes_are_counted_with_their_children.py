import os
import subprocess
import sys

from bench.processes import Processes

BURNS = "import time\nwhile time.process_time() < 0.2: pass\nprint('burnt', flush=True); input()"


def test_a_child_counts_while_it_lives_and_when_it_has_ended() -> None:
    ours = Processes(os.getpid())
    before = ours.cpu_s()
    with subprocess.Popen([sys.executable, "-c", BURNS], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin
        assert child.stdout
        child.stdout.readline()
        living = ours.cpu_s() - before
        child.stdin.write(b"\n")
    assert living > 0.1
    assert ours.cpu_s() - before >= living


def test_memory_at_its_peak_is_at_least_what_it_is() -> None:
    ours = Processes(os.getpid())
    assert 0 < ours.memory_mib() <= ours.peak_mib()
