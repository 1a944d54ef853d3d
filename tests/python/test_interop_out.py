"""C data in the hands of others: the buffer protocol, NumPy's array interface, DLPack."""

import ctypes
import gc
import struct
import weakref

import numpy as np
import pytest

NUMBERS = {
    "_Bool": "?",
    "signed char": "b",
    "unsigned char": "B",
    "short": "h",
    "unsigned short": "H",
    "int": "i",
    "unsigned int": "I",
    "long": "l",
    "unsigned long": "L",
    "int64_t": "l",
    "float": "f",
    "double": "d",
    "char": "c",
    "size_t": "L",
}


@pytest.fixture
def shapes(ffi):
    """Structs of several shapes."""
    ffi.cdef("""
        enum colour { RED, GREEN = 5 };
        struct point { int x; double y; };
        struct line { struct point ends[2]; char tag; short weights[2][3]; int *where; };
        struct bits { int a : 3; unsigned b : 9; short after; };
        struct inner { int kind; union { int i; double d; }; int last; };
        union word { int i; double d; };
        struct open { int n; double items[]; };
        struct wide { __int128 big; long double x; float _Complex z; };
        typedef void (*hook)(void);
    """)
    return ffi


@pytest.mark.parametrize(("name", "letter"), NUMBERS.items())
def test_an_array_of_numbers_is_a_memoryview(ffi, name, letter):
    array = ffi.new(f"{name}[3]")
    view = memoryview(array)
    size = ffi.sizeof(name)
    assert (view.format, view.shape, view.strides, view.itemsize) == (letter, (3,), (size,), size)
    assert not view.readonly
    assert view.nbytes == 3 * size == 3 * struct.calcsize(letter)
    as_numpy = np.asarray(array)
    assert as_numpy.itemsize == size
    assert np.shares_memory(as_numpy, np.frombuffer(view, dtype=np.uint8))


def test_both_sides_write_the_same_memory(ffi):
    array = ffi.new("int[]", [1, 2, 3])
    view, numbers = memoryview(array), np.asarray(array)
    view[0] = 10
    numbers[1] = 20
    array[2] = 30
    assert view.tolist() == numbers.tolist() == list(array) == [10, 20, 30]
    assert bytes(array) == struct.pack("3i", 10, 20, 30)


def test_arrays_of_arrays_have_axes(ffi):
    grid = ffi.new("short[2][3][4]")
    grid[1][2][3] = 7
    view = memoryview(grid)
    assert (view.shape, view.strides) == ((2, 3, 4), (24, 8, 2))
    assert view[1, 2, 3] == 7
    numbers = np.asarray(grid)
    assert numbers.shape == (2, 3, 4)
    assert numbers.flags.c_contiguous
    assert numbers[1, 2, 3] == 7
    assert np.asarray(grid[1]).shape == (3, 4)
    assert np.asarray(ffi.new("int[][2]", 5)).shape == (5, 2)


def test_a_slice_is_a_part(ffi):
    array = ffi.new("int[]", list(range(10)))
    assert memoryview(array[2:5]).tolist() == [2, 3, 4]
    assert np.asarray(array[2:5]).tolist() == [2, 3, 4]


def test_a_pointer_goes_to_the_end_of_its_memory(ffi):
    assert memoryview(ffi.new("int *", 5)).tolist() == [5]
    array = ffi.new("int[]", [1, 2, 3, 4])
    assert memoryview(array + 1).tolist() == [2, 3, 4]
    assert memoryview(array + 4).tolist() == []
    assert np.asarray(array + 2).tolist() == [3, 4]


@pytest.mark.parametrize("offset", [-1, 5])
def test_a_pointer_outside_its_memory_offers_nothing(ffi, offset):
    array = ffi.new("int[4]")
    with pytest.raises(BufferError, match=r"cdata 'int \*' offers no buffer: it points outside the memory"):
        memoryview(array + offset)


def test_memory_of_unknown_size_is_refused(shapes):
    unknown = shapes.cast("int *", 4096)
    with pytest.raises(BufferError, match=r"it is not known how much memory it points to.*ffi\.buffer"):
        memoryview(unknown)
    assert not hasattr(unknown, "__array_interface__")
    with pytest.raises(BufferError, match="not known how much"):
        unknown.__dlpack__()
    with pytest.raises(BufferError, match="it points to code"):
        memoryview(shapes.cast("hook", 4096))
    with pytest.raises(BufferError):
        memoryview(shapes.NULL)


def test_const_memory_is_read_only(ffi):
    ffi.cdef("struct fixed { const int a[2]; int b; };")
    fixed = ffi.new("struct fixed *", [[1, 2], 3])
    view = memoryview(fixed.a)
    assert view.readonly
    with pytest.raises(TypeError, match="read-only"):
        view[0] = 1
    numbers = np.asarray(fixed.a)
    assert not numbers.flags.writeable
    assert fixed.a.__array_interface__["data"][1] is True
    with pytest.raises(TypeError, match="read-write"):
        struct.pack_into("i", fixed.a, 0, 1)
    with pytest.raises(TypeError, match="underlying buffer is not writable"):
        ctypes.c_int.from_buffer(fixed.a)
    struct.pack_into("i", fixed, 8, 9)
    assert fixed.b == 9


def test_structs_are_records(shapes):
    lines = shapes.new("struct line[2]")
    lines[1].ends[0].y = 0.5
    lines[1].weights[1][2] = 8
    lines[1].tag = b"t"
    view = memoryview(lines)
    assert view.itemsize == shapes.sizeof("struct line")
    assert view.format == "^T{(2)T{i:x:4xd:y:}:ends:c:tag:x(2,3)h:weights:2xL:where:}"
    records = np.asarray(lines)
    assert records.dtype.names == ("ends", "tag", "weights", "where")
    for name in records.dtype.names:
        assert records.dtype.fields[name][1] == shapes.offsetof("struct line", name)
    assert records[1]["ends"][0]["y"] == 0.5
    assert records[1]["weights"][1, 2] == 8
    assert records[1]["tag"] == b"t"
    records["ends"]["x"] = 3
    assert lines[0].ends[1].x == 3
    assert np.asarray(lines[0]).shape == ()
    assert np.asarray(shapes.new("struct point *", [1, 2.0]))[0].tolist() == (1, 2.0)


def test_the_array_interface_says_the_same(shapes):
    class Only:
        def __init__(self, data):
            self.__array_interface__ = data.__array_interface__
            self.data = data

    lines = shapes.new("struct line[2]")
    lines[1].weights[1][2] = 8
    by_interface, by_buffer = np.asarray(Only(lines)), np.asarray(lines)
    assert by_interface.itemsize == by_buffer.itemsize
    for name, field in by_buffer.dtype.fields.items():
        assert by_interface.dtype.fields[name][1] == field[1]
    assert np.shares_memory(by_interface, by_buffer)
    assert by_interface["weights"][1, 1, 2] == 8
    for name in NUMBERS:
        array = shapes.new(f"{name}[2]")
        assert np.asarray(Only(array)).dtype == np.asarray(array).dtype
        assert array.__array_interface__["shape"] == (2,)


def test_what_the_format_has_no_word_for_is_bytes(shapes):
    assert memoryview(shapes.new("struct bits *")).format == "^T{2xh:after:}"
    bits = shapes.new("struct bits *", {"a": -1, "b": 300, "after": 12})
    assert np.asarray(bits)[0]["after"] == 12
    inner = np.asarray(shapes.new("struct inner *", {"kind": 1, "d": 2.0, "last": 3}))
    assert inner.dtype.names == ("kind", "last")
    assert inner[0].tolist() == (1, 3)
    word = shapes.new("union word *", {"d": 1.0})
    view = memoryview(word)
    assert (view.format, view.itemsize) == ("8x", 8)
    assert np.asarray(word).tobytes() == struct.pack("d", 1.0)
    wide = shapes.new("struct wide *", {"x": 0.25, "z": 1 + 2j})
    record = np.asarray(wide)[0]
    assert (record["x"], record["z"]) == (0.25, 1 + 2j)
    enums = shapes.new("enum colour[]", [5, 0])
    assert np.asarray(enums).tolist() == [5, 0]


def test_an_open_struct_is_its_bytes(shapes):
    opened = shapes.new("struct open *", {"n": 2, "items": [1.0, 2.0]})
    view = memoryview(opened)
    assert (view.format, view.nbytes) == ("B", 8 + 16)
    assert struct.unpack("i4x2d", view) == (2, 1.0, 2.0)
    assert np.asarray(opened.items).tolist() == [1.0, 2.0]


def test_numbers_are_read_only(ffi):
    number = ffi.cast("int", 7)
    assert memoryview(number).readonly
    assert memoryview(number).shape == ()
    assert np.asarray(number).dtype == np.intc
    assert int(np.asarray(number)) == 7


def test_characters(ffi):
    wide = np.asarray(ffi.new("wchar_t[]", "héß"))
    assert wide.tolist() == ["h", "é", "ß", ""]
    assert np.asarray(ffi.new("char16_t[]", "hé")).tolist() == [ord("h"), ord("é"), 0]
    assert bytes(ffi.new("char[]", b"ab")) == b"ab\0"


def test_what_was_handed_out_keeps_the_memory(ffi):
    def made():
        array = ffi.new("int[]", [1, 2, 3])
        return weakref.ref(array), array

    for offer in (memoryview, np.asarray, np.from_dlpack, lambda array: memoryview(array[1:3])):
        alive, array = made()
        offered = offer(array)
        del array
        gc.collect()
        assert alive() is not None
        assert list(offered.tolist())[-1] == 3
        del offered
        gc.collect()
        assert alive() is None


def test_a_consumer_may_ask_for_less(ffi):
    testbuffer = pytest.importorskip("_testbuffer", reason="CPython's own test module is not installed")
    grid = ffi.new("int[2][2]", [[1, 2], [3, 4]])
    assert bytearray(grid) == struct.pack("4i", 1, 2, 3, 4)
    flat = memoryview(bytearray(16))
    flat[:] = memoryview(grid).cast("B")
    assert struct.unpack("4i", flat) == (1, 2, 3, 4)
    with pytest.raises(BufferError, match="by rows"):
        testbuffer.ndarray(grid, getbuf=testbuffer.PyBUF_F_CONTIGUOUS)


def test_dlpack(ffi):
    grid = ffi.new("double[2][3]", [[1, 2, 3], [4, 5, 6]])
    assert grid.__dlpack_device__() == (1, 0)
    tensor = np.from_dlpack(grid)
    assert tensor.tolist() == [[1, 2, 3], [4, 5, 6]]
    tensor[1, 2] = 60
    assert grid[1][2] == 60
    copied = np.from_dlpack(grid, copy=True)
    copied[0, 0] = 9
    assert grid[0][0] == 1
    for name in ("_Bool", "signed char", "unsigned short", "int", "long", "float", "double _Complex"):
        array = ffi.new(f"{name}[2]", [1, 0])
        assert np.from_dlpack(array).dtype == np.asarray(array).dtype


def test_dlpack_refuses(ffi):
    ffi.cdef("struct fixed { const int a[2]; }; struct pair { int a, b; };")
    fixed = ffi.new("struct fixed *", [[1, 2]])
    with pytest.raises(BufferError, match=r"is const.*from version 1 on"):
        fixed.a.__dlpack__()
    assert not np.from_dlpack(fixed.a).flags.writeable
    for name in ("struct pair", "char", "long double", "int *"):
        with pytest.raises(BufferError, match="DLPack has no type for"):
            ffi.new(f"{name}[2]").__dlpack__()
    array = ffi.new("int[2]")
    with pytest.raises(BufferError, match="not of the device"):
        array.__dlpack__(dl_device=(2, 0))
    with pytest.raises(BufferError, match="no streams"):
        array.__dlpack__(stream=1)
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        array.__dlpack__(colour=1)
    with pytest.raises(TypeError, match="keyword arguments only"):
        array.__dlpack__(None)


def test_released_memory_is_offered_to_nobody(ffi):
    borrowed = ffi.from_buffer("int[3]", bytearray(12))
    for released in (borrowed, ffi.new("int[3]")):
        ffi.release(released)
        for offer in (memoryview, np.asarray, np.from_dlpack, lambda x: x.as_cffi()):
            with pytest.raises(ValueError, match="was released"):
                offer(released)


@pytest.mark.parametrize(
    "offer", [memoryview, np.asarray, np.from_dlpack, lambda x: x.as_cffi(), lambda x: (x + 0).as_cffi()]
)
def test_a_release_meanwhile_frees_nothing(ffi, offer):
    memory = bytearray(struct.pack("3i", 1, 2, 3))
    array = ffi.from_buffer("int[3]", memory)
    offered = offer(array)
    ffi.release(array)
    assert offered[2] == 3
    with pytest.raises(BufferError):
        memory.clear()
    del offered, array
    gc.collect()
    memory.clear()


def test_a_tensor_that_nobody_takes_is_freed(ffi):
    array = ffi.new("int[2]")
    alive = weakref.ref(array)
    capsules = [array.__dlpack__(), array.__dlpack__(max_version=(1, 0)), array.__dlpack__(copy=True)]
    del array
    assert alive() is not None
    del capsules
    gc.collect()
    assert alive() is None
