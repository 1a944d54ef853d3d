"""Memory of others as pointer arguments: buffers, ctypes, the real cffi."""

import array
import ctypes
import gc
import weakref

import cffi
import numpy as np
import pytest
import scipy
import scipy.integrate

from ferrule import FFI

DECLARATIONS = """
    typedef struct point { int x; double y; } point;
    struct node { int value; struct node *next; unsigned low : 3; unsigned high : 5; };
    union word { int i; double d; };
    enum colour { RED, GREEN };
    typedef int pair[2];
    void *memcpy(void *to, const void *from, size_t count);
    size_t strlen(const char *text);
    void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));
"""


class Point(ctypes.Structure):
    """As `struct point`."""

    _fields_ = (("x", ctypes.c_int), ("y", ctypes.c_double))


class Moved(ctypes.Structure):
    """As large as `struct point`, but not the same."""

    _fields_ = (("y", ctypes.c_double), ("x", ctypes.c_int))


class Node(ctypes.Structure):
    """As `struct node`."""


Node._fields_ = (
    ("value", ctypes.c_int),
    ("next", ctypes.POINTER(Node)),
    ("low", ctypes.c_uint, 3),
    ("high", ctypes.c_uint, 5),
)


def named(value) -> str:
    """An id that does not change from run to run."""
    return value if isinstance(value, str) else type(value).__name__


@pytest.fixture
def address_of(ffi):
    """A function that gives the address that a parameter of a pointer type gets."""
    ffi.cdef(DECLARATIONS)

    def find(pointer: str, value) -> int:
        # memcpy returns its first argument, under whatever pointer type it is called.
        function = ffi.cast(f"{pointer} (*)({pointer}, void *, size_t)", ffi.dlopen(None).memcpy)
        return int(ffi.cast("uintptr_t", function(value, ffi.new("char[1]"), 0)))

    return find


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("int *", ctypes.c_int(5)),
        ("int *", (ctypes.c_int * 3)()),
        ("unsigned char *", (ctypes.c_ubyte * 3)()),
        ("char *", (ctypes.c_char * 3)()),
        ("char *", (ctypes.c_ubyte * 3)()),
        ("void *", (ctypes.c_int * 3)()),
        ("void *", Point()),
        ("point *", Point()),
        ("const point *", Point()),
        ("point *", (Point * 2)()),
        ("struct node *", Node()),
        ("long double *", ctypes.c_longdouble()),
        ("_Bool *", ctypes.c_bool()),
        ("wchar_t *", (ctypes.c_wchar * 3)()),
        ("pair *", (ctypes.c_int * 2)()),
        ("pair *", ((ctypes.c_int * 2) * 3)()),
        ("void **", ctypes.c_void_p()),
        ("int **", ctypes.pointer(ctypes.c_int())),
        ("enum colour *", ctypes.c_uint()),
    ],
    ids=named,
)
def test_objects_of_ctypes_go_in_by_their_address(address_of, pointer, value):
    assert address_of(pointer, value) == ctypes.addressof(value)


def test_pointers_of_ctypes_go_in_by_their_value(address_of):
    numbers = (ctypes.c_int * 4)()
    start = ctypes.addressof(numbers)
    assert address_of("int *", ctypes.pointer(ctypes.c_int.from_buffer(numbers))) == start
    assert address_of("int *", ctypes.cast(numbers, ctypes.POINTER(ctypes.c_int))) == start
    assert address_of("int *", ctypes.byref(ctypes.c_int.from_buffer(numbers), 8)) == start + 8
    assert address_of("int *", ctypes.c_void_p(start)) == start
    assert address_of("void *", ctypes.c_void_p(start)) == start
    assert address_of("void *", ctypes.byref(numbers)) == start
    assert address_of("int *", ctypes.c_void_p()) == 0
    assert address_of("int *", ctypes.POINTER(ctypes.c_int)()) == 0
    text = ctypes.c_char_p(b"text")
    assert address_of("char *", text) == ctypes.cast(text, ctypes.c_void_p).value
    point = Point()
    assert address_of("point *", ctypes.pointer(point)) == ctypes.addressof(point)
    assert address_of("point *", ctypes.byref(point)) == ctypes.addressof(point)


@pytest.mark.parametrize(
    ("pointer", "value", "shown"),
    [
        ("int *", ctypes.c_double(), "c_double"),
        ("int *", ctypes.c_uint(), "c_uint"),
        ("int *", (ctypes.c_double * 2)(), "c_double_Array_2"),
        ("int *", ctypes.pointer(ctypes.c_double()), "LP_c_double"),
        ("int *", ctypes.byref(ctypes.c_double()), "cparam"),
        ("point *", Moved(), "Moved"),
        ("point *", ctypes.pointer(Moved()), "LP_Moved"),
        ("struct node *", Point(), "Point"),
        ("pair *", (ctypes.c_int * 3)(), "c_int_Array_3"),
        ("int **", ctypes.pointer(ctypes.c_double()), "LP_c_double"),
        ("int *", ctypes.py_object(), "py_object"),
    ],
    ids=named,
)
def test_another_type_of_ctypes_is_refused(address_of, pointer, value, shown):
    with pytest.raises(TypeError, match=f"expected a pointer of the same type for .*ctypes, .*{shown}"):
        address_of(pointer, value)


def test_a_function_of_ctypes_is_held_against_its_types(ffi):
    ffi.cdef(DECLARATIONS)
    lib = ffi.dlopen(None)
    pointer = ctypes.POINTER(ctypes.c_int)
    calls = []

    def compare(a, b):
        calls.append(1)
        return a[0] - b[0]

    typed = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(
        lambda a, b: compare(ctypes.cast(a, pointer), ctypes.cast(b, pointer))
    )
    numbers = np.array([3, 1, 2], dtype=np.intc)
    lib.qsort(numbers, 3, 4, typed)
    assert numbers.tolist() == [1, 2, 3]
    assert calls
    wrong = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_double)(lambda x: 0)
    with pytest.raises(TypeError, match="expected a pointer of the same type"):
        lib.qsort(numbers, 3, 4, wrong)


@pytest.fixture
def theirs():
    """The real cffi with the same declarations."""
    ffi = cffi.FFI()
    ffi.cdef(DECLARATIONS)
    return ffi


@pytest.mark.parametrize(
    ("pointer", "made"),
    [
        ("int *", "int *"),
        ("int *", "int[3]"),
        ("void *", "int[3]"),
        ("const int *", "int[3]"),
        ("char *", "char[3]"),
        ("unsigned char *", "char[3]"),
        ("unsigned char *", "int8_t *"),
        ("uint32_t *", "unsigned int *"),
        ("size_t *", "unsigned long *"),
        ("point *", "point *"),
        ("point *", "struct point[2]"),
        ("struct node *", "struct node *"),
        ("union word *", "union word *"),
        ("long double *", "long double[1]"),
        ("double _Complex *", "double _Complex *"),
        ("wchar_t *", "wchar_t[3]"),
        ("_Bool *", "_Bool *"),
        ("enum colour *", "enum colour *"),
        ("int **", "int *[2]"),
        ("pair *", "int[3][2]"),
    ],
)
def test_c_data_of_cffi_goes_in(address_of, theirs, pointer, made):
    value = theirs.new(made)
    assert address_of(pointer, value) == int(theirs.cast("uintptr_t", value))


def test_untyped_pointers_of_cffi_go_in(address_of, theirs):
    value = theirs.new("int[3]")
    untyped = theirs.cast("void *", value)
    assert address_of("int *", untyped) == int(theirs.cast("uintptr_t", value))
    assert address_of("int *", theirs.NULL) == 0


@pytest.mark.parametrize(
    ("pointer", "made", "shown"),
    [
        ("int *", "double *", r"double \*"),
        ("int *", "unsigned int[2]", r"unsigned int\[2\]"),
        ("point *", "struct node *", r"struct node \*"),
        ("int **", "double **", r"double \* \*"),
    ],
)
def test_another_type_of_cffi_is_refused(address_of, theirs, pointer, made, shown):
    with pytest.raises(TypeError, match=f"of the same type for .*, got cffi's cdata '{shown}'"):
        address_of(pointer, theirs.new(made))


def test_a_struct_of_the_same_name_may_be_another(address_of):
    other = cffi.FFI()
    other.cdef("typedef struct { float x; double y; } point;")
    with pytest.raises(TypeError, match=r"got cffi's cdata 'point \*'"):
        address_of("point *", other.new("point *"))
    with pytest.raises(TypeError, match="expected a pointer"):
        address_of("point *", other.new("point *")[0])


def test_functions_of_cffi_are_function_pointers(ffi, theirs):
    ffi.cdef(DECLARATIONS)
    lib = ffi.dlopen(None)

    @theirs.callback("int(const void *, const void *)")
    def compare(a, b):
        return theirs.cast("int *", a)[0] - theirs.cast("int *", b)[0]

    numbers = array.array("i", [3, 1, 2])
    lib.qsort(numbers, 3, 4, compare)
    assert numbers.tolist() == [1, 2, 3]
    wrong = theirs.callback("double(double)", lambda x: x)
    with pytest.raises(TypeError, match=r"got cffi's cdata 'double\(\*\)\(double\)'"):
        lib.qsort(numbers, 3, 4, wrong)


def test_a_pointer_in_memory_keeps_nothing_alive(ffi):
    ffi.cdef("struct holder { int *numbers; };")
    holder = ffi.new("struct holder *")
    for given in (np.zeros(3, np.intc), array.array("i", [1]), bytearray(4), (ctypes.c_int * 2)()):
        with pytest.raises(TypeError, match=r"does not keep that alive: store what ffi\.from_buffer"):
            holder.numbers = given
    assert holder.numbers == ffi.NULL
    with pytest.raises(TypeError, match="does not keep that alive"):
        ffi.new("struct holder *", [np.zeros(3, np.intc)])


class TestAsCffi:
    """`as_cffi`: C data as the real cffi's."""

    def test_an_array(self, ffi, theirs):
        ours = ffi.new("int[]", [1, 2, 3])
        made = ours.as_cffi(theirs)
        assert isinstance(made, theirs.CData)
        assert theirs.typeof(made) is theirs.typeof("int[3]")
        made[1] = 20
        assert list(ours) == [1, 20, 3]
        assert list(ours.as_cffi()) == [1, 20, 3]

    def test_a_pointer(self, ffi, theirs):
        ffi.cdef(DECLARATIONS)
        ours = ffi.new("point *", [1, 2.5])
        made = ours.as_cffi(theirs)
        assert (made.x, made.y) == (1, 2.5)
        assert theirs.typeof(made) is theirs.typeof("point *")
        assert ffi.NULL.as_cffi(theirs) == theirs.NULL

    @pytest.mark.parametrize("made", ["int[3]", "int *"])
    def test_it_keeps_the_memory_alive(self, ffi, theirs, made):
        ours = ffi.new(made)
        alive = weakref.ref(ours)
        theirs_now = ours.as_cffi(theirs)
        del ours
        gc.collect()
        assert alive() is not None
        del theirs_now
        gc.collect()
        assert alive() is None

    def test_a_function(self, ffi, theirs):
        ffi.cdef("double cbrt(double); int printf(const char *, ...);")
        lib = ffi.dlopen("libm.so.6")
        made = lib.cbrt.as_cffi(theirs)
        assert theirs.typeof(made) is theirs.typeof("double(*)(double)")
        assert made(27.0) == lib.cbrt(27.0)
        assert theirs.typeof(lib.printf.as_cffi()).ellipsis

    def test_what_it_refuses(self, ffi, theirs):
        ffi.cdef(DECLARATIONS + "typedef struct { int a; } unknown;")
        with pytest.raises(TypeError, match="only pointers and arrays can"):
            ffi.cast("int", 1).as_cffi(theirs)
        with pytest.raises(TypeError, match=r"ffi\.addressof"):
            ffi.new("point *")[0].as_cffi(theirs)
        with pytest.raises(TypeError, match=r"'unknown \*' is not declared there"):
            ffi.new("unknown *").as_cffi(theirs)
        other = cffi.FFI()
        other.cdef("struct point { float x; double y; };")
        with pytest.raises(TypeError, match="is another type there"):
            ffi.new("point *").as_cffi(other)
        with pytest.raises(TypeError, match="takes an FFI of cffi, got an object of ferrule"):
            ffi.new("point *").as_cffi(FFI())
        with pytest.raises(TypeError, match="at most 1 argument, got 2"):
            ffi.new("point *").as_cffi(theirs, 1)

    def test_without_cffi(self, ffi, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "cffi", None)
        with pytest.raises(ImportError, match="needs the package cffi"):
            ffi.new("int *").as_cffi()

    def test_scipy_takes_a_function_and_its_data(self, ffi, theirs):
        ffi.cdef("double cbrt(double);")
        cbrt = scipy.LowLevelCallable(ffi.dlopen("libm.so.6").cbrt.as_cffi(theirs))
        assert scipy.integrate.quad(cbrt, 0, 1)[0] == pytest.approx(0.75)

    def test_scipy_hands_user_data_over(self, ffi, theirs, build_library):
        ffi.cdef("struct line { double slope, offset; }; double line_at(double x, void *line);")
        line = ffi.new("struct line *", [2.0, 1.0])
        lib = ffi.dlopen(build_library("interop"))
        data = ffi.cast("void *", line).as_cffi(theirs)
        integrand = scipy.LowLevelCallable(lib.line_at.as_cffi(theirs), data)
        assert scipy.integrate.quad(integrand, 0, 3)[0] == pytest.approx(12.0)
        line.slope = 0.0
        assert scipy.integrate.quad(integrand, 0, 3)[0] == pytest.approx(3.0)
