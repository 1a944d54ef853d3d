"""What Python's tools see of C functions, and what other callers of C take of them."""

import ctypes
import gc
import inspect
import pydoc
import weakref

import cffi
import pytest
import scipy
from scipy.integrate import quad

from ferrule import FFI

DECLARATIONS = """
    typedef int shape(int hidden);
    double cos(double x);
    int snprintf(char *to, size_t, const char *format, ...);
    int abs(int lambda);
    int getpid(void);
    shape labs;
    void qsort(void *base, size_t count, size_t size, int (*compare)(const void *a, const void *b));
    double
    hypot(double x /* one side */, // the first
          double y), fmin(double fmin_, double y);
"""


@pytest.fixture
def libm(ffi):
    """An FFI and the library of mathematics, with the C library behind it."""
    ffi.cdef(DECLARATIONS)
    return ffi, ffi.dlopen("libm.so.6")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cos", "(x: 'double', /) -> 'double'"),
        ("snprintf", "(to: 'char *', arg1: 'size_t', format: 'const char *', /, *args) -> 'int'"),
        ("abs", "(lambda_: 'int', /) -> 'int'"),
        ("getpid", "() -> 'int'"),
        ("labs", "(arg0: 'int', /) -> 'int'"),
        ("hypot", "(x: 'double', y: 'double', /) -> 'double'"),
        ("fmin", "(fmin_: 'double', y: 'double', /) -> 'double'"),
        (
            "qsort",
            "(base: 'void *', count: 'size_t', size: 'size_t', "
            "compare: 'int(*)(const void *, const void *)', /) -> 'void'",
        ),
    ],
)
def test_signatures(libm, name, expected):
    _, lib = libm
    assert str(inspect.signature(getattr(lib, name))) == expected
    assert getattr(lib, name).__name__ == name


def test_repeated_parameter_names_are_told_apart(ffi):
    ffi.cdef("int abs(int args, ...);")
    assert str(inspect.signature(ffi.dlopen(None).abs)) == "(args: 'int', /, *args_) -> 'int'"


def test_help(libm):
    _, lib = libm
    text = pydoc.plain(pydoc.render_doc(lib.hypot))
    assert "hypot(x: 'double', y: 'double', /) -> 'double'" in text
    assert "double hypot(double x, double y), fmin(double fmin_, double y);" in text
    assert "A function of the library 'libm.so.6'." in text
    assert inspect.isroutine(lib.cos)


def test_functions_without_a_name(libm):
    ffi, lib = libm

    def double(number):
        """Twice as much."""
        return 2 * number

    callback = ffi.callback("int(int)", double)
    assert (callback.__name__, callback.__doc__) == ("double", "Twice as much.")
    assert str(inspect.signature(callback)) == "(arg0: 'int', /) -> 'int'"
    pointer = ffi.cast("double(*)(double)", lib.cos)
    other = cffi.FFI()
    assert pointer.__name__ == other.cast("double(*)(double)", 5).__name__ == "<cdata>"
    assert pointer.__doc__ is None
    assert str(inspect.signature(pointer)) == "(arg0: 'double', /) -> 'double'"
    assert not hasattr(ffi.new("int *"), "__name__")
    assert not hasattr(ffi.new("int *"), "address")


def test_a_function_is_no_method(libm):
    _, lib = libm

    class Holder:
        cosine = lib.cos

    assert Holder().cosine is lib.cos
    assert Holder().cosine(0.0) == 1.0


def test_the_address(libm):
    ffi, lib = libm
    assert lib.cos.address == int(ffi.cast("uintptr_t", lib.cos)) == ffi.addressof(lib, "cos").address
    assert ffi.cast("double(*)(double)", lib.cos.address)(0.0) == 1.0
    assert ffi.cast("int(*)(void)", 0).address == 0


def test_ctypes_functions(libm):
    ffi, lib = libm
    function = lib.hypot.ctypes
    assert isinstance(function, ctypes._CFuncPtr)
    assert (function.restype, list(function.argtypes)) == (ctypes.c_double, [ctypes.c_double] * 2)
    assert function(3.0, 4.0) == 5.0
    assert ctypes.cast(function, ctypes.c_void_p).value == lib.hypot.address
    ffi.cdef("typedef struct { int quot, rem; } div_t; div_t div(int numerator, int denominator);")
    result = ffi.dlopen(None).div.ctypes(17, 5)
    assert (result.quot, result.rem) == (3, 2)
    callback = ffi.callback("int(int)", lambda number: 2 * number)
    assert callback.ctypes(21) == 42


def test_ctypes_functions_keep_what_they_call(ffi):
    function = ffi.callback("int(int)", lambda number: number + 1).ctypes
    gc.collect()
    assert function(1) == 2


def test_types_that_ctypes_lacks_or_lays_out_otherwise(ffi):
    ffi.cdef("struct tight { char c; int i; };", packed=True)
    for signature, why in [
        ("double _Complex(double)", "ctypes has no type for `double _Complex`"),
        ("int(__int128)", "ctypes has no type for `__int128`"),
        ("int(struct tight)", "ctypes lays out `struct tight` in another way"),
    ]:
        with pytest.raises(TypeError, match=why):
            _ = ffi.callback(signature, print).ctypes


def test_capsules(libm):
    _, lib = libm
    low_level = scipy.LowLevelCallable(lib.cos.capsule)
    assert low_level.signature == "double (double)"
    assert quad(low_level, 0, 1)[0] == pytest.approx(0.8414709848078965)
    assert repr(lib.qsort.capsule).startswith(
        '<capsule object "void (void *, unsigned long, unsigned long, int(*)(const void *, const void *))"'
    )


def test_capsules_keep_what_they_call():
    ffi = FFI()
    callback = ffi.callback("double(double)", lambda number: 3 * number * number)
    alive = weakref.ref(callback)
    capsule = callback.capsule
    del callback
    gc.collect()
    assert quad(scipy.LowLevelCallable(capsule), 0, 1)[0] == pytest.approx(1)
    del capsule
    gc.collect()
    assert alive() is None


def test_null_has_no_callers(ffi):
    null = ffi.cast("int(*)(int)", 0)
    for name in ("ctypes", "capsule"):
        with pytest.raises(ValueError, match="is NULL"):
            getattr(null, name)


def test_attributes_are_read_only(libm):
    _, lib = libm
    for name in ("__name__", "__doc__", "__signature__", "address", "ctypes", "capsule", "other"):
        with pytest.raises(AttributeError):
            setattr(lib.cos, name, None)
