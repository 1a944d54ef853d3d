"""Join Python and C: declare C in C, compile Python functions, call either way."""

from ferrule import errors, types
from ferrule._core import __version__, cfunc

__all__ = ["__version__", "cfunc", "errors", "types"]
