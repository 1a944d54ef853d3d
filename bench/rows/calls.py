"""Calls into a library opened with `dlopen`, against cffi's two modes and a handwritten extension."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cffi
import numpy as np

import peers
from ferrule import FFI
from measure import statement
from row import Row, ratio

HANDWRITTEN = 1.6
VARIADIC = 0.6


@dataclass(frozen=True)
class Call:
    """A function of calls.h and how it is called; `x` and `y` differ between the contestants."""

    signature: str
    name: str
    arguments: str
    of_cffi: float


CALLS = [
    Call("void(void)", "nothing", "", 1.0),
    Call("int(int, int)", "add", "1, 2", 0.65),
    Call("double(double)", "half", "1.5", 1.0),
    Call("const char * from bytes", "length", "b'text'", 0.85),
    Call("a struct of two doubles in and out", "swap", "pair", 0.8),
    Call("double * and length from an ndarray", "total", "array, 3", 0.6),
    Call("a struct of three doubles in and out", "turn", "triple", 0.8),
    Call("12 doubles", "sum12", ", ".join(f"{i}.0" for i in range(12)), 0.8),
    Call("8 mixed arguments", "mixed", "1, 2.0, 3, 4.0, b'text', 6, 7.0, 8", 0.8),
]


def rows() -> Iterator[Row]:
    """Yield a row for each call with the GIL released, then for each with it held."""
    ffi = FFI()
    ffi.cdef(peers.declarations())
    released = ffi.dlopen(peers.library())
    held = ffi.dlopen(peers.library(), release_gil=False)
    for call in CALLS:
        # The last without a figure: how near to the cost of the lock alone the others are.
        contestants = {
            "ferrule": ours(call, released, structs(ffi)),
            "cffi": of_cffi(call),
            "handwritten": by_hand(call, released=True),
        }
        yield Row(call.signature, contestants, [ratio("ferrule", "cffi", call.of_cffi)], rounds=100)
    for call in CALLS:
        contestants = {
            "ferrule": ours(call, held, structs(ffi)),
            "handwritten": by_hand(call, released=False),
        }
        figures = [ratio("ferrule", "handwritten", HANDWRITTEN)]
        yield Row(f"{call.signature}, release_gil=False", contestants, figures, rounds=100)

    yield variadic()


def variadic() -> Row:
    """Return the row of a call with `...`, for which cffi's mode of `dlopen` is the peer."""
    contestants = {}
    for name, package in {"ferrule": FFI, "cffi": cffi.FFI}.items():
        ffi = package()
        ffi.cdef(peers.declarations())
        numbers = {f"n{number}": ffi.cast("int", number) for number in range(3)}
        function = ffi.dlopen(peers.library()).sum_of
        contestants[name] = statement("f(3, n0, n1, n2)", f=function, **numbers)
    return Row("int(int, ...) with three ints", contestants, [ratio("ferrule", "cffi", VARIADIC)], rounds=100)


def structs(ffi: Any) -> dict[str, Any]:
    """Return the structs that are passed."""
    return {
        "pair": ffi.new("struct pair *", (1.0, 2.0))[0],
        "triple": ffi.new("struct triple *", (1.0, 2.0, 3.0))[0],
    }


def ours(call: Call, lib: Any, passed: dict[str, Any]) -> Any:
    """Return ferrule's contestant: a NumPy array is passed as it is."""
    return statement(f"f({call.arguments})", f=getattr(lib, call.name), array=np.ones(3), **passed)


def of_cffi(call: Call) -> Any:
    """Return the contestant of cffi's compiled mode, which needs `from_buffer` for an array."""
    module = peers.compiled_cffi()
    arguments = call.arguments.replace("array", "from_buffer('double[]', array)")
    names = {"array": np.ones(3), "from_buffer": module.ffi.from_buffer, **structs(module.ffi)}
    return statement(f"f({arguments})", f=getattr(module.lib, call.name), **names)


def by_hand(call: Call, released: bool) -> Any:
    """Return the contestant of the C extension written by hand."""
    module = peers.handwritten(released)
    names = {"pair": module.Pair(), "triple": module.Triple(), "array": np.ones(3)}
    return statement(f"f({call.arguments})", f=getattr(module, call.name), **names)
