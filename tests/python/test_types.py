"""`ferrule.types`: names, printing and signatures as Numba has them."""

import pytest

from ferrule import types

SAME = [
    ("int8", "i1 char"),
    ("uint8", "u1 byte uchar"),
    ("int16", "i2 short"),
    ("uint16", "u2 ushort"),
    ("int32", "i4 intc"),
    ("uint32", "u4 uintc"),
    ("int64", "i8 int_ long_ longlong intp ssize_t"),
    ("uint64", "u8 uint ulong ulonglong uintp size_t"),
    ("float32", "f4"),
    ("float64", "f8 double"),
    ("complex64", "c8"),
    ("complex128", "c16"),
]


@pytest.mark.parametrize(("name", "others"), SAME)
def test_names_of_one_type_are_equal(name, others):
    ty = getattr(types, name)
    assert repr(ty) == str(ty) == ty.name == name
    for other in others.split():
        assert getattr(types, other) == ty
        assert hash(getattr(types, other)) == hash(ty)


def test_types_that_print_under_another_name():
    assert [repr(ty) for ty in (types.boolean, types.bool_, types.b1)] == ["bool"] * 3
    assert [repr(ty) for ty in (types.void, types.none)] == ["none"] * 2
    assert repr(types.voidptr) == "void*"
    assert repr(types.CPointer(types.CPointer(types.int8))) == "int8**"


def test_types_differ():
    every = [getattr(types, name) for name, _ in SAME]
    assert len(set(every)) == len(every)
    assert types.int32 != "int32"
    assert types.CPointer(types.int32) != types.CPointer(types.uint32)


def test_calls_with_types_make_signatures():
    signature = types.float64(types.float64, types.CPointer(types.int32))
    assert repr(signature) == "(float64, int32*) -> float64"
    assert signature.return_type == types.double
    assert signature.args == (types.f8, types.CPointer(types.i4))
    assert signature == types.double(types.double, types.CPointer(types.intc))
    assert hash(signature) == hash(types.double(types.double, types.CPointer(types.intc)))
    assert signature != types.double(types.double)
    assert repr(types.void()) == "() -> none"
    assert repr(types.int8(types.int8)) == "(int8,) -> int8"


CONVERSIONS = [
    (types.uint8, 300, 44),
    (types.int8, 200, -56),
    (types.int32, 3.7, 3),
    (types.int64, 1 << 63, -(1 << 63)),
    (types.float32, 0.1, 0.10000000149011612),
    (types.float64, 1, 1.0),
    (types.complex64, 0.1, 0.10000000149011612 + 0j),
    (types.complex128, 2, 2 + 0j),
    (types.boolean, 7, True),
]


@pytest.mark.parametrize(("ty", "value", "expected"), CONVERSIONS, ids=repr)
def test_calls_with_a_number_convert_it(ty, value, expected):
    converted = ty(value)
    assert (converted, type(converted)) == (expected, type(expected))


def test_bad_calls():
    with pytest.raises(TypeError, match="takes types, or one number"):
        types.int32(1, 2)
    with pytest.raises(TypeError, match="does not convert a number"):
        types.voidptr(1)
    with pytest.raises(TypeError):
        types.CPointer("int32")


def test_a_function_type_says_what_works_instead():
    for signature in (types.int64(types.int64), "int64(int64)"):
        with pytest.raises(NotImplementedError, match=r"FunctionType.*int64.*leave the signature out"):
            types.FunctionType(signature)


def test_every_name_is_listed():
    assert {"CPointer", "Signature", "Type", "voidptr", "f8"} <= set(types.__all__)
    assert all(hasattr(types, name) for name in types.__all__)
    named = {name for name in types.__all__ if isinstance(getattr(types, name), types.Type)}
    assert set(types.named_types()) == named
