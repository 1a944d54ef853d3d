"""C data: scalars, what they become in Python, and casts."""

import gc
import weakref

import pytest


@pytest.mark.parametrize(
    ("ctype", "low", "high"),
    [
        ("signed char", -(2**7), 2**7 - 1),
        ("unsigned char", 0, 2**8 - 1),
        ("short", -(2**15), 2**15 - 1),
        ("unsigned short", 0, 2**16 - 1),
        ("int", -(2**31), 2**31 - 1),
        ("unsigned int", 0, 2**32 - 1),
        ("long", -(2**63), 2**63 - 1),
        ("unsigned long long", 0, 2**64 - 1),
        ("__int128", -(2**127), 2**127 - 1),
        ("unsigned __int128", 0, 2**128 - 1),
    ],
)
def test_integers_hold_their_range_and_no_more(ffi, ctype, low, high):
    box = ffi.new(f"{ctype} *")
    for value in (low, high, 0, 1):
        box[0] = value
        assert box[0] == value
    for value in (low - 1, high + 1):
        with pytest.raises(OverflowError, match=f"does not fit '{ctype}'"):
            box[0] = value
    assert int(ffi.cast(ctype, high + 1)) == low
    assert int(ffi.cast(ctype, low - 1)) == high


def test_wrong_kinds_are_refused(ffi):
    for value in (2.5, "5", None, [1]):
        with pytest.raises(TypeError, match="expected an integer for 'int'"):
            ffi.new("int *")[0] = value
    with pytest.raises(TypeError, match=r"expected a real number for 'double', got 'a' \(str\)"):
        ffi.new("double *", "a")
    with pytest.raises(TypeError, match=r"bytes of length 1 for 'char', got b'ab' \(bytes\)"):
        ffi.new("char *", b"ab")
    with pytest.raises(TypeError, match="a str of length 1 for 'wchar_t'"):
        ffi.new("wchar_t *", b"a")
    with pytest.raises(OverflowError, match="integer 2 does not fit '_Bool'"):
        ffi.new("_Bool *", 2)


def test_floats_and_complex_numbers(ffi):
    assert ffi.new("float *", 0.1)[0] == pytest.approx(0.1, rel=1e-6)
    assert ffi.new("double *", 3)[0] == 3.0
    assert ffi.new("double _Complex *", 1 + 2j)[0] == 1 + 2j
    assert ffi.new("float _Complex *", 3)[0] == 3
    assert complex(ffi.cast("double _Complex", 2j)) == 2j
    assert float(ffi.cast("float", 2.5)) == 2.5
    assert int(ffi.cast("double", -2.9)) == -2


def test_long_double_keeps_its_bits(ffi):
    box = ffi.new("long double *")
    third = ffi.cast("long double", ffi.cast("long long", 2**62 + 1))
    box[0] = third
    copy = ffi.new("long double[2]")
    copy[1] = box[0]
    assert int(copy[1]) == int(third)
    assert ffi.typeof(copy[1]) is ffi.typeof("long double")
    assert float(ffi.cast("long double", 0.1)) == 0.1


def test_characters(ffi):
    assert ffi.new("char *", b"x")[0] == b"x"
    assert ffi.new("wchar_t *", "\U0001f600")[0] == "\U0001f600"
    assert ffi.new("char16_t *", "é")[0] == "é"
    assert ffi.new("char32_t *", "\U0001f600")[0] == "\U0001f600"
    assert int(ffi.cast("char", b"A")) == 65
    assert ffi.string(ffi.cast("char", 65)) == b"A"
    with pytest.raises(TypeError, match=r"one character below U\+10000"):
        ffi.new("char16_t *", "\U0001f600")


def test_enums_are_integers_with_names(ffi):
    ffi.cdef("enum hue { RED, BLUE = 4 };")
    blue = ffi.cast("enum hue", 4)
    assert (int(blue), ffi.string(blue), repr(blue)) == (4, "BLUE", "<cdata 'enum hue' 4: BLUE>")
    assert ffi.string(ffi.cast("enum hue", 9)) == "9"
    assert ffi.new("enum hue *", 4)[0] == 4


def test_numbers_compare_and_hash_by_value(ffi):
    five = ffi.cast("int", 5)
    assert five == 5
    assert five == ffi.cast("long", 5)
    assert five != ffi.cast("char", 5)
    assert five < 6 <= ffi.cast("double", 6.5)
    assert hash(five) == hash(5)
    assert bool(five)
    assert not ffi.cast("int", 0)
    assert not ffi.cast("double", -0.0)
    with pytest.raises(TypeError, match="cannot add a cdata 'int' and a number"):
        _ = five + 1


def test_casts_truncate(ffi):
    assert int(ffi.cast("unsigned char", 300)) == 44
    assert int(ffi.cast("int", 3.9)) == 3
    assert int(ffi.cast("int", -3.9)) == -3
    assert int(ffi.cast("int", 2**100 + 7)) == 7
    assert int(ffi.cast("int", b"A")) == 65
    assert int(ffi.cast("int", "A")) == 65
    assert ffi.cast("_Bool", 0.5) == 1
    assert int(ffi.cast("int", ffi.NULL)) == 0
    assert ffi.cast("int *", 16) == ffi.cast("void *", 16)
    with pytest.raises(TypeError, match="cannot cast None to ctype 'int'"):
        ffi.cast("int", None)


def test_what_is_shown(ffi):
    ffi.cdef("struct p { int x; };")
    assert repr(ffi.new("int *")) == "<cdata 'int *' owning 4 bytes>"
    assert repr(ffi.new("int[]", 3)) == "<cdata 'int[]' owning 12 bytes>"
    assert repr(ffi.NULL) == "<cdata 'void *' NULL>"
    assert repr(ffi.cast("char *", 32)) == "<cdata 'char *' 0x20>"
    assert repr(ffi.cast("int", 5)) == "<cdata 'int' 5>"
    assert repr(ffi.new("int[3]")[0:2]) == "<cdata 'int[]' sliced length 2>"
    assert repr(ffi.new("struct p *")[0]) == "<cdata 'struct p' owning 4 bytes>"
    assert repr(ffi.cast("struct p *", 32)[0]) == "<cdata 'struct p &' 0x20>"


def test_what_cannot_be_done_names_the_type(ffi):
    box = ffi.new("int *")
    for attempt, message in [
        (lambda: int(box), r"int\(\) not supported on cdata 'int \*'"),
        (lambda: float(box), r"float\(\) not supported on cdata 'int \*'"),
        (lambda: len(box), r"cdata of type 'int \*' has no len\(\)"),
        (lambda: iter(box), r"cdata 'int \*' does not support iteration"),
        (box, r"cdata 'int \*' is not callable"),
        (lambda: ffi.cast("int", 1)[0], "cdata 'int' cannot be indexed"),
    ]:
        with pytest.raises(TypeError, match=message):
            attempt()
    with pytest.raises(AttributeError, match=r"cdata 'int \*' has no attribute 'x'"):
        _ = box.x


def test_weak_references(ffi):
    box = ffi.new("int *")
    reference = weakref.ref(box)
    assert reference() is box
    del box
    gc.collect()
    assert reference() is None


def test_text_of_c(ffi):
    text = ffi.new("char[]", b"hello")
    assert ffi.string(text) == b"hello"
    assert ffi.string(text, 2) == b"he"
    assert ffi.string(text + 3) == b"lo"
    assert ffi.string(ffi.cast("char *", text)) == b"hello"
    assert ffi.string(ffi.new("char[3]", b"abc")) == b"abc"
    assert ffi.string(ffi.new("wchar_t[]", "wide\U0001f600")) == "wide\U0001f600"
    assert ffi.string(ffi.new("char16_t[]", "\U0001f600")) == "\U0001f600"
    with pytest.raises(RuntimeError, match="NULL"):
        ffi.string(ffi.cast("char *", 0))
    with pytest.raises(TypeError, match="unexpected cdata 'int"):
        ffi.string(ffi.new("int[]", [65]))


def test_the_class_makes_nothing_by_itself(ffi):
    with pytest.raises(TypeError, match="cannot create"):
        ffi.CData()
    with pytest.raises(TypeError, match="not an acceptable base type"):
        type("Mine", (ffi.CData,), {})
