"""Elementwise functions in jitted functions: each loop of NumPy's, on special values of its types."""

import itertools

import numpy as np
import pytest

from ferrule import errors

NAMES = [
    "add",
    "subtract",
    "multiply",
    "divide",
    "floor_divide",
    "remainder",
    "fmod",
    "divmod",
    "power",
    "float_power",
    "negative",
    "positive",
    "absolute",
    "fabs",
    "sign",
    "square",
    "reciprocal",
    "sqrt",
    "cbrt",
    "exp",
    "exp2",
    "expm1",
    "log",
    "log2",
    "log10",
    "log1p",
    "logaddexp",
    "logaddexp2",
    "sin",
    "cos",
    "tan",
    "arcsin",
    "arccos",
    "arctan",
    "arctan2",
    "sinh",
    "cosh",
    "tanh",
    "arcsinh",
    "arccosh",
    "arctanh",
    "hypot",
    "deg2rad",
    "rad2deg",
    "degrees",
    "radians",
    "floor",
    "ceil",
    "trunc",
    "rint",
    "copysign",
    "nextafter",
    "spacing",
    "modf",
    "frexp",
    "ldexp",
    "heaviside",
    "signbit",
    "isnan",
    "isinf",
    "isfinite",
    "maximum",
    "minimum",
    "fmax",
    "fmin",
    "equal",
    "not_equal",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "logical_and",
    "logical_or",
    "logical_xor",
    "logical_not",
    "bitwise_and",
    "bitwise_or",
    "bitwise_xor",
    "invert",
    "left_shift",
    "right_shift",
    "bitwise_count",
    "gcd",
    "lcm",
    "conjugate",
]
# `e`, `g` and `G` are types that compiled code does not have, `q` and `Q` are `l` and `L` here.
TYPES = "?bhilBHILfdFD"
# Rounded once, or not at all: equal to the bit.
EXACT = [
    "add",
    "subtract",
    "divide",
    "floor_divide",
    "remainder",
    "fmod",
    "divmod",
    "negative",
    "positive",
    "fabs",
    "sqrt",
    "floor",
    "ceil",
    "trunc",
    "rint",
    "copysign",
    "nextafter",
    "spacing",
    "modf",
    "frexp",
    "ldexp",
    "heaviside",
    "maximum",
    "minimum",
    "fmax",
    "fmin",
    "square",
    "multiply",
    "conjugate",
    "reciprocal",
    "sign",
    "deg2rad",
    "rad2deg",
    "degrees",
    "radians",
]
# NumPy's vectors of two zeros of different signs give either.
EITHER_ZERO = ("maximum", "minimum", "fmax", "fmin")


def values(code: str) -> np.ndarray:
    """Numbers of a type: zeros, ones, the ends of the range, infinities, NaN."""
    dtype = np.dtype(code)
    if dtype.kind == "b":
        return np.array([False, True])
    if dtype.kind in "iu":
        ends = np.iinfo(dtype)
        small = [0, 1, 2, 3, 7, 12] + ([-1, -2, -7] if ends.min else [])
        return np.array([*small, ends.max, ends.max - 1, ends.min, ends.min + 1], dtype)
    if dtype.kind == "f":
        ends = np.finfo(dtype)
        small = [0.0, 0.5, 1.0, 1.5, 2.5, 1e-3, 3.25, 100.5, 1.0 + ends.eps, 1.0 - ends.eps, np.inf]
        small += [ends.max, ends.tiny, ends.smallest_subnormal]
        return np.array([*small, *(-one for one in small), np.nan], dtype)
    parts = [0.0, -0.0, 1.0, -1.0, 0.5, 2.5, -3.25, 1e-3, 1e-9, np.inf, -np.inf, np.nan]
    return np.array([complex(*pair) for pair in itertools.product(parts, parts)], dtype)


def loops(name: str) -> list[str]:
    """The types of operands that NumPy has a loop for, and types that it converts first."""
    function = getattr(np, name)
    own = {types.partition("->")[0] for types in function.types}
    converted = {"l" * function.nin, "?" * function.nin}
    if function.nin == 2:
        converted |= {"fl", "bH", "lL", "Ll", "bf", "dF"}
    return sorted(types for types in own | converted if set(types) <= set(TYPES))


def operands(types: str) -> list[np.ndarray]:
    columns = [values(code) for code in types]
    if len(columns) == 1:
        return columns
    return [grid.ravel().copy() for grid in np.meshgrid(*columns)]


def is_near(name: str, expected: np.ndarray, got: np.ndarray) -> np.ndarray:
    """Where a result is NumPy's; of functions that are rounded several times within two units."""
    if expected.dtype.kind == "c":
        return near_complex(name, expected, got)
    same = (expected == got) | (np.isnan(expected) & np.isnan(got))
    if expected.dtype.kind != "f":
        return same
    if name not in EXACT:
        distance = np.abs(expected.astype(np.longdouble) - got)
        same |= distance <= 2 * np.spacing(np.maximum(np.abs(expected), np.finfo(expected.dtype).tiny))
    has_sign = (np.signbit(expected) == np.signbit(got)) | np.isnan(expected)
    return same & (has_sign | (name in EITHER_ZERO))


def near_complex(name: str, expected: np.ndarray, got: np.ndarray) -> np.ndarray:
    """Products that NumPy fuses are off by two units of the larger part."""
    is_fused = name in ("multiply", "square", "divide", "reciprocal", "power", "float_power")
    near = []
    for one, other in ((expected.real, got.real), (expected.imag, got.imag)):
        same = (one == other) | (np.isnan(one) & np.isnan(other))
        size = np.maximum(np.abs(expected.real), np.abs(expected.imag)) if is_fused else np.abs(one)
        size = np.where(np.isfinite(size), size, np.abs(one))
        if name not in EXACT or is_fused:
            distance = np.abs(one.astype(np.longdouble) - other)
            same |= distance <= 2 * np.spacing(np.maximum(size, np.finfo(one.dtype).tiny))
        near.append(same & ((np.signbit(one) == np.signbit(other)) | np.isnan(one) | is_fused))
    if name in ("power", "float_power"):
        # What stands beside an infinity or a NaN depends on how the last step divides.
        near[0] |= ~np.isfinite(expected) & ~np.isfinite(got)
        near[1] |= ~np.isfinite(expected) & ~np.isfinite(got)
    return near[0] & near[1]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_each_loop(compiled, name):
    names = ["a", "b"][: getattr(np, name).nin]
    function = compiled(f"def f({', '.join(names)}):\n    return np.{name}({', '.join(names)})\n")
    for types in loops(name):
        arguments = operands(types)
        try:
            expected = getattr(np, name)(*arguments)
        except (TypeError, ValueError) as refused:
            wanted = ValueError if isinstance(refused, ValueError) else errors.TypingError
            with pytest.raises(wanted):
                function(*arguments)
            continue
        got = function(*arguments)
        pairs = zip(expected, got, strict=True) if isinstance(expected, tuple) else [(expected, got)]
        for one, other in pairs:
            check(name, types, arguments, one, other)


def check(name, types, arguments, expected, got):
    if expected.dtype == np.float16:
        # Compiled code has no such type: it takes the next one.
        assert got.dtype == np.float32
        return
    assert got.dtype == expected.dtype, f"{name} of {types}"
    wrong = np.flatnonzero(~is_near(name, expected, got))
    shown = [(*(one[index] for one in arguments), expected[index], got[index]) for index in wrong[:3]]
    assert not shown, f"{name} of {types}: {len(wrong)} differ, {shown}"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_powers_of_integers(agrees):
    for dtype in ("int8", "uint8", "int32", "int64", "uint64"):
        base, exponent = np.meshgrid(values(np.dtype(dtype).char), np.arange(9).astype(dtype))
        agrees("np.power(a, b)", base.ravel().copy(), exponent.ravel().copy())


@pytest.mark.parametrize("decimals", [0, 1, 3, -1, -2])
@pytest.mark.parametrize("dtype", ["bool", "int8", "int64", "float32", "float64", "complex64", "complex128"])
def test_round(agrees, dtype, decimals):
    a = np.array([0.0, 1.25, -2.5, 14.0, 15.0, 25.0, 35.45, 99.999, -0.5]).astype(dtype)
    if dtype == "bool":
        if decimals == 0:
            return
        a = a.astype("float32")
    agrees(f"(np.round(a, {decimals}), a.round({decimals}), np.around(a, decimals={decimals}))", a)


def test_round_into_an_array(agrees):
    agrees(
        "def f(a, b):\n    np.round(a, 1, out=b)\n    np.round(a, 1, b)\n",
        np.array([0.25, 0.35]),
        np.zeros(2),
    )


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", "==", "!="])
@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "uint64"])
def test_comparisons_with_integers_beyond_the_type(agrees, operator, dtype):
    a = values(np.dtype(dtype).char)
    for number in (300, -300, -1, 1 << 40, -(1 << 40), 5):
        agrees(f"(a {operator} {number}, {number} {operator} a)", a)
        agrees(f"(a {operator} b, b {operator} a)", a, number)


@pytest.mark.parametrize(
    "text", ["a + b", "a * b", "np.maximum(a, b)", "a[:] = b", "a[a > 0] = b", "a += b", "a.fill(b)"]
)
def test_an_integer_beyond_the_type(compiled, text):
    is_statement = " = " in text or "+=" in text
    function = compiled(f"def f(a, b):\n    {text}\n" if is_statement else text)
    for dtype, number in (("int8", 128), ("uint8", -1), ("uint64", -1), ("int32", 1 << 31)):
        with pytest.raises(OverflowError, match=f"Python integer {number} out of bounds for {dtype}"):
            function(np.ones(2, dtype), number)


@pytest.mark.parametrize(
    "text", ["np.full(2, 300, np.int8)", "np.full_like(a, 300)", "np.array([1, 300], np.int8)"]
)
def test_new_arrays_of_integers_beyond_the_type(compiled, text):
    with pytest.raises(OverflowError, match="Python integer 300 out of bounds for int8"):
        compiled(text)(np.ones(2, np.int8))


@pytest.mark.parametrize("exponent", ["2", "0.5", "-1", "-1.0", "1", "2.0", "3"])
@pytest.mark.parametrize("dtype", ["bool", "int8", "float32", "float64", "complex128"])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_powers_by_known_numbers(compiled, dtype, exponent):
    a = np.array([0.0, -0.0, 1.0, 4.0, np.inf, -np.inf]) if dtype.startswith("f") else np.array([0, 1, 1])
    a = a.astype(dtype)
    power = compiled(f"a ** {exponent}")
    if np.dtype(dtype).kind in "bi" and exponent == "-1":
        with pytest.raises(ValueError, match="negative integer powers"):
            power(a)
        return
    expected = a ** eval(exponent)
    got = power(a)
    assert got.dtype == (np.float32 if expected.dtype == np.float16 else expected.dtype)
    np.testing.assert_allclose(got, expected, rtol=1e-6)
    if dtype.startswith("f"):
        assert (np.signbit(got) == np.signbit(expected))[~np.isnan(expected)].all()
