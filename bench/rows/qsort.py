"""libc's `qsort` over 100,000 ints with a compiled comparator, against the same comparator in C."""

import time
from collections.abc import Iterator

import numpy as np

import peers
from ferrule import FFI, cfunc
from row import Row, ratio

COUNT = 100_000
OF_C = 1.1
QSORT = "void qsort(int *base, size_t count, size_t size, int (*compare)(const int *, const int *));"


@cfunc("int(const int *a, const int *b)")
def compare(a, b):
    """Return the order of two ints as `qsort` wants it; the C function of calls.h does the same."""
    return -1 if a[0] < b[0] else int(a[0] > b[0])


def rows() -> Iterator[Row]:
    """Yield the one row: both comparators are called by the same `qsort`."""
    ffi = FFI()
    ffi.cdef(QSORT + peers.declarations())
    qsort = ffi.dlopen(None).qsort
    in_c = ffi.dlopen(peers.library()).compare
    shuffled = np.random.default_rng(1).permutation(COUNT).astype(np.intc)

    def sort(comparator):
        values = shuffled.copy()

        def once() -> float:
            values[:] = shuffled
            began = time.perf_counter()
            qsort(values, COUNT, 4, comparator)
            return time.perf_counter() - began

        return once

    contestants = {"ferrule": sort(compare.cffi), "C": sort(in_c)}
    yield Row("qsort with the compiled comparator", contestants, [ratio("ferrule", "C", OF_C)])
