"""Strings, exception classes and ``None`` that only the running program tells apart."""

import math

import numpy as np
import pytest

from ferrule import FFI, njit, types


@njit
def double(x):
    return 2 * x


def triple(x):
    return 3 * x


ffi = FFI()
ffi.cdef("double cos(double);")
c_cos = ffi.dlopen("libm.so.6").cos


class Odd(Exception):
    pass


def test_strings(compare):
    def name(n):
        if n < 0:
            kind = "negative"
        elif n == 0:
            kind = ""
        else:
            kind = "positive"
        return kind, len(kind), kind == "positive", kind != "", kind < "p", "neg" in kind, bool(kind)

    compare(name, (-1,), (0,), (1,))

    def both(c, d):
        a = "x" if c else "y"
        b = "y" if d else "z"
        return a == b, a < b, a >= b, a in b, a is None

    compare(both, (True, True), (True, False), (False, True), (False, False))

    def same(c):
        text = "a"
        if c:
            text = "a"
        return text

    compare(same, (True,), (False,))
    assert njit(name).nopython_signatures == []
    compiled = njit(name)
    compiled(1)
    assert compiled.nopython_signatures[0].return_type.types[0] == types.unicode_type

    @njit
    def handed(c, d):
        return name_of("left" if c else "right", d)

    @njit
    def name_of(text, d):
        return text if d else "nothing"

    assert [handed(c, d) for c in (True, False) for d in (True, False)] == [
        "left",
        "nothing",
        "right",
        "nothing",
    ]


def test_strings_are_printed(capfd):
    @njit
    def show(c, d, x):
        a = "yes" if c else "no"
        print(a)
        print(x, a, "up" if d else "down", sep=", ", end=";\n")
        print((a, x), x)
        print("" if c else None)

    show(True, False, 1)
    show(False, True, 2.5)
    expected = "yes\n1, yes, down;\n('yes', 1) 1\n\nno\n2.5, no, up;\n('no', 2.5) 2.5\nNone\n"
    assert capfd.readouterr().out == expected


def test_exceptions(compare):
    def fail(n):
        cls = ValueError if n % 2 else KeyError
        text = "even" if n % 3 else "three"
        if n >= 0:
            raise cls(text, n)
        return n

    compare(fail, (0,), (1,), (2,), (3,), (6,))

    @njit
    def check(n):
        assert n > 5, "one" if n else "none"

    for n, text in ((0, "none"), (1, "one")):
        with pytest.raises(AssertionError, match=f"^{text}$"):
            check(n)

    def caught(n):
        try:
            raise (ZeroDivisionError if n else IndexError)("text")
        except ZeroDivisionError:
            return 1
        except IndexError:
            return 2

    compare(caught, (0,), (1,))


def test_classes_of_exceptions(compare):
    def nothing(n):
        kind = KeyError if n else None
        raise kind

    compare(nothing, (0,), (1,))

    def custom(n):
        if n:
            kind = Odd
        else:
            kind = ValueError
        raise kind

    compare(custom, (0,), (1,))


def test_none_among_them(compare):
    def perhaps(c, x):
        f = double if c else None
        if f is not None:
            return f(x)
        return -1

    compare(perhaps, (True, 3), (False, 3))

    def early(c, x):
        f = None
        if c:
            f = triple
        if f is None:
            return 0
        return f(x)

    compare(early, (True, 3), (False, 3))


def test_the_truth_of_what_may_be_none(compare):
    def truth(n, x):
        f = None if n == 0 else (double if n == 1 else triple)
        total = 0
        if f:
            total += f(x)
        if not f:
            total += 100
        if f and f(x) > 5:
            total += 1000
        if f is None or f(x) < 0:
            total += 10000
        g = f or abs
        h = f and double
        return total, g(x), h is None, h is double

    compare(truth, *((n, x) for n in range(3) for x in (-3, 1, 4)))


def test_none_is_called(compare):
    def unsure(c, x):
        f = double if c else None
        return f(x)

    compare(unsure, (True, 3), (False, 3))

    def caught(c, x):
        f = double if c else None
        try:
            return f(x)
        except TypeError:
            return -2

    compare(caught, (True, 3), (False, 3))


def test_a_loop_whose_first_round_has_none(compare):
    def late(n, x):
        f = None
        for i in range(n):
            if i > 0:
                x = f(x)
            f = double if i % 2 else triple
        return x

    compare(late, (0, 1), (1, 1), (2, 1), (5, 1))

    def never(x):
        f = None
        return f(x)

    compare(never, (1,))


def test_loops_until_there_is_none(compare):
    def loop(n, x):
        f = double
        while f is not None:
            x = f(x)
            n -= 1
            if n <= 0:
                f = None
            elif n == 3:
                f = triple
        return x, f is None, f == None  # noqa: E711

    compare(loop, (0, 1), (1, 1), (3, 1), (6, 1))

    def bound_in_the_test(c, x):
        f = double if c else None
        if (f is None and (f := triple) is not None) or f is None:
            return f(x)
        return 0

    compare(bound_in_the_test, (True, 2), (False, 2))


def test_identity_and_equality(compare):
    def identities(c, d):
        f = double if c else math.sin
        g = math.sin if d else c_cos
        return f is g, f == g, f is not g, f != double, f is None, g == "text", f in (abs, math.sin)

    compare(identities, (True, True), (True, False), (False, True), (False, False))

    def classes(c):
        kind = ValueError if c else Odd
        return kind is Odd, kind is not ValueError, kind is double

    compare(classes, (True,), (False,))

    def known():
        f, g = double, c_cos
        return (
            f is double,
            double is triple,
            double == math.sin,
            abs is None,
            g == c_cos,
            math.sin == np.sin,
        )

    compare(known, ())

    def kinds(c):
        x = "text" if c else None
        return isinstance(x, str), isinstance(x, int)

    compare(kinds, (True,), (False,))


def test_types_that_convert():
    def convert(c, x):
        kind = int if c else float
        return kind(x)

    compiled = njit(convert)
    assert (compiled(True, 2.75), compiled(False, 2.75)) == (2.0, 2.75)

    def narrow(c, x):
        kind = np.float32 if c else np.float64
        return kind(x)

    compiled = njit(narrow)
    assert compiled(True, 0.1) == np.float32(0.1)
    assert compiled(False, 0.1) == 0.1


def test_try_and_nested_loops(compare):
    def work(n, x):
        f = double
        total = 0
        for i in range(n):
            try:
                if i % 3 == 1:
                    f = None
                total += f(x)
            except TypeError:
                f = triple
                total += 1000
                continue
            finally:
                total += 1 if f is triple else 2
            for j in range(i):
                f = triple if j % 2 else double
                if total > 5000:
                    break
            else:
                total += f(1)
        return total

    compare(work, *((n, 7) for n in range(8)))
