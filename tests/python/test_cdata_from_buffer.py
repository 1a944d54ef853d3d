"""`from_buffer`: the memory of Python objects as C data, side by side with cffi."""

import array
import ctypes
import mmap

import cffi
import numpy as np
import pytest

import ferrule

from .side_by_side import declared

DECLARATIONS = """
    struct point { int x; char tag; };
    struct open { int count; int items[]; };
    size_t strlen(const char *text);
"""


@pytest.fixture
def ffi():
    """An FFI with the declarations."""
    return declared(ferrule, DECLARATIONS)


EXPORTERS = {
    "bytes": lambda: b"abcdefgh",
    "bytearray": lambda: bytearray(b"abcdefgh"),
    "array": lambda: array.array("i", [1, 2, 3]),
    "memoryview": lambda: memoryview(b"abcdefgh")[2:],
    "numpy": lambda: np.arange(6.0).reshape(2, 3),
    "numpy record": lambda: np.zeros(2, [("x", "i4"), ("y", "f8")]),
    "ctypes": lambda: (ctypes.c_int * 3)(1, 2, 3),
    "mmap": lambda: mmap.mmap(-1, 4096),
    "nothing": lambda: b"",
}


@pytest.mark.parametrize("name", EXPORTERS)
@pytest.mark.parametrize("cdecl", [None, "char[]", "int[]", "int[0]", "unsigned char *", "struct point[]"])
def test_objects_are_taken_as_by_cffi(name, cdecl):
    mine, theirs = declared(ferrule, DECLARATIONS), declared(cffi, DECLARATIONS)
    exporter = EXPORTERS[name]()
    one, other = (
        ffi.from_buffer(exporter) if cdecl is None else ffi.from_buffer(cdecl, exporter)
        for ffi in (mine, theirs)
    )
    assert mine.typeof(one).cname == theirs.typeof(other).cname
    assert int(mine.cast("uintptr_t", one)) == int(theirs.cast("uintptr_t", other))
    assert repr(one) == repr(other)
    if mine.typeof(one).kind == "array":
        assert len(one) == len(other)
        assert mine.sizeof(one) == theirs.sizeof(other)


def outcome(function, *arguments, **keywords):
    try:
        function(*arguments, **keywords)
    except Exception as error:
        return type(error)
    return None


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("text",), TypeError),
        ((5,), TypeError),
        ((None,), TypeError),
        (("char[]",), TypeError),
        (("int[2]", b"abcde"), ValueError),
        (("int[1]", b"abcde"), None),
        (("struct point", b"abcdefgh"), TypeError),
        (("int", b"abcdefgh"), TypeError),
        (("int(*)(int)", b"abcdefgh"), TypeError),
        ((memoryview(b"abcdef")[::2],), BufferError),
        ((np.arange(6)[::2],), ValueError),
        ((np.zeros((3, 2), order="F"),), ValueError),
        (("char[]", b"abc", True), BufferError),
        (("char[]", bytearray(b"abc"), True), None),
    ],
)
def test_what_does_not_fit_is_refused_as_by_cffi(arguments, expected):
    for module in (ferrule, cffi):
        assert outcome(declared(module, DECLARATIONS).from_buffer, *arguments) is expected


def test_keywords(either):
    assert len(either.from_buffer(cdecl="char[]", python_buffer=b"abc")) == 3
    assert outcome(either.from_buffer, b"abc", require_writable=True) is BufferError
    assert outcome(either.from_buffer, bytearray(3), require_writable=True) is None


def test_both_sides_see_what_is_written(either):
    memory = array.array("d", [1.0, 2.0])
    numbers = either.from_buffer("double[]", memory)
    numbers[1] = 5.5
    assert memory[1] == 5.5
    memory[0] = 7.5
    assert list(numbers) == [7.5, 5.5]


def test_the_object_cannot_be_resized_until_the_end(either):
    memory = bytearray(8)
    data = either.from_buffer(memory)
    with pytest.raises(BufferError):
        memory.append(0)
    either.release(data)
    memory.append(0)
    either.release(data)
    with either.from_buffer("int *", memory) as pointer, pytest.raises(BufferError):
        memory.append(pointer[0])
    memory.append(0)
    data = either.from_buffer(memory)
    del data
    memory.append(0)


def test_a_view_keeps_the_memory(ffi):
    view = ffi.from_buffer("struct point[]", bytearray(b"\1\0\0\0t\0\0\0" * 2))[1]
    filler = [bytearray(16) for _ in range(1000)]
    assert (view.x, view.tag, len(filler)) == (1, b"t", 1000)


def test_read_only_memory_is_not_written(ffi):
    text = b"abc\0efgh"
    frozen = np.arange(4, dtype=np.int32)
    frozen.flags.writeable = False
    libc = ffi.dlopen(None)
    for exporter in (text, memoryview(text), memoryview(bytearray(8)).toreadonly(), frozen):
        data = ffi.from_buffer("int[]", exporter)
        before = list(data)
        point = ffi.from_buffer("struct point *", exporter)
        for write in (
            lambda d=data: d.__setitem__(0, 7),
            lambda d=data: d.__setitem__(slice(0, 1), [7]),
            lambda d=data: (d + 1).__setitem__(0, 7),
            lambda d=data: ffi.cast("char *", d).__setitem__(0, b"x"),
            lambda d=data: d[0:2].__setitem__(0, 7),
            lambda d=data: ffi.gc(d, str).__setitem__(0, 7),
            lambda p=point: setattr(p, "x", 7),
            lambda p=point: setattr(p[0], "x", 7),
        ):
            with pytest.raises(TypeError, match="read-only"):
                write()
        assert list(data) == before
    # To read it is no harm.
    assert libc.strlen(ffi.from_buffer(text)) == 3
    assert ffi.string(ffi.from_buffer(text)) == b"abc"


def test_memory_that_is_known_is_not_left(ffi):
    pointer = ffi.from_buffer("int *", bytearray(10))
    assert pointer[1] == 0
    for wrong in (2, -1, 1 << 40):
        with pytest.raises(IndexError):
            print(pointer[wrong])
        with pytest.raises(IndexError):
            pointer[wrong] = 1
    with pytest.raises(IndexError):
        print(pointer[0:3])
    with pytest.raises(IndexError):
        print(ffi.from_buffer("struct point *", b"abcd").tag)
    opened = ffi.from_buffer("struct open *", bytearray(12))
    assert len(opened.items) == 2
    assert ffi.sizeof(opened[0]) == 12


def test_an_object_that_refers_to_its_own_memory_is_collected(either):
    import gc
    import weakref

    class Memory(bytearray):
        pass

    memory = Memory(8)
    memory.data = either.from_buffer(memory)
    alive = weakref.ref(memory)
    del memory
    gc.collect()
    assert alive() is None
