"""Corners of `FFI`, libraries and callbacks that ferrule and cffi see alike: each test runs under both."""

import ctypes
import gc
import sys
import weakref
from decimal import Decimal
from fractions import Fraction

import cffi
import numpy as np
import pytest

DECLARATIONS = """
    struct opaque;
    union closed;
    struct holder { struct opaque *inside; int *items[2]; };
    int abs(int);
"""


def is_real(either):
    return isinstance(either, cffi.FFI)


def test_an_opaque_struct_is_referred_to(either):
    pointer = either.cast("struct opaque *", 4096)
    reference = pointer[0]
    assert repr(reference) == "<cdata 'struct opaque &' 0x1000>"
    assert either.typeof(reference) is either.typeof("struct opaque")
    assert either.addressof(reference) == pointer
    assert reference == pointer[0]
    assert hash(reference) == hash(pointer[0])
    assert dir(reference) == []
    assert "&" in repr(either.cast("union closed *", 4096)[0])
    with pytest.raises(AttributeError):
        _ = reference.member
    with pytest.raises(TypeError, match="opaque"):
        pointer[0] = reference
    with pytest.raises(RuntimeError, match="null pointer"):
        either.cast("struct opaque *", 0)[0]
    for index in (0, 1):
        with pytest.raises(TypeError):
            either.addressof(pointer, index)


def test_an_opaque_struct_in_owned_memory_keeps_it(ffi):
    ffi.cdef(DECLARATIONS)
    memory = ffi.new("char[]", b"abc")
    reference = ffi.cast("struct opaque *", memory)[0]
    address = int(ffi.cast("intptr_t", memory))
    del memory
    gc.collect()
    assert ctypes.string_at(address) == b"abc"
    assert int(ffi.cast("intptr_t", ffi.addressof(reference))) == address
    with pytest.raises(TypeError, match="no known size"):
        ffi.cast("struct opaque *", 4096)[1]


def test_a_callback_of_void_returns_none(either, capfd):
    callback = either.callback("void(void)", lambda: 42)
    seen = []
    asked = either.callback("void(void)", lambda: 42, onerror=lambda *triple: seen.append(triple[0]))
    hook, sys.unraisablehook = sys.unraisablehook, sys.__unraisablehook__
    try:
        assert callback() is None
        assert asked() is None
    finally:
        sys.unraisablehook = hook
    output = capfd.readouterr().err
    assert output.count("TypeError") == 1
    assert "None" in output
    assert seen == [TypeError]


def test_an_override_is_seen_by_open_libraries(either):
    lib = either.dlopen(None)
    assert str(either.typeof(lib.abs)) == "<ctype 'int(*)(int)'>"
    either.cdef("long abs(int); int labs(int);", override=True)
    assert str(either.typeof(lib.abs)) == "<ctype 'long(*)(int)'>"
    assert lib.labs(-3) == 3


def test_an_ffi_keeps_its_libraries(either):
    lib = either.dlopen(None)
    is_there, function = weakref.ref(lib), lib.abs
    del lib
    gc.collect()
    assert is_there() is not None
    assert function(-3) == 3


def test_a_closed_library_is_not_kept(ffi):
    lib = ffi.dlopen(None)
    is_there = weakref.ref(lib)
    ffi.dlclose(lib)
    del lib
    gc.collect()
    assert is_there() is None


def test_constants_of_floating_types_are_numbers(ffi):
    ffi.cdef("static const float HALF = 0.5; const double THIRD = 1.0 / 3; static const double TWO = 2;")
    lib = ffi.dlopen(None)
    assert [lib.HALF, lib.THIRD, lib.TWO] == [0.5, 1 / 3, 2.0]
    ffi.cdef("static const float HALF = 0.5;")
    assert isinstance(lib.TWO, float)
    user = type(ffi)()
    user.cdef("static const float HALF = 0.5, OWN = HALF / 2;")
    user.include(ffi)
    user.cdef("static const double SIXTH = THIRD / 2;")
    lib = user.dlopen(None)
    assert [lib.HALF, lib.OWN, lib.SIXTH] == [0.5, 0.25, 1 / 6]


def test_a_function_that_returns_an_array_is_an_error_of_type(either):
    for text in ("int(*)(int)[5]", "int f(void)[2]"):
        with pytest.raises(TypeError, match=r"array|result"):
            either.typeof(text)


def test_what_a_list_points_to_lives_as_long_as_the_call(either):
    ended = []
    first = either.new("int[1000]", [1] * 1000)
    second = either.gc(either.new("int[1000]", [2] * 1000), lambda original: ended.append(original[0]))
    pointers = [first, second]
    del first, second

    @either.callback("int(int **)")
    def add(items):
        if not is_real(either):
            either.release(pointers[1])
            pointers.clear()
        gc.collect()
        assert ended == []
        return items[0][999] + items[1][999]

    assert add(pointers) == 3
    if not is_real(either):
        gc.collect()
        assert ended == [2]


def test_what_a_struct_points_to_lives_as_long_as_the_call(ffi):
    ffi.cdef(DECLARATIONS)
    ended = []

    def guarded(value):
        return ffi.gc(ffi.new("int[1000]", [value] * 1000), lambda original: ended.append(original[0]))

    first, second, third = guarded(1), guarded(2), guarded(3)
    holders = [{"items": [first, second]}, [ffi.NULL, (third, ffi.NULL)]]
    by_value = {"items": [guarded(4), ffi.NULL]}

    @ffi.callback("int(struct holder *, struct holder)")
    def add(structs, value):
        nonlocal first, second, third
        for pointer in (first, second, third, by_value["items"][0]):
            ffi.release(pointer)
        holders.clear()
        by_value.clear()
        first = second = third = None
        gc.collect()
        assert ended == []
        return structs[0].items[0][5] + structs[0].items[1][5] + structs[1].items[0][5] + value.items[0][5]

    assert add(holders, by_value) == 10
    gc.collect()
    assert sorted(ended) == [1, 2, 3, 4]


def test_released_memory_in_a_list_is_refused(ffi):
    released = ffi.new("int *", 5)
    ffi.release(released)
    add = ffi.callback("int(int **)", lambda items: items[0][0])
    with pytest.raises(ValueError, match="was released"):
        add([released])
    with pytest.raises(ValueError, match="was released"):
        add((ffi.new("int *"), released))


class Whole:
    """What has an integer part, and is no integer."""

    def __int__(self):
        return 66


@pytest.mark.parametrize(
    ("number", "whole"),
    [
        (Decimal("65.7"), 65),
        (Fraction(-7, 2), -3),
        (np.float32(65.5), 65),
        (np.bool_(True), 1),
        (Whole(), 66),
    ],
)
def test_a_cast_takes_the_integer_part_of_any_number(either, number, whole):
    assert int(either.cast("long", number)) == whole
    assert int(either.cast("unsigned char", number)) == whole % 256
    assert either.cast("char16_t *", number) == either.cast("char16_t *", whole)
    assert either.cast("_Bool", number)
    if not isinstance(number, Whole):
        assert float(either.cast("double", number)) == float(number)


def test_a_cast_to_bool_asks_for_the_number(either):
    assert bool(either.cast("_Bool", Decimal("0.5"))) is True
    assert bool(either.cast("_Bool", np.float32(0.25))) is True
    assert bool(either.cast("_Bool", Decimal(0))) is False
    for wrong in ("text", None, [1], 1j):
        with pytest.raises(TypeError):
            either.cast("int", wrong)


def test_const_stands_where_c_writes_it(ffi):
    ffi.cdef("struct s { int *q; char *const r; const char *t; int items[2][3]; void (*f)(int); };")
    memory = ffi.new("struct s *")
    view = ffi.cast("const struct s *", memory)
    assert [repr(getattr(view, name)) for name in "qrtf"] == [
        "<cdata 'int *' NULL>",
        "<cdata 'char *' NULL>",
        "<cdata 'const char *' NULL>",
        "<cdata 'void(*)(int)' NULL>",
    ]
    assert repr(view.items).startswith("<cdata 'const int[2][3]' 0x")
    assert repr(view.items[1]).startswith("<cdata 'const int[3]' 0x")
    assert repr(view[0]).startswith("<cdata 'const struct s' ")
    with pytest.raises(TypeError, match=r"'char \*const' cannot be written"):
        memory.r = ffi.NULL
    with pytest.raises(TypeError, match=r"'int \*const' cannot be written"):
        view.q = ffi.NULL


def test_methods_are_called_by_a_subclass(either):
    class Texts(type(either)):
        def string(self, cdata, maxlen=-1):
            return super().string(cdata, maxlen).decode()

        def unpack(self, cdata, length):
            return type(either).unpack(self, cdata, length).decode()

    texts = Texts()
    text = texts.new("char[]", b"text")
    assert texts.string(text) == "text"
    assert texts.string(text, 2) == "te"
    assert texts.unpack(text, 3) == "tex"
