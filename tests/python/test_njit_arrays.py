"""Arrays in jitted functions: attributes, methods, creation, reductions, ufuncs and products."""

import numpy as np
import pytest

from ferrule import errors

A = np.arange(24.0).reshape(4, 6)
B = np.array([[3, -1, 2], [7, 0, -5]])
Z = np.array([1 + 2j, -3.5j, 0j, 2.0])
V = np.array([0.5, -1.5, 2.5, 0.0, 3.25])

ATTRIBUTES = ["shape", "strides", "size", "ndim", "itemsize", "T", "nbytes", "real", "imag"]


@pytest.mark.parametrize("name", ATTRIBUTES)
@pytest.mark.parametrize("array", [A, B, Z, A[::2, ::3], np.asfortranarray(A), np.ones(3, np.int8)])
def test_attribute(agrees, name, array):
    agrees(f"a.{name}", array)


def test_dtype_makes_arrays(agrees):
    agrees("np.zeros(3, a.dtype)", np.ones(2, np.int16))
    agrees("np.ones(a.shape, dtype=a.dtype)", np.ones((2, 3), np.complex64))


def test_parts_of_complex_are_views(agrees):
    agrees("def f(a):\n    a.real[:] = 1.0\n    a.imag[0] = 5.0\n", Z)


METHODS = [
    *(
        "copy()",
        "reshape(24)",
        "reshape((3, 8))",
        "reshape(2, 3, 4)",
        "reshape(-1)",
        "reshape(6, -1)",
        "ravel()",
    ),
    *(
        "flatten()",
        "transpose()",
        "transpose((1, 0))",
        "transpose(1, 0)",
        "astype(np.int64)",
        "astype(np.float32)",
    ),
    *("astype(np.complex128)", "astype(np.bool_)", "view(np.int64)", "view(np.uint8)", "astype(np.int8)"),
]


@pytest.mark.parametrize("text", METHODS)
def test_method(agrees, text):
    agrees(f"a.{text}", A)


@pytest.mark.parametrize("text", ["ravel()", "flatten()", "copy()", "T.copy()", "T.ravel()", "T.flatten()"])
def test_method_of_a_strided_array(agrees, text):
    agrees(f"a.{text}", A[::2, ::-1])


def test_fill(agrees):
    agrees("def f(a):\n    a.fill(2.5)\n", A[:, ::2])


def test_reshape_and_ravel_are_views(compiled):
    a = A.copy()
    for text in ("a.reshape(6, 4)", "a.ravel()", "a.T", "a.view(np.int64)"):
        assert np.shares_memory(compiled(text)(a), a)
    for text in ("a.flatten()", "a.copy()", "a.T.ravel()"):
        assert not np.shares_memory(compiled(text)(a), a)


@pytest.mark.parametrize("text", ["a.reshape(5, 5)", "a.reshape(-1, 7)"])
def test_reshape_to_another_size(compiled, text):
    with pytest.raises(ValueError, match=r"reshape|size"):
        compiled(text)(A)


CREATED = [
    *(
        "np.zeros(3)",
        "np.zeros((2, 3))",
        "np.zeros(3, np.int32)",
        "np.zeros((2, 3), dtype=np.bool_)",
        "np.ones(4)",
    ),
    *("np.ones((2, 2), np.complex64)", "np.full(3, 2.5)", "np.full((2, 3), 7)", "np.full(2, 1, np.float32)"),
    *(
        "np.empty((0, 3))",
        "np.zeros_like(a)",
        "np.ones_like(a)",
        "np.full_like(a, 4)",
        "np.zeros_like(a, np.int8)",
    ),
    *(
        "np.empty_like(a).shape",
        "np.arange(5)",
        "np.arange(2, 9)",
        "np.arange(9, 2, -3)",
        "np.arange(0.0, 1.0, 0.25)",
    ),
    *(
        "np.arange(3.5)",
        "np.arange(5, dtype=np.float32)",
        "np.linspace(0.0, 1.0, 5)",
        "np.linspace(-2, 2, 9)",
    ),
    *(
        "np.eye(3)",
        "np.eye(2, 4)",
        "np.identity(3)",
        "np.array([1, 2, 3])",
        "np.array([1.5, 2])",
        "np.array((1, 2))",
    ),
    *(
        "np.array([[1, 2], [3, 4]])",
        "np.array([1, 2], dtype=np.float32)",
        "np.array([1j, 2])",
        "np.array([True])",
    ),
    *("np.array(a)", "np.asarray(a)", "np.copy(a)", "np.array([a[0, 0], a[1, 1]])", "np.zeros(a.shape)"),
]


@pytest.mark.parametrize("text", CREATED)
def test_created(agrees, text):
    agrees(text, A)


@pytest.mark.parametrize("text", ["np.zeros(a)", "np.empty(a)", "np.ones((2, a))", "np.full(a, 1.0)"])
def test_negative_dimensions(compiled, text):
    with pytest.raises(ValueError, match="negative dimensions"):
        compiled(text)(-1)


def test_size_that_overflows(compiled):
    for text in ("np.zeros((a, a, a))", "np.empty((a, a))"):
        with pytest.raises((ValueError, MemoryError)):
            compiled(text)(1 << 40)


REDUCTIONS = ["sum", "prod", "mean", "min", "max", "argmin", "argmax", "any", "all"]


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize(
    "array", [A, B, A[::2, ::-1], np.asfortranarray(A), B.astype(np.int8), B.astype(np.uint16) > 2]
)
def test_reduction(agrees, name, array):
    agrees(f"a.{name}()", array)
    agrees(f"np.{name}(a)", array)


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("name", REDUCTIONS)
def test_reduction_along_an_axis(agrees, name, axis):
    agrees(f"a.{name}(axis={axis})", A)
    agrees(f"np.{name}(a, {axis})", B)


@pytest.mark.parametrize("name", ["sum", "prod", "mean", "min", "max"])
def test_reduction_of_single_precision(agrees, name):
    agrees(f"a.{name}()", V.astype(np.float32))


@pytest.mark.parametrize("name", ["min", "max", "argmin", "argmax"])
def test_nan_wins(agrees, name):
    agrees(f"a.{name}()", np.array([1.0, np.nan, -3.0, np.nan]))


@pytest.mark.parametrize("name", ["min", "max", "argmin", "argmax"])
def test_reduction_of_nothing(compiled, name):
    with pytest.raises(ValueError, match=r"empty|zero-size"):
        compiled(f"a.{name}()")(np.zeros(0))


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 127, 128, 129, 1000, 4099])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_sum_has_the_bits_of_numpy(agrees, size, dtype):
    a = np.random.default_rng(size).random(size).astype(dtype)
    agrees("a.sum()", a)
    agrees("np.sum(a)", np.repeat(a, 2)[::2])


UNARY = [
    *(
        "negative",
        "positive",
        "absolute",
        "abs",
        "fabs",
        "sign",
        "square",
        "sqrt",
        "exp",
        "exp2",
        "expm1",
        "log",
    ),
    *(
        "log2",
        "log10",
        "log1p",
        "cbrt",
        "sin",
        "cos",
        "tan",
        "arcsin",
        "arccos",
        "arctan",
        "sinh",
        "cosh",
        "tanh",
    ),
    *(
        "arcsinh",
        "arccosh",
        "arctanh",
        "degrees",
        "radians",
        "deg2rad",
        "rad2deg",
        "floor",
        "ceil",
        "trunc",
        "rint",
    ),
    *("isnan", "isinf", "isfinite", "signbit", "logical_not", "reciprocal", "conjugate", "spacing"),
]
BINARY = [
    *(
        "add",
        "subtract",
        "multiply",
        "divide",
        "true_divide",
        "floor_divide",
        "remainder",
        "mod",
        "fmod",
        "power",
    ),
    *(
        "arctan2",
        "hypot",
        "maximum",
        "minimum",
        "fmax",
        "fmin",
        "copysign",
        "nextafter",
        "logaddexp",
        "logaddexp2",
    ),
    *("equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "logical_and", "logical_or"),
    *("logical_xor", "heaviside"),
]
BITS = ["bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift", "gcd", "lcm"]
VALUES = np.array([0.25, 0.5, 0.75, 0.125, 0.9])


@pytest.mark.parametrize("name", UNARY)
def test_unary_ufunc(compiled, name):
    values = VALUES + 1.0 if name == "arccosh" else VALUES
    got = compiled(f"np.{name}(a)")(values)
    expected = getattr(np, name)(values)
    assert got.dtype == expected.dtype
    np.testing.assert_array_max_ulp(got.astype(float), expected.astype(float), 2)


@pytest.mark.parametrize("name", BINARY)
def test_binary_ufunc(compiled, name):
    got = compiled(f"np.{name}(a, b)")(VALUES, VALUES[::-1])
    expected = getattr(np, name)(VALUES, VALUES[::-1])
    assert got.dtype == expected.dtype
    np.testing.assert_array_max_ulp(got.astype(float), expected.astype(float), 2)


@pytest.mark.parametrize("name", BITS)
def test_ufunc_of_integers(agrees, name):
    agrees(f"np.{name}(a, b)", np.array([12, 7, 0, 9]), np.array([3, 5, 2, 1]))
    agrees("np.invert(a)", np.array([12, 7, 0, 9], np.uint8))


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int32", "uint64", "float32", "complex64"])
@pytest.mark.parametrize(
    "name", ["negative", "absolute", "square", "exp", "sign", "isnan", "logical_not", "floor"]
)
def test_dtype_of_a_ufunc(compiled, name, dtype):
    a = np.array([1, 0, 1]).astype(dtype)
    try:
        expected = getattr(np, name)(a)
    except TypeError:
        with pytest.raises(errors.TypingError):
            compiled(f"np.{name}(a)")(a)
        return
    if expected.dtype == np.float16:
        # Compiled code has no such type.
        expected = expected.astype(np.float32)
    got = compiled(f"np.{name}(a)")(a)
    assert got.dtype == expected.dtype
    np.testing.assert_allclose(got, expected, rtol=1e-3 if name == "exp" else 0)


OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "<", "<=", ">", ">=", "==", "!="]


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize(
    "other", [V[::-1], 2, 1.5, True, np.float32(0.5), V.astype(np.float32), np.array([[1], [2]])]
)
def test_operator(agrees, operator, other):
    agrees(f"a {operator} b", np.abs(V) + 1.0, np.abs(other) if isinstance(other, np.ndarray) else other)
    if not isinstance(other, np.ndarray):
        agrees(f"b {operator} a", np.abs(V) + 1.0, other)


DTYPES = [
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint32",
    "uint64",
    "float32",
    "float64",
    "complex64",
]


@pytest.mark.parametrize("first", DTYPES)
@pytest.mark.parametrize("second", [*DTYPES, "int", "float", "complex"])
def test_dtype_of_a_sum(agrees, first, second):
    a = np.ones(3).astype(first)
    b = {"int": 1, "float": 1.0, "complex": 1j}.get(second)
    agrees("a + b", a, np.ones(3).astype(second) if b is None else b)


def test_division_by_zero_is_silent(agrees):
    agrees("(a / b, a // b, a % b)", V, np.zeros(5))
    agrees("(a // b, a % b)", np.array([1, -7, 0]), np.array([0, 0, 0]))


@pytest.mark.parametrize(
    "shapes", [((3, 1), (4,)), ((1, 4), (3, 4)), ((2, 1, 3), (4, 1)), ((0, 3), (1, 3)), ((3,), (1,))]
)
def test_broadcasting(agrees, shapes):
    first, second = (np.arange(float(np.prod(shape))).reshape(shape) for shape in shapes)
    agrees("a + b * 2.0 - a", first, second)


def test_operands_that_do_not_broadcast(compiled):
    with pytest.raises(ValueError, match="broadcast"):
        compiled("a + b")(np.zeros(3), np.zeros(4))


@pytest.mark.parametrize(
    "text", ["np.add(a, b, out=c)", "np.add(a, b, c)", "np.multiply(a, 2.0, out=c)", "np.sqrt(a, c)"]
)
def test_out(agrees, text):
    agrees(f"def f(a, b, c):\n    {text}\n", VALUES, VALUES[::-1], np.zeros(5))


def test_out_is_returned(compiled):
    out = np.zeros(5)
    assert np.shares_memory(compiled("np.add(a, b, out=c)")(V, V, out), out)


def test_out_of_a_wrong_shape(compiled):
    with pytest.raises(ValueError, match=r"broadcast|shape"):
        compiled("np.add(a, b, out=c)")(np.zeros(3), np.zeros(3), np.zeros(4))


def test_out_may_overlap_an_operand(agrees):
    agrees("def f(a):\n    np.add(a[:-1], a[1:], out=a[1:])\n", np.arange(8.0))


def test_fused_expression(compiled):
    rng = np.random.default_rng(3)
    a, b, c, d = (rng.random(1000) for _ in range(4))
    got = compiled("def f(a, b, c, d):\n    return a * b + c * np.sin(d)\n")(a, b, c, d)
    np.testing.assert_array_max_ulp(got, a * b + c * np.sin(d), 2)


INTEGRAL = [
    (np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)),
    (np.arange(3.0), np.arange(12.0).reshape(3, 4)),
]
INTEGRAL += [(np.arange(6.0).reshape(2, 3), np.arange(3.0)), (np.arange(5.0), np.arange(5.0)), (Z, Z)]
INTEGRAL += [(np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.arange(12.0).reshape(4, 3).T)]
INTEGRAL += [(np.arange(6, dtype=np.float32).reshape(2, 3), np.ones((3, 2), np.float32))]


@pytest.mark.parametrize("text", ["np.dot(a, b)", "a @ b"])
@pytest.mark.parametrize("pair", INTEGRAL)
def test_product(agrees, text, pair):
    agrees(text, *pair)


def test_product_of_shapes_that_do_not_fit(compiled):
    for text in ("np.dot(a, b)", "a @ b"):
        with pytest.raises(ValueError, match=r"shape|size|align|mismatch"):
            compiled(text)(np.zeros((2, 3)), np.zeros((2, 3)))


def test_builtins_over_arrays(agrees):
    agrees("(len(a), sum(a), min(a[0], a[1]), abs(a)[1])", V)
    agrees("(any(a > 1.0), all(a > 1.0))", V)


def test_global_array_is_frozen(compiled):
    table = np.array([1.0, 2.0, 3.0])
    f = compiled("def f(i):\n    return TABLE[i]\n", TABLE=table)
    assert f(1) == 2.0


def test_results_outlive_the_call(compiled):
    view = compiled("np.arange(a)[1:]")(1000)
    other = compiled("np.zeros(a)")(1000)
    assert view.sum() == 499500
    assert not other.any()
