"""`carray` and `farray`: arrays over memory that C owns, interpreted and compiled."""

import ctypes

import numpy as np
import pytest

from ferrule import carray, cfunc, farray, njit, types

DOUBLES = ctypes.POINTER(ctypes.c_double)


def pointer_to(array):
    return array.ctypes.data_as(DOUBLES)


@pytest.fixture
def memory():
    return np.arange(12.0)


@pytest.mark.parametrize("make", [carray, farray])
@pytest.mark.parametrize("shape", [12, (12,), (3, 4), (2, 3, 2)])
def test_interpreted(memory, make, shape):
    made = make(pointer_to(memory), shape)
    order = "C" if make is carray else "F"
    np.testing.assert_array_equal(made, memory.reshape(shape, order=order))
    assert np.shares_memory(made, memory)
    assert made.dtype == np.float64


def test_interpreted_writes_to_the_memory(memory):
    carray(pointer_to(memory), (3, 4))[1, 2] = 99.0
    assert memory[6] == 99.0
    farray(pointer_to(memory), (3, 4))[1, 2] = 77.0
    assert memory[7] == 77.0


def test_dtype_of_an_untyped_pointer(memory):
    address = ctypes.c_void_p(memory.ctypes.data)
    np.testing.assert_array_equal(carray(address, (3, 4), np.float64), memory.reshape(3, 4))
    np.testing.assert_array_equal(farray(address, 12, dtype=np.dtype("f8")), memory)
    with pytest.raises(TypeError):
        carray(address, (3, 4))


def test_dtype_that_contradicts_the_pointer(memory):
    with pytest.raises(TypeError):
        carray(pointer_to(memory), (3, 4), np.float32)


def test_not_a_pointer():
    for wrong in (1.5, "text", None, [1.0]):
        with pytest.raises(TypeError):
            carray(wrong, 3)


def test_compiled_for_c(memory):
    @cfunc("void(CPointer(double), CPointer(double), intc, intc)")
    def transposed(in_, out, m, n):
        a = farray(in_, (m, n))
        b = carray(out, (m, n))
        for i in range(m):
            for j in range(n):
                b[i, j] = a[i, j]

    out = np.zeros((3, 4))
    transposed.ctypes(pointer_to(memory), pointer_to(out), 3, 4)
    np.testing.assert_array_equal(out, memory.reshape(3, 4, order="F"))


def test_expressions_over_memory(memory):
    @cfunc("double(CPointer(double), intc)")
    def scaled(data, n):
        a = carray(data, n)
        a[1:] *= 2.0
        a[a > 10.0] = 0.0
        return a.sum()

    expected = memory.copy()
    expected[1:] *= 2.0
    expected[expected > 10.0] = 0.0
    assert scaled.ctypes(pointer_to(memory), 12) == expected.sum()
    np.testing.assert_array_equal(memory, expected)


def test_untyped_pointer_compiled(memory):
    @cfunc("double(voidptr, intc)")
    def total(data, n):
        return carray(data, (n,), np.float64).sum()

    assert total.ctypes(memory.ctypes.data, 12) == 66.0


def test_index_outside_is_raised_from_the_call(memory):
    @cfunc("double(CPointer(double), intc)")
    def get(data, i):
        return carray(data, 5)[i]

    assert get(memory, 4) == 4.0
    with pytest.raises(IndexError, match="index 5 is out of bounds for axis 0 with size 5"):
        get(memory, 5)


def test_array_of_const_memory_is_read_only():
    with pytest.raises(Exception, match=r"read-only|readonly|const"):

        @cfunc("void(const double *data)")
        def write(data):
            carray(data, 3)[0] = 1.0


def test_array_goes_on_to_jitted_functions(memory):
    @njit
    def total(a):
        result = 0.0
        for row in a:
            result += row[0]
        return result

    @cfunc(types.double(types.CPointer(types.double), types.intc, types.intc))
    def first_column(data, m, n):
        return total(carray(data, (m, n)))

    assert first_column.ctypes(pointer_to(memory), 3, 4) == 0.0 + 4.0 + 8.0
