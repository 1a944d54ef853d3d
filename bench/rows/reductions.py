"""Sums of whole arrays, against NumPy's, and equal to them bit by bit."""

from collections.abc import Callable, Iterator

import numba
import numpy as np

import ferrule
from measure import call
from row import Row, ratio

OF_NUMPY = 1.1
ROUNDS = 60
SIZES = (100_000, 99_999, 1_000, 129, 128, 127, 9, 8, 7, 1, 0)


def method_sum(a):
    """Return the sum by the method."""
    return a.sum()


def function_sum(a):
    """Return the sum by the function."""
    return np.sum(a)


def rows() -> Iterator[Row]:
    """Yield a row for each way to write a sum."""
    array = np.random.default_rng(1).random(SIZES[0])
    for what, function in (("`a.sum()`", method_sum), ("`np.sum(a)`", function_sum)):
        compiled = ferrule.njit(function)
        check(compiled, function, array)
        functions = {"ferrule": compiled, "numpy": function, "numba": numba.njit(function)}
        contestants = {name: call(one, array) for name, one in functions.items()}
        yield Row(f"{what} of 1e5", contestants, [ratio("ferrule", "numpy", OF_NUMPY)], rounds=ROUNDS)


def check(compiled: Callable, function: Callable, array: np.ndarray) -> None:
    """Compare with NumPy's to the bit, at the lengths where its order of additions changes."""
    for size in SIZES:
        got, wanted = compiled(array[:size]), function(array[:size])
        if got != wanted:
            raise AssertionError(f"the sum of {size} is {got!r}, not {wanted!r}")
