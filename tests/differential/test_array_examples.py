"""The programs of `array_examples` give compiled what they give interpreted."""

import numpy as np
import pytest

from ferrule import njit

from . import array_examples as examples
from .jit_outcomes import same_values

RNG = np.random.default_rng(7)
GRID = np.zeros((12, 9))
GRID[0] = 1.0
# What the C library and BLAS round may differ by units in the last place.
CLOSE = 8.0
CALLS = {
    "mandelbrot": [(12, 15, 40)],
    "bubble_sort": [(RNG.integers(-50, 50, 40),), (RNG.random(20)[::-1],), (np.zeros(0),)],
    "game_of_life": [(RNG.integers(0, 2, (9, 8)), 5)],
    "jacobi": [(GRID, 1e-3, 100)],
    "jacobi_slices": [(GRID, 20), (np.asfortranarray(GRID), 3)],
    "n_body": [(RNG.random((4, 3)) * 10, RNG.random((4, 3)), RNG.random(4), 0.01, 20)],
    "moving_average": [(RNG.random(50), 7), (np.arange(10.0)[::2], 2)],
    "merge_sort": [(RNG.integers(0, 1000, 61), np.zeros(61, np.int64)), (RNG.random(8), np.zeros(8))],
    "prefix_sums": [(np.arange(20),), (RNG.random(9)[::-2],), (np.arange(5, dtype=np.int8),)],
    "matrix_power": [(RNG.random((4, 4)), 5), (np.eye(3), 0)],
    "trace_and_transposed": [(RNG.random((3, 4)),), (np.asfortranarray(RNG.random((4, 2))),)],
    "determinant": [(RNG.integers(-9, 9, (5, 5)).astype(float),), (np.zeros((2, 2)),)],
    "histogram": [(RNG.normal(size=(20, 10)), -2.0, 2.0, 8), (RNG.random(7)[::-1], 0.0, 1.0, 3)],
    "random_walk": [(42, 100)],
    "sieve": [(100,)],
    "clipped": [
        (RNG.normal(size=(7, 5)), -0.5, 0.5),
        (RNG.integers(0, 255, (4, 4)).astype(np.uint8), 10, 200),
    ],
    "inverted": [(RNG.permutation(30),)],
    "normalised": [(RNG.integers(-20, 20, (10, 3)).astype(float),)],
    "ones_are_infinite": [(np.array([0.0, 1.0, 2.0, 1.0]),), (np.ones((2, 3)),)],
    "longest_common": [(RNG.integers(0, 4, 20), RNG.integers(0, 4, 25))],
    "convolved": [(RNG.integers(0, 9, (8, 9)), np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]]))],
    "searched": [(np.arange(0, 100, 3), 50), (np.arange(0.0, 1.0, 0.125), 2.0)],
    "summed": [(RNG.random((5, 5)),)],
    "rotated": [(np.linspace(0.0, 3.0, 7),)],
}


def test_every_example_is_called():
    # `merge` is called by `merge_sort`.
    functions = {name for name, one in vars(examples).items() if callable(one)}
    assert functions == {*CALLS, "merge"}


@pytest.mark.parametrize(
    ("name", "arguments"), [(name, one) for name, calls in CALLS.items() for one in calls]
)
def test_example(name, arguments, monkeypatch):
    function = getattr(examples, name)
    expected, given = copied(arguments), copied(arguments)
    wanted = plain(function(*expected))
    monkeypatch.setattr(examples, "merge", njit(examples.merge))
    got = njit(function)(*given)
    assert same_values(wanted, got, CLOSE, ignores_sign=False), f"{got!r} instead of {wanted!r}"
    assert same_values(expected, given, CLOSE, ignores_sign=False), f"{given!r} instead of {expected!r}"


def copied(arguments):
    """Equal arguments, arrays with the same strides."""
    return tuple(like(one) if isinstance(one, np.ndarray) else one for one in arguments)


def like(array):
    if array.flags.c_contiguous or array.flags.f_contiguous:
        return array.copy(order="K")
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]


def plain(value):
    """NumPy's numbers as compiled functions return them."""
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    return value.item() if isinstance(value, np.generic) else value
