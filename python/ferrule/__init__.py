"""Join Python and C: declare C in C, compile Python functions, call either way."""

from ferrule import errors, extending, types
from ferrule._core import (
    FFI,
    CFunc,
    Dispatcher,
    InternalError,
    __version__,
    callback,
    cfunc,
    njit,
    typeof,
    vectorize,
)
from ferrule.pointers import carray, farray

jit = njit

__all__ = [
    "FFI",
    "CFunc",
    "Dispatcher",
    "InternalError",
    "__version__",
    "callback",
    "carray",
    "cfunc",
    "errors",
    "extending",
    "farray",
    "jit",
    "njit",
    "typeof",
    "types",
    "vectorize",
]
