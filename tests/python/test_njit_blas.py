"""`np.dot`, `np.matmul` and `@` in compiled functions: NumPy's results, shapes and errors."""

import subprocess
import sys

import numpy as np
import pytest

from ferrule import njit


@njit
def dot(a, b):
    return np.dot(a, b)


@njit
def method(a, b):
    return a.dot(b)


@njit
def product(a, b):
    return a @ b


@njit
def matmul(a, b):
    return np.matmul(a, b)


PRODUCTS = [(dot, np.dot), (method, np.dot), (product, np.matmul), (matmul, np.matmul)]
LENGTHS = [0, 1, 3, 8, 9, 50]
DTYPES = [np.float32, np.float64, np.complex64, np.complex128]


def values(shape, dtype, seed):
    state = np.random.RandomState(seed)
    drawn = state.standard_normal(shape) + 1j * state.standard_normal(shape)
    return (drawn if np.issubdtype(dtype, np.complexfloating) else drawn.real).astype(dtype)


def check(compiled, numpy, a, b):
    ours, theirs = compiled(a, b), numpy(a, b)
    assert np.shape(ours) == np.shape(theirs)
    if isinstance(theirs, np.ndarray):
        assert ours.dtype == theirs.dtype
        assert ours.flags.c_contiguous
    single = theirs.dtype in (np.float32, np.complex64)
    scale = np.abs(a).max(initial=1) * np.abs(b).max(initial=1) * a.shape[-1]
    np.testing.assert_allclose(
        ours, theirs, rtol=1e-4 if single else 1e-12, atol=scale * (1e-5 if single else 1e-14)
    )


@pytest.mark.parametrize(("compiled", "numpy"), PRODUCTS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_products_of_all_shapes(compiled, numpy, dtype):
    for n in LENGTHS:
        check(compiled, numpy, values(n, dtype, 1), values(n, dtype, 2))
        for m in LENGTHS:
            check(compiled, numpy, values((m, n), dtype, 3), values(n, dtype, 4))
            check(compiled, numpy, values(n, dtype, 5), values((n, m), dtype, 6))
    for m, n, k in [
        (0, 3, 2),
        (2, 0, 3),
        (1, 9, 1),
        (9, 1, 9),
        (8, 8, 8),
        (9, 9, 9),
        (3, 20, 40),
        (60, 50, 40),
    ]:
        check(compiled, numpy, values((m, n), dtype, 7), values((n, k), dtype, 8))


LAYOUTS = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "rows": lambda a: np.repeat(a, 2, axis=0)[::2],
    "columns": lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
    "reversed": lambda a: a[::-1].copy()[::-1],
}


@pytest.mark.parametrize("first", LAYOUTS)
@pytest.mark.parametrize("second", LAYOUTS)
def test_products_of_all_layouts(first, second):
    for dtype in (np.float64, np.complex64):
        first_of, second_of = LAYOUTS[first], LAYOUTS[second]
        a, b = values((12, 20), dtype, 1), values((20, 15), dtype, 2)
        check(product, np.matmul, first_of(a), second_of(b))
        check(product, np.matmul, first_of(a), second_of(b[:, 0].copy()))
        check(product, np.matmul, first_of(a[0].copy()), second_of(b))
        check(dot, np.dot, first_of(a[0].copy()), second_of(b[:, 0].copy()))


def test_operands_of_two_types_and_of_integers():
    integers = np.arange(200).reshape(10, 20)
    check(product, np.matmul, integers, values((20, 11), np.float64, 1))
    check(product, np.matmul, values((11, 10), np.complex128, 1), integers)
    assert np.array_equal(product(integers, integers.T), integers @ integers.T)


@njit
def transposed(a):
    return a.T @ a


@njit
def chained(a, x):
    return np.dot(a @ a, x + 1.0)


def test_products_in_expressions():
    a, x = values((30, 30), np.float64, 1), values(30, np.float64, 2)
    np.testing.assert_allclose(transposed(a), a.T @ a, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(chained(a, x), (a @ a) @ (x + 1.0), rtol=1e-12, atol=1e-11)


@pytest.mark.parametrize(("compiled", "numpy"), PRODUCTS)
@pytest.mark.parametrize(
    "shapes", [((2, 3), (2, 3)), ((3,), (4,)), ((2, 3), (4,)), ((3,), (4, 2)), ((20, 30), (31, 2))]
)
def test_errors_are_those_of_numpy(compiled, numpy, shapes):
    a, b = np.ones(shapes[0]), np.ones(shapes[1])
    with pytest.raises(ValueError, match=r".") as expected:
        numpy(a, b)
    with pytest.raises(ValueError, match=r".") as raised:
        compiled(a, b)
    assert str(raised.value) == str(expected.value)


def test_without_scipy_loops_multiply():
    program = """
import sys
sys.modules["scipy"] = None
import numpy as np
from ferrule import njit
product = njit(lambda a, b: a @ b)
a, b = np.arange(300.0).reshape(15, 20), np.arange(200.0).reshape(20, 10)
assert np.allclose(product(a, b), a @ b)
assert "scipy.linalg" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_programs_without_products_do_not_import_scipy():
    program = """
import sys
import numpy as np
from ferrule import njit
total = njit(lambda a: a.sum())
assert total(np.ones(3)) == 3
assert "scipy" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)
