"""`ferrule.extending`: methods and attributes that Python code adds to compiled code."""

from collections import namedtuple

import numpy as np
import pytest

from ferrule import cfunc, errors, extending, njit, types


def test_overload_method():
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


def test_overload_attribute():
    @extending.overload_attribute(types.Array, "first_axis")
    def array_first_axis(array):
        return lambda array: array.shape[0]

    @njit
    def f(a):
        return a.first_axis

    assert f(np.zeros((4, 2))) == 4


def test_methods():
    @extending.overload_method(types.Array, "clipped")
    def typed(array, low, high=10):
        if array.ndim != 1:
            return None

        def implementation(array, low, high=10):
            result = np.empty_like(array)
            for i in range(len(array)):
                result[i] = min(max(array[i], low), high)
            return result

        return implementation

    a = np.array([-5, 5, 15])
    assert njit(lambda a: a.clipped(0))(a).tolist() == [0, 5, 10]
    assert njit(lambda a: a.clipped(high=7, low=1))(a).tolist() == [1, 5, 7]
    with pytest.raises(
        errors.TypingError, match=r"no implementation of `.clipped` for \(array\(int64, 2d, C\), int64\)"
    ):
        njit(lambda a: a.clipped(0))(np.zeros((2, 2), int))
    with pytest.raises(errors.TypingError, match="missing a required argument: 'low'"):
        njit(lambda a: a.clipped())(a)
    with pytest.raises(errors.TypingError, match="has no attribute `clipped`"):
        njit(lambda a: a.clipped(0))(1.5)


def test_methods_of_everything():
    @extending.overload_method(types.Number, "plus")
    def number_plus(x, y):
        return lambda x, y: x + y

    @extending.overload_method(types.BaseTuple, "plus")
    def tuple_plus(x, y):
        count = x.count
        return lambda x, y: count + y

    @extending.overload_method(types.UnicodeType, "plus")
    def text_plus(x, y):
        return lambda x, y: y

    @extending.overload_method(types.CPointer, "plus")
    def pointer_plus(x, y):
        return lambda x, y: x[y]

    @extending.overload_method(types.NumPyRandomGeneratorType, "plus")
    def generator_plus(x, y):
        return lambda x, y: x.random() * 0 + y

    @extending.overload_method(types.NoneType, "plus")
    def none_plus(x, y):
        return lambda x, y: y

    f = njit(lambda x: x.plus(2))
    assert f(3) == 5
    assert f(2.5) == 4.5
    assert f((1, 2.5, 3)) == 5
    assert f("text") == 2
    assert f(None) == 2
    assert f(np.random.default_rng(1)) == 2.0
    assert (
        cfunc(types.int32(types.CPointer(types.int32)))(lambda p: p.plus(1)).signature.return_type
        == types.int32
    )


def test_attributes_of_one_type_and_of_records():
    record = types.from_dtype(np.dtype([("x", "f8"), ("y", "f8")]))
    other = np.zeros(1, [("x", "f8")])

    @extending.overload_attribute(record, "norm")
    def typed(point):
        return lambda point: (point.x * point.x + point.y * point.y) ** 0.5

    points = np.array([(3.0, 4.0)], [("x", "f8"), ("y", "f8")])
    f = njit(lambda a: a[0].norm)
    assert f(points) == 5.0
    with pytest.raises(errors.TypingError, match="norm"):
        f(other)


def test_fields_stay_where_another_type_has_a_method_of_that_name():
    extending.overload_method(types.Array, "density")(lambda a: lambda a: a.sum())
    cells = np.array([(2.5,)], [("density", "f8")])
    assert njit(lambda a: a[0].density)(cells) == 2.5
    assert njit(lambda a: a.density())(np.ones(3)) == 3.0


def test_what_is_added_comes_before_methods_and_attributes_there_are():
    def only(array):
        return array.dtype == types.int16

    extending.overload_method(types.Array, "max")(lambda a: (lambda a: 99) if only(a) else None)
    extending.overload_attribute(types.Array, "nbytes")(lambda a: (lambda a: 98) if only(a) else None)
    f = njit(lambda a: (a.nbytes, a.T.size))
    assert f(np.zeros(3)) == (24, 3)
    assert f(np.zeros(3, "i2")) == (98, 3)
    largest = njit(lambda a: (a.max(), a.max() + a.astype(np.int64).max()))
    assert largest(np.zeros(3, "i2")) == (99, 99)
    assert largest(np.ones(3)) == (1.0, 2.0)


Point = namedtuple("Point", "x y")
Other = namedtuple("Other", "x y")


def test_named_tuples():
    @extending.overload_method(types.BaseNamedTuple, "norm_of_fields")
    def typed(point, scale=1):
        assert isinstance(point, types.NamedUniTuple)
        if point.instance_class is not Point:
            return None
        assert point.fields == ("x", "y")
        return lambda point, scale=1: (point.x * point.x + point.y * point.y) ** 0.5 * scale

    f = njit(lambda p: p.norm_of_fields())
    assert f(Point(3, 4)) == 5.0
    assert njit(lambda x: Point(x, 4).norm_of_fields(scale=2))(3) == 10.0
    with pytest.raises(errors.TypingError, match=r"no implementation of `.norm_of_fields`"):
        f(Other(3, 4))
    with pytest.raises(errors.TypingError, match="norm_of_fields"):
        f((3, 4))
