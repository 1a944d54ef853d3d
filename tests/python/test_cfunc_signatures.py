"""What can be given as a signature, and what is said when it does not fit."""

import numpy as np
import pytest

from ferrule import carray, cfunc, types
from ferrule.errors import SignatureError


def first(x, p):
    return x


def argument_count(function):
    return len(function.signature.args)


GIVEN = [
    ("float64(float64, CPointer(int32))", "(float64, int32*) -> float64"),
    ("f8(f8, voidptr)", "(float64, void*) -> float64"),
    (" types.double ( types.double , i4 , ) ", "(float64, int32) -> float64"),
    (types.float32(types.float32, types.int8), "(float32, int8) -> float32"),
    ("(float32, int64)", "(float32, int64) -> float32"),
    ((types.int16, types.boolean), "(int16, bool) -> int16"),
    ("double(double, void *)", "double(double, void *)"),
    ("double(double x, const int *p)", "double(double, const int *)"),
    ("unsigned long(*)(size_t, char)", "unsigned long(size_t, char)"),
]


@pytest.mark.parametrize(("given", "shown"), GIVEN, ids=[str(given) for given, _ in GIVEN])
def test_signature(given, shown):
    assert repr(cfunc(given)(first).signature) == shown


@pytest.mark.parametrize("given", ["void()", "void(void)", "none()", types.void()])
def test_no_arguments(given):
    def nothing():
        pass

    made = cfunc(given)(nothing)
    assert made.signature.args == ()
    assert made() is None


def test_annotations():
    @cfunc
    def scaled(x: float, n: int, flag: bool, z: complex, small: types.int8, c: "unsigned short") -> "float":  # noqa: F722
        return x * n

    assert repr(scaled.signature) == "(float64, int64, bool, complex128, int8, uint16) -> float64"
    assert scaled(1.5, 2, True, 1j, 3, 4) == 3.0


def test_result_that_the_body_decides():
    @cfunc()
    def halved(x: int):
        return x / 2

    assert repr(halved.signature) == "(int64,) -> float64"
    assert halved(5) == 2.5


WRONG = [
    ("float64(flot64, int32)", "signature-syntax", 9),
    ("int", "signature-syntax", 1),
    ("int(int, ...)", "signature-syntax", 1),
    ("float64(float64)", "signature-mismatch", None),
    ("long double(long double, int)", "signature-type", 1),
]


@pytest.mark.parametrize(("given", "expected", "offset"), WRONG, ids=[given for given, _, _ in WRONG])
def test_wrong_signature(given, expected, offset):
    with pytest.raises(SignatureError) as caught:
        cfunc(given)(first)
    assert [one.id for one in caught.value.diagnostics] == [expected]
    assert "^" in str(caught.value)
    if offset is not None:
        assert (caught.value.filename, caught.value.lineno, caught.value.offset) == ("<signature>", 1, offset)


def test_mismatch_shows_the_function_and_the_signature():
    with pytest.raises(SignatureError) as caught:
        cfunc("float64(float64)")(first)
    text = str(caught.value)
    assert "the signature has 1 argument, `first` takes 2" in text
    assert "def first(x, p):" in text
    assert "float64(float64)" in text
    assert caught.value.filename == __file__


def test_argument_without_a_type():
    with pytest.raises(SignatureError, match="the type of `p` is not known") as caught:

        @cfunc
        def half(x: float, p):
            return x

    assert [one.id for one in caught.value.diagnostics] == ["signature-missing"]


@pytest.mark.parametrize("given", [3, [types.int8], 2.0])
def test_no_signature_at_all(given):
    with pytest.raises(TypeError, match="a signature is a string or an object"):
        cfunc(given)(first)


def test_options():
    assert cfunc("float64(float64)", nopython=True, cache=True, error_model="python")(lambda x: x)(1.0) == 1.0
    with pytest.raises(ValueError, match="errors is 'raise' or 'report'"):
        cfunc("void()", errors="ignore")
    with pytest.raises(ValueError, match="error_model is 'python' or 'numpy', not 'C'"):
        cfunc("void()", error_model="C")
    with pytest.raises(TypeError, match=r"cfunc\(\) has no option 'nonsense'"):
        cfunc("void()", nonsense=1)
    with pytest.raises(NotImplementedError, match="parallel=True is not supported"):
        cfunc("void()", parallel=True)
    with pytest.raises(TypeError, match="compiles a Python function, not int"):
        cfunc("void()")(3)


def test_options_have_the_meaning_of_njit():
    @cfunc("float64(float64)", locals={"y": types.float32})
    def third(x):
        y = x / 3
        return y + 0

    assert third(1.0) == third.ctypes(1.0) == float(np.float32(1 / 3))

    @cfunc("float64(float64, float64)", error_model="numpy")
    def quotient(x, y):
        return x / y

    assert quotient.ctypes(1.0, 0.0) == np.inf

    @cfunc("float64(CPointer(float64), intp, intp)", boundscheck=False)
    def unchecked(items, n, i):
        return carray(items, n)[i]

    @cfunc("float64(CPointer(float64), intp, intp)")
    def checked(items, n, i):
        return carray(items, n)[i]

    items = np.arange(4.0)
    assert unchecked(items, 2, 3) == 3.0
    with pytest.raises(IndexError):
        checked(items, 2, 3)
    assert "fmul fast" in cfunc("float64(float64)", fastmath=True)(lambda x: x * x).inspect_llvm()
