"""Functions of NumPy that the prelude writes in Python, against NumPy."""

import numpy as np
import pytest

from ferrule import errors, njit

ARRAYS = {
    "int64": np.array([5, -3, 7, 7, 0]),
    "int8": np.array([100, -128, 127, 3], "i1"),
    "uint8": np.array([250, 3, 255, 0], "u1"),
    "float64": np.array([0.5, -0.0, 1e300, -2.5, np.inf]),
    "float32": np.array([0.1, 0.2, -0.3, 1e30], "f4"),
    "nan": np.array([1.0, np.nan, 2.0]),
    "complex128": np.array([1 + 2j, 3 - 1j, -2j]),
    "bool": np.array([True, False, False, True]),
    "steps": np.arange(12.0)[::-3],
    "one": np.array([4]),
    "empty": np.array([], "f8"),
    "matrix": np.arange(12).reshape(3, 4) ** 2,
    "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3) ** 2),
}

EVERYTHING = list(ARRAYS)
ORDERED = [name for name in EVERYTHING if name not in {"complex128", "bool", "empty"}]


@pytest.mark.parametrize("name", EVERYTHING)
def test_diff(name, agrees):
    agrees("np.diff(a)", ARRAYS[name])
    for n in range(4):
        agrees("np.diff(a, b)", ARRAYS[name], n)
    agrees("np.diff(a, n=2)", ARRAYS[name])


def test_diff_of_what_is_no_array(agrees):
    agrees("np.diff((a, b, 3))", 1, 5)
    with pytest.raises(ValueError, match="order must be non-negative"):
        njit(lambda a: np.diff(a, -1))(np.zeros(3))
    with pytest.raises(errors.CompileError):
        njit(lambda a: np.diff(a))(np.zeros(()))


@pytest.mark.parametrize("name", ORDERED)
def test_ptp(name, agrees):
    agrees("np.ptp(a)", ARRAYS[name])


def test_ptp_along_an_axis_and_of_nothing(agrees):
    agrees("np.ptp(a, 0)", ARRAYS["matrix"])
    agrees("np.ptp(a, axis=-1)", ARRAYS["fortran"])
    for name, exception in (("bool", TypeError), ("empty", ValueError)):
        with pytest.raises(exception) as expected:
            np.ptp(ARRAYS[name])
        with pytest.raises(exception) as caught:
            njit(lambda a: np.ptp(a))(ARRAYS[name])
        assert str(caught.value) == str(expected.value)


@pytest.mark.parametrize("name", EVERYTHING)
def test_running_sums_and_products(name, agrees):
    agrees("np.cumsum(a)", ARRAYS[name])
    agrees("np.cumprod(a)", ARRAYS[name])


@pytest.mark.parametrize("name", EVERYTHING)
def test_running_sums_and_products_of_a_dtype(name, agrees):
    for dtype in ("np.float32", "np.complex128") if ARRAYS[name].dtype.kind != "c" else ("np.complex128",):
        agrees(f"np.cumsum(a, dtype={dtype})", ARRAYS[name])
        agrees(f"a.cumprod(None, {dtype})", ARRAYS[name])
    if ARRAYS[name].dtype.kind in "iub":
        agrees("np.cumsum(a, dtype=np.int8), np.cumprod(a, dtype=np.uint16), a.cumsum()", ARRAYS[name])


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [
        ((3, 4), "int8"),
        ((3, 4), "float32"),
        ((3, 4), "complex128"),
        ((2, 3), "bool"),
        ((2, 3, 4), "float64"),
        ((0, 3), "uint32"),
        ((3, 0), "float64"),
        ((5,), "int16"),
    ],
)
def test_running_sums_and_products_along_an_axis(shape, dtype, agrees):
    a = (np.random.default_rng(1).normal(size=shape) * 3).astype("int8").astype(dtype)
    for axis in range(-1, len(shape)):
        agrees(f"np.cumsum(a, {axis}), np.cumprod(a, axis={axis}), a.cumsum({axis})", a)
    for one in (np.asfortranarray(a), a[::-1]):
        agrees("np.cumsum(a, 0, np.complex64), a.cumprod(axis=-1, dtype=np.complex128)", one)


def test_running_sums_start_with_the_first_element(agrees):
    agrees("np.copysign(1.0, np.cumsum(a)), np.copysign(1.0, np.cumsum(a, 0))", np.array([-0.0, -0.0]))


def test_axes_of_running_sums_that_are_not_there():
    for axis in (2, -3):
        compiled = njit(lambda a, axis=axis: np.cumsum(a, axis))
        with pytest.raises(errors.TypingError):
            compiled(np.zeros((2, 2)))
    with pytest.raises(errors.TypingError, match="axis 2 is out of bounds for array of dimension 2"):
        njit(lambda a: np.cumsum(a, 2))(np.zeros((2, 2)))


@pytest.mark.parametrize("name", EVERYTHING)
def test_outer(name, agrees):
    agrees("np.outer(a, b)", ARRAYS[name], ARRAYS[name])
    agrees("np.outer(a, b)", ARRAYS[name], ARRAYS["float32"])


def test_trapezoid(agrees):
    y, x = np.array([1.0, 4.0, 9.0, 16.5]), np.array([0.0, 0.5, 2.0, 2.25])
    agrees("np.trapezoid(a)", y)
    agrees("np.trapezoid(a, dx=0.1)", y)
    agrees("np.trapezoid(a, b)", y, x)
    agrees("np.trapezoid(a)", ARRAYS["int64"])
    agrees("np.trapezoid(a)", y[:1])


def test_what_they_raise_is_raised_by_the_call():
    @njit
    def f(a, n):
        return np.diff(a, n)

    with pytest.raises(ValueError, match="order must be non-negative") as caught:
        f(np.zeros(3), -1)
    assert caught.traceback[-1].name == "f"
    assert str(caught.traceback[-1].statement).strip() == "return np.diff(a, n)"


def test_names_of_the_prelude_are_its_own():
    np_of_mine = njit(lambda np: np + 1)
    assert np_of_mine(1) == 2
