"""Functions and strings as results, and functions made in compiled code."""

import gc
import math
import subprocess
import sys
import weakref

import numpy as np
import pytest

from ferrule import cfunc, errors, njit, types

from .functions import Odd, c_cos, double, half, triple


@pytest.mark.parametrize(
    "function", [double, triple, half, c_cos, math.sin, np.add, np.random.random, abs, Odd, "naïve"]
)
def test_what_is_known_is_returned_as_the_very_object(function):
    @njit
    def give():
        return function

    assert give() is give()
    assert give() is function or give() == function == "naïve"


def test_a_jitted_function_is_not_what_it_wraps():
    unwrapped = double.py_func

    @njit
    def both():
        return double, unwrapped, (unwrapped, double)

    first, second, (third, fourth) = both()
    assert first is fourth is double
    assert second is third is double.py_func


def test_an_argument_that_is_returned():
    @njit
    def same(x):
        return x

    for value in (double, triple, half, "text", ""):
        assert same(value) is value or same(value) == value
    assert same((double, 1, ("a", triple))) == (double, 1, ("a", triple))
    assert same.overloads[(types.unicode_type,)].return_type == types.unicode_type
    texts = [repr(signature) for signature in same.nopython_signatures]
    assert texts[0] == "(function(double),) -> function(double)"
    assert texts[-1].endswith("-> Tuple(function(double), int64, Tuple(unicode_type, function(triple)))")


def test_strings_are_returned():
    @njit
    def name():
        return "naïve"

    assert name() == "naïve"

    @njit
    def pair(x):
        return "x", x, ("nested", (x + 0.5,)), ()

    assert pair(1) == ("x", 1, ("nested", (1.5,)), ())

    @njit
    def size(x):
        text, number, _, empty = pair(x)
        return len(text) + number + len(empty)

    assert size(3) == 4

    @njit
    def nothing(x):
        return (None, x), None, "a"

    assert nothing(2) == ((None, 2), None, "a")


def test_tuples_of_any_nesting():
    @njit
    def nest(x, a):
        return (((x,),), (a, (x, a[1:])), ((), ((),)))

    array = np.arange(3.0)
    first, (same, (number, tail)), empty = nest(1, array)
    assert first == ((1,),)
    assert same is array
    assert (number, tail.tolist()) == (1, [1.0, 2.0])
    assert empty == ((), ((),))

    @njit
    def through(x, a):
        (((one,),), (_, (two, rest)), _) = nest(x, a)
        return one + two + rest.sum()

    assert through(2, array) == 7.0


def test_results_of_a_signature_are_converted_item_by_item():
    @njit("Tuple((float64, Tuple((float64, int64))))(int64)")
    def floats(x):
        return x, (x + 1, x)

    first, (second, third) = floats(1)
    assert (first, second, third) == (1.0, 2.0, 1)
    assert (type(first), type(second), type(third)) == (float, float, int)

    with pytest.raises(errors.TypingError, match="returned where the signature says"):

        @njit("int64(int64)")
        def wrong(x):
            return double

    with pytest.raises(errors.TypingError, match="returned where the signature says"):

        @njit("Tuple((int64, int64))(int64)")
        def short(x):
            return (x,)


def test_functions_are_returned_between_compiled_functions():
    @njit
    def pick():
        return math.sqrt

    @njit
    def pair():
        return double, triple

    @njit
    def use(x):
        first, second = pair()
        return pick()(x) + first(x) + second(x)

    assert use(4) == 2.0 + 8 + 12


def test_closures_are_returned_and_called():
    @njit
    def adder(k):
        def add(x):
            return x + k

        return add

    @njit
    def use(x):
        one, half = adder(1), adder(0.5)
        return one(x), half(x), adder(x)(x)

    assert use(3) == (4, 3.5, 6)
    assert [type(item) for item in use(3)] == [int, float, int]

    @njit
    def either(c, x):
        add = adder(1) if c else adder(x)
        return add(2)

    assert (either(True, 0.5), either(False, 0.5)) == (3.0, 2.5)

    @njit
    def again(n):
        add = adder(0)
        for k in range(n):
            add = adder(add(k))
        return add(0)

    assert again(5) == 10


def test_a_closure_takes_along_what_holds_when_it_leaves():
    @njit
    def late(k):
        def add(x, by=k):
            return x + k * by

        k += 1
        return add

    def check(x):
        return late(2)(x), late(2)(x, 10)

    assert njit(check)(1) == (1 + 3 * 2, 1 + 3 * 10)

    def inner(a):
        def one():
            return a

        def two():
            return one()

        a = a + 1
        return two()

    assert njit(inner)(1) == inner(1) == 2


def test_closures_of_closures():
    @njit
    def compose(f, g):
        return lambda x: f(g(x))

    @njit
    def power(n):
        def raised(x):
            result = x * 0 + 1
            for _ in range(n):
                result *= x
            return result

        return raised

    @njit
    def use(x):
        squared = power(2)
        return compose(compose(squared, double), power(3))(x), compose(math.sqrt, squared)(x)

    assert use(2) == ((2 * 8) ** 2, 2.0)


def test_a_closure_made_by_a_nested_function():
    def many(x):
        def make(k):
            k += 1

            def add(y):
                return y + k + x

            return add

        one = make(1)
        ten = make(10)
        x = 100
        return one(x), ten(x), make(one(0))(0)

    assert njit(many)(5) == many(5)


def test_a_closure_with_an_array():
    @njit
    def reader(a):
        b = a * 2
        return lambda i: b[i] + a[i]

    @njit
    def use(a):
        read = reader(a)
        total = 0.0
        for i in range(a.size):
            total += read(i)
        return total

    a = np.arange(1000.0)
    assert use(a) == 3 * a.sum()
    before = sys.getrefcount(a)
    for _ in range(1000):
        use(a)
    assert sys.getrefcount(a) == before


def test_an_error_in_a_closure_names_its_line():
    @njit
    def divider(k):
        def divide(x):
            return x // k

        return divide

    @njit
    def use(x, k):
        return divider(k)(x)

    assert use(7, 2) == 3
    with pytest.raises(ZeroDivisionError) as raised:
        use(1, 0)
    entry = raised.traceback[-1]
    assert entry.name == "divide"
    assert "return x // k" in str(entry.statement)


def test_a_closure_with_a_handler():
    @njit
    def guarded(f):
        def run(x):
            try:
                return f(x)
            except ZeroDivisionError:
                return -1

        return run

    @njit
    def use(x):
        return guarded(lambda y: 10 // y)(x)

    assert (use(5), use(0)) == (2, -1)


def test_a_closure_is_not_returned_to_python():
    @njit
    def adder(k):
        return lambda x: x + k

    with pytest.raises(
        errors.UnsupportedError, match="a function in the function, is returned to Python"
    ) as raised:
        adder(1)
    assert "define it outside" in str(raised.value)

    @njit
    def in_a_tuple(k):
        def add(x):
            return x + k

        return k, (add, 1)

    with pytest.raises(
        errors.UnsupportedError, match="`add`, a function in the function, is returned to Python"
    ):
        in_a_tuple(1)


def test_what_is_not_returned_is_named():
    @njit
    def listed(x):
        return [x]

    with pytest.raises(errors.TypingError, match="a list of 1 cannot be returned"):
        listed(1)

    @njit
    def typed(x):
        return types.int64

    with pytest.raises(errors.TypingError, match="a type is returned to Python"):
        typed(1)

    @njit
    def unsure(c):
        if c:
            k = 1
        return lambda x: x + k

    @njit
    def use(c):
        return unsure(c)(1)

    with pytest.raises(errors.TypingError, match="`k`, which it reads, may be bound to nothing"):
        use(True)


def test_a_nested_function_that_calls_itself_is_refused_wherever_it_goes():
    @njit
    def apply(f, x):
        return f(x)

    def passed(n):
        def down(k):
            return 0 if k == 0 else down(k - 1)

        return apply(down, n)

    def returned(n):
        def down(k):
            return 0 if k == 0 else down(k - 1)

        return down

    def called(n):
        def down(k):
            return 0 if k == 0 else down(k - 1)

        return down(n)

    for function in (passed, returned, called):
        with pytest.raises(errors.UnsupportedError, match="`down`, a function in the function, calls itself"):
            njit(function)(3)


def test_a_recursive_function_that_returns_functions():
    @njit
    def pick(n):
        if n == 0:
            return double, n
        return pick(n - 1)

    assert pick(5) == (double, 0)

    @njit
    def wrapped(n, f):
        g = lambda x: f(x) + n
        if n > 0:
            return g(1)
        return wrapped(n + 1, double)

    assert wrapped(0, double) == 3


def test_functions_in_functions_without_end_are_refused():
    @njit
    def wrap(n, f):
        if n == 0:
            return f(1)
        return wrap(n - 1, lambda x: f(x) + 1)

    with pytest.raises(errors.CompileError, match="too deep"):
        wrap(3, double)


def test_a_result_keeps_what_it_is():
    def make():
        def helper(x):
            return x

        @njit
        def give():
            return helper

        return give

    give = make()
    helper = weakref.ref(give())
    gc.collect()
    assert helper() is give()
    del give
    gc.collect()
    assert helper() is None


def test_functions_that_return_each_other_are_freed():
    def make():
        @njit
        def one(x):
            return two

        @njit
        def two(x):
            return one, two

        assert one(1) is two
        assert two(1) == (one, two)
        return weakref.ref(one), weakref.ref(two)

    refs = make()
    gc.collect()
    assert [ref() for ref in refs] == [None, None]


def test_a_cfunc_has_no_functions_as_results():
    with pytest.raises(errors.CompileError, match="C has no type for what"):

        @cfunc("(int64,)")
        def f(x):
            return double

    with pytest.raises(errors.CompileError, match="C has no type for what"):

        @cfunc("(int64,)")
        def g(x):
            return (x,)


def test_without_the_lock():
    @njit(nogil=True)
    def pick(x):
        return double, "text", x

    assert pick(1) == (double, "text", 1)


def test_types_that_are_printed(capsys):
    @njit
    def pick(x):
        return double, "text", x

    pick(1)
    pick.inspect_types()
    assert "(int64,) -> Tuple(function(double), unicode_type, int64)" in capsys.readouterr().out


def test_a_jitted_function_that_returns_itself():
    program = """
from ferrule import njit

@njit
def f(x):
    return f

assert f(1) is f
"""
    subprocess.run([sys.executable, "-c", program], check=True)
