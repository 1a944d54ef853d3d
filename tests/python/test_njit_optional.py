"""Values that may be `None` in jitted functions."""

import gc
import sys
from collections import namedtuple

import numpy as np
import pytest

from ferrule import FFI, errors, njit, types

Point = namedtuple("Point", "x y")


@njit
def maybe(c):
    x = None
    if c:
        x = 1.5
    return 0.0 if x is None else x


def test_none_meets_a_number():
    assert maybe(True) == 1.5
    assert maybe(False) == 0.0


def test_none_is_asked_for():
    @njit
    def f(c):
        x = 3 if c else None
        return x is None, x is not None, x == None, x != None, None is x, x == 3, x != 3  # noqa: E711

    for c in (True, False):
        assert f(c) == f.py_func(c)


def test_two_that_may_be_none_are_compared():
    @njit
    def f(a, b):
        x = a if a > 0 else None
        y = b if b > 0 else None
        return x == y, x != y

    for a in (0, 1, 2):
        for b in (0, 1, 2.0):
            assert f(a, b) == f.py_func(a, b)


USES = {
    "number": lambda x: x + 1,
    "negated": lambda x: -x,
    "ordered": lambda x: x < 3,
    "called": lambda x: abs(x),
    "index": lambda x: (10, 20, 30, 40)[x],
    "range": lambda x: len(range(x)),
    "numpy": lambda x: np.sqrt(x),
}


@pytest.mark.parametrize("name", USES)
def test_a_use_is_checked(name):
    use = njit(USES[name])

    @njit
    def f(c):
        x = 2 if c else None
        return use(x)

    assert f(True) == USES[name](2)
    with pytest.raises(TypeError, match="int64 is expected, not None, which `x` is"):
        f(False)


def test_a_use_of_an_array_or_a_tuple_is_checked():
    @njit
    def f(c, a):
        x = a if c else None
        return x[1] + x.sum() + len(x)

    @njit
    def g(c):
        p = Point(1, 2) if c else None
        q = (3, 4) if c else None
        a, b = q
        return p.x + p[1] + q[0] + a + b

    assert f(True, np.arange(3.0)) == 1 + 3 + 3
    assert g(True) == 1 + 2 + 3 + 7
    for call in (lambda: f(False, np.arange(3.0)), lambda: g(False)):
        with pytest.raises(TypeError, match="is expected, not None"):
            call()


def test_the_error_can_be_caught():
    @njit
    def f(c):
        x = 1 if c else None
        try:
            return x + 1
        except TypeError:
            return -1

    assert f(True) == 2
    assert f(False) == -1


def test_conditions_narrow():
    @njit
    def joined(c, n):
        x = n if c else None
        y = x if x is not None and x > 1 else 7
        z = 5 if not (x is not None) or x < 0 else x
        if x is None:
            x = 100
        assert x is not None
        return x, y, z

    for c in (True, False):
        for n in (-3, 1, 4):
            assert joined(c, n) == joined.py_func(c, n)


def test_loops_narrow():
    @njit
    def looped(n):
        x = n if n > 0 else None
        steps = 0
        while x is not None:
            steps += 1
            x = x - 1 if x > 1 else None
        return steps

    @njit
    def until(n):
        x = None
        while x is None:
            n += 1
            x = n if n % 3 == 0 else None
        return x + 1

    assert [looped(n) for n in range(4)] == [0, 1, 2, 3]
    assert until(4) == 7


def test_what_returns_early_narrows():
    @njit
    def early(c):
        x = 2 if c else None
        if x is None:
            return -1
        return x + 1

    assert [early(True), early(False)] == [3, -1]


def test_narrowing_leaves_no_check():
    @njit
    def f(c):
        x = 2.0 if c else None
        if x is not None:
            return x * x + x
        return 0.0

    f(True)
    assert "ferrule_raise" not in next(iter(f.inspect_llvm().values()))


def test_a_name_that_a_test_binds_is_narrowed_by_itself_only():
    @njit
    def f(c):
        if (x := 3 if c else None) is not None:
            return x + 1
        return 0

    @njit
    def g(c):
        x = 3
        if x is not None and (x := 4 if c else None) is None:
            return 0
        return x + 1

    assert (f(True), f(False)) == (4, 0)
    assert (g(True), g(False)) == (5, 0)


def test_truth_and_defaults_have_pythons_meaning():
    @njit
    def f(c, n):
        x = n if c else None
        return x or 7, (x and 5) is None, not x, 1 if x else 2, bool(x)

    for c in (True, False):
        for n in (0, 3):
            assert f(c, n) == f.py_func(c, n)


def test_a_default_of_none_is_given_or_not():
    @njit
    def f(x, y=None):
        if y is None:
            y = 10
        return x + y

    assert f(1) == 11
    assert f(1, 2.5) == 3.5
    assert f(1, None) == 11


def test_loops_widen_none():
    @njit
    def largest(a):
        best = None
        for x in a:
            if best is None or x > best:
                best = x
        return -1.0 if best is None else best

    @njit
    def steps(a):
        before = None
        total = 0.0
        for i in range(len(a)):
            if i > 0:
                total += a[i] - before
            before = a[i]
        return total

    assert largest(np.array([1.0, 5.0, 2.0])) == 5.0
    assert largest(np.zeros(0)) == -1.0
    assert steps(np.array([1.0, 5.0, 2.0])) == 1.0


def test_what_is_always_none_is_refused_when_compiled():
    @njit
    def f(n):
        x = None
        for _ in range(n):
            n = x + 1
        return n

    with pytest.raises(errors.TypingError, match=r"`\+` of `None` and `int64`"):
        f(1)


def test_arrays_are_released():
    @njit
    def f(n, a):
        last = None
        for i in range(n):
            if i % 3 == 0:
                last = None
            elif i % 3 == 1:
                last = np.full(100, float(i))
            else:
                last = a
        return 0.0 if last is None else last[0]

    array = np.arange(3.0)
    count = sys.getrefcount(array)
    for n in range(40):
        f(n, array)
    gc.collect()
    assert sys.getrefcount(array) == count
    assert f(3, array) == 0.0
    assert f(2, array) == 1.0


def test_they_are_items_of_tuples():
    @njit
    def f(c):
        t = (1, None) if c else (2, 3.5)
        p = Point(None, t)
        if not c:
            p = p._replace(x=4)
        x = p.x
        return t[0], t[1] is None, 0 if x is None else x, p == (None, t)

    for c in (True, False):
        assert f(c) == f.py_func(c)


def test_they_are_passed_between_functions_and_closures():
    @njit
    def plus(x, y=None):
        if x is None:
            return -1 if y is None else y
        return x + 1

    @njit
    def f(c):
        x = 3 if c else None

        def inner():
            return 0 if x is None else x

        return plus(x), plus(None, x if x is not None else 9), inner(), plus(x, y=x) if c else 5

    for c in (True, False):
        assert f(c) == f.py_func(c)


def test_they_are_printed(capfd):
    @njit
    def f(c, a):
        x = 1 if c else None
        y = a if c else None
        z = (1, Point(x, 2.5)) if c else None
        print(x, y, z, (x,))

    for c in (True, False):
        f(c, np.arange(2.0))
        f.py_func(c, np.arange(2.0))
    out = capfd.readouterr().out.splitlines()
    assert out[0] == out[1]
    assert out[2] == out[3] == "None None None (None,)"


def test_isinstance_asks_what_is_there():
    @njit
    def f(c):
        x = 1 if c else None
        return isinstance(x, int), isinstance(x, float)

    assert f(True) == (True, False)
    assert f(False) == (False, False)


def test_bounds_of_slices_may_be_none():
    @njit
    def f(a, i, j, s):
        lower = i if i > -90 else None
        upper = j if j > -90 else None
        step = s if s != 0 else None
        return (
            a[lower:upper:step].sum(),
            a[lower:].sum(),
            a[:upper].sum(),
            a[:upper:-1].sum(),
            a[::step].sum(),
        )

    a = np.arange(10.0)
    for i in (-100, -3, 0, 2):
        for j in (-100, -3, 0, 7):
            for s in (0, 1, -1, 2, -3):
                assert f(a, i, j, s) == f.py_func(a, i, j, s)


def test_results_may_be_none():
    @njit
    def number(c):
        if c:
            return 1.5
        return None

    @njit
    def array(c, a):
        return a[1:] if c else None

    @njit
    def items(c):
        return (1, 2.5 if c else None), Point(None if c else 3, c) if c else None

    assert (number(True), number(False)) == (1.5, None)
    assert repr(number.nopython_signatures) == "[(bool,) -> OptionalType(float64)]"
    a = np.arange(3.0)
    count = sys.getrefcount(a)
    for _ in range(100):
        assert array(False, a) is None
        assert array(True, a).base is a
    assert sys.getrefcount(a) == count
    assert items(True) == ((1, 2.5), Point(None, True))
    assert type(items(True)[1]) is Point
    assert items(False) == ((1, None), None)


def test_new_arrays_in_results_are_released():
    @njit
    def f(c, n):
        x = np.ones(n)
        y = x if c else None
        return y, (x + 1 if not c else None)

    for n in range(100):
        for c in (True, False):
            assert [None if one is None else len(one) for one in f(c, n)] == ([n, None] if c else [None, n])


def test_recursion_may_give_none():
    @njit
    def f(n):
        if n == 0:
            return None
        before = f(n - 1)
        if before is None:
            return n
        return before + 1

    assert [f(n) for n in range(4)] == [None, 1, 2, 3]


def test_signatures_ask_for_what_may_be_none():
    @njit("Optional(float64)(optional(float64), int64)")
    def f(x, n):
        if x is None:
            return None
        return n if x > 2 else x

    assert (f(None, 1), f(1.5, 3), f(2.5, 3)) == (None, 1.5, 3.0)
    assert isinstance(f(2.5, 3), float)
    assert f(3, 4.7) == 4.0
    assert f.signatures == [(types.Optional(types.float64), types.int64)]
    with pytest.raises(TypeError, match="no signature"):
        f("text", 1)


def test_a_result_that_is_declared_is_checked():
    @njit("float64(int64)")
    def f(n):
        return 1.5 if n > 0 else None

    assert f(1) == 1.5
    with pytest.raises(TypeError, match="float64 is expected, not None"):
        f(0)


def test_arrays_tuples_and_structs_are_given_or_not():
    ffi = FFI()
    ffi.cdef("struct pair { int a; double b; };")
    record = types.make_c_struct([("a", types.int32), ("b", types.float64)])
    kinds = [types.float64[:], types.Tuple((types.int64, types.float64)), record]

    @njit([tuple(types.Optional(kind) for kind in kinds)])
    def f(array, items, one):
        total = 0.0
        if array is not None:
            total += array.sum()
        if items is not None:
            total += items[0] + items[1]
        kept = one
        for _ in range(2):
            kept = one
        if kept is not None:
            total += kept.a * kept.b
        return total, kept

    struct = np.zeros(1, np.dtype([("a", "i4"), ("b", "f8")], align=True))[0]
    struct["a"], struct["b"] = 3, 0.5
    array = np.arange(3.0)
    count = sys.getrefcount(array)
    for a in (array, None):
        for items in ((1, 2), None):
            for one in (struct, None):
                total, kept = f(a, items, one)
                assert total == (3.0 if a is not None else 0) + (3 if items else 0) + (1.5 if one else 0)
                assert kept is None if one is None else kept["a"] == 3
    assert sys.getrefcount(array) == count


def test_what_is_none_crosses_in_forms():
    @njit
    def find(a, x):
        for i in range(len(a)):
            if a[i] == x:
                return i
        return None

    @njit
    def f(a, x):
        i = find(a, x)
        j = find(a, x + 1)
        return -1 if i is None else i, i, j, i == j

    a = np.arange(3.0)
    for x in (-2.0, -1.0, 1.0, 2.0, 9.0):
        assert f(a, x) == f.py_func(a, x)


def test_structs_in_tuples_and_optionals_are_kept_from_round_to_round():
    record = types.make_c_struct([("a", types.int64), ("b", types.float64)])
    dtype = np.dtype([("a", "i8"), ("b", "f8")])
    assert types.from_dtype(dtype) == record
    array = np.zeros(4, dtype)
    array["a"] = [3, 1, 4, 2]

    @njit
    def item(array, i):
        return array[i]

    @njit
    def f(array):
        best = None
        pair = (item(array, 0), 0)
        for i in range(len(array)):
            one = item(array, i)
            if best is None or one.a > best.a:
                best = one
                pair = (one, i)
        return 0 if best is None else best.a, pair[0].a, pair[1]

    assert f(array) == (4, 4, 2)
