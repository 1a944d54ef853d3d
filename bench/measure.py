"""How the bench measures: contestants take turns, round by round, and each is known by its minimum.

What disturbs the machine disturbs all contestants alike, and a minimum over many short rounds is the
cost of the work itself. Only ratios of one run are compared, never times of two runs.
"""

import gc
import subprocess
import sys
import timeit
from collections.abc import Callable
from pathlib import Path
from typing import Any

from row import Contestant, Row

SAMPLE_SECONDS = 0.002
UNROLLED = 10
PROGRAMS = Path(__file__).parent / "programs"


def measured(row: Row) -> dict[str, float]:
    """Return the minimum cost of each contestant over the row's rounds."""
    costs = {name: float("inf") for name in row.contestants}
    gc.collect()
    gc.disable()
    try:
        for _ in range(row.rounds):
            for name, contestant in row.contestants.items():
                costs[name] = min(costs[name], contestant())
    finally:
        gc.enable()
    return costs


def statement(text: str, unrolled: int = UNROLLED, **names: Any) -> Contestant:
    """Return a contestant that runs a statement; its names are local variables, as in a user's function."""
    setup = "; ".join(f"{name} = names[{name!r}]" for name in names) or "pass"
    timer = timeit.Timer("; ".join([text] * unrolled), setup, globals={"names": names})
    loops = 1
    while timer.timeit(loops) < SAMPLE_SECONDS:
        loops *= 2
    return lambda: timer.timeit(loops) / (loops * unrolled)


def call(function: Callable[..., Any], *arguments: Any, kept: Any = None) -> Contestant:
    """Return a contestant that calls a function whose work is long beside the call; `kept` stays alive."""
    names = {f"a{index}": argument for index, argument in enumerate(arguments)}
    return statement(f"f({', '.join(names)})", unrolled=1, f=function, kept=kept, **names)


def program(name: str, *arguments: str) -> Contestant:
    """Return a contestant that runs a file of programs/ in a process of its own; it prints its cost."""
    command = [sys.executable, str(PROGRAMS / name), *arguments]
    return lambda: float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
