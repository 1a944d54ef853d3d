"""Functions of each kind that tests choose between, pass and return: jitted, plain, of C, compiled for C."""

from ferrule import FFI, cfunc, njit


@njit
def double(x):
    return 2 * x


def triple(x):
    return 3 * x


@cfunc("double(double)")
def half(x):
    return x / 2


ffi = FFI()
ffi.cdef("double cos(double);")
libm = ffi.dlopen("libm.so.6")
c_cos = libm.cos


class Odd(Exception):
    """An exception of which instances and the class are values."""
