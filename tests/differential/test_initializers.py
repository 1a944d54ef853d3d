"""`new` makes of an initialiser what cffi makes of it: the same bytes, or an exception of the same class.

`FERRULE_SEED` sets the seed.
"""

import cffi
import pytest

import ferrule.cffi

from .initializers import Generator, with_null
from .trials import SEED, generator

CASES = 6000
GROUP = 1000
# As many share their declarations.
DECLARED = 100
# Of two mistakes ferrule finds these first: it knows how much memory it needs before it converts anything.
FOUND_FIRST = ("too many initializers", "expected new array length")


@pytest.mark.parametrize("start", range(0, CASES, GROUP))
def test_random_initializers(start):
    print(f"FERRULE_SEED={SEED}")
    for number in range(start, start + GROUP, DECLARED):
        made = Generator(generator(2_000_000 + number))
        both = cffi.FFI(), ferrule.cffi.FFI()
        for ffi in both:
            ffi.cdef(made.declarations)
        for _ in range(DECLARED):
            cdecl, value = made.case()
            theirs, mine = (outcome(ffi, cdecl, with_null(value, ffi.NULL)) for ffi in both)
            assert agree(theirs, mine), f"{made.declarations}\nnew({cdecl!r}, {value!r})\n{theirs}\n{mine}"


def outcome(ffi, cdecl, value):
    """The bytes that are made, or the exception."""
    try:
        return bytes(ffi.buffer(ffi.new(cdecl, value)))
    except Exception as error:
        return error


def agree(theirs, mine) -> bool:
    if isinstance(theirs, bytes) or isinstance(mine, bytes):
        return theirs == mine
    return type(theirs) is type(mine) or any(text in str(mine) for text in FOUND_FIRST)


def test_most_are_right():
    made = Generator(generator(2_000_000))
    ffi = ferrule.cffi.FFI()
    ffi.cdef(made.declarations)
    outcomes = [
        outcome(ffi, cdecl, with_null(value, ffi.NULL)) for cdecl, value in (made.case() for _ in range(500))
    ]
    assert 100 < sum(isinstance(one, bytes) for one in outcomes) < 400
