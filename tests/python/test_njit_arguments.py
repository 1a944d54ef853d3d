"""What a jitted function takes."""

import numpy as np
import pytest

from ferrule import FFI, cfunc, njit, typeof, types


@njit
def same(x):
    return x


NUMPY = [
    (np.int8(-3), types.int8),
    (np.uint8(200), types.uint8),
    (np.int16(-3), types.int16),
    (np.uint16(40000), types.uint16),
    (np.int32(-3), types.int32),
    (np.uint32(1 << 31), types.uint32),
    (np.int64(-(1 << 62)), types.int64),
    (np.uint64((1 << 64) - 1), types.uint64),
    (np.longlong(-3), types.int64),
    (np.ulonglong(3), types.uint64),
    (np.float32(0.5), types.float32),
    (np.float64(0.1), types.float64),
    (np.complex64(1 + 2j), types.complex64),
    (np.complex128(1 + 2j), types.complex128),
    (np.bool_(True), types.bool_),
]


@pytest.mark.parametrize(("value", "ty"), NUMPY, ids=lambda value: repr(value))
def test_scalars_of_numpy(value, ty):
    assert typeof(value) == ty
    for _ in range(2):
        assert same(value) == value.item()
        assert type(same(value)) is type(value.item())


@pytest.mark.parametrize("value", [0, 1, -1, 2**30, -(2**30), 2**62, 2**63 - 1, -(2**63)])
def test_ints(value):
    assert same(value) == same(value) == value
    assert typeof(value) == types.int64


def test_ints_beyond_int64_are_unsigned():
    assert same(2**63) == 2**63
    assert same(2**64 - 1) == 2**64 - 1
    assert typeof(2**63) == types.uint64
    for value in (2**64, -(2**63) - 1):
        with pytest.raises(OverflowError, match=r"argument 1 of same\(x\), `x`"):
            same(value)
    assert same(5) == 5


def test_classes_derived_from_numbers():
    class Count(int):
        pass

    class Length(float):
        pass

    assert (same(Count(3)), same(Length(1.5))) == (3, 1.5)
    assert same(True) is True


@pytest.mark.parametrize(
    "value", [[1], {1: 2}, {1}, object(), b"x", (1).__add__], ids=lambda v: type(v).__name__
)
def test_what_is_not_taken_is_named(value):
    for _ in range(2):
        with pytest.raises(
            TypeError, match=r"cannot be passed to compiled code, in argument 1 of same\(x\), `x`"
        ):
            same(value)


@njit
def at(array, index):
    return array[index]


@njit
def element(array, row, column):
    return array[row, column]


DTYPES = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8", "c8", "c16"]


@pytest.mark.parametrize("dtype", DTYPES)
def test_arrays_of_numbers(dtype):
    array = np.array([0, 1, 1, 0, 1]).astype(dtype)
    for index in (0, 1, -1):
        for _ in range(2):
            assert at(array, index) == array[index].item()


def test_layouts():
    plain = np.arange(12.0).reshape(3, 4)
    arrays = [plain, plain.T, plain[::2], plain[:, ::-1], plain[::-1, ::2], np.broadcast_to(plain[0], (3, 4))]
    kinds = [str(typeof(array)) for array in arrays]
    assert kinds == [
        "array(float64, 2d, C)",
        "array(float64, 2d, F)",
        *["array(float64, 2d, A)"] * 3,
        "readonly array(float64, 2d, A)",
    ]
    for array in arrays * 2:
        assert element(array, 1, 1) == array[1, 1]
        assert element(array, -1, 0) == array[-1, 0]


def test_types_of_arrays():
    readonly = np.arange(3)
    readonly.flags.writeable = False
    unaligned = np.frombuffer(bytes(17), dtype="u1")[1:].view("f8")
    assert str(typeof(readonly)) == "readonly array(int64, 1d, C)"
    assert str(typeof(unaligned)) == "unaligned readonly array(float64, 1d, C)"
    assert str(typeof(np.array(1.5))) == "array(float64, 0d, C)"
    assert str(typeof(np.zeros((0, 3)))) == "array(float64, 2d, C)"
    assert at(readonly, 1) == 1
    assert at(unaligned, 0) == 0.0


def test_arrays_that_are_refused():
    with pytest.raises(TypeError, match=r"other byte order .*argument 1 of at\(array, index\), `array`"):
        at(np.arange(3, dtype=">i4"), 0)
    for dtype in ("O", "U3", "S3", "M8[s]", "f2", "g"):
        with pytest.raises(TypeError, match="cannot be passed to compiled code"):
            at(np.zeros(3, dtype), 0)


def test_an_array_is_not_copied():
    @njit
    def set_first(array, value):
        array[0] = value

    array = np.zeros(4)
    view = array[1:]
    set_first(view, 5.0)
    set_first(array[::-1], 7.0)
    assert array.tolist() == [0.0, 5.0, 0.0, 7.0]


def test_an_array_that_its_owner_resized():
    array = np.arange(10)
    assert at(array, 9) == 9
    array.resize(3, refcheck=False)
    with pytest.raises(IndexError):
        at(array, 9)
    assert at(array, 2) == 2


def test_classes_derived_from_ndarray():
    class Mine(np.ndarray):
        pass

    assert at(np.arange(3).view(Mine), 2) == 2
    masked = np.ma.masked_array([1, 2], mask=[True, False])
    with pytest.raises(TypeError, match=r"MaskedArray cannot be passed"):
        at(masked, 0)


def test_signatures_of_arrays_take_what_serves():
    @njit("float64(float64[:], int64)")
    def get(array, index):
        return array[index]

    array = np.arange(6.0)
    assert (get(array, 1), get(array[::2], 1), get(array, True)) == (1.0, 2.0, 1.0)
    with pytest.raises(TypeError, match="has no signature"):
        get(array.astype("f4"), 1)
    with pytest.raises(TypeError, match="has no signature"):
        get(np.broadcast_to(1.0, 3), 0)

    @njit("float64(float64[::1])")
    def first(array):
        return array[0]

    with pytest.raises(TypeError, match="has no signature"):
        first(array[::2])


def test_structs_of_c():
    ffi = FFI()
    ffi.cdef("struct point { double x; int n; };")

    @njit
    def weight(p):
        return p.x * p.n

    point = ffi.new("struct point *", {"x": 1.5, "n": 4})
    for _ in range(2):
        assert weight(point) == 6.0
        assert weight(point[0]) == 6.0


def test_pointers_of_c():
    ffi = FFI()

    @njit
    def third(p):
        return p[2]

    numbers = ffi.new("double[]", [1.0, 2.0, 3.0])
    for _ in range(2):
        assert third(numbers) == 3.0
        assert third(numbers + 0) == 3.0
    with pytest.raises(TypeError):
        njit("float64(float64)")(same.py_func)(numbers)


def test_records_of_numpy():
    dtype = np.dtype([("x", "f8"), ("n", "i4")])
    array = np.array([(1.5, 2), (2.5, 3)], dtype)

    @njit
    def weight(r):
        return r.x * r.n

    for _ in range(2):
        assert weight(array[1]) == 7.5


def test_two_equal_dtypes_are_one_type():
    one = np.dtype([("x", "f8"), ("n", "i4")])
    other = np.dtype({"names": ["x", "n"], "formats": ["f8", "i4"]})
    assert typeof(np.zeros(2, one)) == typeof(np.zeros(2, other))


def test_a_struct_of_c_is_the_dtype_of_its_layout():
    ffi = FFI()
    ffi.cdef("struct same_as_dtype { double only_here; int count; };")
    dtype = np.dtype([("only_here", "f8"), ("count", "i4")], align=True)
    assert typeof(np.zeros(1, dtype)).dtype == typeof(ffi.new("struct same_as_dtype *")[0])


def test_many_axes_and_many_arrays():
    array = np.zeros((1,) * 32)
    assert same(array) is array

    @njit
    def gathered(a, b, c):
        return (a, b, (c, a)), b[1:]

    plain, gaps = np.arange(3), np.ones((3, 3))[:, ::2]
    for _ in range(2):
        first, second = gathered(gaps, plain, gaps.T)
        assert first[0] is first[2][1] is gaps
        assert first[1] is plain
        assert second.base is plain


def test_functions_for_c_are_called():
    @cfunc("double(double)")
    def double(x):
        return 2 * x

    @njit
    def apply(function, x):
        return function(x)

    for _ in range(2):
        assert apply(double, 3.0) == 6.0
        assert apply(double.cffi, 3.0) == 6.0


class Odd:
    """A class whose `__module__` is no string, as those of functions that Cython made on Python 3.13."""

    __module__ = 5


def test_a_class_without_a_module_is_named_without_it():
    with pytest.raises(TypeError, match="an object of class Odd"):
        same(Odd())
