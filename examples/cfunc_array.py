"""Arrays over the memory behind pointers, in C's and in Fortran's order, in callbacks of ctypes."""

import ctypes

import numpy as np

from ferrule import carray, cfunc, farray, types

c_sig = types.void(types.CPointer(types.double), types.CPointer(types.double), types.intc, types.intc)


@cfunc(c_sig)
def my_callback(in_, out, m, n):
    in_array = carray(in_, (m, n))
    out_array = carray(out, (m, n))
    for i in range(m):
        for j in range(n):
            out_array[i, j] = 2 * in_array[i, j]


@cfunc(c_sig)
def transposed(in_, out, m, n):
    in_array = farray(in_, (m, n))
    out_array = carray(out, (m, n))
    for i in range(m):
        for j in range(n):
            out_array[i, j] = in_array[i, j]


a = np.arange(12.0).reshape(3, 4)
b, c = np.empty((3, 4)), np.empty((3, 4))
pointer = ctypes.POINTER(ctypes.c_double)
my_callback.ctypes(a.ctypes.data_as(pointer), b.ctypes.data_as(pointer), 3, 4)
transposed.ctypes(np.asfortranarray(a).ctypes.data_as(pointer), c.ctypes.data_as(pointer), 3, 4)
print(b)
assert (b == 2 * a).all()
assert (c == a).all()
