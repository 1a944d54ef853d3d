"""A Python call of a jitted function, whose body does next to nothing, against Numba's."""

from collections.abc import Callable, Iterator
from typing import Any

import numba
import numpy as np

import ferrule
from measure import statement
from row import Row, ratio

OF_NUMBA = 0.5


def add(x: Any, y: Any) -> Any:
    """Return what has to be boxed."""
    return x + y


def first(a: Any) -> Any:
    """Return an element of the one array."""
    return a[0]


def first_of_three(a: Any, b: Any, c: Any) -> Any:
    """Return a sum over three arrays."""
    return a[0] + b[0, 0] + c[0]


def rows() -> Iterator[Row]:
    """Yield a row for each kind of arguments."""
    line, square, gaps = np.ones(8), np.ones((3, 3)), np.ones(8)[::2]
    yield row("two ints", add, x=1, y=2)
    yield row("two floats", add, x=1.5, y=2.5)
    yield row("one array", first, a=line)
    yield row("three arrays", first_of_three, a=line, b=square, c=gaps)


def row(what: str, function: Callable[..., object], **arguments: Any) -> Row:
    """Return the row of one function and its arguments."""
    call = f"f({', '.join(arguments)})"
    contestants = {}
    for name, jitted in (("ferrule", ferrule.njit(function)), ("numba", numba.njit(function))):
        jitted(*arguments.values())
        contestants[name] = statement(call, f=jitted, **arguments)
    return Row(f"a Python call: {what}", contestants, [ratio("ferrule", "numba", OF_NUMBA)], rounds=100)
