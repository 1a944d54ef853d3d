"""What a jitted function more costs a process that has compiled before, and how that grows."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from string import Template
from typing import Any

import numba

import ferrule
import functions
from row import Contestant, Figure, Row, ratio

OF_NUMBA = 0.3
# What a line more costs after twice as many; 1 is linear.
GROWTH = 1.1
GROWTH_ROUNDS = 5
LINES = (300, 600, 1200)
PACKAGES = {"ferrule": ferrule, "numba": numba}
LONG = "float64(float64[::1], float64[::1])"


@dataclass(frozen=True)
class Compiled:
    """A function, the signature that it is compiled for, and by which decorator."""

    what: str
    name: str
    template: Template
    signature: str
    rounds: int
    decorator: str = "njit"

    def each(self, package: str) -> Contestant:
        """Return the contestant that compiles one more function each time; the first does not count."""
        module = functions.module(package, f"bench_{self.name}", self.template, self.rounds + 1)
        fresh = iter([getattr(module, f"function_{n}") for n in range(self.rounds + 1)])
        decorate = getattr(PACKAGES[package], self.decorator)(self.signature)
        decorate(next(fresh))
        return lambda: seconds(decorate, next(fresh))


COMPILED = [
    Compiled("compile `add`", "add", functions.ADD, "float64(float64, float64)", rounds=20),
    Compiled(
        "compile the array callback",
        "callback",
        functions.CALLBACK,
        "void(CPointer(double), CPointer(double), intc, intc)",
        rounds=10,
        decorator="cfunc",
    ),
    Compiled(
        "compile Mandelbrot", "mandelbrot", functions.MANDELBROT, "void(int64[:, ::1], int64)", rounds=10
    ),
    Compiled("compile 300 lines", "long", functions.lines_long(300), LONG, rounds=3),
]


def rows() -> Iterator[Row]:
    """Yield a row for each function, then the growth from 300 to 1,200 lines."""
    for one in COMPILED:
        contestants = {package: one.each(package) for package in PACKAGES}
        yield Row(one.what, contestants, [ratio("ferrule", "numba", OF_NUMBA)], rounds=one.rounds)
    sizes = {str(lines): growing(lines).each("ferrule") for lines in LINES}
    growth = Figure("1200 / 600 / 2", lambda costs: costs["1200"] / costs["600"] / 2, GROWTH)
    yield Row("compile 300, 600, 1200 lines", sizes, [growth], rounds=GROWTH_ROUNDS)


def growing(lines: int) -> Compiled:
    """Return a function of so many lines, with other names of its own than those of the row before."""
    return Compiled("", f"lines_{lines}", functions.lines_long(lines), LONG, rounds=GROWTH_ROUNDS)


def seconds(decorate: Callable[[Any], Any], function: Any) -> float:
    """Return the processor's time that one function takes: a second is long enough to be interrupted."""
    began = time.process_time()
    decorate(function)
    return time.process_time() - began
