"""`vectorize`: C functions as ufuncs of NumPy."""

import gc
import threading

import numpy as np
import pytest

import ferrule
from ferrule import FFI, vectorize

SCALARS = {
    "_Bool of_bool(_Bool x)": ("?", [True, False], [False, True]),
    "signed char of_schar(signed char x)": ("b", [1, -128], [2, -127]),
    "unsigned char of_uchar(unsigned char x)": ("B", [1, 255], [2, 0]),
    "short of_short(short x)": ("h", [1, -2], [2, -1]),
    "unsigned short of_ushort(unsigned short x)": ("H", [1, 65535], [2, 0]),
    "int of_int(int x)": ("i", [1, -2], [2, -1]),
    "unsigned of_uint(unsigned x)": ("I", [1, 2**32 - 1], [2, 0]),
    "long of_long(long x)": ("l", [1, -(2**62)], [2, -(2**62) + 1]),
    "unsigned long of_ulong(unsigned long x)": ("L", [1, 2**63], [2, 2**63 + 1]),
    "long long of_longlong(long long x)": ("l", [1, -2], [2, -1]),
    "unsigned long long of_ulonglong(unsigned long long x)": ("L", [1, 2], [2, 3]),
    "float of_float(float x)": ("f", [1.0, -2.5], [1.5, -2.0]),
    "double of_double(double x)": ("d", [1.0, -2.5], [1.5, -2.0]),
    "long double of_longdouble(long double x)": ("g", [1.0, -2.5], [1.5, -2.0]),
    "float _Complex of_cfloat(float _Complex x)": ("F", [1 + 2j, -1j], [-2 + 1j, 1]),
    "double _Complex of_cdouble(double _Complex x)": ("D", [1 + 2j, -1j], [-2 + 1j, 1]),
    "long double _Complex of_clongdouble(long double _Complex x)": ("G", [1 + 2j, -1j], [-2 + 1j, 1]),
}


@pytest.fixture
def interop(build_library):
    """The library `interop` and what is declared of it."""
    ffi = FFI()
    ffi.cdef(
        ";\n".join(SCALARS)
        + """;
        double mixed(_Bool, short, float, double, unsigned char, long, float _Complex, long double);
        long largest(long a, long b);
        double add(double a, double b);
        double line_at(double x, void *data);
        void set_hook(double (*function)(double));
        double through_hook(double x);
        """
    )
    return ffi, ffi.dlopen(build_library("interop"))


@pytest.mark.parametrize("declaration", SCALARS)
@pytest.mark.parametrize("step", [1, 2, -1])
def test_every_scalar_type(interop, declaration, step):
    letter, given, expected = SCALARS[declaration]
    name = declaration.split("(")[0].split()[-1]
    ufunc = vectorize(getattr(interop[1], name))
    assert isinstance(ufunc, np.ufunc)
    assert ufunc.types == [f"{letter}->{letter}"]
    array = np.array(given * 500, dtype=letter)[::step]
    result = ufunc(array)
    assert result.dtype == np.dtype(letter)
    np.testing.assert_array_equal(result, np.array(expected * 500, dtype=letter)[::step])


def test_arguments_of_all_kinds(interop):
    ufunc = vectorize(interop[1].mixed)
    assert (ufunc.nin, ufunc.nout, ufunc.nargs) == (8, 1, 9)
    assert ufunc.types == ["?hfdBlFg->d"]
    rng = np.random.default_rng(1)
    columns = [
        rng.integers(0, 2, 100).astype(bool),
        rng.integers(-5, 5, 100).astype(np.int16),
        rng.integers(-5, 5, 100).astype(np.float32),
        rng.standard_normal(100),
        rng.integers(0, 200, 100).astype(np.uint8),
        rng.integers(-9, 9, 100),
        (rng.integers(-5, 5, 100) + 1j * rng.integers(-5, 5, 100)).astype(np.complex64),
        rng.integers(-5, 5, 100).astype(np.longdouble),
    ]
    result = ufunc(*columns)
    for row in range(100):
        numbers = [column[row].item() for column in columns[:-1]]
        assert result[row] == pytest.approx(interop[1].mixed(*numbers, float(columns[-1][row])))


def test_it_is_a_ufunc_in_every_way(interop):
    ufunc = vectorize(interop[1].add)
    rng = np.random.default_rng(2)
    a, b = rng.standard_normal((50, 40)), rng.standard_normal(40)
    np.testing.assert_array_equal(ufunc(a, b), np.add(a, b))
    np.testing.assert_array_equal(ufunc(a.T, 1), np.add(a.T, 1))
    np.testing.assert_array_equal(ufunc(a[::3, ::-2], b[::-2]), np.add(a[::3, ::-2], b[::-2]))
    assert ufunc(1, 2) == 3.0
    assert ufunc(np.empty((0, 3)), 1).shape == (0, 3)
    out = np.full((50, 40), -1.0)
    where = a > 0
    assert ufunc(a, b, out=out, where=where) is out
    np.testing.assert_array_equal(out, np.where(where, a + b, -1.0))
    assert ufunc(a, b, dtype=np.float64).dtype == np.float64
    assert ufunc(np.int32(1), np.float32(2)) == 3.0
    with pytest.raises(TypeError, match="casting"):
        ufunc(1j, 2)
    np.testing.assert_allclose(ufunc.reduce(a, axis=0), a.sum(axis=0))
    np.testing.assert_allclose(ufunc.accumulate(a, axis=1), a.cumsum(axis=1))
    np.testing.assert_array_equal(ufunc.outer(b, b), np.add.outer(b, b))
    np.testing.assert_allclose(ufunc.reduceat(b, [0, 5, 20]), np.add.reduceat(b, [0, 5, 20]))
    target = np.zeros(3)
    ufunc.at(target, [0, 0, 2], 1.0)
    assert target.tolist() == [2.0, 0.0, 1.0]
    big = vectorize(interop[1].largest)
    assert big.reduce([3, 9, 4]) == 9


def test_unaligned_and_swapped_operands(interop):
    ufunc = vectorize(interop[1].add)
    raw = np.zeros(8 * 100 + 1, np.uint8)[1:].view(np.float64)
    raw[:] = range(100)
    np.testing.assert_array_equal(ufunc(raw, 1), np.arange(100) + 1.0)
    np.testing.assert_array_equal(ufunc(raw.astype(">f8"), 1), np.arange(100) + 1.0)
    long = np.zeros(16 * 100 + 1, np.uint8)[1:].view(np.longdouble)
    np.testing.assert_array_equal(vectorize(interop[1].of_longdouble)(long), np.full(100, 0.5))


def test_name_and_documentation_are_those_of_the_declaration(interop):
    ufunc = vectorize(interop[1].add)
    assert ufunc.__name__ == "add"
    assert "double add(double" in ufunc.__doc__
    assert repr(ufunc) == "<ufunc 'add'>"


def test_it_keeps_what_it_needs(build_library):
    ffi = FFI()
    ffi.cdef("double add(double, double);")
    ufunc = vectorize(ffi.dlopen(build_library("interop")).add)
    del ffi
    gc.collect()
    assert ufunc(1, 2) == 3.0


def test_many_come_and_go(interop):
    for _ in range(50):
        assert vectorize(interop[1].add)(1, 2) == 3.0
    gc.collect()


def test_the_lock_is_released(interop):
    ffi, lib = interop
    entered, left = threading.Event(), threading.Event()

    @ffi.callback("double(double)")
    def wait(x):
        entered.set()
        left.wait(10)
        return x

    lib.set_hook(wait)
    results = []
    worker = threading.Thread(target=lambda: results.append(vectorize(lib.through_hook)(np.ones(3))))
    worker.start()
    assert entered.wait(10)
    left.set()
    worker.join(10)
    assert results[0].tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("count", [1, 3, 5000])
def test_an_exception_of_a_callback_is_raised(interop, count):
    ffi, lib = interop
    seen = []

    def hook(x):
        seen.append(x)
        if x == 1.0:
            raise KeyError("one")
        return -x

    callback = ferrule.callback("double(double)")(hook)
    lib.set_hook(callback)
    ufunc = vectorize(lib.through_hook)
    with pytest.raises(KeyError, match="one"):
        ufunc(np.ones(count))
    assert seen == [1.0]
    with pytest.raises(KeyError, match="one"):
        # These are converted first, a part after the other.
        ufunc(np.ones(30 * count, np.float32))
    assert seen == [1.0, 1.0]
    assert ufunc(np.zeros(count) + 2.0).tolist() == [-2.0] * count


def test_a_pointer_to_function_and_a_callback(interop):
    ffi, lib = interop
    ufunc = vectorize(ffi.cast("double(*)(double, double)", lib.add))
    assert ufunc([1, 2], 3).tolist() == [4.0, 5.0]
    half = ffi.callback("double(int)", lambda x: x / 2)
    assert vectorize(half)(np.arange(4, dtype=np.intc)).tolist() == [0, 0.5, 1, 1.5]


def test_what_is_refused(interop):
    ffi, lib = interop
    ffi.cdef("""
        int printf(const char *, ...); int rand(void); void *malloc(size_t); __int128 wide(__int128);
        void nothing(int); struct s { int a; }; int of_struct(struct s);
    """)
    libc = ffi.dlopen(None)
    for function, why in [
        (libc.printf, "it is variadic"),
        (libc.rand, "it takes no arguments"),
        (libc.malloc, r"its result is 'void \*', no number"),
        (lib.line_at, r"argument 2 is 'void \*', no number"),
        (ffi.cast("__int128(*)(__int128)", 1), "argument 1 is '__int128', no number"),
        (ffi.cast("void(*)(int)", 1), "its result is 'void', no number"),
        (ffi.cast("int(*)(struct s)", 1), "argument 1 is 'struct s', no number"),
    ]:
        with pytest.raises(TypeError, match=f"cannot be a ufunc: {why}"):
            vectorize(function)
    with pytest.raises(TypeError, match="takes a function, not cdata 'int"):
        vectorize(ffi.new("int *"))
    with pytest.raises(ValueError, match="is NULL"):
        vectorize(ffi.cast("double(*)(double)", 0))
    with pytest.raises(TypeError, match="no signatures and no options"):
        vectorize(lib.add, nopython=True)
    for given in [(lambda x: x,), (["float64(float64)"],), ()]:
        with pytest.raises(NotImplementedError, match="of Python functions it does not yet: use njit"):
            vectorize(*given)


def test_a_call_with_an_array_names_vectorize(interop):
    with pytest.raises(TypeError, match=r"expected .* for 'double', got ndarray.*vectorize"):
        interop[1].add(np.zeros(3), 1.0)
    with pytest.raises(TypeError, match=r"got ndarray.*ferrule\.vectorize.*argument 2 of long largest"):
        interop[1].largest(1, np.zeros((2, 2), int))
