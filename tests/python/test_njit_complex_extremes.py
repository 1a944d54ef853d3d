"""`min`, `max`, `argmin` and `argmax` of complex arrays: by the real part, then by the other; NaN wins."""

import numpy as np
import pytest

from ferrule import njit

from .conftest import assert_same

PARTS = [0.0, -0.0, 1.0, -1.0, 2.0, np.nan, np.inf, -np.inf]


@njit
def extremes(a):
    return a.min(), a.max(), a.argmin(), a.argmax(), np.min(a), np.argmax(a)


@njit
def along(a):
    return a.min(axis=1), a.max(axis=0), a.argmin(axis=0), a.argmax(axis=-1), np.amax(a, 1)


def arrays(dtype, shape, parts):
    """Many small arrays of these parts."""
    rng = np.random.default_rng(0)
    for _ in range(500):
        a = rng.choice(parts, shape).astype(dtype)
        a.imag = rng.choice(parts, shape)
        yield a


@pytest.mark.parametrize("dtype", [np.complex128, np.complex64])
@pytest.mark.parametrize(
    "parts", [PARTS, PARTS[:5], PARTS[:5] + PARTS[6:]], ids=["all", "finite", "infinite"]
)
def test_extremes(dtype, parts):
    for length in (1, 2, 5):
        for a in arrays(dtype, length, parts):
            expected = extremes.py_func(a)
            for got, wanted in zip(extremes(a), expected, strict=True):
                np.testing.assert_equal(got, wanted.item())


@pytest.mark.parametrize("dtype", [np.complex128, np.complex64])
@pytest.mark.parametrize("parts", [PARTS, PARTS[:5]], ids=["all", "finite"])
def test_extremes_along_an_axis(dtype, parts):
    for a in arrays(dtype, (3, 4), parts):
        for one in (a, np.asfortranarray(a), a[::-1, ::2]):
            assert_same(along(one), along.py_func(one))


def test_extremes_of_nothing():
    with pytest.raises(ValueError, match="zero-size array to reduction operation minimum"):
        njit(lambda a: a.min())(np.zeros(0, complex))
    with pytest.raises(ValueError, match="attempt to get argmax of an empty sequence"):
        njit(lambda a: a.argmax())(np.zeros(0, complex))
