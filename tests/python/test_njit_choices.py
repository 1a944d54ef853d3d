"""One of a few functions, which only the running program tells apart."""

import math

import numpy as np
import pytest

from ferrule import cfunc, errors, njit

from .functions import Odd, c_cos, double, half, triple


def test_a_conditional_expression(compare):
    def pick(c, x):
        f = double if c else triple
        return f(x)

    compare(pick, (True, 3), (False, 3), (True, 0.5))


def test_assignment_on_several_paths(compare):
    def pick(n, x):
        if n == 0:
            f = double
        elif n == 1:
            f = triple
        elif n == 2:
            f = half
        elif n == 3:
            f = c_cos
        elif n == 4:
            f = math.sin
        elif n == 5:
            f = np.sqrt
        else:
            f = abs
        return f(x)

    compare(pick, *((n, 0.25) for n in range(8)))


def test_functions_of_two_kinds_give_a_common_type():
    def pick(c, x):
        return (double if c else math.sqrt)(x)

    compiled = njit(pick)
    assert compiled(True, 4) == 8.0
    assert type(compiled(True, 4)) is float
    assert compiled(False, 4) == 2.0

    @njit
    def clash(c, x):
        f = double if c else np.zeros
        return f(x)

    with pytest.raises(errors.TypingError, match="on one path and"):
        clash(True, 3)


def test_loops_that_swap(compare):
    def swap(n, x):
        f, g = double, triple
        for _ in range(n):
            f, g = g, f
            x = f(x) - x
        return x, f(1), g(1)

    compare(swap, (0, 5), (1, 5), (2, 5), (7, 5))

    def rotate(n, x):
        f, g, h = double, triple, abs
        total = 0
        while n > 0:
            f, g, h = g, h, f
            total = total * 10 + f(x)
            n -= 1
        return total

    compare(rotate, (0, 1), (1, 2), (5, 1), (6, -1))


def test_a_loop_whose_later_rounds_widen_the_choice(compare):
    def widen(n, x):
        f = double
        last = None
        for i in range(n):
            for _ in range(2):
                if i == 1:
                    f = triple
                if i == 2:
                    f = abs
            last = f
            x += f(x)
        return x, last is f, last is None

    compare(widen, (0, 1), (1, 1), (2, 1), (3, 1), (5, 1))


def test_a_tuple_indexed_by_a_variable(compare):
    def pick(i, x):
        return (math.sin, math.cos, math.tan)[i](x)

    compare(pick, (0, 0.5), (1, 0.5), (2, 0.5), (-1, 0.5), (-3, 0.5), (3, 0.5), (-4, 0.5))
    functions = (double, triple, double)

    def frozen(i, x):
        f = functions[i]
        return f(x), f is double, f == triple

    compare(frozen, (0, 3), (1, 3), (2, 3))

    def pairs(i, x):
        f, name, by = ((double, "double", 1), (triple, "triple", 2.5))[i]
        return f(x) * by, len(name), name

    compiled = njit(pairs)
    assert compiled(0, 2) == (4.0, 6, "double")
    assert compiled(1, 2) == (15.0, 6, "triple")

    def over(x):
        total = 0
        for f in (double, triple, abs):
            for g in functions:
                total += f(g(x))
        return total

    compare(over, (2,), (-1.5,))


def test_functions_returned_on_several_paths():
    def pick(n):
        if n == 0:
            return double
        if n == 1:
            return c_cos
        if n == 2:
            return Odd
        if n == 3:
            return "none"
        if n == 4:
            return None
        return math.sin

    compiled = njit(pick)
    for n in range(6):
        assert compiled(n) is pick(n) or compiled(n) == pick(n) == "none"
    (signature,) = compiled.nopython_signatures
    shown = "Choice(function(double), function(cos), function(Odd), unicode_type, none, function(sin))"
    assert repr(signature) == f"(int64,) -> {shown}"

    @njit
    def chosen(n):
        return math.sin if n > 0 else math.cos

    @njit
    def use(n, x):
        f = chosen(n)
        return f(x), chosen(-n)(x)

    assert use(1, 0.5) == (math.sin(0.5), math.cos(0.5))
    assert use(-1, 0.5) == (math.cos(0.5), math.sin(0.5))
    assert chosen(1) is math.sin
    assert chosen(0) is math.cos


def test_as_an_argument_it_is_compiled_for_once(capsys):
    @njit
    def apply(f, x):
        return f(x) + 1

    @njit
    def use(c, x):
        f = double if c else triple
        g = triple if c else double
        return apply(f, x), apply(g, x)

    assert use(True, 5) == (11, 16)
    assert use(False, 5) == (16, 11)
    use.inspect_types()
    text = capsys.readouterr().out
    assert text.count('.apply" -> ') == 1
    assert text.count('"double" -> ') == 1


def test_closures(compare):
    def make(c, k, x):
        if c:
            f = lambda y: y + k
        else:
            f = lambda y: y * k
        k += 1
        return f(x)

    compare(make, (True, 3, 4), (False, 3, 4), (True, 0.5, 4))


def test_closures_that_were_returned():
    @njit
    def made(n, k):
        def add(x):
            return x + k

        if n == 0:
            return add
        if n == 1:
            return double
        if n == 2:
            return lambda x: x * k
        return math.sin

    @njit
    def use(n, k, x):
        f = made(n, k)
        g = made(n + 1, k + 1)
        return f(x) + g(x)

    assert use(0, 2, 5.0) == 7.0 + 10.0
    assert use(1, 2, 5.0) == 10.0 + 15.0
    assert use(2, 2, 5.0) == 10.0 + math.sin(5.0)

    def wrapped(n, x):
        f = double
        for k in range(n):
            f = made(k % 3, k)
        return f(x)

    compiled = njit(wrapped)
    assert [compiled(n, 2.0) for n in range(6)] == [4.0, 2.0, 4.0, 4.0, 5.0, 4.0]


def test_a_closure_that_captures_a_choice(compare):
    def captured(c, x):
        f = double if c else triple

        def twice(y):
            return f(f(y))

        g = twice if c else f
        f = triple
        return twice(x), g(x)

    compare(captured, (True, 1), (False, 1))

    def default(c, x):
        g = lambda y, f=(double if c else triple): f(y)
        return g(x), g(x, abs)

    compare(default, (True, 1), (False, 1))


def test_closures_with_arrays():
    @njit
    def pick(c, a):
        b = a * 2
        if c:
            return lambda i: b[i]
        return lambda i: a[i] + 1

    @njit
    def total(c, a):
        f = pick(c, a)
        if a.size > 100:
            f = pick(not c, a[1:])
        result = 0.0
        for i in range(a.size - 1):
            result += f(i)
        return result

    for size in (2, 50, 200):
        a = np.arange(float(size))
        for c in (True, False):
            part = a[1:] if size > 100 else a
            doubled = c != (size > 100)
            expected = (2 * part[: size - 1] if doubled else part[: size - 1] + 1).sum()
            assert total(c, a) == expected


def test_functions_that_take_arrays():
    def reduce(n, a):
        f = (np.sum, np.max, np.min, np.mean)[n]
        return f(a)

    compiled = njit(reduce)
    a = np.arange(5.0)
    assert [compiled(n, a) for n in range(4)] == [10.0, 4.0, 0.0, 2.0]

    def elementwise(c, a):
        return (np.sin if c else np.cos)(a + 1).sum() + (np.add if c else np.subtract)(a, 2)

    compiled = njit(elementwise)
    for c in (True, False):
        np.testing.assert_allclose(compiled(c, a), elementwise(c, a), rtol=1e-15)


def test_mutual_recursion_through_a_choice():
    @njit
    def even(n, depth):
        f = odd if n > 0 else done
        return f(n - 1, depth + 1)

    @njit
    def odd(n, depth):
        f = even if n > 0 else done
        return f(n - 1, depth + 1)

    @njit
    def done(n, depth):
        return depth

    assert even(10, 0) == 11
    with pytest.raises(RecursionError):
        even(1 << 40, 0)

    @njit
    def itself(n):
        f = itself if n > 0 else abs
        return f(n - 1) + 1

    assert itself(5) == 7
    with pytest.raises(RecursionError):
        itself(1 << 40)


def test_without_the_lock():
    @njit(nogil=True)
    def pick(c, x):
        f = double if c else math.sqrt
        return f(x), f

    assert pick(True, 4.0) == (8.0, double)
    assert pick(False, 4.0) == (2.0, math.sqrt)


def test_a_cfunc():
    @cfunc("double(int32, double)")
    def pick(n, x):
        return (math.sin, math.cos, half, c_cos)[n % 4](x)

    assert [pick(n, 0.5) for n in range(4)] == [math.sin(0.5), math.cos(0.5), 0.25, math.cos(0.5)]


def test_no_more_than_sixteen(compare):
    def few(i):
        return ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f")[i]

    compare(few, *((i,) for i in range(-17, 17)))

    @njit
    def many(i):
        return ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f", "g")[i]

    with pytest.raises(errors.TypingError, match="a tuple of several types is indexed by a variable"):
        many(1)


def test_a_loop_that_wraps_functions_without_end():
    @njit
    def wrap(f, k):
        return lambda x: f(x) + k

    @njit
    def twice(x):
        f = double
        for _ in (1, 2):
            f = wrap(f, 1)
        return f(x)

    assert twice(3) == 8

    @njit
    def loop(n, x):
        f = double
        for k in range(n):
            f = wrap(f, k)
        return f(x)

    with pytest.raises(errors.TypingError, match=r"`f` is a function .* on one path and"):
        loop(3, 1)

    @njit
    def recursion(n, f):
        if n == 0:
            return f(1)
        return recursion(n - 1, wrap(f, n) if n % 2 else f)

    with pytest.raises(errors.CompileError, match=r"too deep|on one path"):
        recursion(3, double)


def test_what_is_not_known_which_is_refused():
    @njit
    def attribute(c):
        return (double if c else triple).name

    with pytest.raises(errors.TypingError, match=r"one of 2, each a function has no attribute `name`"):
        attribute(True)

    @njit
    def number(c, x):
        return double if c else x

    with pytest.raises(errors.TypingError, match="on one path and"):
        number(True, 3)

    @njit
    def plus(c):
        return ("a" if c else "b") + 1

    with pytest.raises(errors.TypingError, match="is not a value"):
        plus(True)


def test_a_test_that_binds_the_name_again_says_nothing_of_it(compare):
    def again(c):
        f = double if c else None
        if f is not None and ((f := None) is None):
            return f is None
        return False

    def other(c, d):
        f = double if c else None
        if f is not None and ((f := triple if d else None) is None or d):
            return 7 if f is None else f(10)
        return -1

    compare(again, (False,), (True,))
    compare(other, *((c, d) for c in (False, True) for d in (False, True)))
