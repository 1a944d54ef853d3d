"""`FFI`: addresses of parts, types written in C, types shared between FFIs, libraries by handle."""

import ctypes as python_ctypes
import gc

import cffi
import pytest

from ferrule import FFI

DECLARATIONS = """
    typedef struct { int x, y; } point;
    struct box { char tag; point corners[2]; point *far; unsigned low : 3; };
    typedef struct box box_t;
    union word { int i; float f; };
    typedef int number;
    enum hue { RED, BLUE = 4 };
    #define SIZE 12
"""


@pytest.fixture
def both():
    """The same declarations in ferrule and in cffi."""
    pair = FFI(), cffi.FFI()
    for ffi in pair:
        ffi.cdef(DECLARATIONS)
    return pair


def test_addresses_of_parts(ffi):
    ffi.cdef(DECLARATIONS)
    box = ffi.new("struct box *")
    y = ffi.addressof(box, "corners", 1, "y")
    assert ffi.typeof(y) is ffi.typeof("int *")
    y[0] = 7
    assert box.corners[1].y == 7
    assert ffi.addressof(box[0]) == box
    assert ffi.addressof(box.corners[1]) == ffi.addressof(box, "corners", 1)
    assert ffi.typeof(ffi.addressof(box.corners)) is ffi.typeof("point(*)[2]")
    numbers = ffi.new("int[5]", [1, 2, 3, 4, 5])
    assert ffi.addressof(numbers, 2)[0] == 3
    assert ffi.addressof(numbers + 1, 2)[0] == 4
    assert ffi.addressof(ffi.cast("point *", 0), "y") == ffi.cast("int *", 4)


def test_addresses_keep_what_they_are_in(ffi):
    ffi.cdef(DECLARATIONS)
    address = ffi.addressof(ffi.new("point[100]", [[n, -n] for n in range(100)]), 60, "y")
    gc.collect()
    assert address[0] == -60
    with pytest.raises(IndexError):
        _ = address[80]


def test_const_memory_stays_const(ffi):
    ffi.cdef(DECLARATIONS)
    memory = ffi.new("point *", [1, 2])
    address = ffi.addressof(ffi.cast("const point *", memory), "y")
    assert ffi.typeof(address) is ffi.typeof("const int *")
    with pytest.raises(TypeError, match="'const int' cannot be written"):
        address[0] = 3


@pytest.mark.parametrize(
    ("parts", "error"),
    [
        ("()", "a pointer needs a field or an index"),
        ("('nope',)", "nope"),
        ("('low',)", "'low' is a bit-field"),
        ("('far', 'x')", "reached only by reading the 'point \\*' before it"),
        ("('tag', 0)", "'char' cannot be indexed"),
        ("(1.5,)", "expected a field name or an index, got float"),
        ("(2**62,)", "the index is too large"),
    ],
)
def test_parts_that_are_none(both, parts, error):
    raised = []
    for ffi in both:
        with pytest.raises(Exception) as info:  # noqa: PT011 (cffi says which)
            ffi.addressof(ffi.new("struct box *"), *eval(parts))
        raised.append(info)
    mine, theirs = raised
    mine.match(error)
    # What does not fit an index is an OverflowError of cffi's.
    assert mine.type is theirs.type or (mine.type, theirs.type) == (IndexError, OverflowError)


@pytest.mark.parametrize("wrong", ["5", "ffi.cast('int', 5)", "ffi.typeof('int')"])
def test_what_has_no_address(both, wrong):
    for ffi in both:
        with pytest.raises(TypeError):
            ffi.addressof(eval(wrong, {"ffi": ffi}))


def test_offsets_do_not_go_through_pointers(both):
    for ffi in both:
        assert ffi.offsetof("struct box *", "corners", 1, "y") == 16
        with pytest.raises(TypeError):
            ffi.offsetof("struct box", "far", "x")
    # cffi adds the distance within what the pointer points to.
    with pytest.raises(TypeError, match="reached only by reading"):
        both[0].offsetof("struct box", "far", 1)


def test_addresses_in_a_library(calls):
    ffi, lib = calls
    address = ffi.addressof(lib, "counter")
    assert ffi.typeof(address) is ffi.typeof("int *")
    lib.counter = 41
    address[0] += 1
    assert lib.counter == 42
    assert ffi.addressof(lib, "table") == ffi.cast("double *", lib.table)
    assert ffi.addressof(lib, "table")[3] == lib.table[3]
    assert ffi.addressof(lib, "origin").x == lib.origin.x
    assert ffi.addressof(lib.origin, "y") == ffi.addressof(ffi.addressof(lib, "origin"), "y")
    assert ffi.addressof(lib, "add") == lib.add
    assert ffi.typeof(ffi.addressof(lib, "add")) is ffi.typeof("int(*)(int, int)")
    assert ffi.addressof(lib, "add")(20, 22) == 42
    with pytest.raises(TypeError, match="'const int' cannot be written"):
        ffi.addressof(lib, "limit")[0] = 1
    for name, why in [("RED", "a constant"), ("absent", "not declared"), ("point", "not declared")]:
        with pytest.raises(AttributeError, match=why):
            ffi.addressof(lib, name)
    for parts in [(), (5,), ("origin", "x")]:
        with pytest.raises(TypeError, match="takes the name of a function or variable"):
            ffi.addressof(lib, *parts)


@pytest.mark.parametrize(
    "ctype", ["int", "number", "char *", "int[3]", "int(*)[3]", "int(*)(char)", "unsigned long[]"]
)
@pytest.mark.parametrize("replacement", ["", "x", " x ", "*", "*x", "[5]", "*x[5]", "&", "(*)[2]"])
def test_types_are_written_in_c(both, ctype, replacement):
    mine, theirs = (ffi.getctype(ctype, replacement) for ffi in both)
    # cffi puts a space after each star.
    assert mine.replace("* ", "*").replace(" &", "&") == theirs.replace("* ", "*").replace(" &", "&")
    ffi = both[0]
    assert ffi.getctype(ffi.typeof(ctype), replacement) == mine


def test_a_written_type_is_read_again(ffi):
    ffi.cdef(DECLARATIONS)
    ctypes = ["const char *const *", "struct box(*)(int, ...)", "int(*(*)(void))[3]", "enum hue[2]"]
    for number, ctype in enumerate(ctypes):
        found = ffi.typeof(ctype)
        assert ffi.typeof(ffi.getctype(found)) is found
        ffi.cdef(f"struct holder_{number} {{ {ffi.getctype(found, '*field')}; }};")
        assert dict(ffi.typeof(f"struct holder_{number}").fields)["field"].type is ffi.typeof(
            ffi.getctype(found, "*")
        )
    with pytest.raises(TypeError, match="expected a C type or its name, got int"):
        ffi.getctype(5)


def test_listed_types(both):
    assert both[0].list_types() == both[1].list_types() == (["box_t", "number", "point"], ["box"], ["word"])


def test_types_tell_their_attributes(both):
    ffi, other = both
    for ctype in ["int", "void", "int *", "int[3]", "enum hue", "struct box", "union word", "int(*)(int)"]:
        mine, theirs = dir(ffi.typeof(ctype)), dir(other.typeof(ctype))
        assert sorted(mine) == sorted(theirs)
        for name in mine:
            getattr(ffi.typeof(ctype), name)
    assert ffi.typeof("int(*)(int)").abi == other.typeof("int(*)(int)").abi
    with pytest.raises(AttributeError, match="'int' has no attribute 'abi'"):
        _ = ffi.typeof("int").abi
    mine, theirs = (dict(one.typeof("struct box").fields) for one in both)
    for name, field in mine.items():
        other_field = theirs[name]
        told = [(one.offset, one.bitshift, one.bitsize, one.flags) for one in (field, other_field)]
        assert told[0] == told[1]


def test_included_types_are_the_same_types(both, build_library):
    for base in both:
        base.cdef("int add(int, int); extern int counter;")
        user = type(base)()
        user.cdef("double half(double x);")
        user.include(base)
        assert user.typeof("point") is base.typeof("point")
        assert user.typeof("struct box *") is base.typeof("box_t *")
        user.cdef("point mirror(point p); enum { AREA = SIZE * SIZE };")
        lib = user.dlopen(build_library("calls"))
        assert (lib.SIZE, lib.BLUE, lib.AREA, lib.half(3.0)) == (12, 4, 144, 1.5)
        # Functions and variables stay in the library of the other.
        for name in ("add", "counter"):
            with pytest.raises(AttributeError):
                getattr(lib, name)
        # Including again changes nothing, and later declarations are not seen.
        user.include(base)
        base.cdef("typedef long later;")
        with pytest.raises(Exception, match="later"):
            user.typeof("later")


def test_an_opaque_type_is_completed_for_all():
    base, user = FFI(), FFI()
    base.cdef("struct s; struct s *make(void);")
    user.include(base)
    user.cdef("struct s { int x; };")
    assert base.sizeof("struct s") == 4


def test_included_names_that_contradict():
    base, user = FFI(), FFI()
    base.cdef("struct s { int x; }; typedef int number; enum { ONE = 1, TWO = 2 };")
    user.cdef("struct s { int x; }; typedef long number; enum { ONE = 3 };")
    before = user.typeof("struct s")
    with pytest.raises(FFI.error) as error:
        user.include(base)
    titles = [one.title for one in error.value.diagnostics]
    assert titles == [
        f"`{name}` is already something else where it is included" for name in ("struct s", "number", "ONE")
    ]
    assert user.typeof("struct s") is before
    assert user.typeof("number").cname == "long"
    assert "TWO" not in dir(user.dlopen(None))


@pytest.mark.parametrize(("wrong", "error"), [("5", TypeError), ("ffi", ValueError)])
def test_what_cannot_be_included(both, wrong, error):
    for ffi in both:
        with pytest.raises(error):
            ffi.include(eval(wrong, {"ffi": ffi}))


def test_a_library_by_its_handle(build_library, ffi):
    ffi.cdef("int add(int, int);")
    opened = python_ctypes.CDLL(build_library("calls"))
    lib = ffi.dlopen(ffi.cast("void *", opened._handle), release_gil=False)
    assert lib.add(20, 22) == 42
    assert repr(lib).startswith("<Lib '<handle 0x")
    del lib
    gc.collect()
    assert python_ctypes.CDLL(build_library("calls")).add(1, 2) == 3


def test_handles_that_are_none(both):
    for ffi in both:
        with pytest.raises(RuntimeError, match=r"dlopen\(NULL\)"):
            ffi.dlopen(ffi.NULL)
        for wrong in (ffi.new("int *"), ffi.cast("int", 5), 5):
            with pytest.raises(TypeError):
                ffi.dlopen(wrong)


def test_names_of_the_class(both):
    ffi, other = both
    for name in (
        "RTLD_LAZY",
        "RTLD_NOW",
        "RTLD_GLOBAL",
        "RTLD_LOCAL",
        "RTLD_NODELETE",
        "RTLD_NOLOAD",
        "RTLD_DEEPBIND",
    ):
        assert getattr(ffi, name) == getattr(other, name) == getattr(FFI, name)
    assert FFI.NULL is ffi.NULL
    assert isinstance(FFI.NULL, FFI.CData)
    assert not FFI.NULL


def test_packed_and_pack_exclude_each_other(both):
    for ffi in both:
        for options in ({"packed": True, "pack": 2}, {"pack": 3}):
            with pytest.raises(ValueError, match="pack"):
                ffi.cdef("struct other { char c; int i; };", **options)
