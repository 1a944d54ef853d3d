"""`ferrule.extending`: functions, methods and attributes that Python code adds to compiled code."""

import numpy as np
import pytest

from ferrule import errors, njit, types


@pytest.fixture
def extending():
    from ferrule import extending

    return extending


def test_register_jitable(extending):
    @extending.register_jitable
    def twice(x):
        return x * 2

    @njit
    def f(x):
        return twice(x) + 1

    assert f(3) == 7
    assert f(1.5) == 4.0
    assert twice(4) == 8


def test_overload_of_a_function(extending):
    def clamp(x, low, high):
        return min(max(x, low), high)

    @extending.overload(clamp)
    def compiled_clamp(x, low, high):
        def implementation(x, low, high):
            if x < low:
                return low
            return high if x > high else x

        return implementation

    @njit
    def f(x):
        return clamp(x, 0.0, 1.0)

    assert [f(2.0), f(-1.0), f(0.25)] == [1.0, 0.0, 0.25]


def test_overload_chooses_by_type(extending):
    def kind_of(x):
        raise NotImplementedError

    @extending.overload(kind_of)
    def compiled_kind_of(x):
        if isinstance(x, types.Integer):
            return lambda x: 1
        if isinstance(x, types.Float):
            return lambda x: 2
        if isinstance(x, types.Array):
            return lambda x: 3
        return None

    @njit
    def f(x):
        return kind_of(x)

    assert f(1) == 1
    assert f(1.0) == 2
    assert f(np.zeros(3)) == 3
    with pytest.raises(errors.TypingError):
        f(1j)


def test_overload_with_defaults(extending):
    def power(x, exponent=2):
        raise NotImplementedError

    @extending.overload(power)
    def compiled_power(x, exponent=2):
        def implementation(x, exponent=2):
            result = 1
            for _ in range(exponent):
                result *= x
            return result

        return implementation

    @njit
    def f(x):
        return power(x) + power(x, 3) + power(x, exponent=1)

    assert f(2) == 4 + 8 + 2


def test_overload_method(extending):
    @extending.overload_method(types.Array, "total_of_squares")
    def array_total_of_squares(array):
        def implementation(array):
            result = 0.0
            for x in array.flat:
                result += x * x
            return result

        return implementation

    @njit
    def f(a):
        return a.total_of_squares()

    assert f(np.array([1.0, 2.0, 3.0])) == 14.0


def test_overload_attribute(extending):
    @extending.overload_attribute(types.Array, "first_axis")
    def array_first_axis(array):
        return lambda array: array.shape[0]

    @njit
    def f(a):
        return a.first_axis

    assert f(np.zeros((4, 2))) == 4


def test_function_of_numpy_is_added(extending):
    @extending.overload(np.ptp)
    def compiled_ptp(a):
        return lambda a: a.max() - a.min()

    @njit
    def f(a):
        return np.ptp(a)

    assert f(np.array([3.0, -1.0, 2.0])) == 4.0
