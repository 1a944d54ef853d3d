"""Join Python and C: declare C in C, compile Python functions, call either way."""

from ferrule import errors, types
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
)

jit = njit

__all__ = [
    "FFI",
    "CFunc",
    "Dispatcher",
    "InternalError",
    "__version__",
    "callback",
    "cfunc",
    "errors",
    "jit",
    "njit",
    "typeof",
    "types",
]
