"""Prints the seconds from before the import of the package named to the end of its first cfunc."""

import sys
import time

began = time.perf_counter()
if sys.argv[1] == "numba":
    from numba import cfunc
else:
    from ferrule import cfunc


@cfunc("float64(float64, float64)")
def add(x, y):
    return x + y


assert add.address
print(time.perf_counter() - began)
