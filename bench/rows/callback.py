"""C calls back a Python function that the interpreter runs: double to double, and a comparator."""

import ctypes
import time
from collections.abc import Callable, Iterator

import cffi
import numpy as np

import peers
from ferrule import FFI
from row import Row, ratio

CALLS = 2_000
OF_CFFI = 0.5
OF_CTYPES = 1.0
SORTED = 100_000
QSORT = "void qsort(void *base, size_t count, size_t size, int (*compare)(int *, int *));"


def halved(x: float) -> float:
    """Return what C asks for."""
    return x * 0.5


def rows() -> Iterator[Row]:
    """Yield a row for each function."""
    yield double_to_double()
    yield comparator()


def double_to_double() -> Row:
    """Return the row of a function that C calls in a loop: `apply` of calls.h is the caller for all."""
    ffi = FFI()
    ffi.cdef(peers.declarations())
    ours = ffi.dlopen(peers.library()).apply
    module = peers.compiled_cffi()
    with_ctypes = peers.with_ctypes().apply
    function_type = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)
    with_ctypes.argtypes, with_ctypes.restype = (
        [function_type, ctypes.c_double, ctypes.c_int],
        ctypes.c_double,
    )
    contestants = {
        "ferrule": each(ours, ffi.callback("double(double)", halved)),
        "cffi": each(module.lib.apply, module.ffi.callback("double(double)", halved)),
        "ctypes": each(with_ctypes, function_type(halved)),
    }
    figures = [ratio("ferrule", "cffi", OF_CFFI), ratio("ferrule", "ctypes", OF_CTYPES)]
    return Row("an interpreted callback, double to double", contestants, figures)


def difference(a: object, b: object) -> int:
    """Return the order of two ints as `qsort` wants it."""
    return a[0] - b[0]


def comparator() -> Row:
    """Return the row of libc's `qsort` over 100,000 ints."""
    contestants = {}
    for name, package in {"ferrule": FFI, "cffi": cffi.FFI}.items():
        ffi = package()
        ffi.cdef(QSORT)
        callback = ffi.callback("int(int *, int *)", difference)
        contestants[name] = sorting(ffi.dlopen(None).qsort, callback, ffi.from_buffer)
    pointer = ctypes.POINTER(ctypes.c_int)
    function_type = ctypes.CFUNCTYPE(ctypes.c_int, pointer, pointer)
    qsort = ctypes.CDLL(None).qsort
    qsort.argtypes, qsort.restype = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, function_type], None
    contestants["ctypes"] = sorting(qsort, function_type(difference), lambda values: values.ctypes.data)
    figures = [ratio("ferrule", "cffi", OF_CFFI), ratio("ferrule", "ctypes", OF_CTYPES)]
    return Row("qsort of 1e5 with an interpreted callback", contestants, figures, rounds=3)


def sorting(
    qsort: Callable[..., None], callback: object, address: Callable[..., object]
) -> Callable[[], float]:
    """Return the contestant that sorts the same numbers again each time."""
    shuffled = np.random.default_rng(1).permutation(SORTED).astype(np.intc)
    values = shuffled.copy()

    def once() -> float:
        values[:] = shuffled
        began = time.perf_counter()
        qsort(address(values), SORTED, 4, callback)
        return time.perf_counter() - began

    return once


def each(apply: Callable[..., float], callback: object) -> Callable[[], float]:
    """Return the contestant that lets C call `callback` often enough for one call into C not to count."""

    def once() -> float:
        began = time.perf_counter()
        apply(callback, 1.0, CALLS)
        return (time.perf_counter() - began) / CALLS

    return once
