"""Compiled functions of arrays, one of each kind, for a checker of memory to watch.

Every read and write of an element, every array that is made and let go of is malloc's, so that one byte
beyond an array or one holder too few is seen. The results are compared with NumPy's.
"""

from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np

from ferrule import carray, njit

Pair = namedtuple("Pair", "left right")


def expected(function: Callable[..., Any], *arguments: Any) -> None:
    """Compare what compiled code gives, and does to its arguments, with what Python gives and does."""
    mine = [each.copy() if isinstance(each, np.ndarray) else each for each in arguments]
    compiled = njit(function)
    for _ in range(2):
        theirs = [each.copy() if isinstance(each, np.ndarray) else each for each in arguments]
        got, want = compiled(*mine), function(*theirs)
        np.testing.assert_equal(got, want)
        for one, other in zip(mine, theirs, strict=True):
            np.testing.assert_equal(one, other)
        mine = [each.copy() if isinstance(each, np.ndarray) else each for each in arguments]


def raises(error: type[Exception], function: Callable[..., Any], *arguments: Any) -> None:
    """See that compiled code raises, and lets go of what it holds."""
    compiled = njit(function)
    for _ in range(3):
        try:
            compiled(*arguments)
        except error:
            continue
        raise AssertionError(f"{function.__name__} raises no {error.__name__}")


def stencil(a):
    """Return the sums of neighbours."""
    out = np.zeros_like(a)
    for i in range(1, a.shape[0] - 1):
        for j in range(1, a.shape[1] - 1):
            out[i, j] = a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1]
    return out


def fused(a, b):
    """Return an elementwise expression, broadcast."""
    return (a * 2.0 + b) / (np.abs(b) + 1.0)


def slices(a):
    """Return views of views."""
    back = a[::-1]
    return back[1:-1:2] + back[2::2][: back[1:-1:2].size]


def masks(a):
    """Read and write through masks."""
    a[a > 0.5] = 0.5
    return a[a < 0.5], a[a > 2.0]


def gathers(a, index):
    """Read and write through arrays of indices."""
    a[index] += 1.0
    return a[index][index]


def reductions(a):
    """Return what sums are made of."""
    return a.sum(), a.sum(axis=0), a.mean(), a.min(axis=1), a.argmax(), np.prod(a), np.any(a > 2.0)


def products(a):
    """Return products of matrices."""
    return a @ a.T, np.dot(a[0], a[1])


def reshaped(a):
    """Return one array in other shapes."""
    return a.reshape(-1), a.T.copy(), a.ravel()[3:], a.flatten()[::-1]


def empty(a):
    """Work on no elements."""
    nothing = a[3:3]
    return nothing + 1.0, nothing.sum(), nothing[::-1].copy()


def records(a):
    """Write fields of records."""
    for i in range(a.size):
        a[i]["x"] += a["y"][i]
        a["n"][i] = i
    return a[1:].copy()


def swapped(a, b, count):
    """Let two names trade arrays."""
    for _ in range(count):
        a, b = b + 1.0, a
    return Pair(a, b)


def collected(a):
    """Hold arrays in tuples and closures."""
    held = (a + 1.0, a * 2.0)

    def total(i):
        return held[i].sum()

    return total(0) + total(1), held


def caught(a, i):
    """Catch an error between two arrays."""
    before = a + 1.0
    try:
        before[0] = a[i]
        after = before * 2.0
    except IndexError:
        after = before[:2]
    finally:
        before[1] = 7.0
    return before, after


def outside(a, i):
    """Read beyond the end with arrays in hand."""
    held = a + 1.0
    return held[::2][i]


def too_large(a):
    """Ask for more memory than there is."""
    return a + np.zeros(1 << 60)


def misfit(a):
    """Add shapes that do not fit."""
    return a[:, 1:] + a[1:, :]


def sort_of(a):
    """Exchange elements until they are in order."""
    for i in range(a.size):
        for j in range(a.size - 1 - i):
            if a[j] > a[j + 1]:
                a[j], a[j + 1] = a[j + 1], a[j]
    return a


def main() -> None:
    """Run all of them."""
    rng = np.random.default_rng(1)
    flat, square = rng.random(13), rng.random((5, 7))
    expected(stencil, square)
    expected(fused, square, rng.random(7))
    expected(fused, flat[::3], rng.random(1))
    expected(slices, flat)
    expected(masks, flat)
    expected(gathers, flat, np.array([3, 0, 2, 1]))
    expected(reductions, square)
    expected(products, np.floor(square * 8.0))
    expected(reshaped, square)
    expected(empty, flat)
    expected(records, np.zeros(5, [("n", "i4"), ("x", "f8"), ("y", "f4")]))
    expected(swapped, flat, flat[::-1], 5)
    expected(collected, flat)
    expected(caught, flat, 2)
    expected(caught, flat, 99)
    expected(sort_of, flat)
    raises(IndexError, outside, flat, 7)
    raises(MemoryError, too_large, flat)
    raises(ValueError, misfit, square)

    @njit
    def over(pointer, count):
        return carray(pointer, count).sum()

    from ferrule import FFI

    numbers = FFI().new("double[]", [1.0, 2.0, 3.0])
    assert over(numbers, 3) == 6.0


if __name__ == "__main__":
    main()
