"""C calls back a Python function that the interpreter runs, double to double."""

import ctypes
import time
from collections.abc import Callable, Iterator

import peers
from ferrule import FFI
from row import Row, ratio

CALLS = 2_000
OF_CFFI = 0.6
OF_CTYPES = 1.1


def halved(x: float) -> float:
    """Return what C asks for."""
    return x * 0.5


def rows() -> Iterator[Row]:
    """Yield the one row; `apply` of calls.h is the caller for all."""
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
    yield Row("an interpreted callback, double to double", contestants, figures)


def each(apply: Callable[..., float], callback: object) -> Callable[[], float]:
    """Return the contestant that lets C call `callback` often enough for one call into C not to count."""

    def once() -> float:
        began = time.perf_counter()
        apply(callback, 1.0, CALLS)
        return (time.perf_counter() - began) / CALLS

    return once
