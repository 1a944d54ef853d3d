"""An exception that is raised under C comes out of the call of C, or is reported where there is none."""

import ctypes
import gc
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from ferrule import FFI, callback, cfunc

DECLARATIONS = """
    int sum_of(int (*step)(int), int count);
    int on_a_thread(int (*step)(int), int argument);
"""


@pytest.fixture(scope="module")
def callers(tmp_path_factory):
    library = tmp_path_factory.mktemp("clib") / "libcallers.so"
    source = Path(__file__).parents[1] / "clib/callers.c"
    subprocess.run(["cc", "-shared", "-fPIC", "-pthread", "-o", library, source], check=True)
    ffi = FFI()
    ffi.cdef(DECLARATIONS)
    return ffi.dlopen(str(library))


@pytest.fixture
def unraisable(monkeypatch):
    """What `sys.unraisablehook` was told: exceptions with their tracebacks."""
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", lambda told: seen.append(told.exc_value))
    return seen


def entry(exception):
    """The last line of the traceback: file, line and function."""
    frame = traceback.extract_tb(exception.__traceback__)[-1]
    return frame.filename, frame.lineno, frame.name


def line_of(made, offset):
    return made.__wrapped__.__code__.co_firstlineno + offset


@cfunc("int(int)")
def inverse(n):
    return 100 // (n - 3)


@cfunc("int(int)")
def checked(n):
    assert n < 3, "three is too many"
    return n


@cfunc("int(int)")
def refusing(n):
    if n == 2:
        raise ValueError("refused", n, n * 0.5, n > 1, n * 1j)
    return n


def test_division_by_zero(callers):
    with pytest.raises(ZeroDivisionError, match="by zero") as caught:
        callers.sum_of(inverse, 10)
    assert entry(caught.value) == (__file__, line_of(inverse, 2), "inverse")
    assert callers.sum_of(inverse, 3) == 100 // -3 + 100 // -2 + 100 // -1


def test_failed_assert(callers):
    with pytest.raises(AssertionError) as caught:
        callers.sum_of(checked, 10)
    assert caught.value.args == ("three is too many",)
    assert entry(caught.value) == (__file__, line_of(checked, 2), "checked")


def test_raise_with_arguments(callers):
    with pytest.raises(ValueError, match="refused") as caught:
        callers.sum_of(refusing, 10)
    assert caught.value.args == ("refused", 2, 1.0, True, 2j)
    assert [type(arg) for arg in caught.value.args] == [str, int, float, bool, complex]


def test_a_call_without_c_between():
    with pytest.raises(ValueError, match="refused"):
        refusing(2)
    assert refusing(1) == 1


def test_later_callbacks_do_not_run_and_are_counted(callers):
    with pytest.raises(ValueError, match="refused") as caught:
        callers.sum_of(refusing, 10)
    assert caught.value.__notes__ == ["7 later callbacks of the same C call did not run"]
    with pytest.raises(ValueError, match="refused") as caught:
        callers.sum_of(refusing, 3)
    assert not hasattr(caught.value, "__notes__")


def raises_in_a_callee(n):
    return refusing(n) + 1


def test_exception_of_a_function_compiled_along(callers):
    with pytest.raises(ValueError, match="refused") as caught:
        callers.sum_of(cfunc("int(int)")(raises_in_a_callee), 5)
    assert entry(caught.value) == (__file__, line_of(refusing, 3), "refusing")


class OwnError(Exception):
    """A class of the program."""


def test_exception_class_of_the_program(callers):
    @cfunc("int(int)")
    def own(n):
        raise OwnError(n)

    with pytest.raises(OwnError) as caught:
        callers.sum_of(own, 5)
    assert caught.value.args == (0,)


def test_compiled_code_calls_c_that_calls_it_back(callers):
    """Python, C, a cfunc, C, a cfunc that raises: the error passes both layers of C."""
    step = refusing.cffi

    @cfunc("int(int)")
    def outer(n):
        return callers.sum_of(step, n)

    with pytest.raises(ValueError, match="refused"):
        callers.sum_of(outer, 8)
    assert callers.sum_of(outer, 2) == 0


def test_barrier_of_an_interpreted_callback(callers):
    """Python, C, an interpreted callback that catches: the error goes no further."""
    caught = []

    @callback("int(int)")
    def careful(n):
        try:
            return callers.sum_of(refusing, 10)
        except ValueError as error:
            caught.append(error)
            return 1000

    assert callers.sum_of(careful, 3) == 3000
    assert [error.args[0] for error in caught] == ["refused"] * 3
    assert all("7 later callbacks" in error.__notes__[0] for error in caught)


def test_through_an_interpreted_callback(callers):
    """Python, C, an interpreted callback that lets it pass: raised by both calls in turn."""

    @callback("int(int)")
    def careless(n):
        return callers.sum_of(refusing, 10)

    with pytest.raises(ValueError, match="refused") as caught:
        callers.sum_of(careless, 5)
    names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert names[-2:] == ["careless", "refusing"]


def test_foreign_thread(callers, unraisable):
    assert callers.on_a_thread(refusing, 7) == 7
    assert callers.on_a_thread(refusing, 2) == 0
    assert [error.args[:2] for error in unraisable] == [("refused", 2)]
    assert entry(unraisable[0]) == (__file__, line_of(refusing, 3), "refusing")


def test_caller_without_a_frame(unraisable):
    """The standard library's ctypes makes the call: nobody can raise the exception."""
    assert refusing.ctypes(2) == 0
    assert refusing.ctypes(1) == 1
    assert [type(error) for error in unraisable] == [ValueError]
    assert entry(unraisable[0]) == (__file__, line_of(refusing, 3), "refusing")


def test_scipy_makes_the_call(unraisable):
    integrate = pytest.importorskip("scipy.integrate", reason="SciPy is not installed")

    @cfunc("float64(float64)")
    def integrand(x):
        if x > 0.75:
            raise OverflowError("too far", x)
        return x

    value, _ = integrate.quad(integrand.ctypes, 0.0, 1.0, epsabs=1e-2, epsrel=1e-2)
    assert 0.2 < value < 0.4
    assert unraisable
    assert {type(error) for error in unraisable} == {OverflowError}
    assert all(error.args[0] == "too far" and error.args[1] > 0.75 for error in unraisable)


def test_reported_at_once(callers, unraisable):
    @cfunc("int(int)", errors="report")
    def reporting(n):
        if n > 0:
            raise KeyError(n)
        return 5

    assert callers.sum_of(reporting, 4) == 5
    assert [error.args for error in unraisable] == [(1,), (2,), (3,)]
    assert reporting(2) == 0


def test_exception_that_cannot_be_made(callers):
    class Picky(Exception):
        def __init__(self):
            super().__init__("no arguments")

    @cfunc("int(int)")
    def picky(n):
        raise Picky(n)

    with pytest.raises(TypeError, match="positional argument"):
        callers.sum_of(picky, 1)


def test_error_outlives_its_code(callers):
    def make():
        def short_lived(n):
            raise ValueError(n)

        return cfunc("int(int)")(short_lived)

    with pytest.raises(ValueError, match="0") as caught:
        callers.sum_of(make(), 1)
    assert caught.value.args == (0,)


def test_thousand_errors_leak_nothing(callers):
    def round_trip():
        for _ in range(1000):
            try:
                callers.sum_of(refusing, 4)
            except ValueError:
                continue
        gc.collect()
        return sys.getallocatedblocks()

    round_trip()
    before = round_trip()
    assert round_trip() - before < 200


def test_report_from_a_library_that_took_the_address(unraisable):
    call = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(inverse.address)
    assert call(3) == 0
    assert [type(error) for error in unraisable] == [ZeroDivisionError]
