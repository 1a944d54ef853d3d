"""What a program pays before its work begins: the import, and the first cfunc."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from measure import program
from row import Figure, Row, ratio

IMPORT_SECONDS = 0.015
FIRST_CFUNC = 0.15


def rows() -> Iterator[Row]:
    """Yield the import over bare Python, then the first cfunc of a process."""
    over_bare = Figure(
        "import ferrule - bare Python",
        lambda costs: (costs["import ferrule"] - costs["bare Python"]) * 1000,
        IMPORT_SECONDS * 1000,
        " ms",
    )
    contestants = {"import ferrule": python("import ferrule"), "bare Python": python("pass")}
    yield Row("`import ferrule`, without NumPy", contestants, [over_bare], rounds=60)
    first = {name: program("first_cfunc.py", name) for name in ("ferrule", "numba")}
    figures = [ratio("ferrule", "numba", FIRST_CFUNC)]
    yield Row("first cfunc of a process, import included", first, figures, rounds=5)


def python(text: str) -> Callable[[], float]:
    """Return the contestant that runs a whole interpreter for one statement."""

    def once() -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", text], check=True)
        return time.perf_counter() - began

    return once
