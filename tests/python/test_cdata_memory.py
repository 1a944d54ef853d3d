"""C data: arrays, pointers, structs; what is checked, what keeps what alive."""

import gc
import sys

import pytest


@pytest.fixture
def shapes(ffi):
    """Structs of several shapes."""
    ffi.cdef("""
        struct point { int x; double y; };
        union word { int i; float f; unsigned char bytes[4]; };
        struct nested { struct point p; int a[3]; struct point *next; const int fixed; };
        struct anonymous { union { int i; float f; }; struct { char c; short s; }; };
        struct bits { int a : 3; unsigned b : 5; _Bool flag : 1; long wide : 40; };
        struct open { int n; double items[]; };
        struct opaque;
        struct opaque *dummy(void);
    """)
    return ffi


def test_initialisers_of_arrays(ffi):
    assert list(ffi.new("int[]", [1, 2, 3])) == [1, 2, 3]
    assert list(ffi.new("int[4]", (1, 2))) == [1, 2, 0, 0]
    assert list(ffi.new("int[]", 3)) == [0, 0, 0]
    assert bytes(ord(c) for c in ffi.new("char[]", b"ab")) == b"ab\0"
    grid = ffi.new("int[2][3]", [[1, 2, 3], [4, 5]])
    assert [list(row) for row in grid] == [[1, 2, 3], [4, 5, 0]]
    assert list(ffi.new("int[3]", ffi.new("int[3]", [7, 8, 9]))) == [7, 8, 9]
    with pytest.raises(IndexError, match=r"too many initializers for 'int\[2\]' \(got 3\)"):
        ffi.new("int[2]", [1, 2, 3])
    with pytest.raises(ValueError, match="negative array length"):
        ffi.new("int[]", -1)
    with pytest.raises(TypeError, match=r"encode it first: \.encode\(\)"):
        ffi.new("char[]", "text")
    with pytest.raises(TypeError, match="new array length"):
        ffi.new("int[]")
    with pytest.raises(OverflowError):
        ffi.new("int[]", sys.maxsize)


def test_a_wrong_item_is_placed(shapes):
    with pytest.raises(TypeError) as caught:
        shapes.new("struct nested *", {"p": {"x": 1}, "a": [1, "2"]})
    message = str(caught.value)
    assert message == (
        "expected an integer for 'int', got '2' (str), in item 1 of int[3], in field 'a' of struct nested"
    )


def test_initialisers_of_structs(shapes):
    for given in ([1, 2.5], (1, 2.5), {"x": 1, "y": 2.5}, shapes.new("struct point *", [1, 2.5])[0]):
        p = shapes.new("struct point *", given)
        assert (p.x, p.y) == (1, 2.5)
    assert shapes.new("union word *", [1]).i == 1
    assert shapes.new("union word *", {"f": 1.0}).i == 0x3F800000
    assert shapes.new("struct anonymous *", [1]).i == 1
    assert shapes.new("struct anonymous *", {"s": 5}).s == 5
    with pytest.raises(ValueError, match="too many initializers for 'union word'"):
        shapes.new("union word *", [1, 2.0])
    with pytest.raises(ValueError, match=r"too many initializers for 'struct point' \(got 3\)"):
        shapes.new("struct point *", [1, 2, 3])
    with pytest.raises(KeyError, match="z"):
        shapes.new("struct point *", {"z": 1})
    with pytest.raises(TypeError, match="of unknown size"):
        shapes.new("struct opaque *")


def test_fields(shapes):
    outer = shapes.new("struct nested *")
    outer.p = {"x": 4}
    outer.p.y = 0.5
    outer.a = [1, 2]
    outer.a[2] = 9
    assert (outer.p.x, outer.p.y, list(outer.a), outer[0].p.x) == (4, 0.5, [1, 2, 9], 4)
    assert dir(outer) == ["a", "fixed", "next", "p"]
    outer.next = shapes.NULL
    assert not outer.next
    point = shapes.new("struct point *", [3, 4])
    outer.next = point
    assert outer.next.x == 3
    outer.next.x = 5
    assert point.x == 5
    with pytest.raises(AttributeError, match=r"cdata 'struct nested \*' has no field 'q'"):
        outer.q = 1
    with pytest.raises(AttributeError, match="cannot delete"):
        del outer.p
    with pytest.raises(OverflowError, match="in field 'x' of struct point"):
        point.x = 2**31


def test_bit_fields(shapes):
    bits = shapes.new("struct bits *")
    bits.a, bits.b, bits.flag, bits.wide = -4, 31, True, -(2**39)
    assert (bits.a, bits.b, bits.flag, bits.wide) == (-4, 31, True, -(2**39))
    bits.b = 0
    assert (bits.a, bits.flag, bits.wide) == (-4, True, -(2**39))
    with pytest.raises(OverflowError, match="-4 <= x <= 3"):
        bits.a = 4
    with pytest.raises(OverflowError, match="0 <= x <= 31"):
        bits.b = -1


def test_open_structs(shapes):
    box = shapes.new("struct open *", {"n": 2, "items": [1.5, 2.5]})
    assert shapes.sizeof(box[0]) == 24
    assert shapes.sizeof("struct open") == 8
    assert list(box.items) == [1.5, 2.5]
    with pytest.raises(IndexError):
        _ = box.items[2]
    with pytest.raises(IndexError, match="room for 2"):
        box.items = [1, 2, 3]
    assert len(shapes.new("struct open *", [0, 5]).items) == 5


@pytest.fixture
def ends(ffi):
    """Structs that end in an array without a length."""
    ffi.cdef("""
        struct ints { int n; int items[]; };
        struct text { int n; char items[]; };
        struct wide { int n; char16_t items[]; };
        struct outer { int k; struct ints last; };
    """)
    return ffi


MANY = list(range(300_000))


def test_an_open_array_is_filled_as_far_as_the_memory_goes(ends):
    box = ends.new("struct ints *", [1, [1, 2]])
    box[0] = [5, [6, 7]]
    assert (box.n, list(box.items)) == (5, [6, 7])
    outer = ends.new("struct outer *", [1, [2, [3]]])
    moved = ends.new("struct ints[2]") + 1
    for attempt in (
        lambda: box.__setitem__(0, [1, MANY]),
        lambda: box[0:1].__setitem__(0, [1, MANY]),
        lambda: box.__setitem__(slice(0, 1), [[1, MANY]]),
        lambda: setattr(outer, "last", [1, MANY]),
        lambda: setattr(outer.last, "items", MANY),
        lambda: outer.__setitem__(0, {"last": {"items": MANY}}),
        lambda: moved.__setitem__(0, [1, MANY]),
        lambda: ends.new("struct ints[2]", [[1, MANY], [2, []]]),
        lambda: setattr(box, "items", ends.new("int[]", 3)),
    ):
        with pytest.raises(IndexError, match=r"too many initializers for 'int\[\]' .*, room for"):
            attempt()


def test_an_open_array_of_a_value_has_no_room(ends, monkeypatch):
    reported = []
    monkeypatch.setattr(sys, "unraisablehook", lambda report: reported.append(str(report.exc_value)))
    result = ends.callback("struct ints(int)", lambda n: [n, MANY], onerror=lambda *_: [1, MANY])
    assert result(3).n == 0
    assert ["room for 0" in text for text in reported] == [True, True]
    with pytest.raises(IndexError, match=r"in the value of 'error'"):
        ends.callback("struct ints(int)", lambda n: [n], error=[1, MANY])
    takes = ends.callback("int(struct ints)", lambda box: box.n)
    assert takes([7]) == 7
    with pytest.raises(IndexError, match="room for 0"):
        takes([1, MANY])


def test_an_open_array_that_grows_while_it_is_read(ends):
    items = []

    class Grows:
        def __index__(self):
            items.extend(MANY)
            return 1

    with pytest.raises(IndexError, match="got 300000, room for 0"):
        ends.new("struct ints *", [Grows(), items])


def test_text_in_an_open_array(ends):
    class Short(bytes):
        def __len__(self):
            return 0

    box = ends.new("struct text *", [1, 12])
    box.items = b"a" * 12
    assert ends.string(box.items) == b"a" * 12
    with pytest.raises(IndexError, match="got 13, room for 12"):
        box.items = Short(b"a" * 13)
    box = ends.new("struct wide *", [1, 4])
    with pytest.raises(IndexError, match="got 8, room for 4"):
        box.items = "\U0001f600" * 4


def test_an_open_array_of_c_memory_has_no_end(ends):
    room = ends.new("int[4]")
    box = ends.cast("struct ints *", int(ends.cast("size_t", room)))
    box[0] = [1, [2, 3, 4]]
    assert list(room) == [1, 2, 3, 4]


def test_const_is_not_written(shapes):
    with pytest.raises(TypeError, match="'const int' cannot be written"):
        shapes.cast("const int *", shapes.new("int *"))[0] = 1
    with pytest.raises(TypeError, match="in field 'fixed' of struct nested"):
        shapes.new("struct nested *").fixed = 1
    box = shapes.new("struct nested *")
    through = shapes.cast("const struct nested *", box)
    for attempt in (
        lambda: setattr(through.p, "x", 1),
        lambda: setattr(through[0], "p", [1]),
        lambda: through.a.__setitem__(0, 1),
    ):
        with pytest.raises(TypeError, match="cannot be written"):
            attempt()
    assert shapes.new("const int[2]", [1, 2])[1] == 2


def test_indices_are_checked_where_the_extent_is_known(ffi):
    array, box = ffi.new("int[3]", [1, 2, 3]), ffi.new("int *", 7)
    for index in (3, -1, 10**30):
        with pytest.raises(IndexError):
            _ = array[index]
    with pytest.raises(IndexError, match="can only be indexed by 0"):
        _ = box[1]
    second = array + 1
    assert (second[-1], second[0], second[1]) == (1, 2, 3)
    for index in (2, -2):
        with pytest.raises(IndexError, match="outside the memory"):
            _ = second[index]
    with pytest.raises(IndexError):
        _ = ffi.cast("char *", array)[12]
    with pytest.raises(IndexError):
        second[5] = 0
    # What C made is C's: a pointer read from memory is not checked.
    stored = ffi.new("int *[1]", [array])
    assert stored[0][2] == 3
    with pytest.raises(TypeError, match="an index is an integer or a slice"):
        _ = array[1.0]


def test_casts_stay_in_owned_memory(shapes):
    array = shapes.new("int[4]", [1, 2, 3, 4])
    assert list(shapes.cast("int[2]", array + 1)) == [2, 3]
    with pytest.raises(IndexError, match="reaches beyond the memory"):
        shapes.cast("int[5]", array)
    point = shapes.cast("struct nested *", array)
    assert point.p.x == 1
    with pytest.raises(IndexError, match="reaches beyond the memory"):
        _ = point.a
    with pytest.raises(IndexError, match="outside the memory"):
        _ = point[0]
    with pytest.raises(IndexError):
        shapes.string(shapes.cast("char *", array) - 1)


def test_a_struct_completed_after_a_view_was_made(ffi):
    ffi.cdef("struct later; struct later *get(void);")
    memory = ffi.new("int[4]", [7, 8, 9, 10])
    view = ffi.cast("struct later *", memory)
    with pytest.raises(AttributeError, match="'struct later' is opaque"):
        _ = view.n
    ffi.cdef("struct later { int n; int items[]; };")
    assert (view.n, list(view.items)) == (7, [8, 9, 10])


def test_null_is_never_followed(shapes):
    null = shapes.cast("struct point *", 0)
    for attempt in (
        lambda: null[0],
        lambda: null.x,
        lambda: setattr(null, "x", 1),
        lambda: null[0:1],
        lambda: shapes.cast("int *", 0)[5],
    ):
        with pytest.raises(RuntimeError, match="cannot dereference null pointer"):
            attempt()


def test_slices(ffi):
    array = ffi.new("int[]", [1, 2, 3, 4])
    part = array[1:3]
    assert (len(part), list(part)) == (2, [2, 3])
    part[0] = 20
    array[2:4] = [30, 40]
    assert list(array) == [1, 20, 30, 40]
    array[0:2] = array[2:4]
    assert list(array) == [30, 40, 30, 40]
    array[0:2] = iter([5, 6])
    assert list(array[0:2]) == [5, 6]
    text = ffi.new("char[]", b"abc")
    text[0:2] = b"xy"
    assert ffi.string(text) == b"xyc"
    for bad, error in [
        (slice(None, 2), IndexError),
        (slice(0, 5), IndexError),
        (slice(0, 2, 1), IndexError),
        (slice(2, 1), IndexError),
    ]:
        with pytest.raises(error):
            _ = array[bad]
    with pytest.raises(ValueError, match="need 2 values for the slice, got 1"):
        array[0:2] = [1]
    with pytest.raises(IndexError, match="outside the memory"):
        _ = (array + 1)[0:4]


def test_pointers_move_and_subtract(ffi):
    array = ffi.new("int[4]")
    assert (array + 3) - array == 3
    assert array - (array + 3) == -3
    assert (1 + array) == array + 1
    assert (array + 3) - 2 == array + 1
    assert array < array + 1
    assert array == ffi.cast("void *", array)
    assert hash(array + 1) == hash(array + 1)
    with pytest.raises(TypeError, match="cannot subtract"):
        _ = array - ffi.new("char[4]")
    with pytest.raises(TypeError, match="moves by an integer"):
        _ = array + 1.5
    with pytest.raises(TypeError):
        _ = array < 5


def test_parts_keep_their_owner_alive(shapes):
    parts = []
    for number in range(50):
        outer = shapes.new("struct nested *", {"p": {"x": number}, "a": [number] * 3})
        parts.append((outer[0], outer.p, outer.a, outer.a[0:2], outer.a + 1, shapes.cast("int *", outer)))
    del outer
    gc.collect()
    junk = [shapes.new("struct nested *", {"p": {"x": -1}}) for _ in range(100)]
    for number, (whole, point, array, part, moved, cast) in enumerate(parts):
        assert (whole.p.x, point.x, array[2], part[1], moved[0], cast[0]) == (number,) * 6
    del junk


def test_pointers_of_other_types_are_refused(ffi):
    box = ffi.new("long **")
    for given in (ffi.new("int *"), None, 0, [1]):
        with pytest.raises(TypeError, match=r"for 'long \*'"):
            box[0] = given
    box[0] = ffi.NULL
    box[0] = ffi.new("long[3]")
    ffi.new("void **", ffi.new("int *"))
    ffi.new("unsigned char **", ffi.new("char[3]"))


def test_alignment_of_owned_memory(ffi):
    ffi.cdef("struct wide { _Alignas(64) char c; };")
    for ctype, align in [("long double", 16), ("__int128", 16), ("double", 8), ("struct wide", 64)]:
        for _ in range(20):
            assert int(ffi.cast("uintptr_t", ffi.new(f"{ctype} *"))) % align == 0
            assert int(ffi.cast("uintptr_t", ffi.new(f"{ctype}[]", 3))) % align == 0


def test_objects_are_as_small_as_they_can_be(ffi):
    assert sys.getsizeof(ffi.cast("int *", 1)) == 40
    assert sys.getsizeof(ffi.new("int *")) == 44
    assert sys.getsizeof(ffi.new("double[]", 100)) == 848


def test_an_index_that_no_address_can_reach(ffi):
    pointer = ffi.new("int[4]") + 0
    unknown = ffi.cast("int *", 64)
    for index in (2**62, -(2**62), 2**63 - 1):
        for target in (pointer, unknown):
            with pytest.raises(IndexError, match="beyond all memory"):
                _ = target[index]
    for target in (pointer, unknown):
        for start, stop in ((2**62, 2**62 + 1), (0, 2**62), (-(2**61), 2**61)):
            with pytest.raises(IndexError, match="all memory"):
                _ = target[start:stop]
        with pytest.raises(OverflowError, match="cannot be moved by so many items"):
            _ = target + 2**62
        with pytest.raises(OverflowError, match="cannot be moved by so many items"):
            _ = target - 2**64
    with pytest.raises(OverflowError, match="cannot be moved by so many items"):
        _ = ffi.cast("char *", 64) - -(2**63)


def test_a_dict_that_changes_while_it_is_read(shapes):
    class Changes:
        def __init__(self, given):
            self.given = given

        def __index__(self):
            self.given.pop("y", None)
            self.given.update({str(number): number for number in range(100)})
            return 3

    given = {}
    given.update(x=Changes(given), y=2.5)
    point = shapes.new("struct point *", given)
    assert (point.x, point.y) == (3, 2.5)


def test_a_length_that_python_cannot_say(ffi):
    ffi.cdef("struct empty {};")
    assert len(ffi.new("struct empty[9223372036854775807]")) == 2**63 - 1
    with pytest.raises(OverflowError, match="too many items"):
        len(ffi.new("struct empty[9223372036854775808]"))
