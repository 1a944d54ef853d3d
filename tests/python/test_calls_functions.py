"""Calls of C functions: every kind of argument and result, and what is refused."""

import array
import ctypes

import pytest

import ferrule


def test_scalars_of_every_kind(calls):
    ffi, lib = calls
    assert lib.nothing() is None
    assert lib.add(3, -5) == -2
    assert lib.half(3.0) == 1.5
    assert lib.half(3) == 1.5
    assert lib.twice(0.5) == 1.0
    assert lib.low_byte(255) == 255
    assert lib.negate(127) == -127
    assert lib.shorten(-(2**15)) == -(2**15)
    assert lib.big(2**64 - 1) == 2**64 - 1
    assert getattr(lib, "not")(False) is True
    assert lib.next(b"a") == b"b"
    assert lib.widen("a") == "b"
    assert float(lib.third(1.5)) == 0.5
    assert lib.conjugate(1 + 2j) == 1 - 2j
    assert lib.conjugatef(1 + 2j) == 1 - 2j
    assert lib.square(-(2**62)) == 2**124
    assert lib.after(lib.RED) == lib.GREEN == 5
    assert lib.add(ffi.cast("short", 3), ffi.cast("long", 4)) == 7


def test_long_double_arguments_keep_their_bits(calls):
    ffi, lib = calls
    third = lib.third(ffi.cast("long double", 1))
    assert ffi.typeof(third) is ffi.typeof("long double")
    assert abs(float(ffi.cast("long double", third)) * 3 - 1) < 1e-16
    assert float(lib.third(lib.third(ffi.cast("long double", 9)))) == 1.0


def test_structs_by_value(calls):
    _, lib = calls
    mirrored = lib.mirror({"x": 1.5, "y": 2.5})
    assert (mirrored.x, mirrored.y) == (2.5, 1.5)
    assert lib.mirror(mirrored).x == 1.5
    inverted = lib.invert([1, 2, 3])
    assert (inverted.r, inverted.g, inverted.b) == (254, 253, 252)
    rotated = lib.rotate((1, 2, 3))
    assert (rotated.a, rotated.b, rotated.c) == (2, 3, 1)
    assert lib.flip([0]).i == -1
    shifted = lib.shift({"low": 2, "mid": 31, "high": -5})
    assert (shifted.low, shifted.mid, shifted.high) == (-1, 0, -5)
    assert repr(rotated) == "<cdata 'three' owning 24 bytes>"
    with pytest.raises(TypeError, match=r"in field 'x' of point, in argument 1 of point mirror\(point p\)"):
        lib.mirror({"x": "1"})


def test_many_arguments(calls):
    ffi, lib = calls
    assert lib.twelve(*range(1, 13)) == sum(n * n for n in range(1, 13))
    assert lib.mixed(1, 2.0, 3, 4.0, b"\x05", 6, 7, ffi.new("double *", 8.0)) == 36.0
    assert lib.nine(1, -2, 3, -4, 5, -6, 7, -8, 9) == sum(n * (n if n % 2 else -n) for n in range(1, 10))


def test_pointers_to_text(calls):
    ffi, lib = calls
    assert lib.length(b"hello") == 5
    assert lib.length(ffi.new("char[]", b"hi")) == 2
    assert lib.length([b"a", b"b", b"\0"]) == 2
    assert lib.length(bytearray(b"abc\0")) == 3
    text = b"hello"
    assert ffi.string(lib.tail(text)) == b"ello"
    assert lib.same(ffi.NULL) == ffi.NULL
    with pytest.raises(TypeError, match=r"got 'a' \(str\); encode it first"):
        lib.length("a")
    with pytest.raises(TypeError, match=r"got None; NULL is ffi\.NULL"):
        lib.length(None)


def test_arrays_of_python(calls):
    ffi, lib = calls
    assert lib.sum([1, 2, 3], 3) == 6.0
    assert lib.sum((1.5,), 1) == 1.5
    assert lib.sum(array.array("d", [1, 2]), 2) == 3.0
    assert lib.sum(memoryview(array.array("d", [4, 5])), 2) == 9.0
    data = array.array("d", [1, 2])
    lib.scale(data, 2, 10.0)
    assert list(data) == [10.0, 20.0]
    points = lib.sum_points([(1, 2), {"x": 3}], 2)
    assert (points.x, points.y) == (4, 2)
    out = lib.add_data(ffi.new("DataPoint[]", [(2, 2.2), (3, 3.3)]), 2)
    assert (out.num, out.dnum) == (5, 5.5)
    with pytest.raises(TypeError, match="its items are floats of 4 bytes"):
        lib.sum(array.array("f", [1]), 1)
    with pytest.raises(TypeError, match="read-only"):
        lib.scale(memoryview(data).toreadonly(), 2, 1.0)
    with pytest.raises(TypeError, match="not side by side"):
        lib.sum(memoryview(array.array("d", range(8)))[::2], 4)


def test_arrays_of_numpy(calls):
    np = pytest.importorskip("numpy")
    _, lib = calls
    data = np.arange(6.0)
    assert lib.sum(data, 6) == 15.0
    assert lib.sum(data.reshape(2, 3).T, 6) == 15.0
    lib.scale(data, 6, 2.0)
    assert data[5] == 10.0
    structured = np.array([(1, 1.5), (2, 2.5)], dtype=[("num", "i4"), ("dnum", "f8")], copy=True)
    aligned = structured.astype(np.dtype([("num", "i4"), ("dnum", "f8")], align=True))
    assert lib.add_data(aligned, 2).dnum == 4.0
    for wrong, message in [
        (data.astype("f4"), "floats of 4 bytes"),
        (data.astype("i8"), "signed integers of 8 bytes"),
        (data[::2], "not side by side"),
        (data.astype(">f8"), "in the other order"),
    ]:
        with pytest.raises(TypeError, match=message):
            lib.sum(wrong, 1)
    data.flags.writeable = False
    assert lib.sum(data, 6) == 30.0
    with pytest.raises(TypeError, match="read-only"):
        lib.scale(data, 6, 1.0)
    assert lib.half(np.float64(3)) == 1.5
    assert lib.add(np.int32(3), np.int64(4)) == 7


def test_variadic_calls(calls):
    ffi, lib = calls
    assert lib.total(0) == 0.0
    assert lib.total(2, 1.5, ffi.cast("float", 2.5)) == 4.0
    assert lib.total(10, *(float(n) for n in range(10))) == 45.0
    assert lib.integers(3, 1, True, ffi.cast("signed char", -5)) == -3
    assert lib.integers(1, ffi.cast("unsigned char", 255)) == 255
    with pytest.raises(TypeError, match="argument 2 passed in the variadic part"):
        lib.integers(1, [1])
    with pytest.raises(TypeError, match="expects at least 1 argument, got 0"):
        lib.total()


def test_variadic_calls_with_more_lists_of_types_than_are_kept(calls):
    ffi, lib = calls
    kinds = ["signed char", "short", "long", "unsigned", "long long", "_Bool", "unsigned char", "int"]
    for _ in range(2):
        for first in kinds:
            for second in kinds:
                assert lib.integers(3, ffi.cast(first, 1), 40, ffi.cast(second, 1)) == 42


def test_printing_with_promotions(calls):
    ffi, _ = calls
    ffi.cdef("int snprintf(char *out, size_t size, const char *format, ...);")
    out = ffi.new("char[]", 100)
    count = ffi.dlopen(None).snprintf(
        out, 100, b"%d %ld %.1f %s %c %p", -5, 2**40, 1.5, b"txt", ffi.cast("char", b"z"), ffi.NULL
    )
    assert ffi.string(out) == b"-5 1099511627776 1.5 txt z (nil)"
    assert count == len(ffi.string(out))


def test_errno_is_kept_for_the_thread(calls):
    ffi, lib = calls
    ffi.errno = 5
    assert lib.set_errno(17) == 5
    lib.nothing()
    assert ffi.errno == 17
    ffi.errno = 0


def test_wrong_calls_name_function_argument_and_type(calls):
    ffi, lib = calls
    for attempt, error, message in [
        (lambda: lib.add(1), TypeError, r"int add\(int a, int b\) expects 2 arguments, got 1"),
        (lambda: lib.add(1, 2, 3), TypeError, r"expects 2 arguments, got 3"),
        (
            lambda: lib.add(1, 2.5),
            TypeError,
            r"'int', got 2\.5 \(float\), in argument 2 of int add\(int a, int b\)",
        ),
        (lambda: lib.add(2**31, 0), OverflowError, r"2147483648 does not fit 'int', in argument 1 of"),
        (lambda: lib.big(-1), OverflowError, "-1 does not fit 'unsigned long long'"),
        (lambda: lib.half("1"), TypeError, "expected a real number for 'double'"),
        (lambda: lib.add(a=1, b=2), TypeError, "keyword arguments"),
        (lambda: lib.sum(ffi.new("int *"), 1), TypeError, r"got cdata 'int \*', in argument 1"),
        (lambda: lib.rotate(lib.mirror([1, 2])), TypeError, "got cdata 'point'"),
        (lambda: lib.half(10**400), OverflowError, "does not fit 'double'"),
    ]:
        with pytest.raises(error, match=message):
            attempt()


def test_objects_that_stand_for_numbers(calls):
    _, lib = calls

    class Five:
        def __index__(self):
            return 5

        def __float__(self):
            return 5.5

    assert lib.add(Five(), Five()) == 10
    assert lib.half(Five()) == 2.75

    class Broken:
        def __index__(self):
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        lib.add(Broken(), 1)


def test_function_pointers(calls):
    ffi, lib = calls
    negative = lib.chooser()
    assert negative(5) == -5
    assert lib.apply_int(negative, 3) == -3
    ops = ffi.new("struct ops *", {"run": negative, "value": 4})
    assert lib.run_ops(ops) == -4
    assert ops.run(9) == -9
    assert lib.apply(lib.half, 3.0) == 1.5
    assert ffi.cast("double(*)(double)", lib.half)(5.0) == 2.5
    null = ffi.cast("int(*)(int)", 0)
    assert not null
    with pytest.raises(RuntimeError, match="cannot call null pointer"):
        null(1)
    with pytest.raises(TypeError, match="expected a pointer"):
        lib.apply(lambda x: x, 1.0)
    with pytest.raises(TypeError, match="of the same type"):
        lib.apply(lib.add, 1.0)


def test_a_function_of_python_is_no_function_of_c(calls):
    _, lib = calls
    hint = r"; make a function of C of it first: ffi.callback\('double\(\*\)\(double\)', f\), in argument 1"
    with pytest.raises(TypeError, match="got .*function.*" + hint):
        lib.apply(lambda x: x, 1.0)
    with pytest.raises(TypeError, match=r"for 'double\(\*\)\(double\)', got 3 \(int\), in argument 1"):
        lib.apply(3, 1.0)


def test_functions_of_ctypes(calls):
    _, lib = calls
    prototype = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)
    function = prototype(lambda x: x * 3)
    assert lib.apply(function, 2.0) == 6.0


def test_an_object_that_offers_c_data(calls):
    _, lib = calls

    class Offer:
        cffi = ferrule.callback("double(double)", lambda x: x + 0.25)

    assert lib.apply(Offer(), 1.0) == 1.25


def test_release_gil_by_function(build_library, ffi):
    ffi.cdef("int add(int a, int b); double half(double x);")
    lib = ffi.dlopen(build_library("calls"), release_gil={"add": False})
    assert (lib.add(1, 2), lib.half(1.0)) == (3, 0.5)


@pytest.fixture
def takes_records(ffi):
    """A function of a pointer to a struct of a pointer, that says what the pointer is."""
    ffi.cdef("struct holder { void *p; }; typedef size_t (*takes)(const struct holder *);")
    function = ffi.callback("takes", lambda box: int(ffi.cast("size_t", box.p)))
    yield function
    del function


def test_records_of_numpy_as_structs(takes_records):
    numpy = pytest.importorskip("numpy")
    assert takes_records(numpy.array([(7,)], [("p", "u8")])) == 7
    assert takes_records(numpy.array([(7,)], [("O", "u8")])) == 7
    assert takes_records(numpy.array([9], "u8").view("V8")) == 9
    for wrong in (
        numpy.array([None], object),
        numpy.array([(None,)], [("p", object)]),
        numpy.array([([(None,)],)], [("p", [("q", object)], 1)]),
        numpy.array([b"12345678"], "S8"),
        numpy.array(["12"], "U2"),
    ):
        with pytest.raises(TypeError, match="its items are items of 8 bytes"):
            takes_records(wrong)


def test_arrays_that_are_not_aligned(ffi):
    numpy = pytest.importorskip("numpy")
    first = ffi.callback("double(double *)", lambda values: values[0])
    crooked = numpy.zeros(17, "u1")[1:].view("f8")
    with pytest.raises(TypeError, match="its items are not aligned; copy it first"):
        first(crooked)
    with pytest.raises(TypeError, match="its items are not aligned; copy it first"):
        first(memoryview(crooked))
    assert first(crooked.copy()) == 0
    assert ffi.callback("int(void *)", lambda memory: 1)(crooked) == 1
    assert ffi.callback("int(int *)", lambda memory: 1)(array.array("i")) == 1
