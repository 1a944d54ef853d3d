"""What `FFI` does with memory: text, lists, buffers, copies, destructors, against cffi.

`cffi` is the mode of `cdef` and `dlopen`, whose `FFI` is written in Python around a module in C. `compiled`,
without a figure, is that of its compiled modules, whose `FFI` is that module's own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cffi

import peers
from ferrule import FFI
from measure import statement
from row import Row, ratio

REACH = 0.8


@dataclass(frozen=True)
class Use:
    """A statement, and the initialisers of the C data `x` and `y` that it names."""

    what: str
    text: str
    x: tuple[str, Any] = ("char[]", b"some text")
    y: Any = None


USES = [
    Use("`string` of 9 characters", "ffi.string(x)"),
    Use("`string` of 1000 characters", "ffi.string(x)", ("char[]", b"a" * 1000)),
    Use("`unpack` of 9 characters", "ffi.unpack(x, 9)"),
    Use("`unpack` of 3 ints", "ffi.unpack(x, 3)", ("int[]", [1, 2, 3])),
    Use("`unpack` of 1000 ints", "ffi.unpack(x, 1000)", ("int[]", list(range(1000)))),
    Use("`unpack` of 1000 doubles", "ffi.unpack(x, 1000)", ("double[]", 1000)),
    Use("`from_buffer` of bytes", "ffi.from_buffer(y)", y=b"some bytes"),
    Use("`from_buffer` of a bytearray as int[]", "ffi.from_buffer(t, y)", ("int[]", 1), bytearray(4000)),
    Use("`buffer`", "ffi.buffer(x)"),
    Use("`buffer(x)[:]`", "ffi.buffer(x)[:]"),
    Use("`memmove` of 8 bytes to a bytearray", "ffi.memmove(y, x, 8)", y=bytearray(8)),
    Use("`memmove` of 8 bytes between C data", "ffi.memmove(x, x, 8)"),
    Use("`gc` with a destructor of Python", "ffi.gc(x, y)", y=lambda _: None),
    Use("`new_handle` and `from_handle`", "ffi.from_handle(ffi.new_handle(y))", y=object()),
]


def rows() -> Iterator[Row]:
    """Yield a row for each use."""
    makers = {"ferrule": FFI(), "cffi": cffi.FFI(), "compiled": peers.compiled_cffi().ffi}
    for use in USES:
        contestants = {name: contestant(use, ffi) for name, ffi in makers.items()}
        yield Row(use.what, contestants, [ratio("ferrule", "cffi", REACH)], rounds=100)


def contestant(use: Use, ffi: Any) -> Any:
    """Return the contestant that does the statement with one FFI."""
    cdecl, init = use.x
    return statement(use.text, ffi=ffi, x=ffi.new(cdecl, init), y=use.y, t=ffi.typeof(cdecl))
