"""Reference counts and memory after many calls of each kind."""

import contextlib
import gc
import sys
import weakref
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from ferrule import FFI, errors, njit, types
from ferrule.extending import overload

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


class Point(NamedTuple):
    x: float
    y: np.ndarray


def moved(point, x):
    return point._replace(x=point.x + x)


def item_of(point, i):
    return point.y[i]


def largest_or_none(array, least):
    best = None
    for x in array:
        if x > least and (best is None or x > best):
            best = x
    return best


def needs_one(array, least):
    best = largest_or_none(array, least)
    return best + 1.0


def array_or_none(array, has):
    return array[1:] if has else None


def chosen(has, x):
    f = negative if has else same
    return f, f(x)


def text_of(x):
    return "positive" if x > 0 else "negative"


def is_named(text, x):
    if text == "no":
        raise ValueError(text, "is no name", x)
    return text


def draws(generator, array):
    generator.standard_normal(out=array)
    return generator.normal(0.0, 1.0, 10), generator.choice(array, 3, replace=False), generator.poisson(2.0)


def wrong_draws(generator, scale):
    made = generator.random(100)
    return generator.normal(made[0], scale, 10)


def of_rows(array, mask, i):
    return array[mask, i], array[[0, 1], i:]


LARGE = 1 << 40
GENERATOR = np.random.default_rng(0)
POINT = Point(2.5, np.arange(4.0))
MATRIX = np.arange(12.0).reshape(3, 4)
MASK = np.array([True, False, True])
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
    (moved, (POINT, 1.5)),
    (item_of, (POINT, 1)),
    (largest_or_none, (ARRAY, 2.0)),
    (largest_or_none, (ARRAY, 99.0)),
    (array_or_none, (ARRAY, True)),
    (array_or_none, (ARRAY, False)),
    (chosen, (False, LARGE)),
    (text_of, (1.5,)),
    (is_named, ("a name that is no literal of the text", 1)),
    (draws, (GENERATOR, np.zeros(10))),
    (of_rows, (MATRIX, MASK, 1)),
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
    (item_of, (POINT, 9), IndexError),
    (needs_one, (ARRAY, 99.0), TypeError),
    (chosen, (True, -1.5), ValueError),
    (is_named, ("no", 1), ValueError),
    (wrong_draws, (GENERATOR, -1.0), ValueError),
    (wrong_draws, (np.random.RandomState(0), 1.0), TypeError),
    (of_rows, (MATRIX, MASK, 9), IndexError),
    (of_rows, (MATRIX, MASK[:2], 1), IndexError),
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


def test_typing_functions_that_fail_leave_nothing():
    def part(array):
        raise NotImplementedError

    @overload(part)
    def typed(array):
        raise errors.TypingError("no part of anything")

    def caller(array):
        return part(array)

    def rounds(count):
        for _ in range(count):
            with pytest.raises(errors.TypingError, match="no part of anything"):
                njit(caller)(ARRAY)

    rounds(50)
    gc.collect()
    before, memory = (sys.getrefcount(ARRAY), sys.getrefcount(part)), resident()
    rounds(500)
    gc.collect()
    assert abs(sys.getrefcount(ARRAY) - before[0]) < 10
    assert abs(sys.getrefcount(part) - before[1]) < 10
    assert resident() - memory < MOST


def test_variables_with_types_of_their_own_leave_nothing():
    @njit(locals={"total": types.float32})
    def summed(array):
        total = 0
        for x in array:
            total += x
        return total, array[int(total)]

    def rounds(count):
        for _ in range(count):
            with contextlib.suppress(IndexError):
                summed(ARRAY)

    rounds(1000)
    before, memory = counts((ARRAY,)), resident()
    rounds(ROUNDS)
    assert all(abs(a - b) < 10 for a, b in zip(counts((ARRAY,)), before, strict=True))
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
