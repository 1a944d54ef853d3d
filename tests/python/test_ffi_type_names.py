"""Types by their names: what a text may be, and what is said of one that names no type."""

import cffi
import pytest

from ferrule.cffi import FFI, CDefError, FFIError


@pytest.fixture
def both():
    """An FFI of ferrule and one of cffi."""
    return FFI(), cffi.FFI()


@pytest.mark.parametrize(
    "text",
    [
        "int x",
        "unsigned long long big",
        "char *name[3]",
        "int (*compare)(char *left, char *right)",
        "int(*)(int f(int x))",
        "int (__stdcall *f)(int __cdecl g(int))",
    ],
)
def test_a_declaration_names_its_type(both, text):
    names = [str(ffi.typeof(text)) for ffi in both]
    assert names[0].replace("(void)", "()") == names[1]


def test_the_name_of_a_declaration_is_not_declared(ffi):
    assert ffi.new("int *number", 5)[0] == 5
    with pytest.raises(CDefError, match="unknown type `number`"):
        ffi.typeof("number")


def test_a_callback_is_made_of_a_function_declaration(both):
    for ffi in both:
        assert ffi.callback("int twice(int x)", lambda x: 2 * x)(21) == 42
        assert ffi.callback("char first(char, char)", lambda a, b: a)(b"x", b"y") == b"x"


def test_a_struct_without_a_tag_is_defined_where_it_is_used(both):
    for ffi in both:
        pair = ffi.new("struct { int a; union { int b; short c[2]; }; } *", [1, 2])
        assert (pair.a, pair.b, pair.c[0], ffi.sizeof(pair[0])) == (1, 2, 2, 8)
        assert ffi.sizeof("struct { char c; double d; }[2]") == 32
        items = ffi.new("int[4]", [1, 2, 3, 4])
        assert list(ffi.new("struct { int items[4]; } *", {"items": items}).items) == [1, 2, 3, 4]
        assert ffi.typeof("enum { LOW, HIGH = 7 }").elements == {0: "LOW", 7: "HIGH"}
        text = "struct { int again; }"
        assert ffi.typeof(text) is ffi.typeof(text)


def test_a_tag_is_defined_in_cdef_only(ffi):
    with pytest.raises(CDefError, match="a definition with a tag inside a type name"):
        ffi.typeof("struct point { int x; } *")
    with pytest.raises(CDefError, match="unknown type `struct point`"):
        ffi.typeof("struct point *")


def test_a_function_type_is_no_type_of_data(both):
    for ffi in both:
        ffi.cdef("typedef int function(int);")
        callback = ffi.callback("int(int)", lambda x: x)
        assert callback(3) == 3
        for text in ("int(int)", "function", "int f(int)"):
            error = cffi.CDefError if isinstance(ffi, cffi.FFI) else CDefError
            for wanting in (ffi.typeof, ffi.new, ffi.sizeof, ffi.alignof, ffi.getctype):
                with pytest.raises(error, match="function type, not a pointer"):
                    wanting(text)
            with pytest.raises(error, match="function type, not a pointer"):
                ffi.cast(text, 0)
        assert ffi.typeof("function *") is ffi.typeof(callback)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("int[-5]", ValueError),
        ("int[10][]", ValueError),
        ("void[3]", ValueError),
        ("struct opaque[3]", ValueError),
        ("int[4611686018427387904]", OverflowError),
    ],
)
def test_an_array_that_cannot_be_is_an_error_of_python_too(both, text, error):
    for ffi in both:
        ffi.cdef("struct opaque;")
        with pytest.raises(error, match=r"array|item|no known size"):
            ffi.typeof(text)
    with pytest.raises(CDefError) as caught:
        both[0].typeof(text)
    assert caught.value.lineno == 1
    assert isinstance(caught.value, FFIError)


def test_an_open_array_has_an_alignment_and_no_size(both):
    for ffi in both:
        assert [ffi.alignof(text) for text in ("int[]", "short[][3]", "double[2]")] == [4, 2, 8]
        with pytest.raises(ValueError, match="of unknown size"):
            ffi.sizeof("int[]")


def test_packing_is_checked(both):
    for ffi in both:
        for wrong in ({"packed": 2}, {"packed": "a"}, {"pack": 3}, {"pack": -1}, {"packed": True, "pack": 1}):
            with pytest.raises(ValueError, match="pack"):
                ffi.cdef("struct s { char c; int i; };", **wrong)
        ffi.cdef("struct s { char c; int i; };", packed=1, pack=0)
        ffi.cdef("struct t { char c; int i; };", packed=0, pack=2)
        assert [ffi.sizeof(name) for name in ("struct s", "struct t")] == [5, 6]


def test_a_parameter_is_an_array_of_a_struct_that_comes_later(both):
    for ffi in both:
        ffi.cdef(
            "struct later; struct user { int (*sum)(struct later[], struct later[2]); };"
            "struct later { int x; };"
        )
        items = ffi.new("struct later[2]", [[20], [22]])
        add = ffi.callback("int(struct later *, struct later *)", lambda a, b: a[0].x + b[1].x)
        assert ffi.new("struct user *", [add]).sum(items, items) == 42
