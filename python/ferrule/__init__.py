"""Join Python and C: declare C in C, compile Python functions, call either way."""

from ferrule._core import __version__

__all__ = ["__version__"]
