"""`buffer`, `memmove`, `unpack`: C data as bytes and lists, side by side with cffi."""

import array
import gc
import weakref

import cffi
import numpy as np
import pytest

import ferrule

from .side_by_side import declared

DECLARATIONS = """
    struct point { int x; char tag; };
    struct open { int count; int items[]; };
    enum colour { RED, GREEN = 5 };
    void *malloc(size_t size);
    void free(void *pointer);
"""


@pytest.fixture
def ffi():
    """An FFI with the declarations."""
    return declared(ferrule, DECLARATIONS)


def test_a_buffer_is_of_its_class(either):
    data = either.new("int[3]")
    buffer = either.buffer(data)
    assert isinstance(buffer, either.buffer)
    assert type(buffer) is either.buffer
    assert isinstance(either.buffer, type)
    assert weakref.ref(buffer)() is buffer
    with pytest.raises(TypeError):
        hash(buffer)
    with pytest.raises(TypeError):
        type("Sub", (either.buffer,), {})
    with pytest.raises(TypeError):
        object.__new__(either.buffer)


def test_how_large_a_buffer_is(either):
    new = either.new
    sizes = [
        (new("int[3]"), 12),
        (new("int *"), 4),
        (new("struct point *"), 8),
        (new("int[5]")[1:3], 8),
        (new("struct open *", [1, [1, 2, 3]]), 16),
        (new("char[]", b"abc"), 4),
        (new("char[0]"), 0),
    ]
    for data, size in sizes:
        assert len(either.buffer(data)) == len(either.buffer(data, -1)) == size
    assert len(either.buffer(new("int[3]"), 5)) == 5
    assert len(either.buffer(cdata=new("int[3]"), size=5)) == 5
    assert len(either.buffer.__new__(either.buffer, new("int[3]"), size=5)) == 5
    assert len(either.buffer(either.cast("void *", 5), 3)) == 3


def test_what_has_no_buffer(either):
    libc = either.dlopen(None)
    for wrong in (
        (),
        (5,),
        (b"abc",),
        (either.new("struct point *")[0],),
        (either.cast("int", 5),),
        (either.cast("void *", 5),),
        (libc.free,),
        (either.new("int *"), "5"),
        (either.new("int *"), 1, 2),
    ):
        with pytest.raises(TypeError):
            either.buffer(*wrong)
    with pytest.raises(TypeError):
        either.buffer(either.new("int *"), length=3)


def test_items_and_slices(either):
    data = either.new("char[]", b"abcdef")
    buffer = either.buffer(data)
    assert buffer[1] == b"b"
    assert buffer[-2] == b"f"
    assert buffer[np.int64(0)] == b"a"
    assert buffer[1:3] == b"bc"
    assert buffer[-3:] == b"ef\0"
    assert buffer[:] == b"abcdef\0"
    assert buffer[5:2] == b""
    assert list(buffer) == [b"a", b"b", b"c", b"d", b"e", b"f", b"\0"]
    assert b"c" in buffer
    buffer[0] = b"A"
    buffer[-1] = b"!"
    buffer[1:3] = b"BC"
    buffer[3:5] = bytearray(b"DE")
    assert either.buffer(data)[:] == b"ABCDEf!"
    buffer[1:5] = memoryview(buffer)[0:4]
    assert bytes(buffer) == b"AABCDf!"
    buffer[4:2] = b""


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda b: b[7], IndexError),
        (lambda b: b[-8], IndexError),
        (lambda b: b[1 << 70], IndexError),
        (lambda b: b["a"], TypeError),
        (lambda b: b[1.0], TypeError),
        (lambda b: b[::2], TypeError),
        (lambda b: b[::-1], TypeError),
        (lambda b: b.__setitem__(7, b"x"), IndexError),
        (lambda b: b.__setitem__(1, 120), TypeError),
        (lambda b: b.__setitem__(1, "x"), TypeError),
        (lambda b: b.__setitem__(1, b"xy"), TypeError),
        (lambda b: b.__setitem__(slice(1, 3), b"xyz"), ValueError),
        (lambda b: b.__setitem__(slice(1, 3), "xy"), TypeError),
        (lambda b: b.__setitem__(slice(1, 3), [1, 2]), TypeError),
        (lambda b: b.__setitem__(slice(None, None, 2), b"xyzw"), TypeError),
        (lambda b: b.__delitem__(1), TypeError),
        (lambda b: b.__delitem__(slice(1, 2)), TypeError),
        (lambda b: b + b, TypeError),
        (lambda b: b < "a", TypeError),
        (lambda b: setattr(b, "x", 1), AttributeError),
    ],
)
def test_wrong_uses_of_a_buffer(either, wrong, error):
    buffer = either.buffer(either.new("char[]", b"abcdef"))
    with pytest.raises(error):
        wrong(buffer)
    assert buffer[:] == b"abcdef\0"


def test_buffers_compare_as_bytes(either):
    buffer = either.buffer(either.new("char[]", b"abc"))
    for equal in (b"abc\0", bytearray(b"abc\0"), memoryview(b"abc\0"), array.array("B", b"abc\0"), buffer):
        assert buffer == equal
        assert (buffer != equal) is False
        assert buffer <= equal
        assert buffer >= equal
        assert not buffer < equal
    assert buffer < b"abd"
    assert buffer > b"abc"
    assert buffer != b"abc"
    assert bytearray(b"abd") > buffer
    assert (buffer == "abc\0") is False
    assert (buffer == 5) is False


def test_the_buffer_protocol(either):
    data = either.new("int[]", [1, 2, 3])
    view = memoryview(either.buffer(data))
    assert (view.format, view.itemsize, view.readonly, view.shape, view.nbytes) == ("B", 1, False, (12,), 12)
    view[0] = 7
    assert data[0] == 7
    assert np.frombuffer(either.buffer(data), np.int32).tolist() == [7, 2, 3]
    assert len(either.from_buffer("int[]", either.buffer(data))) == 3
    view.release()


def test_a_buffer_keeps_the_memory(either):
    buffer = either.buffer(either.new("char[]", b"abc"))
    view = memoryview(either.buffer(either.new("char[]", b"def")))
    filler = [bytearray(4) for _ in range(1000)]
    assert buffer[0:3] == b"abc"
    assert bytes(view[0:3]) == b"def"
    assert len(filler) == 1000


def test_a_cycle_through_a_buffer_is_collected(either):
    class Owner:
        pass

    owner = Owner()
    owner.buffer = either.buffer(either.gc(either.new("char[4]"), lambda _, owner=owner: None))
    alive = weakref.ref(owner)
    del owner
    gc.collect()
    assert alive() is None


def test_a_buffer_after_release(ffi):
    libc = ffi.dlopen(None)
    freed = []
    memory = ffi.gc(ffi.cast("char *", libc.malloc(4)), lambda p: (freed.append(1), libc.free(p)))
    buffer = ffi.buffer(memory, 4)
    buffer[:] = b"abcd"
    view = memoryview(buffer)
    ffi.release(memory)
    assert freed == []
    assert bytes(view) == b"abcd"
    for use in (
        lambda: buffer[0],
        lambda: buffer[:],
        lambda: buffer.__setitem__(0, b"x"),
        lambda: buffer == b"abcd",
        lambda: list(buffer),
        lambda: memoryview(buffer),
        lambda: ffi.buffer(memory, 4),
        lambda: ffi.memmove(memory, b"abc", 3),
        lambda: ffi.memmove(bytearray(3), memory, 3),
        lambda: ffi.unpack(memory, 3),
    ):
        with pytest.raises(ValueError, match=r"cdata 'char \*' was released"):
            use()
    assert len(buffer) == 4
    view.release()
    assert freed == [1]


def test_a_buffer_of_read_only_memory(ffi):
    for data in (ffi.from_buffer(b"abcd"), ffi.cast("const char *", ffi.new("char[4]", b"abcd"))):
        buffer = ffi.buffer(data, 4)
        assert memoryview(buffer).readonly
        for write in (
            lambda b=buffer: b.__setitem__(0, b"x"),
            lambda b=buffer: b.__setitem__(slice(0, 1), b"x"),
            lambda d=data: ffi.memmove(d, b"x", 1),
        ):
            with pytest.raises(TypeError, match=r"read-only|const"):
                write()
        assert buffer == b"abcd"


def test_a_buffer_that_is_too_large_is_refused(ffi):
    data = ffi.new("int[3]")
    for pointer, size in ((data, 13), (data + 1, 9), (data + 4, 1)):
        with pytest.raises(IndexError, match="reach beyond the memory"):
            ffi.buffer(pointer, size)
    with pytest.raises(RuntimeError, match="null pointer"):
        ffi.buffer(ffi.cast("int *", 0))
    assert len(ffi.buffer(ffi.NULL, 0)) == 0


def test_memmove(either):
    numbers, target = either.new("int[]", [1, 2, 3, 4]), bytearray(8)
    either.memmove(target, numbers + 1, 8)
    assert target == bytes(either.buffer(numbers)[4:12])
    either.memmove(numbers, numbers + 1, 12)
    assert list(numbers) == [2, 3, 4, 4]
    either.memmove(numbers + 1, numbers, 12)
    assert list(numbers) == [2, 2, 3, 4]
    either.memmove(dest=numbers, src=b"\7\0\0\0", n=4)
    assert numbers[0] == 7
    floats = np.zeros(2)
    either.memmove(floats, array.array("d", [1.5, 2.5]), 16)
    assert floats.tolist() == [1.5, 2.5]
    either.memmove(either.buffer(numbers), either.buffer(either.new("int *", 9)), 4)
    assert numbers[0] == 9
    either.memmove(either.NULL, b"", 0)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (lambda ffi: (ffi.new("char[5]"), b"abc", -1), ValueError),
        (lambda ffi: (b"abc", b"abc", 1), BufferError),
        (lambda ffi: (5, b"abc", 1), TypeError),
        (lambda ffi: (bytearray(3), "abc", 1), TypeError),
        (lambda ffi: (ffi.cast("int", 4), b"abc", 1), TypeError),
        (lambda ffi: (ffi.new("struct point *")[0], b"abc", 1), TypeError),
        (lambda ffi: (bytearray(3), bytearray(3), 1.0), TypeError),
        (lambda ffi: (np.zeros(4)[::2], bytearray(3), 1), ValueError),
        (lambda ffi: (ffi.dlopen(None).free, bytearray(3), 0), TypeError),
    ],
)
def test_wrong_uses_of_memmove(either, arguments, error):
    with pytest.raises(error):
        either.memmove(*arguments(either))


def test_memmove_stays_in_known_memory(ffi):
    numbers = ffi.new("int[2]")
    for arguments, error in (
        ((numbers, bytes(12), 9), IndexError),
        ((bytearray(12), numbers, 9), IndexError),
        ((numbers + 1, bytes(12), 5), IndexError),
        ((numbers, b"abc", 4), ValueError),
        ((bytearray(3), numbers, 4), ValueError),
        ((ffi.NULL, b"abc", 1), RuntimeError),
    ):
        with pytest.raises(error):
            ffi.memmove(*arguments)
    assert list(numbers) == [0, 0]


UNPACKED = [
    ("char[]", b"a\0b", 4),
    ("wchar_t[]", "aé\0b", 5),
    ("char16_t[]", "a\U00012345b", 5),
    ("char16_t[]", "\ufeffa", 2),
    ("char32_t[]", "a\U00012345", 3),
    ("signed char[]", [1, -2], 2),
    ("unsigned char[]", [1, 250], 2),
    ("short[]", [1, -2], 2),
    ("unsigned short[]", [1, 65535], 1),
    ("int[]", [1, -2, 2**31 - 1], 3),
    ("unsigned int[]", [2**32 - 1], 1),
    ("long[]", [-(2**63)], 1),
    ("unsigned long long[]", [2**64 - 1], 1),
    ("_Bool[]", [1, 0], 2),
    ("float[]", [1.5, 2.5], 2),
    ("double[]", [1.5, 2.5], 2),
    ("enum colour[]", [0, 5], 2),
    ("int[]", [1, 2], 0),
    ("char[]", b"abc", 0),
]


@pytest.mark.parametrize(("cdecl", "init", "length"), UNPACKED)
def test_unpack_as_cffi(cdecl, init, length):
    mine, theirs = (
        ffi.unpack(ffi.new(cdecl, init), length)
        for ffi in (declared(ferrule, DECLARATIONS), declared(cffi, DECLARATIONS))
    )
    assert mine == theirs
    assert type(mine) is type(theirs)
    assert [type(item) for item in mine] == [type(item) for item in theirs]


def test_unpack_items_that_are_c_data(either):
    points = either.new("struct point[2]", [(1, b"a"), (2, b"b")])
    assert [(point.x, point.tag) for point in either.unpack(points, 2)] == [(1, b"a"), (2, b"b")]
    either.unpack(points, 2)[1].x = 7
    assert points[1].x == 7
    rows = either.new("int[2][3]", [[1, 2, 3], [4, 5, 6]])
    assert [list(row) for row in either.unpack(rows, 2)] == [[1, 2, 3], [4, 5, 6]]
    number = either.new("int *", 5)
    assert either.unpack(either.new("int *[]", [number, either.NULL]), 2) == [number, either.NULL]
    assert [float(item) for item in either.unpack(either.new("long double[]", [1.5]), 1)] == [1.5]
    assert either.unpack(cdata=either.new("int *", 3), length=1) == [3]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (lambda ffi: (ffi.new("int[2]"), -1), ValueError),
        (lambda ffi: (ffi.new("int[2]"), "a"), TypeError),
        (lambda ffi: (ffi.NULL, 0), RuntimeError),
        (lambda ffi: (ffi.cast("int *", 0), 1), RuntimeError),
        (lambda ffi: (5, 1), TypeError),
        (lambda ffi: (ffi.cast("int", 5), 1), TypeError),
        (lambda ffi: (ffi.new("struct point *")[0], 1), TypeError),
        (lambda ffi: (ffi.cast("void *", 7), 1), ValueError),
        (lambda ffi: (ffi.dlopen(None).free, 1), TypeError),
    ],
)
def test_wrong_uses_of_unpack(either, arguments, error):
    with pytest.raises(error):
        either.unpack(*arguments(either))


def test_unpack_stays_in_known_memory(ffi):
    numbers = ffi.new("int[2]", [1, 2])
    for length in (3, 1 << 62, (1 << 63) - 1):
        with pytest.raises(IndexError):
            ffi.unpack(numbers, length)
    assert ffi.unpack(numbers + 1, 1) == [2]
    with pytest.raises(IndexError):
        ffi.unpack(numbers + 1, 2)
    with pytest.raises(MemoryError):
        ffi.unpack(ffi.cast("int *", 1 << 20), 1 << 62)
