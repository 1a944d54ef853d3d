"""Signatures that name what an FFI declares: structs, typedefs, function types."""

import pytest

from ferrule import FFI, cfunc
from ferrule.errors import CompileError, SignatureError

ffi = FFI()
ffi.cdef("""
    typedef struct { int x; double y; } point;
    struct node { int value; struct node *next; };
    union number { int as_int; float as_float; };
    enum color { RED, GREEN = 5 };
    typedef double (*integrand_t)(double x, void *user_data);
    typedef int compare_t(const int *, const int *);
    void qsort(void *base, size_t n, size_t size, int (*compare)(const int *, const int *));
""")
libc = ffi.dlopen(None)


@cfunc("double(point p)", ffi=ffi)
def norm(p):
    return p.x + p.y


def test_struct_by_value():
    assert norm(ffi.new("point *", [3, 0.5])[0]) == 3.5


def test_struct_through_a_pointer():
    @cfunc("void(point *p, double by)", ffi=ffi)
    def scale(p, by):
        p.x = p.x + 1
        p.y *= by

    p = ffi.new("point *", [3, 0.5])
    scale(p, 4.0)
    assert (p.x, p.y) == (4, 2.0)


def test_linked_list():
    @cfunc("long(struct node *)", ffi=ffi)
    def total(node):
        result = 0
        while node:
            result += node.value
            node = node.next
        return result

    last = ffi.new("struct node *", [5])
    first = ffi.new("struct node *", [2, last])
    assert total(first) == 7
    assert total(ffi.NULL) == 0


def test_typedef_of_a_pointer_to_function():
    made = cfunc("integrand_t", ffi=ffi)(lambda x, data: x * 2.0)
    assert repr(made.signature) == "double(double, void *)"
    assert made(1.5, ffi.NULL) == 3.0


@pytest.mark.parametrize("name", ["integrand_t", "double(*)(double, void *)"])
def test_type_object(name):
    made = cfunc(ffi.typeof(name))(lambda x, data: x + 1.0)
    assert repr(made.signature) == "double(double, void *)"
    assert made(1.5, ffi.NULL) == 2.5


def test_comparator_declared_in_c():
    @cfunc("compare_t", ffi=ffi)
    def compare(a, b):
        return (a[0] > b[0]) - (a[0] < b[0])

    numbers = ffi.new("int[]", [5, -3, 9, 1, 0])
    libc.qsort(numbers, 5, ffi.sizeof("int"), compare)
    assert list(numbers) == [-3, 0, 1, 5, 9]


def test_annotations_name_declared_types():
    @cfunc(ffi=ffi)
    def x_of(p: "const point *", color: "enum color") -> "int":  # noqa: F722
        return p.x + color

    assert x_of(ffi.new("point *", [3, 0.5]), 5) == 8


def test_enum_is_an_integer():
    assert cfunc("int(enum color)", ffi=ffi)(lambda c: c + 1)(libc.GREEN) == 6


WRONG = [("double(pont *)", "c-", 8), ("point", "signature-syntax", 1), ("double(point *", "c-", 15)]


@pytest.mark.parametrize(("signature", "expected", "offset"), WRONG, ids=[one for one, _, _ in WRONG])
def test_wrong_signature(signature, expected, offset):
    with pytest.raises(SignatureError) as caught:
        cfunc(signature, ffi=ffi)(lambda p: 1.0)
    assert caught.value.diagnostics[0].id.startswith(expected)
    assert caught.value.offset == offset


def test_names_of_another_ffi_are_unknown():
    with pytest.raises(SignatureError):
        cfunc("double(point *)")(lambda p: 1.0)


def test_missing_field_is_named():
    with pytest.raises(CompileError, match="z"):
        cfunc("double(point *)", ffi=ffi)(lambda p: p.z)


def test_ffi_must_be_one():
    with pytest.raises(TypeError):
        cfunc("double(double)", ffi=libc)
