"""`locals=`: variables of jitted functions that have types of their own."""

from collections import namedtuple

import numpy as np
import pytest

from ferrule import errors, njit, types

Point = namedtuple("Point", "x y")


def test_what_is_assigned_is_converted():
    @njit(locals={"x": types.float32, "n": types.int8})
    def f(a):
        x = a
        x = x + 1
        n = 300
        for n in range(126, 130):  # noqa: B007 - what it is bound to is the point
            pass
        return x, n

    x, n = f(0.1)
    assert x == float(np.float32(np.float32(0.1) + 1))
    assert n == -127


def test_a_parameter_is_converted():
    @njit(locals={"a": types.float32})
    def f(a):
        return a

    assert f(0.1) == float(np.float32(0.1))
    assert f.signatures == [(types.float64,)]


def test_sums_targets_and_walruses_are_converted():
    @njit(locals={"a": types.uint8, "b": types.float32, "c": types.int16})
    def f(x):
        a, b = x, x
        a += 250
        y = (c := x * 40000) + 1
        return a, b, c, y

    wrapped = 10 * 40000 % 2**16
    assert f(10) == (4, 10.0, wrapped, wrapped + 1)


def test_a_variable_may_be_none_or_a_tuple():
    Pair = types.Tuple((types.float32, types.int64))

    @njit(locals={"x": types.Optional(types.float32), "t": Pair, "p": types.NamedTuple(Pair.types, Point)})
    def f(c):
        x = None
        if c:
            x = 0.1
        t = (0.1, c)
        p = Point(0.1, c)
        return 0.0 if x is None else x, t[0], t[1], p.x

    single = float(np.float32(0.1))
    assert f(True) == (single, single, 1, single)
    assert f(False) == (0.0, single, 0, single)


def test_functions_that_are_called_keep_theirs():
    @njit(locals={"x": types.float32})
    def inner(a):
        x = a
        return x + 0

    @njit
    def outer(a):
        x = a
        return inner(a) - x

    assert outer(0.1) == float(np.float32(0.1)) - 0.1


def test_what_does_not_convert_is_refused():
    @njit(locals={"x": types.int32})
    def f(a):
        x = a
        return x + 0

    assert f(1.7) == 1
    with pytest.raises(errors.TypingError, match="`complex128` where `int32` is wanted"):
        f(1j)
    with pytest.raises(errors.TypingError, match="a tuple of 1 is not a value"):
        f((1,))


def test_names_that_are_no_variables_are_refused():
    @njit(locals={"unknown": types.int32})
    def f(a):
        return a

    with pytest.raises(
        errors.TypingError, match="`locals` gives a type to `unknown`, which is no variable of `f`"
    ):
        f(1)


def test_what_is_no_type_is_refused():
    with pytest.raises(TypeError, match="locals is a dict"):
        njit(locals=[("x", types.int32)])
    with pytest.raises(TypeError, match="is no type that the variable x can have"):
        njit(locals={"x": int})
    assert njit(locals=None)(lambda x: x)(1) == 1
    assert njit(locals={})(lambda x: x)(1) == 1


def test_two_jitted_functions_of_one_function_have_their_own_types():
    def third(x):
        y = x
        y /= 3
        return y

    single, double = njit(locals={"y": types.float32})(third), njit(third)

    @njit
    def all_of_them(x):
        return single(x), double(x), third(x), single(x)

    exact, rounded = 1 / 3, float(np.float32(1 / 3))
    assert all_of_them(1.0) == (rounded, exact, exact, rounded)

    @njit
    def other_order(x):
        return third(x), double(x), single(x)

    assert other_order(1.0) == (exact, exact, rounded)
