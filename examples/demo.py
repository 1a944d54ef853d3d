"""What ferrule is for, on real libraries, beside the tools in use today.

`cargo xtask demo` sets everything up and runs this program. Each part prints what every way gave
and how long it took, checks that all agree, and stops with an error if they do not.
"""

import ctypes
import os
import sys
import time
from collections.abc import Callable

import cffi
import numba
import numpy as np
import scipy
import scipy.integrate
import scipy.special

import ferrule
import somelib
from ferrule import cfunc
from ferrule.cffi import FFI

NUMBERS = 100_000

DATA_POINT = """
typedef struct { int num; double dnum; } DataPoint;
DataPoint add_data(const DataPoint *dps, unsigned n);
"""
DIRECTORY = """
typedef struct __dirstream DIR;
struct dirent {
    unsigned long d_ino; long d_off; unsigned short d_reclen; unsigned char d_type; char d_name[256];
};
DIR *opendir(const char *name);
int readdir_r(DIR *dirp, struct dirent *entry, struct dirent **result);
int closedir(DIR *dirp);
"""
QSORT = "void qsort(int *base, size_t count, size_t size, int (*compare)(const int *a, const int *b));"


def timed(work: Callable[[], object], seconds: float = 0.2) -> tuple[object, float]:
    """Return what `work` gives and the shortest time it took, in seconds, of as many as fit."""
    shortest, result = float("inf"), None
    end = time.perf_counter() + seconds
    while shortest == float("inf") or time.perf_counter() < end:
        began = time.perf_counter()
        result = work()
        shortest = min(shortest, time.perf_counter() - began)
    return result, shortest


def show(way: str, result: object, seconds: float) -> None:
    """Print one way of doing it, what it gave, and how long it took."""
    print(f"  {way:44} {result!s:28} {seconds * 1e6:14,.2f} µs")


def integrand(t):
    return np.exp(-t) / t**2


def quad() -> None:
    """Integrate exp(-t)/t**2 from 1 to infinity in every way there is."""
    print("1. scipy.integrate.quad of exp(-t)/t**2 from 1 to infinity")
    compiled = cfunc("float64(float64)")(integrand)
    ways = {
        "pure Python": integrand,
        "numba.cfunc .ctypes": numba.cfunc("float64(float64)")(integrand).ctypes,
        "ferrule.cfunc .ctypes": compiled.ctypes,
        "ferrule.cfunc as LowLevelCallable": scipy.LowLevelCallable(compiled.capsule),
    }
    exact = scipy.special.expn(2, 1)
    for way, function in ways.items():
        (value, _), seconds = timed(lambda function=function: scipy.integrate.quad(function, 1, np.inf))
        show(way, f"{value:.16f}", seconds)
        assert abs(value - exact) < 1e-13, (way, value, exact)


class DataPoint(ctypes.Structure):
    """The struct of somelib.c as ctypes describes it."""

    _fields_ = (("num", ctypes.c_int), ("dnum", ctypes.c_double))


def add_data() -> None:
    """Give an array of structs to C, get a struct back by value."""
    print("2. an array of structs in, a struct returned by value (somelib.c)")
    points = [(2, 2.2), (3, 3.3), (4, 4.4), (5, 5.5)]
    library = ctypes.CDLL(somelib.build())
    library.add_data.restype = DataPoint
    of_ctypes = (DataPoint * 4)(*points)
    ways = {"ctypes": lambda: library.add_data(of_ctypes, 4)}
    for way, make in {"cffi": cffi.FFI, "ferrule": FFI}.items():
        ffi = make()
        ffi.cdef(DATA_POINT)
        lib = ffi.dlopen(somelib.build())
        array = ffi.new("DataPoint[]", points)
        ways[way] = lambda lib=lib, array=array: lib.add_data(array, 4)
    for way, call in ways.items():
        total, seconds = timed(call)
        show(way, (total.num, total.dnum), seconds)
        assert total.num == 14, way
        assert abs(total.dnum - 15.4) < 1e-12, way


def list_directory(ffi, lib, path: bytes) -> list[str]:
    """Return the names in a directory, read with readdir_r."""
    directory = lib.opendir(path)
    entry, result = ffi.new("struct dirent *"), ffi.new("struct dirent **")
    found = []
    while lib.readdir_r(directory, entry, result) == 0 and result[0] != ffi.NULL:
        found.append(ffi.string(entry.d_name).decode())
    lib.closedir(directory)
    return found


def readdir() -> None:
    """List a directory with the C library of the process."""
    print("   a directory listed with readdir_r: /usr/bin")
    path = b"/usr/bin"
    for way, make in {"cffi": cffi.FFI, "ferrule": FFI}.items():
        ffi = make()
        ffi.cdef(DIRECTORY)
        lib = ffi.dlopen(None)
        found, seconds = timed(lambda ffi=ffi, lib=lib: list_directory(ffi, lib, path))
        show(way, f"{len(found)} names", seconds)
        assert set(found) == {".", "..", *os.listdir(path.decode())}, way


def ascending(a, b):
    return -1 if a[0] < b[0] else int(a[0] > b[0])


def sort_with_ferrule(compare, values):
    """Return how to sort with a comparator compiled by ferrule."""
    ffi = FFI()
    ffi.cdef(QSORT)
    lib = ffi.dlopen(None)
    return lambda: lib.qsort(values, NUMBERS, 4, compare)


def sort_with_ctypes(compare, values):
    """Return how to sort through ctypes; `compare` is anything ctypes takes as a pointer."""
    qsort = ctypes.CDLL(None).qsort
    qsort.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_void_p]
    qsort.restype = None
    return lambda: qsort(values.ctypes.data, NUMBERS, 4, compare)


def sort_with_cffi(values):
    """Return how to sort with cffi and a comparator that the interpreter runs."""
    ffi = cffi.FFI()
    ffi.cdef(QSORT)
    lib = ffi.dlopen(None)
    compare = ffi.callback("int(const int *, const int *)", ascending)
    return lambda: lib.qsort(ffi.from_buffer("int[]", values), NUMBERS, 4, compare)


def qsort() -> None:
    """Sort with the C library, the comparator written in Python."""
    print(f"3. qsort of {NUMBERS:,} ints, the comparator in Python")
    shuffled = np.random.default_rng(1).permutation(NUMBERS).astype(np.intc)
    values = shuffled.copy()
    pointer = ctypes.POINTER(ctypes.c_int)
    interpreted = ctypes.CFUNCTYPE(ctypes.c_int, pointer, pointer)(ascending)
    pointer_type = numba.types.CPointer(numba.intc)
    numba_compare = numba.cfunc(numba.intc(pointer_type, pointer_type))(ascending)
    compiled = cfunc("int(const int *a, const int *b)")(ascending)
    ways = {
        "ctypes, interpreted": sort_with_ctypes(interpreted, values),
        "cffi, interpreted": sort_with_cffi(values),
        "ctypes, numba.cfunc": sort_with_ctypes(numba_compare.address, values),
        "ferrule, cfunc declared in C": sort_with_ferrule(compiled.cffi, values),
    }
    for way, sort in ways.items():

        def sort_again(sort=sort):
            values[:] = shuffled
            sort()

        _, seconds = timed(sort_again)
        show(way, f"{values[0]} to {values[-1]}", seconds)
        assert (values == np.arange(NUMBERS)).all(), way


def main() -> None:
    """Run the three parts."""
    versions = f"Numba {numba.__version__}, cffi {cffi.__version__}, SciPy {scipy.__version__}"
    print(f"ferrule {ferrule.__version__} on Python {sys.version.split()[0]}, beside {versions}\n")
    for part in (quad, add_data, readdir, qsort):
        part()
        print()
    print("All ways agree.")


if __name__ == "__main__":
    main()
