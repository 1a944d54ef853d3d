"""Exceptions of compiled code: class, text and place."""

import traceback

import numpy as np
import pytest

from ferrule import FFI, njit


class Wrong(Exception):
    pass


@njit
def fails(kind):
    if kind == 1:
        raise ValueError("one")
    if kind == 2:
        raise Wrong("two", kind, 2.5)
    return 1 // kind


def test_class_and_arguments():
    with pytest.raises(ValueError, match=r"^one$"):
        fails(1)
    with pytest.raises(Wrong) as caught:
        fails(2)
    assert caught.value.args == ("two", 2, 2.5)
    with pytest.raises(ZeroDivisionError):
        fails(0)
    assert fails(3) == 0


def test_the_traceback_has_the_line_that_raised():
    @njit
    def outer(x):
        return inner(x)

    @njit
    def inner(x):
        raise ValueError("here")

    outer = njit(outer.py_func)
    with pytest.raises(ValueError, match="here") as caught:
        outer(1)
    frames = traceback.extract_tb(caught.tb)
    assert frames[-1].filename == __file__
    assert frames[-1].name == "inner"
    assert frames[-1].line == 'raise ValueError("here")'


def test_an_index_outside_of_an_array_says_index_and_shape():
    @njit
    def get(array, i):
        return array[i]

    array = np.zeros((3, 4))
    with pytest.raises(IndexError) as caught:
        njit(lambda array: array[5, 0])(array)
    assert "5" in str(caught.value)
    assert "3" in str(caught.value)
    with pytest.raises(IndexError):
        get(np.arange(3), 3)
    with pytest.raises(IndexError):
        get(np.arange(3), -4)


def test_bounds_are_not_checked_where_that_is_asked():
    @njit(boundscheck=False)
    def get(array, i):
        return array[i]

    array = np.arange(10)
    assert get(array[:5], 7) == 7


def test_an_error_leaves_nothing_behind():
    for _ in range(3):
        with pytest.raises(ValueError, match="one"):
            fails(1)
        assert fails(5) == 0


def test_an_error_of_a_callback_passes_through_compiled_code():
    ffi = FFI()
    ffi.cdef("void qsort(void *, size_t, size_t, int (*)(const void *, const void *));")
    library = ffi.dlopen(None)

    @ffi.callback("int(const void *, const void *)", errors="raise")
    def compare(a, b):
        raise KeyError("from Python")

    sort = library.qsort

    @njit
    def sorts(pointer, count):
        sort(pointer, count, 4, compare)
        return count

    numbers = ffi.new("int[]", [2, 1])
    with pytest.raises(KeyError, match="from Python"):
        sorts(ffi.cast("void *", numbers), 2)
    assert fails(7) == 0
