"""What compiled code sees: globals, closures and attributes are frozen when it is compiled."""

import builtins
import cmath
import enum
import math
import subprocess
import sys
import textwrap

import pytest

from ferrule import FFI, cfunc, types
from ferrule.errors import CompileError, TypingError

np = pytest.importorskip("numpy", reason="NumPy is not installed")

INTEGER, REAL, FLAG, COMPLEX = 12, 2.5, True, 3 - 4j
LARGE, TOO_LARGE = (1 << 64) - 1, 1 << 64
NP_SMALL, NP_SINGLE, NP_FLAG, NP_COMPLEX = np.int8(-5), np.float32(0.1), np.bool_(True), np.complex64(1j)
LIST, ARRAY, OBJECT = [1], np.zeros(3), object()

ffi = FFI()
ffi.cdef("""
    int abs(int);
    double hypot(double, double);
    char *getenv(const char *);
    struct point { int x; double y; };
    enum color { RED, GREEN = 5 };
    #define LIMIT 77
""")
libc = ffi.dlopen(None)
C_NUMBER, C_ARRAY = ffi.cast("short", -3), ffi.new("double[3]", [1.5, 2.5, 3.5])


pow = 0.25  # noqa: A001 - hides the builtin


class Color(enum.IntEnum):
    RED = 1
    GREEN = 2


class Model:
    rate = 0.5


def value_of(function):
    """What a function without arguments gives; its result type is its own."""
    return cfunc("()")(function)()


FROZEN = [
    (lambda: INTEGER, 12),
    (lambda: REAL, 2.5),
    (lambda: FLAG, True),
    (lambda: COMPLEX, 3 - 4j),
    (lambda: LARGE, (1 << 64) - 1),
    (lambda: NP_SMALL, -5),
    (lambda: NP_SINGLE, float(np.float32(0.1))),
    (lambda: NP_FLAG, True),
    (lambda: NP_COMPLEX, 1j),
    (lambda: math.pi, math.pi),
    (lambda: cmath.e, cmath.e),
    (lambda: np.inf, math.inf),
    (lambda: Color.GREEN, 2),
    (lambda: C_NUMBER, -3),
    (lambda: libc.GREEN, 5),
    (lambda: libc.LIMIT, 77),
    (lambda: builtins.abs(-3), 3),
]


@pytest.mark.parametrize(("function", "expected"), FROZEN)
def test_constant(function, expected):
    assert value_of(function) == expected


def test_constants_are_frozen():
    offset = 1

    def shifted(x):
        return x + offset

    made = cfunc("int64(int64)")(shifted)
    offset = 100
    assert (made(1), shifted(1)) == (2, 101)


def test_closure_hides_global_and_global_hides_builtin():
    INTEGER = 5
    assert value_of(lambda: INTEGER) == 5
    assert value_of(lambda: pow) == 0.25


def test_pointer_keeps_what_it_points_to():
    def second():
        numbers = ffi.new("double[2]", [3.0, 4.0])
        return cfunc("double()")(lambda: numbers[1])

    made = second()
    [ffi.new("double[2]", [0.0, 0.0]) for _ in range(100)]
    assert made() == 4.0
    assert value_of(lambda: C_ARRAY[2]) == 3.5


def test_functions_by_identity_not_by_name():
    sine, own_abs = math.sin, abs
    assert value_of(lambda: sine(1.0)) == pytest.approx(math.sin(1.0), rel=1e-15)
    assert value_of(lambda: own_abs(-2)) == 2


def sqrt(x):
    return x + 1000.0


def test_own_function_with_a_known_name():
    assert value_of(lambda: sqrt(4.0)) == 1004.0


def with_default(x, scale=10.0, *, offset=0.5):
    return x * scale + offset


def test_defaults_of_a_function_compiled_along():
    assert value_of(lambda: with_default(2.0)) == 20.5
    assert value_of(lambda: with_default(2.0, 3.0)) == 6.5
    assert value_of(lambda: with_default(2.0, offset=1.0)) == 21.0


@cfunc("int64(int64)")
def factorial(n):
    if n < 2:
        return 1
    return n * factorial(n - 1)


def is_even(n):
    return True if n == 0 else is_odd(n - 1)


def is_odd(n):
    return False if n == 0 else is_even(n - 1)


def test_recursion():
    assert factorial(10) == math.factorial(10)
    even = cfunc("boolean(int64)")(is_even)
    assert (even(10), even(7)) == (True, False)


def test_recursion_in_a_closure():
    @cfunc("int64(int64)")
    def fibonacci(n):
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

    assert fibonacci(20) == 6765


def test_cfunc_calls_a_cfunc():
    assert value_of(lambda: factorial(5) + 1) == 121


def test_c_functions_are_called_directly():
    @cfunc("double(double)")
    def length(x):
        return libc.hypot(x, 4.0) + libc.abs(-2)

    assert length(3.0) == 7.0
    assert "hypot" in length.inspect_asm()


def test_types_convert():
    assert value_of(lambda: types.int8(200)) == -56
    assert value_of(lambda: np.float32(0.1)) == float(np.float32(0.1))
    assert value_of(lambda: int(3.9)) == 3
    assert value_of(lambda: float(3)) == 3.0


OPAQUE = [
    (lambda: LIST, "list"),
    (lambda: OBJECT, "object"),
    (lambda: ARRAY, "ndarray"),
    (lambda: TOO_LARGE, "64 bits"),
    (lambda: Model.rate, "Model"),
    (lambda: unknown_name, "unknown_name"),  # noqa: F821
    (lambda: math.no_such, "no_such"),
]


@pytest.mark.parametrize(("function", "word"), OPAQUE, ids=[word for _, word in OPAQUE])
def test_what_is_no_constant_is_named(function, word):
    with pytest.raises(CompileError) as caught:
        value_of(function)
    assert word in str(caught.value)
    assert "^" in str(caught.value)
    assert (caught.value.filename, caught.value.lineno) == (__file__, function.__code__.co_firstlineno)


def test_callee_without_source():
    made = eval("lambda x: x")
    with pytest.raises(TypingError, match="cannot be compiled") as caught:
        value_of(lambda: made(1))
    assert "is not available" in str(caught.value)


def test_failed_compilation_leaves_no_trace(tmp_path):
    # In a process of its own: here, what other tests left behind comes and goes too.
    program = tmp_path / "attempts.py"
    program.write_text(
        textwrap.dedent("""
            import gc
            import sys

            from ferrule import cfunc
            from ferrule.errors import CompileError

            def attempts(count):
                for _ in range(count):
                    for signature in ("float64(float64)", "strange(float64)"):
                        try:
                            cfunc(signature)(lambda x: x + unknown_name)
                        except CompileError:
                            continue
                        raise AssertionError("it compiled")
                gc.collect()
                return sys.getallocatedblocks()

            attempts(200)
            before = attempts(200)
            print(attempts(2000) - before)
        """)
    )
    done = subprocess.run([sys.executable, program], check=True, capture_output=True, text=True)
    assert int(done.stdout) < 500
