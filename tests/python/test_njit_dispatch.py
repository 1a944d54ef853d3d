"""`njit`: what is compiled when, and what the object says of itself."""

import inspect
import io
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

from ferrule import cfunc, errors, jit, njit, types


@njit
def add(x, y):
    """Add two numbers."""
    return x + y


def test_each_type_of_arguments_has_code_of_its_own():
    @njit
    def twice(x):
        return x + x

    assert [twice(2), twice(1.5), twice(2j)] == [4, 3.0, 4j]
    assert [type(twice(value)) for value in (2, 1.5, 2j)] == [int, float, complex]
    assert twice.signatures == [(types.int64,), (types.float64,), (types.complex128,)]
    for value in (3, 2.5, 3, 2.5):
        assert twice(value) == 2 * value
    assert len(twice.signatures) == 3


def test_the_object_names_its_function():
    assert add.__name__ == "add"
    assert add.__doc__ == "Add two numbers."
    assert add.__module__ == __name__
    assert add.__wrapped__ is add.py_func
    assert add.py_func(1, 2) == 3
    assert str(inspect.signature(add)) == "(x, y)"
    assert repr(add).startswith("<njit <function add")


def test_decorators_take_options_or_signatures_or_nothing():
    def half(x):
        return x / 2

    for decorated in (
        njit(half),
        jit(half),
        njit()(half),
        jit(nopython=True)(half),
        njit("float64(float64)")(half),
        njit(["float64(float64)", "float64(int64)"])(half),
        njit((types.float64,))(half),
        njit(types.float64(types.float64))(half),
        njit([(types.float64,), (types.int64,)])(half),
        njit(njit(half)),
    ):
        assert decorated(3.0) == 1.5


def test_signatures_compile_at_once_and_convert_arguments():
    @njit(["float64(float64)", "int64(int64)"])
    def half(x):
        return x // 2

    assert half.signatures == [(types.float64,), (types.int64,)]
    assert (half(7), half(7.0)) == (3, 3.0)
    assert half(True) == 0
    assert half.signatures == [(types.float64,), (types.int64,)]
    with pytest.raises(TypeError, match=r"half\(x\) has no signature for \(complex128\)"):
        half(1j)


def test_the_closest_signature_serves():
    @njit(["int32(int32)", "float64(float64)", "complex128(complex128)"])
    def same(x):
        return x

    assert type(same(1)) is float
    assert type(same(True)) is int
    assert type(same(1j)) is complex
    with pytest.raises(OverflowError, match="argument 1 of"):
        njit("int32(int32)")(same.py_func)(1 << 40)


def test_compile_and_disable_compile():
    @njit
    def twice(x):
        return x + x

    twice.compile("float32(float32)")
    twice.compile((types.int64,))
    assert twice.signatures == [(types.float32,), (types.int64,)]
    twice.disable_compile()
    with pytest.raises(TypeError, match="has no signature"):
        twice(1j)
    twice.disable_compile(False)
    assert twice(1j) == 2j


def test_overloads_and_signatures_with_results():
    @njit
    def halved(x):
        return x / 2

    halved(1)
    assert halved.nopython_signatures == [types.float64(types.int64)]
    assert halved.overloads == {(types.int64,): types.float64(types.int64)}
    assert halved.stats.cache_misses == {(types.int64,): 1}


def test_inspection():
    @njit
    def twice(x):
        return x + x

    twice(1)
    twice(1.0)
    assert list(twice.inspect_llvm()) == twice.signatures
    assert "define" in twice.inspect_llvm((types.int64,))
    assert "ret" in twice.inspect_asm("int64(int64)")
    text = io.StringIO()
    twice.inspect_types(text)
    assert "(float64,) -> float64" in text.getvalue()
    with pytest.raises(ValueError, match="not compiled"):
        twice.inspect_llvm((types.int8,))


def test_keywords_and_defaults():
    @njit
    def number(a, b=2, *, c=3):
        return a * 100 + b * 10 + c

    assert number(1) == 123
    assert number(1, 5) == 153
    assert number(1, c=9) == 129
    assert number(b=7, a=3) == 373
    for args, kwargs in [((), {}), ((1, 2, 3), {}), ((1,), {"a": 2}), ((1,), {"d": 2}), ((), {"b": 1})]:
        with pytest.raises(TypeError) as expected:
            number.py_func(*args, **kwargs)
        with pytest.raises(TypeError) as caught:
            number(*args, **kwargs)
        assert str(caught.value) == str(expected.value).replace(number.py_func.__qualname__, "number")


def test_positional_only_parameters():
    @njit
    def minus(a, b, /):
        return a - b

    assert minus(5, 3) == 2
    with pytest.raises(TypeError, match="positional-only"):
        minus(5, b=3)


def test_jitted_functions_call_each_other():
    @njit
    def square(x):
        return x * x

    @njit
    def norm(x, y):
        return square(x) + square(y)

    @cfunc("double(double)")
    def from_c(x):
        return square(x) + 1

    assert norm(3, 4) == 25
    assert from_c(2.0) == 5.0
    assert square.signatures == []


def test_recursion():
    @njit
    def fibonacci(n):
        if n < 2:
            return n
        return fibonacci(n - 1) + fibonacci(n - 2)

    assert fibonacci(20) == 6765


def test_functions_and_strings_are_known_when_compiling():
    @njit
    def apply(function, x):
        return function(x)

    @njit
    def double(x):
        return 2 * x

    def triple(x):
        return 3 * x

    assert (apply(double, 4), apply(triple, 4), apply(njit(triple), 4.5)) == (8, 12, 13.5)
    assert len(apply.signatures) == 3

    @njit
    def is_up(direction):
        return direction == "up"

    assert (is_up("up"), is_up("down"), is_up("up")) == (True, False, True)
    assert is_up.signatures == [(types.unicode_type,), (types.unicode_type,)]


def test_none():
    @njit
    def or_one(x):
        if x is None:
            return 1
        return x

    assert (or_one(None), or_one(5)) == (1, 5)
    assert or_one.signatures == [(types.none,), (types.int64,)]


def test_methods():
    class Scaled:
        factor = 3

        @njit
        def plain(x):
            return x + 1

        def call(self, x):
            return Scaled.plain(x) * self.factor

    assert Scaled().call(2) == 9
    bound = Scaled.plain.__get__(7, int)
    assert bound() == 8
    assert Scaled.plain.__get__(None, Scaled) is Scaled.plain


def test_pickled_by_name():
    assert pickle.loads(pickle.dumps(add)) is add


def test_options_are_refused_by_name():
    with pytest.raises(NotImplementedError, match="parallel=True is not supported yet"):
        njit(parallel=True)
    with pytest.raises(NotImplementedError, match="forceobj=True"):
        jit(forceobj=True)
    with pytest.raises(TypeError, match="no option 'speed'"):
        njit(speed=11)
    with pytest.raises(ValueError, match="error_model is 'python' or 'numpy'"):
        njit(error_model="fortran")
    with pytest.raises(ValueError, match="fastmath has no flag 'wrong'"):
        njit(fastmath={"wrong"})
    with pytest.raises(ValueError, match="inline is"):
        njit(inline="sometimes")
    with pytest.raises(TypeError, match="njit compiles a Python function, not int"):
        njit(nogil=True)(3)


def test_options_that_are_taken():
    options = {
        "boundscheck": False,
        "cache": True,
        "error_model": "python",
        "fastmath": {"nnan", "contract"},
        "inline": "always",
        "locals": {},
        "nogil": True,
        "parallel": False,
    }
    decorated = njit(**options)(add.py_func)
    assert decorated(1.5, 2.5) == 4.0
    assert decorated.targetoptions == options


def test_fastmath_reaches_the_code():
    def total(a, b, c):
        return a * b + c

    plain, fast = njit(total), njit(fastmath=True)(total)
    for function in (plain, fast):
        assert function(2.0, 3.0, 4.0) == 10.0
    assert " fast " not in plain.inspect_llvm((types.float64,) * 3)
    assert " fast " in fast.inspect_llvm((types.float64,) * 3)


def test_error_model():
    def over(a, b):
        return a / b

    with pytest.raises(ZeroDivisionError):
        njit(over)(1.0, 0.0)
    assert njit(error_model="numpy")(over)(1.0, 0.0) == float("inf")


def run(program: str, **environment: str) -> str:
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
    ).stdout


def test_the_environment_turns_compilation_off():
    program = "from ferrule import njit\n@njit\ndef f(x):\n    return x\nprint(type(f).__name__)"
    assert run(program, FERRULE_DISABLE_JIT="1") == "function\n"
    assert run(program, FERRULE_DISABLE_JIT="0") == "Dispatcher\n"


def test_the_environment_decides_on_bounds():
    program = (
        "import numpy as np\nfrom ferrule import njit\n@njit(boundscheck={})\ndef f(a):\n    return a[7]\n"
        "try:\n    print(f(np.arange(9)[:5]))\nexcept IndexError:\n    print('refused')"
    )
    assert run(program.format(True), FERRULE_BOUNDSCHECK="0") == "7\n"
    assert run(program.format(False), FERRULE_BOUNDSCHECK="1") == "refused\n"
    assert run(program.format(False)) == "7\n"


def test_numpy_is_not_imported():
    program = (
        "import sys\nfrom ferrule import njit\n@njit\ndef f(x):\n    return x + 1\n"
        "f(1), f(1.5)\nprint('numpy' in sys.modules)"
    )
    assert run(program) == "False\n"


def test_what_cannot_be_compiled_says_the_place():
    @njit
    def wrong(x):
        return x + "one"

    with pytest.raises(errors.TypingError) as caught:
        wrong(1)
    assert caught.value.lineno == wrong.py_func.__code__.co_firstlineno + 2
    assert wrong.signatures == []


def test_a_signature_of_another_length_does_not_fit():
    with pytest.raises(errors.SignatureError, match="has 1 argument, `add` takes 2"):
        njit("float64(float64)")(add.py_func)


def test_the_rest_of_the_arguments_is_a_tuple():
    @njit
    def total(first, *rest, scale=1):
        for value in rest:
            first += value
        return first * scale, len(rest)

    for args, kwargs in [((1,), {}), ((1, 2, 3), {}), ((1.5, 2, 3), {"scale": 2}), ((1, 2.5), {})]:
        for _ in range(2):
            assert total(*args, **kwargs) == total.py_func(*args, **kwargs)
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'first'"):
        total()


def test_keywords_that_are_left_over_are_refused():
    with pytest.raises(NotImplementedError, match=r"f\(\) takes \*\*keywords"):

        @njit
        def f(**keywords):
            return 1


def test_a_tuple_is_not_taken_for_the_rest():
    @njit
    def count(first, *rest):
        return len(rest)

    assert count(1, 2, 3) == 2
    assert count(1, (2, 3)) == 1
    assert count(1, 2, 3) == 2


def test_a_callee_keeps_its_own_options() -> None:
    @njit(boundscheck=False)
    def unchecked(a, i):
        return a[i]

    @njit
    def checked(a, i):
        return a[i]

    @njit
    def checks(a, i):
        return unchecked(a, i) + a[0]

    @njit(boundscheck=False)
    def checks_nothing(a, i):
        return checked(a, i)

    inside = np.arange(10)[:5]
    assert checks(inside, 7) == 7
    with pytest.raises(IndexError):
        checks_nothing(inside, 7)


def test_liberties_of_a_caller_are_not_those_of_its_callee() -> None:
    @njit
    def lost(a, b):
        total = a + b
        return (a - total) + b

    @njit(fastmath=True)
    def fast(a, b):
        return lost(a, b)

    assert fast(1.0, 2.0**-60) == lost(1.0, 2.0**-60) == 2.0**-60

    @njit(error_model="numpy")
    def quotient(a, b):
        return a / b

    @njit
    def both(a, b):
        return quotient(a, b), a / b

    assert quotient(1.0, 0.0) == np.inf
    with pytest.raises(ZeroDivisionError):
        both(1.0, 0.0)


def test_a_plain_function_is_compiled_as_its_caller() -> None:
    def quotient(a, b):
        return a / b

    @njit(error_model="numpy")
    def silent(a, b):
        return quotient(a, b)

    @njit
    def loud(a, b):
        return quotient(a, b), silent(a, b)

    assert silent(1.0, 0.0) == np.inf
    with pytest.raises(ZeroDivisionError):
        loud(1.0, 0.0)


def test_one_function_with_two_sets_of_options() -> None:
    def quotient(a, b):
        return a / b

    loud, silent = njit(quotient), njit(error_model="numpy")(quotient)

    @njit
    def first_silent(a, b):
        return silent(a, b), loud(b, a)

    assert first_silent(1.0, 0.0) == (np.inf, 0.0)
    with pytest.raises(ZeroDivisionError):
        first_silent(0.0, 1.0)
