"""Recursion of compiled functions: what CPython computes, and an exception where the stack ends."""

from __future__ import annotations

import threading
import traceback

import pytest

import ferrule
from ferrule import njit


@njit
def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


@njit
def count_down(n):
    if n == -1:
        return 0
    return count_down(n + 1) + 1


@njit
def nothing(n):
    if n == -1:
        return
    nothing(n + 1)


@njit
def is_even(n):
    if n == -1:
        return True
    return is_odd(n + 1)


@njit
def is_odd(n):
    if n == -1:
        return False
    return is_even(n + 1)


@njit
def enters(n):
    total = 0
    for _ in range(n):
        total += count_down(-100)
    return total


ENDLESS = [count_down, nothing, is_even]
MESSAGE = "maximum recursion depth exceeded in compiled code"


def assert_stack_ends() -> None:
    for function in ENDLESS:
        for _ in range(3):
            with pytest.raises(RecursionError, match=MESSAGE):
                function(0)


def test_recursion_gives_what_cpython_gives() -> None:
    assert [fib(n) for n in range(12)] == [fib.py_func(n) for n in range(12)]
    assert is_even(-7) is is_even.py_func(-7)
    assert enters(3) == 297


def test_recursion_without_end_is_an_exception() -> None:
    assert_stack_ends()
    assert count_down(-1000) == 999


def test_the_exception_shows_the_line_that_calls() -> None:
    with pytest.raises(RecursionError) as caught:
        count_down(0)
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (last.name, last.line) == ("count_down", "return count_down(n + 1) + 1")


@pytest.mark.parametrize("size", [64 << 10, 256 << 10, 1 << 20, 64 << 20])
def test_every_thread_has_its_own_limit(size: int) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            assert_stack_ends()
        except BaseException as error:
            failures.append(error)

    before = threading.stack_size(size)
    try:
        thread = threading.Thread(target=run)
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    assert not failures


def test_calls_through_c_pointers_are_guarded() -> None:
    ffi = ferrule.FFI()
    ffi.cdef("typedef int (*self_t)(int, void *);")

    @ferrule.cfunc("int(int, self_t)", ffi=ffi)
    def again(n, itself):
        return itself(n + 1, itself) + 1

    with pytest.raises(RecursionError, match=MESSAGE):
        again(0, ffi.cast("self_t", again.address))
