"""Join Python and C: declare C in C, compile Python functions, call either way."""

from ferrule._core import FFI, InternalError, __version__, callback

__all__ = ["FFI", "InternalError", "__version__", "callback"]
