"""Prints what the first jitted function of a process costs: `first_njit.py ferrule|numba seconds|bytes`.

The seconds are those from before the import of the package, NumPy being imported, to the end of the first
call; the bytes are the most that were ever resident in the process.
"""

import sys
import time
from pathlib import Path

import numpy as np


def peak() -> int:
    """Return the peak of this process alone: `getrusage` counts what its parent had when it forked."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


began = time.perf_counter()
if sys.argv[1] == "numba":
    from numba import njit
else:
    from ferrule import njit


@njit
def total(a):
    result = 0.0
    for x in a:
        result += x
    return result


assert total(np.arange(5.0)) == 10.0
seconds = time.perf_counter() - began
print(seconds if sys.argv[2] == "seconds" else peak())
