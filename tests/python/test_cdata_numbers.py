"""Numbers that Python's own cannot stand for: `long double`, 128 bits, wide bit-fields; characters; casts."""

import random
from fractions import Fraction

import cffi
import pytest

from ferrule import FFI

EXTENDED = """
    long double strtold(const char *text, char **end);
    int snprintf(char *to, size_t size, const char *format, ...);
    struct mixed { char tag; long double value; };
"""


@pytest.fixture
def extended(ffi):
    """C's own reading and writing of `long double`: a text to a number, a number to its exact text."""
    ffi.cdef(EXTENDED)
    libc = ffi.dlopen(None)

    def read(text):
        return libc.strtold(text.encode(), ffi.NULL)

    def exact(number):
        buffer = ffi.new("char[100]")
        libc.snprintf(buffer, 100, b"%La", number)
        return ffi.string(buffer)

    return ffi, read, exact


def both(text, declarations=""):
    """What an expression gives or raises, in ferrule and in cffi."""
    outcomes = []
    for ffi in (FFI(), cffi.FFI()):
        ffi.cdef(declarations or "struct empty_text;")
        try:
            outcomes.append(eval(text, {"ffi": ffi}))
        except Exception as error:
            outcomes.append(type(error))
    return outcomes


def test_a_long_double_keeps_every_bit(extended):
    ffi, read, exact = extended
    tenth = read("0.1")
    assert exact(tenth) == b"0xc.ccccccccccccccdp-7"
    assert exact(ffi.cast("long double", tenth)) == exact(tenth)
    assert exact(ffi.new("long double *", tenth)[0]) == exact(tenth)
    array = ffi.new("long double[3]", [1, tenth])
    assert exact(array[1]) == exact(tenth)
    array[2] = array[1]
    array[0:2] = [tenth, 2.5]
    assert [exact(one) for one in array] == [exact(tenth), b"0xap-2", exact(tenth)]
    for initializer in ({"value": tenth}, [b"x", tenth]):
        assert exact(ffi.new("struct mixed *", initializer).value) == exact(tenth)
    pair = ffi.new("long double _Complex *", tenth)
    assert exact(ffi.cast("long double *", pair)[0]) == exact(tenth)
    assert exact(ffi.cast("long double *", pair)[1]) == b"0x0p+0"
    echo = ffi.callback("long double(long double)", lambda x: x)
    assert exact(echo(tenth)) == exact(tenth)


def test_a_long_double_is_compared_exactly(extended):
    ffi, read, _ = extended
    tenth = read("0.1")
    assert tenth == ffi.cast("long double", tenth)
    assert tenth != ffi.cast("long double", 0.1)
    assert tenth != 0.1
    assert tenth < 0.1
    assert float(tenth) == 0.1
    assert hash(tenth) == hash(ffi.new("long double *", tenth)[0])
    assert ffi.cast("long double", 0.1) == 0.1
    assert hash(ffi.cast("long double", 2**70)) == hash(2**70)
    assert read("1e4000") > 10**3999
    assert read("1e-4000") > 0
    assert float(read("1e4000")) == float("inf")
    assert ffi.cast("long double", float("nan")) != ffi.cast("long double", float("nan"))


def test_a_long_double_of_an_integer(extended):
    ffi, read, exact = extended
    for number in (2**64 - 1, -(2**63) - 1, 2**64 + 1, 3 * 2**70 + 1, 2**200 + 2**137 + 1, 2**16383, True):
        for made in (ffi.cast("long double", number), ffi.new("long double *", number)[0]):
            assert exact(made) == exact(read(hex(number)))
    assert int(ffi.cast("long double", 2**64 - 1)) == 2**64 - 1
    assert int(ffi.cast("long double", ffi.cast("__int128", -(2**100)))) == -(2**100)
    assert int(read("-12345678901234567.9")) == -12345678901234567
    assert int(ffi.cast("unsigned long long", read("18446744073709551615"))) == 2**64 - 1
    for too_large in (2**16384, -(2**100_000)):
        for make in (ffi.cast, ffi.new):
            with pytest.raises(OverflowError, match="does not fit 'long double'"):
                make("long double *" if make == ffi.new else "long double", too_large)
    for infinite, error in ((float("inf"), OverflowError), (float("nan"), ValueError)):
        with pytest.raises(error):
            int(ffi.cast("long double", infinite))


def test_the_text_of_a_long_double_is_the_shortest(extended):
    ffi, read, exact = extended
    shown = {
        "0.1": "0.1",
        "1.5": "1.5",
        "1e22": "1e+22",
        "-2e-5": "-2e-05",
        "123456789012345678": "1.23456789012345678e+17",
    }
    shown |= {
        "-0": "-0.0",
        "inf": "inf",
        "1e4000": "1e+4000",
        "3.6e-4951": "4e-4951",
        "1234.5": "1234.5",
        "0.001": "0.001",
    }
    for text, expected in shown.items():
        assert repr(read(text)) == f"<cdata 'long double' {expected}>"
    buffer = ffi.new("char[100]")
    libc = ffi.dlopen(None)
    chance = random.Random(5)
    for _ in range(300):
        number = read(
            f"{hex(chance.getrandbits(64) | 1 << 63)}p{chance.choice([chance.randrange(-16508, 16320), -63])}"
        )
        text = repr(number)[len("<cdata 'long double' ") : -1]
        assert exact(read(text)) == exact(number)
        digits = len(text.split("e")[0].replace(".", "").strip("0"))
        assert digits <= 21
        if digits > 1:
            libc.snprintf(buffer, 100, b"%.*Lg", digits - 1, number)
            assert exact(read(ffi.string(buffer).decode())) != exact(number)


def test_no_float_is_taken_for_an_integer(extended):
    ffi, read, _ = extended
    for wrong in (read("1"), ffi.cast("double", 1), 1.0):
        with pytest.raises(TypeError):
            ffi.new("int *", wrong)


def test_fractions_and_long_doubles_agree(extended):
    _, read, exact = extended
    number = read("0.1")
    top, _, power = exact(number).decode()[2:].partition("p")
    whole, _, rest = top.partition(".")
    assert number == Fraction(int(whole + rest, 16)) * Fraction(2) ** (int(power) - 4 * len(rest))


def test_128_bits_travel_as_the_compiler_passes_them(wide):
    ffi, lib = wide
    big = 2**126 + 12345678901234567890
    assert lib.add128(2**127, big) == 2**127 + big
    assert lib.last128(1, 2, b"\x03", 4, 5, -big) == 15 - big
    assert lib.split128(1, 2, 3, 4, 5, -(2**100), 6) == -(2**100) * 100 + 21
    tagged = lib.tag128({"tag": b"a", "value": -(2**90)}, -3)
    assert (tagged.tag, tagged.value) == (b"b", 3 * 2**90)
    swapped = lib.swap128([1, -(2**127)])
    assert (swapped.low, swapped.high) == (-(2**127), 1)
    seen = []

    @ffi.callback("__int128(int, __int128, int, int, int, __int128)")
    def record(*arguments):
        seen.extend(arguments)
        return arguments[1] - 1

    assert lib.apply128(record, 2**120) == 2**120 - 1
    assert seen == [1, 2**120, 2, 3, 4, -(2**120)]
    for wrong in (2**128, -1):
        with pytest.raises(OverflowError, match="does not fit 'unsigned __int128', in argument 2"):
            lib.add128(0, wrong)


def test_bit_fields_as_wide_as_their_types(wide):
    ffi, lib = wide
    bits = ffi.new("struct bits128 *")
    lib.fill_bits(bits)
    told = {name: getattr(bits, name) for name in dir(bits)}
    high, low = 0xFEDCBA9876543210, 0x0123456789ABCDEF
    assert told == {
        "first": 5,
        "all": high << 64 | low,
        "most": -(2**124),
        "word": -(2**63),
        "rest": 0xDEADBEEF,
        "flag": True,
        "small": -64,
    }
    assert lib.are_filled(ffi.new("struct bits128 *", told))
    ranges = {
        "first": (0, 7),
        "all": (0, 2**128 - 1),
        "most": (-(2**124), 2**124 - 1),
        "word": (-(2**63), 2**63 - 1),
    }
    for name, (least, most) in (
        ranges | {"rest": (0, 2**32 - 1), "flag": (0, 1), "small": (-64, 63)}
    ).items():
        for good in (least, most):
            setattr(bits, name, good)
            assert getattr(bits, name) == good
        for wrong in (least - 1, most + 1, 2**130):
            with pytest.raises(OverflowError, match=f"{least} <= x <= {most}, in field '{name}'"):
                setattr(bits, name, wrong)
        assert getattr(bits, name) == most
        with pytest.raises(TypeError, match=f"in field '{name}'"):
            setattr(bits, name, 1.5)


TEXTS = ["", "ab", "a\U0001f600b", "\ud83d", "\ud83d\ude00", "\ude00\ud83d", "\udfff", "\x00a"]


@pytest.mark.parametrize("ctype", ["wchar_t", "char16_t", "char32_t"])
@pytest.mark.parametrize("text", TEXTS)
def test_wide_text_with_surrogates(ctype, text):
    for expression in (
        f"len(ffi.new('{ctype}[]', {text!r}))",
        f"list(ffi.new('{ctype}[]', {text!r}))",
        f"ffi.string(ffi.new('{ctype}[]', {text!r}))",
        f"ffi.string(ffi.new('{ctype}[5]', {text!r}), 1)",
        f"ffi.new('{ctype}[1]', {text!r})[0]",
        f"ffi.new('{ctype} *', {text!r})[0]",
        f"int(ffi.cast('{ctype}', {text!r}))",
        f"int(ffi.cast('long', {text!r}))",
    ):
        mine, theirs = both(expression)
        assert mine == theirs, expression


@pytest.mark.parametrize(
    "expression",
    [
        "ffi.string(ffi.cast('unsigned char', 97))",
        "ffi.string(ffi.cast('signed char', -1))",
        "ffi.string(ffi.cast('_Bool', 1))",
        "list(ffi.new('_Bool[]', b'\\x00\\x01'))",
        "len(ffi.new('_Bool[]', b'\\x00\\x01'))",
        "list(ffi.new('_Bool[4]', b'\\x01\\x01'))",
        "ffi.new('_Bool[2]', b'\\x00\\x02')",
        "ffi.new('_Bool[1]', b'\\x00\\x01')",
        "ffi.cast('void *', 'a')",
        "ffi.cast('void *', b'a')",
        "int(ffi.cast('intptr_t', ffi.cast('int[3]', 5)))",
        "repr(ffi.cast('int[3]', 5))",
        "repr(ffi.cast('int[3]', -1))",
        "repr(ffi.cast('int[3]', 2**64 + 16))",
        "ffi.cast('int[]', 5)",
        "ffi.cast('int[3]', None)",
        "ffi.cast('float', 10**400)",
        "ffi.cast('double', 'ab')",
        "ffi.new('union u *', {'i': 1, 'f': 2.0}).f",
        "ffi.new('union u *', {'f': 2.0, 'i': 1}).i",
        "ffi.new('union u *', [1, 2])",
        "repr(ffi.cast('enum e', 3))",
    ],
)
def test_casts_and_initialisers(expression):
    mine, theirs = both(expression, "union u { int i; float f; }; enum e { A, B = 3 };")
    assert mine == theirs


def test_bytes_and_byte_arrays_fill_slices(ffi):
    text = ffi.new("char[]", b"abcdef")
    text[1:3] = b"xy"
    text[3:5] = bytearray(b"zw")
    assert ffi.string(text) == b"axyzwf"
    with pytest.raises(ValueError, match="need bytes of length 2, got 3"):
        text[0:2] = bytearray(b"abc")


def test_what_is_no_character_is_shown_as_a_number(ffi):
    assert repr(ffi.cast("char32_t", 0x110000)) == "<cdata 'char32_t' 0x110000>"
    assert repr(ffi.cast("wchar_t", -1)) == "<cdata 'wchar_t' 0xffffffff>"
    words = ffi.new("unsigned int[]", [97, 0x110000, 0])
    with pytest.raises(ValueError, match="0x110000, which is beyond"):
        ffi.string(ffi.cast("char32_t *", words))


def test_a_flag_of_one_bit_is_set_by_one():
    declarations = "struct flag { int is_set : 1; int two : 2; };"
    for value in (-2, -1, 0, 1, 2):
        mine, theirs = both(f"ffi.new('struct flag *', [{value}]).is_set", declarations)
        assert mine == theirs
    assert both("ffi.new('struct flag *', [0, 2])", declarations) == [OverflowError, OverflowError]


def test_a_shorter_text_ends_where_it_ends():
    ffi = FFI()
    ffi.cdef("struct texts { wchar_t wide[4]; char16_t half[4]; char plain[4]; };")
    texts = ffi.new("struct texts *", ["xyz", "xyz", b"xyz"])
    texts.wide, texts.half, texts.plain = "a", "a", b"a"
    assert (ffi.string(texts.wide), ffi.string(texts.half), ffi.string(texts.plain)) == ("a", "a", b"a")


class Four:
    """What stands for a number."""

    def __index__(self):
        return 4

    def __float__(self):
        return 4.0


@pytest.mark.parametrize("kind", ["int", "long long", "double", "short", "unsigned"])
def test_lists_whose_items_differ_in_kind(ffi, kind):
    large = [] if kind == "short" else [2**30, 2**31 - 1]
    given = [1, 2, True, *large, Four(), 6]
    for items in (given, tuple(given)):
        assert list(ffi.new(f"{kind}[]", items)) == [1, 2, 1, *large, 4, 6]
    with pytest.raises(TypeError, match=f"item 2 of {kind}"):
        ffi.new(f"{kind}[]", [1, 2, "3", 4])


def test_a_list_that_shrinks_while_it_is_read(ffi):
    class Shrinks:
        def __index__(self):
            del items[2:]
            return 2

    items = [1, Shrinks(), 3, 4]
    with pytest.raises(RuntimeError, match="became shorter"):
        ffi.new("int[]", items)


def test_complex_numbers_of_long_double_keep_their_bits(ffi):
    def number(real, imaginary=0):
        parts = ffi.new("long double[2]", [real, imaginary])
        return ffi.cast("long double _Complex *", parts)[0]

    large = 2**64 - 1
    assert repr(number(large, 1)) == "<cdata 'long double _Complex' (1.8446744073709551615e+19+1j)>"
    assert repr(number(0, -large)).endswith(" -1.8446744073709551615e+19j>")
    assert repr(number(1.5, 0.25)).endswith(" (1.5+0.25j)>")
    assert repr(number(-0.0, float("nan"))).endswith(" (-0+nanj)>")
    assert number(large) == large
    assert number(large) == ffi.cast("long double", large)
    assert hash(number(large)) == hash(large)
    assert number(large) != number(large - 1)
    assert number(large, 1) == number(large, 1)
    assert number(large, 1) != number(large - 1, 1)
    assert hash(number(large, 1)) == hash(number(large, 1))
    assert number(large, 1) != complex(large, 1)
    assert number(1.5, 2) == 1.5 + 2j
    assert hash(number(1.5, 2)) == hash(1.5 + 2j)
    assert number(float("nan")) != number(float("nan"))
    for wrong in (number(large, 1), 1):
        with pytest.raises(TypeError, match="'<' not supported"):
            _ = number(large, 1) < wrong
