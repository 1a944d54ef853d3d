"""Reference counts and memory after many calls of each kind."""

import contextlib
import gc
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest

from ferrule import FFI, errors, njit

ROUNDS = 100_000
PAGE = 4096
MOST = 4 << 20


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def add(x, y):
    return x + y


def tail(array):
    return array[1:]


def both(array, x):
    return array, x


def made(n):
    return np.zeros(n)


def same(x):
    return x


def negative(x):
    if x < 0:
        raise ValueError("negative", x)
    return x


def at(array, i):
    return array[i]


def made_then_fails(n):
    array = np.zeros(n)
    return array[n]


LARGE = 1 << 40
ARRAY = np.arange(8.0)
RECORD = np.zeros(2, [("x", "f8"), ("n", "i4")])
SUCCESSES = [
    (add, (LARGE, LARGE)),
    (add, (1.5, 2.5)),
    (add, (1j, 2j)),
    (add, (np.float32(1), np.float32(2))),
    (same, (ARRAY,)),
    (same, (None,)),
    (tail, (ARRAY,)),
    (both, (ARRAY, LARGE)),
    (made, (1000,)),
    (at, ((LARGE, 2.5), 0)),
    (at, (RECORD, 1)),
]
FAILURES = [
    (negative, (-1.5,), ValueError),
    (at, (ARRAY, 99), IndexError),
    (made_then_fails, (1000,), IndexError),
    (made, (1 << 58,), MemoryError),
    (add, ([], 1), TypeError),
    (add, (1,), TypeError),
    (add, (1 << 70, 1), OverflowError),
    (at, (np.zeros(3, ">f8"), 0), TypeError),
    (at, (ARRAY, (1, [2])), TypeError),
]


def counts(args):
    return [sys.getrefcount(arg) for arg in (*args, None, ARRAY.dtype)]


@pytest.mark.parametrize(("function", "args"), SUCCESSES, ids=lambda value: getattr(value, "__name__", None))
def test_calls_that_succeed_leave_nothing(function, args):
    jitted = njit(function)

    def rounds(count):
        for _ in range(count):
            jitted(*args)

    rounds(1000)
    before, memory = counts(args), resident()
    rounds(ROUNDS)
    after = counts(args)
    assert all(abs(a - b) < 10 for a, b in zip(after, before, strict=True))
    assert resident() - memory < MOST


@pytest.mark.parametrize(
    ("function", "args", "error"), FAILURES, ids=lambda value: getattr(value, "__name__", None)
)
def test_calls_that_fail_leave_nothing(function, args, error):
    jitted = njit(function)

    def rounds(count):
        for _ in range(count):
            try:
                jitted(*args)
            except error:
                pass
            else:
                pytest.fail("it did not raise")

    rounds(1000)
    before, memory = counts(args), resident()
    rounds(ROUNDS)
    after = counts(args)
    assert all(abs(a - b) < 10 for a, b in zip(after, before, strict=True))
    assert resident() - memory < MOST


def test_calls_of_changing_types_leave_nothing():
    jitted = njit(add)
    values = [1, 2.5, 3j, True, np.float32(1), np.int8(2), LARGE]

    def rounds(count):
        for index in range(count):
            jitted(values[index % 7], values[index % 5])

    rounds(1000)
    before, memory = counts(values), resident()
    rounds(ROUNDS)
    assert all(abs(a - b) < 10 for a, b in zip(counts(values), before, strict=True))
    assert resident() - memory < MOST


def test_calls_by_name_leave_nothing():
    jitted = njit(lambda x, y=LARGE, *, z=2.5: x + y + z)

    def rounds(count):
        for _ in range(count):
            jitted(1)
            jitted(y=3, x=LARGE)
            with contextlib.suppress(TypeError):
                jitted(1, w=2)

    rounds(1000)
    before, memory = counts((LARGE,)), resident()
    rounds(ROUNDS // 3)
    assert all(abs(a - b) < 10 for a, b in zip(counts((LARGE,)), before, strict=True))
    assert resident() - memory < MOST


def test_functions_that_are_dropped_go():
    def make():
        table = np.arange(1000.0)

        @njit
        def get(i):
            return table[i]

        assert get(1) == 1.0
        return weakref.ref(get)

    gone = make()
    gc.collect()
    assert gone() is None


def test_compilations_that_fail_leave_nothing():
    def wrong(x):
        return x + "one"

    def rounds(count):
        for _ in range(count):
            with pytest.raises(errors.TypingError):
                njit(wrong)(1)

    rounds(50)
    gc.collect()
    memory = resident()
    rounds(500)
    gc.collect()
    assert resident() - memory < MOST


def test_functions_that_are_made_and_dropped_leave_nothing():
    def rounds(count):
        for _ in range(count):
            assert njit(add)(1, 2) == 3

    rounds(50)
    gc.collect()
    memory = resident()
    rounds(300)
    gc.collect()
    assert resident() - memory < MOST


def test_pointers_and_structs_leave_nothing():
    ffi = FFI()
    ffi.cdef("struct left_here { double x; };")
    first = njit(lambda p: p[0])
    field = njit(lambda p: p.x)
    numbers, struct = ffi.new("double[2]"), ffi.new("struct left_here *")

    def rounds(count):
        for _ in range(count):
            first(numbers)
            field(struct)
            field(struct[0])

    rounds(1000)
    before, memory = counts((numbers, struct)), resident()
    rounds(ROUNDS // 3)
    assert all(abs(a - b) < 10 for a, b in zip(counts((numbers, struct)), before, strict=True))
    assert resident() - memory < MOST
