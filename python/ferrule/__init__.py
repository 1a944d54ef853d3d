"""Join Python and C: declare C in C, compile Python functions, call either way."""

from ferrule import errors, types
from ferrule._core import FFI, CFunc, InternalError, __version__, callback, cfunc
from ferrule.pointers import carray, farray

__all__ = [
    "FFI",
    "CFunc",
    "InternalError",
    "__version__",
    "callback",
    "carray",
    "cfunc",
    "errors",
    "farray",
    "types",
]
