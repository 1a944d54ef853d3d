"""Types of arrays and tuples, and signatures of them."""

from collections import namedtuple

import numpy as np
import pytest

from ferrule import FFI, cfunc, errors, njit, typeof, types

Point = namedtuple("Point", "x y")


def test_types_of_arrays():
    assert repr(types.float64[:]) == "array(float64, 1d, A)"
    assert repr(types.float64[::1]) == "array(float64, 1d, C)"
    assert repr(types.int32[:, :]) == "array(int32, 2d, A)"
    assert repr(types.int32[:, ::1]) == "array(int32, 2d, C)"
    assert repr(types.int32[::1, :, :]) == "array(int32, 3d, F)"
    assert types.float64[:] == types.Array(types.double, 1, "A")
    assert types.float64[:] != types.float32[:]
    assert hash(types.float64[:]) == hash(types.f8[:])
    ty = types.Array(types.float32, 3, "F", readonly=True, aligned=False)
    assert repr(ty) == "unaligned readonly array(float32, 3d, F)"
    assert (ty.dtype, ty.ndim, ty.layout, ty.mutable, ty.aligned) == (types.float32, 3, "F", False, False)


@pytest.mark.parametrize("axes", [slice(0, None), slice(None, 3), slice(None, None, 2), 1, "x", None])
def test_axes_that_are_none(axes):
    with pytest.raises(TypeError, match="are written `:` or `::1`"):
        types.float64[axes]


def test_arrays_that_there_are_not():
    with pytest.raises(ValueError, match="`::1` stands"):
        types.float64[:, ::1, :]
    with pytest.raises(TypeError, match="no arrays of void"):
        types.voidptr[:]
    with pytest.raises(TypeError, match="no arrays of UniTuple"):
        types.Array(types.UniTuple(types.int64, 2), 1, "C")
    with pytest.raises(ValueError, match="layout is"):
        types.Array(types.int64, 1, "K")
    with pytest.raises(AttributeError, match="int64 has no attribute 'ndim'"):
        _ = types.int64.ndim


def test_types_of_tuples():
    assert repr(types.Tuple((types.int64, types.float64))) == "Tuple(int64, float64)"
    assert types.Tuple([types.int64] * 2) == types.UniTuple(types.i8, 2)
    assert repr(types.UniTuple(types.float64[:], 2)) == "UniTuple(array(float64, 1d, A) x 2)"
    assert types.UniTuple(types.int8, 3).types == (types.int8,) * 3
    assert types.UniTuple(types.int8, 3).dtype == types.int8
    assert repr(types.NamedTuple((types.int64, types.float64), Point)) == "Point(int64, float64)"
    assert types.NamedUniTuple(types.int64, 2, Point) == types.NamedTuple((types.int64, types.int64), Point)
    with pytest.raises(TypeError, match="with 3 fields"):
        types.NamedUniTuple(types.int64, 3, Point)
    with pytest.raises(TypeError, match="is not a type"):
        types.Tuple((1, 2))


def test_types_of_records():
    record = types.Record.make_c_struct([("x", types.float64), ("n", types.int32)])
    dtype = np.dtype([("x", "f8"), ("n", "i4")], align=True)
    assert types.from_dtype(dtype) == record
    assert typeof(np.zeros(2, dtype)) == record[::1]
    assert types.from_dtype(np.dtype("u2")) == types.uint16
    with pytest.raises(TypeError, match="no values of dtype"):
        types.from_dtype(np.dtype("O"))
    with pytest.raises(TypeError, match="field x is no type that C has"):
        types.make_c_struct([("x", types.float64[:])])


def test_types_of_what_may_be_none():
    assert repr(types.Optional(types.int64)) == "OptionalType(int64)"
    assert types.Optional(types.double) == types.optional(types.float64)
    assert types.Optional(types.float64[:]).type == types.float64[:]
    for typ in (types.none, types.Optional(types.int8)):
        with pytest.raises(TypeError, match="there is no OptionalType"):
            types.Optional(typ)


def classes_of(ty):
    """Return the names of the classes of `ferrule.types` that a type is of."""
    return {name for name in dir(types) if isinstance(getattr(types, name), type) and name != "Signature"} & {
        each.__name__ for each in type(ty).__mro__
    }


CLASSES = [
    (types.int8, "Integer Number"),
    (types.float32, "Float Number"),
    (types.complex64, "Complex Number"),
    (types.boolean, "Boolean"),
    (types.void, "NoneType Opaque"),
    (types.voidptr, "RawPointer Opaque"),
    (types.CPointer(types.int8), "CPointer"),
    (types.make_c_struct([("x", types.int8)]), "Record"),
    (types.int8[:], "Array"),
    (types.Tuple((types.int8, types.int16)), "Tuple BaseAnonymousTuple BaseTuple"),
    (types.Tuple(()), "Tuple BaseAnonymousTuple BaseTuple"),
    (types.Tuple((types.int8, types.int8)), "UniTuple BaseAnonymousTuple BaseTuple"),
    (types.NamedTuple((types.int8, types.int16), Point), "NamedTuple BaseNamedTuple BaseTuple"),
    (types.NamedUniTuple(types.int8, 2, Point), "NamedUniTuple BaseNamedTuple BaseTuple"),
    (types.unicode_type, "UnicodeType"),
    (types.literal(1), "IntegerLiteral Literal Integer Number"),
    (types.literal(True), "BooleanLiteral Literal Boolean"),
    (types.literal("x"), "StringLiteral Literal"),
    (typeof(njit(lambda a: a)), "Dispatcher Callable"),
    (typeof(np.random.default_rng(1)), "NumPyRandomGeneratorType"),
]


@pytest.mark.parametrize(("ty", "expected"), CLASSES, ids=lambda value: repr(value)[:30])
def test_classes(ty, expected):
    assert classes_of(ty) == {"Type", *expected.split()}


def test_classes_are_those_of_every_way_to_a_type():
    assert isinstance(types.float64[:].dtype, types.Float)
    assert isinstance(types.float64(types.int8).args[0], types.Integer)
    assert isinstance(types.float64(types.int8).return_type, types.Float)
    assert isinstance(njit("f8(i8[:])")(lambda a: a[0]).signatures[0][0], types.Array)
    assert isinstance(types.from_dtype(np.dtype("f4")), types.Float)


def test_numbers_say_their_bits():
    assert [ty.bitwidth for ty in (types.int8, types.uint64, types.float32, types.complex128)] == [
        8,
        64,
        32,
        128,
    ]
    assert (types.int8.signed, types.uint8.signed) == (True, False)
    assert types.complex64.underlying_float == types.float32
    for ty in (types.boolean, types.unicode_type, types.int8[:]):
        assert not hasattr(ty, "bitwidth")
    assert not hasattr(types.float64, "signed")


def test_types_say_what_they_hold():
    assert types.CPointer(types.int8).dtype == types.int8
    assert not hasattr(types.voidptr, "dtype")
    pair = types.Tuple((types.int8, types.int16))
    assert (pair.count, len(pair), pair[-1], list(pair)) == (2, 2, types.int16, [types.int8, types.int16])
    assert pair[:1] == (types.int8,)
    assert not hasattr(pair, "dtype")
    named = types.NamedTuple(cls=Point, types=(types.int8, types.int16))
    assert (named.instance_class, named.fields, named[0]) == (Point, ("x", "y"), types.int8)
    record = types.make_c_struct([("x", types.float64), ("n", types.int32)])
    assert record.members == [("x", types.float64), ("n", types.int32)]
    assert record.typeof("n") == types.int32
    assert typeof(FFI().new("int *")).dtype == types.int32
    with pytest.raises(KeyError):
        record.typeof("y")


def test_literals():
    three = types.literal(3)
    assert (repr(three), three.literal_value, three.literal_type) == ("Literal[int](3)", 3, types.int64)
    assert (three.bitwidth, three.signed) == (64, True)
    assert three == types.literal(3) != types.literal(True)
    assert hash(three) == hash(types.literal(3))
    assert types.literal(1 << 63).literal_type == types.uint64
    assert types.literal(False).literal_value is False
    assert types.unliteral(types.literal("x")) == types.unicode_type
    assert types.unliteral(types.int8) == types.int8
    with pytest.raises(TypeError, match="a literal is an int, a bool or a str, not float"):
        types.literal(1.5)
    with pytest.raises(OverflowError):
        types.literal(1 << 64)
    with pytest.raises(TypeError, match=r"is not specialised for Literal\[int\]\(3\)"):
        njit((three,))(lambda a: a)


VALUES = [
    (1, "int64"),
    (1.5, "float64"),
    (2j, "complex128"),
    (True, "bool"),
    (None, "none"),
    ("text", "unicode_type"),
    ((1, 2.5), "Tuple(int64, float64)"),
    ((1, (2, 3)), "Tuple(int64, UniTuple(int64 x 2))"),
    ((), "Tuple()"),
    (Point(1, 2.0), "Point(int64, float64)"),
    (np.zeros((2, 2), "i4"), "array(int32, 2d, C)"),
    (np.float32(1), "float32"),
]


@pytest.mark.parametrize(("value", "expected"), VALUES, ids=lambda value: repr(value)[:20])
def test_typeof(value, expected):
    assert repr(typeof(value)) == expected


def test_typeof_refuses():
    with pytest.raises(TypeError, match="a list cannot be passed"):
        typeof([1])
    with pytest.raises(TypeError, match="a list cannot be passed to compiled code, in item 1"):
        typeof((1, [2]))


SIGNATURES = [
    ("void(float64[:], int64)", (types.float64[:], types.int64)),
    ("void(f8[:,::1], UniTuple(i8, 2))", (types.f8[:, ::1], types.UniTuple(types.i8, 2))),
    ("(types.f8[::1, :],)", (types.f8[::1, :],)),
    ("void(Tuple((int64, float64)))", (types.Tuple((types.int64, types.float64)),)),
    ("void(Tuple([int64, float64[:]]),)", (types.Tuple((types.int64, types.float64[:])),)),
    ("void(Array(float32, 2, 'F'))", (types.float32[::1, :],)),
    ("void( float64 [ : , : ] )", (types.float64[:, :],)),
]


def one(a):
    pass


def two(a, b):
    pass


@pytest.mark.parametrize(("text", "expected"), SIGNATURES, ids=[text for text, _ in SIGNATURES])
def test_signatures_as_text(text, expected):
    function = njit(text)(one if len(expected) == 1 else two)
    assert function.signatures == [expected]
    assert function.nopython_signatures == [types.void(*expected)]


@pytest.mark.parametrize("text", ["void(float64[)", "void(float64[:)", "void(float64[0])", "float64[:"])
def test_signatures_that_are_none(text):
    with pytest.raises(errors.SignatureError):
        njit(text)(lambda a: None)


def test_a_signature_with_an_unknown_type_names_it():
    with pytest.raises(errors.SignatureError, match="`flaot64` is not a type"):
        njit("void(flaot64[:])")(lambda a: None)


def test_c_has_no_arrays():
    with pytest.raises(errors.SignatureError, match=r"C has no type `array\(float64, 1d, A\)`"):
        cfunc("void(float64[:])")(lambda a: None)
    with pytest.raises(TypeError, match="C has no pointer to"):
        types.CPointer(types.float64[:])
