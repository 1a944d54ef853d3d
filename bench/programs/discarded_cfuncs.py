"""Prints the resident bytes that each of 10,000 compiled and discarded cfuncs left behind."""

import gc
import resource
from pathlib import Path

from ferrule import cfunc

WARM_UP = 1_000
COUNT = 10_000


def resident() -> int:
    """Return the resident bytes of this process."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def make(factor: float):
    """Return a function with a constant of its own."""

    def scaled(x):
        return x * factor

    return scaled


def compile_and_discard(count: int) -> None:
    """Compile, call once and drop functions that differ in their constant."""
    for n in range(count):
        compiled = cfunc("float64(float64)")(make(n + 0.5))
        assert compiled(2.0) == 2 * n + 1


compile_and_discard(WARM_UP)
before = resident()
compile_and_discard(COUNT)
print((resident() - before) / COUNT)
