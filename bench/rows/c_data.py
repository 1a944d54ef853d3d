"""C data made, read and written: beside cffi's."""

import re
from collections.abc import Iterator

import cffi

from ferrule import FFI
from measure import statement
from row import Row, ratio

OF_CFFI = 0.8
COUNT = 1000

DECLARATIONS = "struct point { int x; double y; int *next; };"

STATEMENTS = {
    "`new` of a struct": ("new(point)", 10),
    "`new` of `double[1000]` from a list": ("new(doubles, numbers)", 1),
    "a field read": ("p.y", 10),
    "a field written": ("p.y = 2.5", 10),
    "`p[i]`": ("array[500]", 10),
    "a slice of 1000": ("array[0:1000]", 10),
    "`sum(array)` of 1000": ("sum(array)", 1),
    "`cast` of an int": ("cast(integer, 5)", 10),
}


def rows() -> Iterator[Row]:
    """Yield a row a statement."""
    made = {"ferrule": FFI(), "cffi": cffi.FFI()}
    for ffi in made.values():
        ffi.cdef(DECLARATIONS)
    for what, (text, unrolled) in STATEMENTS.items():
        contestants = {name: statement(text, unrolled, **names_of(ffi, text)) for name, ffi in made.items()}
        yield Row(f"C data: {what}", contestants, [ratio("ferrule", "cffi", OF_CFFI)])


def names_of(ffi: FFI | cffi.FFI, text: str) -> dict[str, object]:
    """Return the local variables that a statement uses."""
    every = {
        "new": ffi.new,
        "cast": ffi.cast,
        "point": ffi.typeof("struct point *"),
        "doubles": ffi.typeof("double[]"),
        "integer": ffi.typeof("int"),
        "numbers": [float(number) for number in range(COUNT)],
        "p": ffi.new("struct point *"),
        "array": ffi.new("double[]", COUNT),
    }
    words = re.findall(r"\w+", text)
    return {name: value for name, value in every.items() if name in words}
