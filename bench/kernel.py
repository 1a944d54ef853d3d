"""Kernels: Python functions that ferrule and Numba compile, beside the same functions in C.

A kernel's C function takes what the Python function takes, arrays as pointers, then the array that the
Python function makes, if it makes one, then the shape of the first array. The floor is the faster of what
gcc and clang make of it, which may round a product and a sum as one; what compiled Python must give is what
gcc's code gives without that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numba
import numpy as np

import ferrule
import peers
from measure import call
from row import Figure, Row, over_fastest, ratio

OF_NUMBA = 1.05
OF_FLOOR = 1.1
OF_UNCHECKED = 1.05
ROUNDS = 40
COMPILERS = ("gcc", "clang")
EXACT = "-ffp-contract=off"
FAST = "-ffast-math"
POINTERS = {"float64": "double *", "float32": "float *", "int64": "int64_t *"}


@dataclass(frozen=True)
class Kernel:
    """A function, its arguments, made anew each time, and what to reach; None asks nothing."""

    what: str
    function: FunctionType
    arguments: Callable[[], tuple[Any, ...]]
    in_c: str
    fastmath: bool | frozenset[str] = False
    is_exact: bool = True
    makes_array: bool = False
    of_numba: float | None = OF_NUMBA
    of_floor: float | None = OF_FLOOR
    of_unchecked: float | None = OF_UNCHECKED

    def row(self) -> Row:
        """Return the kernel's row: compiled Python does what C does, and all work on the same arrays."""
        fastmath = set(self.fastmath) if isinstance(self.fastmath, frozenset) else self.fastmath
        compiled = {
            "ferrule": ferrule.njit(fastmath=fastmath)(self.function),
            "unchecked": ferrule.njit(fastmath=fastmath, boundscheck=False)(self.function),
            "numba": numba.njit(fastmath=fastmath, error_model="numpy")(self.function),
        }
        for name, function in compiled.items():
            self.check(name, function)
        arguments = self.arguments()
        contestants = {name: call(function, *arguments) for name, function in compiled.items()}
        in_c, made = c_arguments(arguments, self.makes_array)
        for compiler in COMPILERS:
            library = peers.kernels(compiler, *([FAST] if self.fastmath is True else []))
            contestants[compiler] = call(getattr(library, self.in_c), *in_c, kept=(arguments, made))
        return Row(self.what, contestants, self.figures(), rounds=ROUNDS)

    def figures(self) -> list[Figure]:
        """Return what is asked of the kernel."""
        found = []
        if self.of_numba is not None:
            found.append(ratio("ferrule", "numba", self.of_numba))
        if self.of_floor is not None:
            found.append(over_fastest("ferrule", COMPILERS, "floor", self.of_floor))
        if self.of_unchecked is not None:
            found.append(ratio("ferrule", "unchecked", self.of_unchecked))
        return found

    def check(self, name: str, function: Callable[..., Any]) -> None:
        """Compare what a function gives, and does to its arguments, with C."""
        mine, of_c = self.arguments(), self.arguments()
        result = function(*mine)
        in_c, made = c_arguments(of_c, self.makes_array)
        expected = getattr(peers.kernels("gcc", EXACT), self.in_c)(*in_c)
        outcomes = zip([*mine, result], [*of_c, made if self.makes_array else expected], strict=True)
        for got, wanted in outcomes:
            # Where roundings differ, a count that they decide may differ too, seldom.
            agree = np.array_equal(got, wanted) if self.is_exact else are_close(got, wanted)
            if not agree:
                raise AssertionError(f"{self.what}: {name} gives {got} where C gives {wanted}")


def are_close(got: Any, wanted: Any) -> bool:
    """Whether nearly all elements agree in nine digits."""
    return got is wanted or bool(np.isclose(got, wanted, rtol=1e-9).mean() > 0.99)


def c_arguments(arguments: tuple[Any, ...], makes_array: bool) -> tuple[list[Any], np.ndarray]:
    """Return the arguments of the C function, and the array that it fills where Python makes one."""
    first = next((one for one in arguments if isinstance(one, np.ndarray)), np.empty(0))
    made = np.zeros_like(first)
    values = [*arguments, made] if makes_array else arguments
    converted = [pointer(one) if isinstance(one, np.ndarray) else one for one in values]
    return [*converted, *(first.shape if first.size else ())], made


def pointer(array: np.ndarray) -> Any:
    """Return the address of the array's first element as C data, which does not keep the array alive."""
    return peers.kernel_ffi().cast(POINTERS.get(array.dtype.name, "struct particle *"), array.ctypes.data)
