"""`FFI`: declarations, the types they name, sizes and offsets."""

import pytest

import ferrule
import ferrule.cffi
from ferrule import FFI


def test_the_faces_share_their_class():
    assert ferrule.cffi.FFI is ferrule.FFI
    assert ferrule.FFI.error is ferrule.cffi.FFIError
    assert issubclass(ferrule.cffi.CDefError, ferrule.cffi.FFIError)


def test_types_are_one_object_each(ffi):
    assert ffi.typeof("int") is ffi.typeof(" int ")
    assert ffi.typeof("int *") == FFI().typeof("int*")
    assert ffi.typeof("int") != ffi.typeof("long")
    assert hash(ffi.typeof("int")) == hash(FFI().typeof("int"))


def test_what_a_type_tells(ffi):
    ffi.cdef("enum hue { RED, BLUE = 4 }; struct p { int x : 3; struct { char y; }; double z[2]; };")
    pointer = ffi.typeof("int *")
    assert (pointer.kind, pointer.cname, pointer.item) == ("pointer", "int *", ffi.typeof("int"))
    array = ffi.typeof("char[5]")
    assert (array.kind, array.length, array.item.cname) == ("array", 5, "char")
    assert ffi.typeof("char[]").length is None
    function = ffi.typeof("int(*)(char *, double, ...)")
    assert (function.kind, function.ellipsis, function.result.cname) == ("function", True, "int")
    assert [one.cname for one in function.args] == ["char *", "double"]
    assert ffi.typeof("enum hue").elements == {0: "RED", 4: "BLUE"}
    assert ffi.typeof("enum hue").relements == {"RED": 0, "BLUE": 4}
    fields = dict(ffi.typeof("struct p").fields)
    assert list(fields) == ["x", "y", "z"]
    assert (fields["x"].bitshift, fields["x"].bitsize) == (0, 3)
    assert (fields["z"].offset, fields["z"].type.cname, fields["z"].bitsize) == (8, "double[2]", -1)
    assert repr(ffi.typeof("struct p")) == "<ctype 'struct p'>"
    with pytest.raises(AttributeError, match="'int' has no attribute 'fields'"):
        _ = ffi.typeof("int").fields


def test_sizes_and_offsets(ffi):
    ffi.cdef("struct in { char c; double d; }; struct out { int n; struct in a[3]; };")
    assert (ffi.sizeof("struct out"), ffi.alignof("struct out")) == (56, 8)
    assert ffi.offsetof("struct out", "a") == 8
    assert ffi.offsetof("struct out", "a", 2, "d") == 8 + 32 + 8
    assert ffi.offsetof("int *", 3) == 12
    assert ffi.sizeof(ffi.new("int[]", 7)) == 28
    with pytest.raises(ValueError, match="'void' is of unknown size"):
        ffi.sizeof("void")
    with pytest.raises(KeyError, match="nope"):
        ffi.offsetof("struct out", "nope")


def test_packing(ffi):
    ffi.cdef("struct a { char c; int i; };", packed=True)
    ffi.cdef("struct b { char c; int i; };", pack=2)
    ffi.cdef("struct c { char c; int i; };")
    assert [ffi.sizeof(f"struct {tag}") for tag in "abc"] == [5, 6, 8]
    with pytest.raises(ValueError, match="power of two"):
        ffi.cdef("struct d { int i; };", pack=3)


def test_a_wrong_text_declares_nothing(ffi):
    with pytest.raises(ferrule.cffi.CDefError) as caught:
        ffi.cdef("struct fine { int x; };\nint f(missing x);\nint g(absent y);")
    error = caught.value
    assert len(error.diagnostics) == 2
    assert (error.filename, error.lineno, error.offset) == ("<cdef>", 2, 7)
    assert "^^^^^^^" in str(error)
    assert error.diagnostics[1].lineno == 3
    with pytest.raises(ferrule.cffi.CDefError):
        ffi.typeof("struct fine")
    ffi.cdef("struct fine { int x; };")
    assert ffi.sizeof("struct fine") == 4


def test_override_replaces(ffi):
    ffi.cdef("typedef int number;")
    assert ffi.sizeof("number") == 4
    ffi.cdef("typedef long number;", override=True)
    assert ffi.sizeof("number") == 8


def test_arguments_are_checked(ffi):
    with pytest.raises(TypeError, match="a C type or its name, got float"):
        ffi.new(2.5)
    with pytest.raises(TypeError, match="a C type or its name, got int"):
        ffi.sizeof(5)
    with pytest.raises(TypeError, match="cannot cast to ctype 'void'"):
        ffi.cast("void", 1)


def test_an_ffi_can_be_subclassed_and_takes_attributes():
    class Mine(FFI):
        pass

    ffi = Mine()
    ffi.note = "kept"
    assert ffi.note == "kept"
    assert isinstance(ffi.NULL, ffi.CData)
    assert isinstance(ffi.typeof("int"), ffi.CType)


def test_an_enum_completed_after_it_was_used(ffi):
    ffi.cdef("enum late; struct holder { enum late *p; };")
    pointer = ffi.typeof("enum late *")
    assert ffi.typeof("enum late").kind == "enum"
    for wanting in (lambda: ffi.new("enum late *"), lambda: ffi.cast("enum late", 1)):
        with pytest.raises((TypeError, ValueError)):
            wanting()
    holder = ffi.new("struct holder *")
    with pytest.raises(TypeError, match="expected a pointer of the same type"):
        holder.p = ffi.new("int *")
    ffi.cdef("enum late { FIRST, SECOND };")
    value = ffi.new(pointer, 1)
    holder.p = value
    assert (value[0], holder.p[0], bool(holder.p)) == (1, 1, True)
    assert ffi.string(ffi.cast("enum late", 1)) == "SECOND"
    assert ffi.callback("enum late(enum late *)", lambda p: p[0])(value) == 1
