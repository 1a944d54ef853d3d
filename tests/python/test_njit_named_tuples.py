"""Named tuples in jitted functions: made, read, passed, compared, printed."""

import gc
import sys
from collections import namedtuple
from typing import ClassVar, NamedTuple

import numpy as np
import pytest

from ferrule import errors, njit, types

Point = namedtuple("Point", "x y")
Other = namedtuple("Other", "x y")
Tail = namedtuple("Tail", "first second third", defaults=(20, 3.5))
Keywords = namedtuple("Keywords", "class_ count index")
Old = namedtuple("Old", "a b")
Old.__new__.__defaults__ = (5,)


class Typed(NamedTuple):
    """A class of `typing`'s."""

    a: int
    b: float = 2.5


class Longer(Point):
    """A subclass that adds to it."""

    __slots__ = ()

    @property
    def length(self):
        return (self.x**2 + self.y**2) ** 0.5


class Picky(Point):
    """A subclass whose tuples only it can make."""

    __slots__ = ()
    made: ClassVar[list[object]] = []

    def __new__(cls, x, y=0):
        cls.made.append(x)
        return super().__new__(cls, x + 1, y)


class Hidden(Point):
    """A subclass in which a field means something else."""

    @property
    def x(self):
        return -1


class Strange(Point):
    """A subclass whose tuples are equal to nothing."""

    __hash__ = None

    def __eq__(self, other):
        return False


ORIGIN = Point(3, 4.5)
STEP = Point(10, 20)
NESTED = Tail(Point(1, 2), np.arange(3.0), "text")


@njit
def total(p):
    return p.x + p.y


def test_fields_are_read_by_name_and_number():
    assert total(Point(1, 2)) == 3
    assert total(Point(1, 2.5)) == 3.5
    assert njit(lambda p: p[0] * 10 + p[-1])(Point(1, 2)) == 12
    assert njit(lambda p, i: p[i])(Point(1, 2), 1) == 2
    assert njit(lambda p: p.a + p.b)(Typed(1)) == 3.5


def test_a_class_and_the_types_of_its_items_are_one_specialisation():
    @njit
    def f(p):
        return p.x

    f(Point(1, 2))
    f(Point(3, 4))
    f(Point(1.5, 2))
    f(Other(1, 2))
    assert [repr(signature[0]) for signature in f.signatures] == [
        "Point(int64, int64)",
        "Point(float64, int64)",
        "Other(int64, int64)",
    ]


def test_what_every_tuple_can():
    @njit
    def unpacked(p):
        x, y = p
        s = 0
        for item in p:
            s = s * 10 + item
        return x, y, len(p), s, sum(p), max(p), p[::-1], 2 in p, p.count(1), p.index(2)

    assert unpacked(Point(1, 2)) == (1, 2, 2, 12, 3, 2, (2, 1), True, 1, 1)


def test_they_are_made_of_positions_names_and_defaults():
    @njit
    def made(x):
        a = Tail(x)
        b = Tail(third=x, first=1)
        c = Tail(x, 1)
        return a.first, a.second, a.third, b.first, b.second, b.third, c.second

    assert made(7) == (7, 20, 3.5, 1, 20, 7, 1)
    assert njit(lambda: Typed(1).b)() == 2.5
    assert njit(lambda: Old(1).b)() == 5
    assert njit(lambda t: Point(*t).y)((1, 2)) == 2
    assert njit(lambda t: Point._make(t).y)((1, 2)) == 2
    assert njit(lambda p: Other._make(p).y)(Point(1, 2)) == 2


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda: Point(1), "`Point` is made without `y`"),
        (lambda: Point(1, 2, 3), "`Point` takes 2 arguments, not 3"),
        (lambda: Point(1, 2, x=3), "`Point` gets `x` twice"),
        (lambda: Point(1, z=3), "`Point` has no field `z`"),
        (lambda: Point._make((1,)), "`Point` has 2 fields, not 1"),
        (lambda: Point(1, 2).z, "`Point` has no attribute `z` in compiled code"),
        (lambda: Point(1, 2)._replace(z=1), "`Point` has no field `z`"),
        (lambda: Point(1, 2)._asdict(), "`Point` has no attribute `_asdict` in compiled code"),
        (lambda: Longer(1, 2).length, "`Longer` has no attribute `length` in compiled code"),
        (lambda: Picky(1, 2), "`Picky` is made by a `__new__` of its own"),
        (lambda: Hidden(1, 2).x, "`Hidden` has no attribute `x` in compiled code"),
        (lambda: Strange(1, 2), "cannot be called in compiled code"),
    ],
)
def test_what_is_wrong_is_said(function, text):
    with pytest.raises(errors.TypingError) as caught:
        njit(function)()
    assert text in str(caught.value)


def test_a_wrong_class_cannot_be_passed():
    with pytest.raises(TypeError, match=r"an object of class .*Strange cannot be passed"):
        total(Strange(1, 2))
    with pytest.raises(TypeError, match=r"an object of class .*Point cannot be passed"):
        total(tuple.__new__(Point, (1, 2, 3)))


def test_replace_makes_another():
    @njit
    def f(p):
        q = p._replace(y=2.5)
        return q.x, q.y, p.y, p._replace().x

    assert f(Point(1, 2)) == (1, 2.5, 2, 1)


def test_fields_has_the_names():
    @njit
    def f(p):
        count = 0
        for name in p._fields:
            if name == "x":
                count += 1
        return count, len(Point._fields)

    assert f(Point(1, 2)) == (1, 2)


def test_they_compare_and_join_as_tuples():
    @njit
    def f(p, q):
        return p == q, p != q, p < q, p >= q

    for q in (Point(1, 2), Point(1, 3), (1, 2), (0, 5), Other(1, 2)):
        p = Point(1, 2)
        assert f(p, q) == (p == q, p != q, p < q, p >= q)
    assert njit(lambda p, q: p + q)(Point(1, 2), (3,)) == (1, 2, 3)
    joined = njit(lambda p: p + p)(Point(1, 2))
    assert joined == (1, 2, 1, 2)
    assert type(joined) is tuple


def test_isinstance_knows_the_class_and_its_bases():
    @njit
    def f(p):
        return isinstance(p, Point), isinstance(p, (Other, Longer)), isinstance(p, tuple)

    assert f(Point(1, 2)) == (True, False, True)
    assert f(Longer(1, 2)) == (True, True, True)
    assert f(Other(1, 2)) == (False, True, True)
    assert f((1, 2)) == (False, False, True)
    assert f(1) == (False, False, False)


def test_two_of_a_class_meet_item_by_item():
    @njit
    def f(c):
        p = Point(1, 2) if c else Point(2.5, 3)
        for _ in range(2):
            p = Point(p.y, p.x)
        return p.x, p.y

    assert f(True) == (1.0, 2)
    assert f(False) == (2.5, 3)
    assert isinstance(f(True)[0], float)


def test_a_loop_widens_an_item():
    @njit
    def f(n):
        p = Point(0, 0)
        for i in range(n):
            p = p._replace(y=p.y + 0.5, x=i)
        return p.x, p.y

    assert f(3) == (2, 1.5)


def test_two_classes_do_not_meet():
    @njit
    def classes(c):
        p = Point(1, 2) if c else Other(1, 2)
        return p.x

    @njit
    def plain(c):
        if c:
            p = Point(1, 2)
        else:
            p = (1, 2)
        return p[0]

    with pytest.raises(errors.TypingError, match="this is a `Point` on one path and a `Other` on another"):
        classes(True)
    with pytest.raises(errors.TypingError, match="is a `Point` on one path and a tuple of 2 on another"):
        plain(True)


def test_they_nest_and_hold_arrays():
    Pair = namedtuple("Pair", "a b")

    @njit
    def f(pair):
        pair.a.x[0] = 9
        return pair.a.x.sum() + pair.b[1] + pair.a.y

    array = np.arange(3.0)
    count = sys.getrefcount(array)
    for _ in range(10):
        assert f(Pair(Point(array, 1), (1, 2))) == 9 + 1 + 2 + 2 + 1
    assert sys.getrefcount(array) == count


def test_globals_are_frozen():
    @njit
    def f():
        return ORIGIN.x + ORIGIN.y + NESTED.first.y + NESTED.second[2] + len(NESTED.third)

    assert f() == 3 + 4.5 + 2 + 2 + 4


def test_a_default_of_the_class_may_be_one_of_its_tuples():
    Chain = namedtuple("Chain", "value next")
    Chain.__new__.__defaults__ = (Chain(1, 0),)

    @njit
    def f():
        return Chain(5).next.value

    assert f() == 1


def test_they_are_passed_between_functions_and_closures():
    @njit
    def moved(p, by=STEP):
        return p.x + by.x, p.y + by.y

    @njit
    def f(p):
        def inner():
            return p.x

        return moved(p), moved(p, p), inner()

    assert f(Point(1, 2)) == ((11, 22), (2, 4), 1)


def test_signatures_name_the_class():
    @njit([(types.NamedUniTuple(types.float64, 2, Point),)])
    def f(p):
        return p.x / p.y

    assert f(Point(1, 2)) == 0.5
    with pytest.raises(TypeError, match="no signature"):
        f(Other(1, 2))


def test_they_are_printed_as_python_prints(capfd):
    @njit
    def f(p):
        print(p, ORIGIN, Tail((1, p), third="t"))

    f(Longer(1, 2.5))
    print(Longer(1, 2.5), ORIGIN, Tail((1, Longer(1, 2.5)), third="t"))
    out = capfd.readouterr().out.splitlines()
    assert out[0] == out[1]
    assert out[0].startswith("Longer(x=1, y=2.5) Point(x=3, y=4.5) Tail(")


def test_field_names_may_be_names_of_methods():
    @njit
    def f(k):
        return k.count + k.index + k.class_

    assert f(Keywords(1, 2, 3)) == 6


def test_a_class_that_is_dropped_leaves_nothing():
    gc.collect()
    made = namedtuple("Made", "x")
    before = sys.getrefcount(made)

    @njit
    def f(p):
        print(p, end="")
        return p.x

    assert f(made(1)) == 1
    del f
    gc.collect()
    assert sys.getrefcount(made) == before


def test_results_are_of_their_class():
    @njit
    def f(x):
        return Point(x, (Typed(x), x)), ORIGIN

    @njit
    def chosen(c):
        return Point(1, 2) if c else Point(2.5, 3)

    assert f(1) == (Point(1, ((1, 2.5), 1)), Point(3, 4.5))
    assert [type(item) for item in (*f(1), f(1)[0].y[0])] == [Point, Point, Typed]
    assert repr(chosen(True)) == "Point(x=1.0, y=2)"
    assert repr(f.nopython_signatures[0].return_type) == (
        "Tuple(Point(int64, Tuple(Typed(int64, float64), int64)), Point(int64, float64))"
    )


def test_a_class_with_a_new_of_its_own_does_not_run_it():
    @njit
    def f(p):
        return p, Picky._make((7, 8))

    p = Picky(1, 2)
    count = len(Picky.made)
    same, made = f(p)
    assert (same, type(same), made, type(made)) == (p, Picky, (7, 8), Picky)
    assert len(Picky.made) == count


def test_results_cross_between_functions():
    @njit
    def moved(p, by):
        return p._replace(x=p.x + by)

    @njit
    def f(p):
        q = moved(moved(p, 1), 2.5)
        return q.x, q.y, q

    assert f(Longer(1, 2)) == (4.5, 2, (4.5, 2))
    assert type(f(Longer(1, 2))[2]) is Longer


def test_arrays_in_results_are_not_leaked():
    @njit
    def f(p):
        return Point(p.x[1:], np.ones(3))

    array = np.arange(3.0)
    count = sys.getrefcount(array)
    for _ in range(100):
        view, made = f(Point(array, 0))
        assert view.base is array
    del view, made
    assert sys.getrefcount(array) == count


def test_a_signature_names_the_class_of_the_result():
    number = types.NamedUniTuple(types.float64, 2, Point)

    @njit(number(types.int64))
    def f(x):
        return Point(x, x)

    assert repr(f(2)) == "Point(x=2.0, y=2.0)"
    with pytest.raises(errors.TypingError, match="`Other` is returned where the signature says a `Point`"):
        njit(number(types.int64))(lambda x: Other(x, x))
