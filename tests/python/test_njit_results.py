"""What a jitted function gives."""

import gc
import weakref

import numpy as np
import pytest

from ferrule import FFI, errors, njit


@njit
def same(x):
    return x


def test_an_array_that_comes_back_is_the_same_object():
    for array in (
        np.arange(6.0).reshape(2, 3),
        np.arange(6)[::2],
        np.array(1),
        np.zeros((0, 2)),
        np.eye(3).T,
    ):
        assert same(array) is array


def test_a_view_has_its_argument_as_base():
    @njit
    def tail(array):
        return array[1:]

    array = np.arange(5.0)
    view = tail(array)
    assert view.base is array
    assert view.tolist() == [1.0, 2.0, 3.0, 4.0]
    view[0] = 7.0
    assert array[1] == 7.0
    kept = weakref.ref(array)
    del array
    gc.collect()
    assert kept() is not None
    del view
    gc.collect()
    assert kept() is None


def test_a_view_of_read_only_memory_is_read_only():
    @njit
    def tail(array):
        return array[1:]

    view = tail(np.broadcast_to(1.0, 4))
    assert not view.flags.writeable
    assert view.tolist() == [1.0] * 3


def test_new_arrays_own_their_memory():
    @njit
    def made(n, m):
        return np.zeros((n, m))

    array = made(3, 4)
    assert (array.shape, array.dtype, array.flags.writeable) == ((3, 4), np.dtype("f8"), True)
    assert array.flags.c_contiguous
    array[1, 1] = 5
    assert array.sum() == 5
    assert made(0, 4).shape == (0, 4)


@pytest.mark.parametrize("dtype", ["i1", "u2", "i4", "u8", "f4", "f8", "c8", "c16", "?"])
def test_new_arrays_of_each_dtype(dtype):
    @njit
    def twice(array):
        out = np.empty_like(array)
        for i in range(array.shape[0]):
            out[i] = array[i]
        return out

    array = np.array([0, 1, 1]).astype(dtype)
    result = twice(array)
    assert result.dtype == array.dtype
    assert result.tolist() == array.tolist()
    assert result is not array


def test_memory_that_there_is_not():
    @njit
    def made(n):
        return np.empty(n)

    with pytest.raises(MemoryError):
        made(1 << 58)


def test_a_global_array_is_frozen():
    table = np.arange(5.0)

    @njit
    def get(i):
        return table[i]

    @njit
    def whole():
        return table

    assert get(2) == 2.0
    array = whole()
    table[2] = 9.0
    assert get(2) == 2.0
    assert array.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert not array.flags.writeable
    keeper = weakref.ref(whole)
    del whole
    gc.collect()
    assert keeper() is not None
    assert array.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    del array
    gc.collect()
    assert keeper() is None


def test_a_global_tuple_is_a_constant():
    sizes = (2, 3.5)

    @njit
    def total():
        return sizes[0] + sizes[1]

    assert total() == 5.5


def test_nothing_is_none():
    @njit
    def nothing(x):
        pass

    assert nothing(1) is None


def test_pointers_come_back_as_c_data():
    ffi = FFI()
    numbers = ffi.new("int[]", [4, 5])
    pointer = same(numbers)
    assert ffi.typeof(pointer) is ffi.typeof("int *")
    assert pointer[1] == 5


def test_an_array_that_the_signature_promises():
    @njit("float64[:](float64[:])")
    def doubled(array):
        return array + array

    assert doubled(np.arange(3.0)).tolist() == [0.0, 2.0, 4.0]
    with pytest.raises(errors.CompileError, match="the signature says array"):
        njit("float32[:](float64[:])")(doubled.py_func)
    with pytest.raises(errors.CompileError, match="the signature says array"):
        njit("float64[:](float64)")(same.py_func)


def test_tuples():
    @njit
    def pair(a, b):
        return a, b

    array = np.arange(3)
    nested = pair((1, 2.5), (array, None))
    assert nested == ((1, 2.5), (array, None))
    assert nested[1][0] is array
    assert pair(True, 2j) == (True, 2j)
    assert pair(array, array[1:])[0] is array


def test_an_array_that_is_returned_twice_is_held_twice():
    @njit
    def twice(n):
        array = np.zeros(n)
        return array, array

    first, second = twice(3)
    first[0] = 5.0
    assert second[0] == 5.0
    del first
    gc.collect()
    assert second.tolist() == [5.0, 0.0, 0.0]


def test_records():
    dtype = np.dtype([("x", "f8"), ("n", "i4")])
    array = np.array([(1.5, 2), (2.5, 3)], dtype)

    @njit
    def item(records, i):
        return records[i]

    @njit
    def shifted(records):
        out = np.empty_like(records)
        for i in range(records.shape[0]):
            out[i].x = records[i].x + 1
            out[i].n = records[i].n * 2
        return out

    record = item(array, 1)
    assert (record["x"], record["n"]) == (2.5, 3)
    result = shifted(array)
    assert result.dtype == dtype
    assert result.tolist() == [(2.5, 4), (3.5, 6)]


def test_records_of_unaligned_memory():
    dtype = np.dtype([("x", "f8"), ("n", "i4")])
    memory = np.zeros(dtype.itemsize * 2 + 1, "u1")
    array = memory[1:].view(dtype)
    array[1] = (2.5, 3)

    @njit
    def total(records):
        return records[1].x + records[1].n

    assert total(array) == 5.5
    assert total(array.copy()) == 5.5
