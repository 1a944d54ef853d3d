"""Ctrl-C ends compiled loops with KeyboardInterrupt, on the main thread; they run as written."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from ferrule import njit

FUNCTIONS = {
    "an_endless_loop": """
        def loop(a):
            x = 0
            while True:
                x += 1
                if x == -1:
                    return x
        """,
    "a_loop_that_counts": """
        def loop(a):
            x = 0
            for i in range(1 << 62):
                x ^= i * (x + 3)
            return x
        """,
    "nested_loops": """
        def loop(a):
            x = 0.0
            for i in range(1 << 50):
                for j in range(len(a)):
                    x = x * 0.5 + a[j]
            return x
        """,
    "a_loop_with_a_call": """
        @njit
        def step(x, n):
            for i in range(n):
                x ^= i * (x + 3)
            return x

        def loop(a):
            x = 0
            for i in range(1 << 62):
                x = step(x, i & 7)
            return x
        """,
    "arrays_of_the_loop": """
        def loop(a):
            total = 0.0
            while total >= 0.0:
                total += (a * 2.0).sum()
            return total
        """,
}

PROGRAM = """
import os, signal, subprocess, threading, time
import numpy as np
from ferrule import njit

{function}

# Whoever started the tests may ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
loop = njit(nogil={nogil})(loop)
a = np.ones(100)

def interrupt():
    time.sleep(0.2)
    os.kill(os.getpid(), signal.SIGINT)

thread = threading.Thread(target=interrupt) if {nogil} else None
if thread:
    thread.start()
else:
    subprocess.Popen(["sh", "-c", f"sleep 0.2; kill -INT {{os.getpid()}}"])
try:
    loop(a)
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("nogil", [False, True])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_ctrl_c_ends_a_loop(name: str, nogil: bool, tmp_path: Path) -> None:
    function = textwrap.dedent(FUNCTIONS[name])
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.format(function=function, nogil=nogil))
    done = subprocess.run(
        [sys.executable, str(program)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("interrupted\n", "")


STRIP = 1 << 20
LEAST, MOST = -(1 << 63), (1 << 63) - 1


@pytest.mark.parametrize(
    ("start", "stop"),
    [
        (0, 0),
        (5, 2),
        (0, 1),
        (0, STRIP - 1),
        (0, STRIP),
        (0, STRIP + 1),
        (-STRIP, 2 * STRIP + 3),
        (LEAST, LEAST + 3),
        (LEAST, LEAST + STRIP + 1),
        (MOST - 3, MOST),
        (MOST - STRIP - 1, MOST),
        (MOST, LEAST),
    ],
)
def test_a_loop_in_strips_meets_every_number_once(start: int, stop: int) -> None:
    @njit
    def meet(start, stop):
        count = 0
        mixed = 0
        last = -1
        for i in range(start, stop):
            count += 1
            mixed ^= i * 3
            last = i
        return count, mixed, last

    numbers = range(start, stop)
    mixed = 0
    for i in numbers:
        mixed ^= i * 3
    wrapped = (mixed + (1 << 63)) % (1 << 64) - (1 << 63)
    assert meet(start, stop) == (len(numbers), wrapped, numbers[-1] if numbers else -1)


def test_the_longest_loop_ends_where_it_breaks() -> None:
    @njit
    def leave(start, stop, after):
        count = 0
        for _ in range(start, stop):
            count += 1
            if count == after:
                break
        return count

    assert leave(LEAST, MOST, 3 * STRIP + 1) == 3 * STRIP + 1
