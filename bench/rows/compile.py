"""A later scalar cfunc of a process: a new function each time, from a module as people write them."""

import importlib.util
import time
from collections.abc import Callable, Iterator
from types import FunctionType

import numba

import ferrule
import peers
from row import Row, ratio

OF_NUMBA = 0.2
COUNT = 40
FUNCTION = '''

def function_{n}(x, y):
    """A small formula with a branch and a loop."""
    total = {n}.5
    for i in range(3):
        if x > y:
            total += x * i
        else:
            total -= y / (i + {n} + 1)
    return total
'''


def rows() -> Iterator[Row]:
    """Yield the one row; both compile the same functions of a module that is written for it."""
    functions = module_of_functions()
    contestants = {"ferrule": each(ferrule.cfunc, functions), "numba": each(numba.cfunc, functions)}
    figures = [ratio("ferrule", "numba", OF_NUMBA)]
    yield Row("a later scalar cfunc", contestants, figures, rounds=COUNT)


def each(cfunc: Callable, functions: list[FunctionType]) -> Callable[[], float]:
    """Return the contestant that compiles one more function each time."""
    fresh = iter(functions)

    def once() -> float:
        function = next(fresh)
        began = time.perf_counter()
        compiled = cfunc("float64(float64, float64)")(function)
        seconds = time.perf_counter() - began
        assert compiled.address
        return seconds

    return once


def module_of_functions() -> list[FunctionType]:
    """Return the functions of a module written to the build folder."""
    peers.BUILD.mkdir(parents=True, exist_ok=True)
    path = peers.BUILD / "bench_functions.py"
    path.write_text('"""Functions to compile."""\n' + "".join(FUNCTION.format(n=n) for n in range(COUNT)))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [getattr(module, f"function_{n}") for n in range(COUNT)]
