"""Corners of C data that ferrule and cffi see alike: each test runs under both."""

import itertools
import sys

import numpy as np
import pytest

import ferrule
from ferrule.cffi import CDefError

DECLARATIONS = """
    struct sized { int count; int items[0]; };
    struct flexible { int tag; int items[]; };
    struct nested { int tag; union { int signed_part; unsigned unsigned_part; }; char letter; };
    union either { int number; char letter; };
    struct empty {};
    struct _IO_FILE;
    size_t wcslen(const wchar_t *text);
    int fputs(const char *text, struct _IO_FILE *stream);
"""


def test_a_truth_is_zero_or_one_in_memory_too(either):
    memory = either.new("unsigned char[]", [0, 1, 2])
    truths = either.cast("_Bool[3]", memory)
    assert truths[0] is False
    assert truths[1] is True
    for read in (lambda: truths[2], lambda: list(truths), lambda: either.unpack(truths, 3)):
        with pytest.raises(ValueError, match="_Bool"):
            read()


@pytest.mark.parametrize("number", [2**64, -(2**64), 2**128, 10**400, -1, "\x01", b"\x01", 0.1, -0.1])
def test_a_number_of_any_size_is_cast_to_a_truth(either, number):
    assert int(either.cast("_Bool", number)) == 1


def test_bytes_are_passed_as_truths(either):
    @either.callback("int(_Bool *)")
    def count(truths):
        return truths[0] + truths[1]

    assert count(b"\x01\x00") == 1
    assert count(b"\x01\x01") == 2
    with pytest.raises(ValueError, match="_Bool"):
        count(b"\x01\x02")


@pytest.mark.parametrize("text", ["", "text", "\u1234 is one", "\U00012345"])
def test_text_is_passed_as_wide_characters(either, text):
    assert either.dlopen(None).wcslen(text) == len(text)
    for ctype in ("wchar_t", "char16_t", "char32_t"):
        seen = []
        take = either.callback(f"void({ctype} *)", lambda start, seen=seen: seen.append(either.string(start)))
        take(text)
        assert seen == [text]


def test_text_is_no_pointer_to_other_items(either):
    for ctype in ("int", "short", "char", "unsigned char", "void"):
        take = either.callback(f"void({ctype} *)", print)
        with pytest.raises(TypeError):
            take("text")
    with pytest.raises(TypeError):
        either.dlopen(None).wcslen(b"text")


def test_a_file_is_what_the_headers_call_it(either, tmp_path):
    path = tmp_path / "text"
    with path.open("wb") as file:
        file.write(b"first ")
        assert either.dlopen(None).fputs(b"second", file) >= 0
    assert path.read_bytes() == b"first second"


def test_the_alignment_of_an_array_without_a_length(either):
    assert either.alignof("int[]") == either.alignof("int[3]") == 4
    assert either.alignof("double[][7]") == 8
    assert either.alignof("struct flexible[]") == 4
    with pytest.raises(ValueError, match="'void' is of unknown alignment"):
        either.alignof("void")


@pytest.mark.parametrize(
    ("ctype", "fields"),
    [
        ("struct sized", [("count", 0, -1, 0), ("items", 4, -2, 0)]),
        ("struct flexible", [("tag", 0, -1, 0), ("items", 4, -2, 0)]),
        (
            "struct nested",
            [("tag", 0, -1, 0), ("signed_part", 4, -1, 0), ("unsigned_part", 4, -1, 1), ("letter", 8, -1, 0)],
        ),
        ("union either", [("number", 0, -1, 0), ("letter", 0, -1, 1)]),
    ],
)
def test_what_is_said_of_fields(either, ctype, fields):
    seen = [(name, field.offset, field.bitshift, field.flags) for name, field in either.typeof(ctype).fields]
    assert seen == fields


@pytest.mark.parametrize("index", [2**61, -(2**62), sys.maxsize])
def test_no_offset_is_larger_than_an_address(either, index):
    with pytest.raises(OverflowError):
        either.offsetof("int[]", index)
    with pytest.raises(OverflowError):
        either.addressof(either.new("int[3]"), index)
    assert either.offsetof("char[]", index) == index


def test_an_array_of_no_items_is_where_more_begin(either):
    memory = either.new("int[]", [3, 10, 20, 30])
    header = either.cast("struct sized *", memory)
    assert either.typeof(header.items) is either.typeof("int *")
    assert [header.items[index] for index in range(header.count)] == [10, 20, 30]
    header.items[1] = 21
    assert memory[2] == 21
    with pytest.raises(TypeError):
        len(header.items)
    assert either.addressof(header, "items") == header.items


def test_an_open_array_is_not_set_to_a_length(either):
    made = either.new("struct flexible *", [1, 3])
    assert len(made.items) == 3
    for value in (2, None, 2.5):
        with pytest.raises(TypeError):
            made.items = value
    made[0] = [7, 3]
    assert made.tag == 7
    made.items = [4, 5]
    assert list(made.items) == [4, 5, 0]


def test_lengths_are_whatever_counts(either):
    assert len(either.new("int[]", np.int64(3))) == 3
    assert len(either.new("struct flexible *", [1, np.int64(3)]).items) == 3
    assert len(either.new("struct flexible *", {"items": True}).items) == 1
    with pytest.raises(ValueError, match="negative array length"):
        either.new("struct flexible *", [1, -1])


def test_an_endless_iterator_is_too_long_for_a_slice(either):
    array = either.new("int[3]")
    with pytest.raises(ValueError, match="more"):
        array[0:2] = itertools.count()
    array[0:2] = iter([1, 2])
    assert list(array) == [1, 2, 0]


def test_borrowed_memory_is_not_owned(either):
    memory = bytearray(8)
    borrowed = either.from_buffer("struct flexible *", memory)
    assert repr(borrowed[0]).startswith("<cdata 'struct flexible &' 0x")
    collected = either.gc(either.new("struct flexible *", [1, 3]), lambda _: None)
    assert repr(collected[0]).startswith("<cdata 'struct flexible &' 0x")


def test_what_onerror_returns_is_reported_with_what_it_was_asked(either, monkeypatch):
    reported = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: reported.append(unraisable.exc_type))
    triple = either.callback("short(short)", lambda number: number * 3, error=-1, onerror=lambda *_: "none")
    assert triple(20000) == -1
    assert reported == [OverflowError, TypeError]


def test_types_that_only_share_a_name(either):
    other = type(either)()
    other.cdef("struct flexible { int tag; };")
    foreign = other.new("struct flexible *")
    for refused in (
        lambda: either.new("struct flexible **", foreign),
        lambda: either.new("struct flexible[1]", [foreign[0]]),
    ):
        with pytest.raises(TypeError, match=r"'struct flexible.*different|only share their name"):
            refused()


def test_items_without_a_size_cannot_be_counted(ffi):
    # cffi's empty structs take one byte, as in C++; those of C take none.
    ffi.cdef(DECLARATIONS)
    assert ffi.sizeof("struct empty") == 0
    with pytest.raises(ZeroDivisionError, match="how many 'struct empty'"):
        ffi.from_buffer("struct empty[]", b"abc")
    assert len(ffi.from_buffer("struct empty[5]", b"abc")) == 5


def test_the_array_after_the_last_field_ends_with_owned_memory(ffi):
    ffi.cdef(DECLARATIONS)
    owner = ffi.new("struct sized *")
    with pytest.raises(IndexError, match="index 0 of cdata 'int \\*' is outside"):
        owner.items[0]
    large = ffi.new("int[4]")
    header = ffi.cast("struct sized *", large)
    header.items[2] = 9
    assert large[3] == 9
    with pytest.raises(IndexError):
        header.items[3]


def test_an_initialiser_says_no_longer_array_than_there_is(ffi):
    ffi.cdef(DECLARATIONS)
    made = ffi.new("struct flexible *", [1, 3])
    with pytest.raises(IndexError, match=r"got 4, room for 3\), in field 'items' of struct flexible"):
        made[0] = [1, 4]


def test_an_array_is_copied_into_one_whose_length_it_says(ffi):
    fixed = ffi.new("int[3]", [1, 2, 3])
    for given in (fixed, fixed[0:3], ffi.new("int[]", [1, 2, 3])):
        assert list(ffi.new("int[]", given)) == [1, 2, 3]
    with pytest.raises(TypeError):
        ffi.new("int[]", ffi.new("short[3]"))


def test_a_wrong_byte_is_refused_where_c_hands_it_over(ffi):
    seen = []
    take = ffi.callback("void(_Bool)", seen.append)
    byte = ffi.cast("void(*)(unsigned char)", take)
    byte(1)
    byte(0)
    assert seen == [True, False]


def test_a_function_of_void_returns_none(either, monkeypatch):
    reported = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: reported.append(unraisable.exc_type))
    results = [None, 42, "none"]
    take = either.callback("void(int)", results.__getitem__)
    for index in range(3):
        assert take(index) is None
    assert reported == [TypeError, TypeError]


def test_constants_that_are_no_integers(ffi):
    ffi.cdef("""
        static const double RATIO = 1.5 / 2;
        static const float TENTH = 0.1;
        static const char *const NAME = "na" "me";
        static const char BYTES[] = "\\x01\\xff";
        static const int COUNT = 3;
    """)
    lib = ffi.dlopen(None)
    assert (lib.RATIO, lib.NAME, lib.BYTES, lib.COUNT) == (0.75, b"name", b"\x01\xff", 3)
    assert np.float32(0.1) == lib.TENTH
    other = ferrule.FFI()
    other.cdef("static const double OTHER = 2.5;")
    other.include(ffi)
    assert (other.dlopen(None).RATIO, other.dlopen(None).OTHER) == (0.75, 2.5)
    with pytest.raises(CDefError, match="`wrong` has a value"):
        ffi.cdef("static const double FINE = 1.5; static char *wrong = 1.5;")
    assert not hasattr(ffi.dlopen(None), "FINE")
