"""What compiled code does with arrays and tuples: NumPy's answers, and numbers of `machine` taken from them.

Each place where the answer is not that of CPython with NumPy by intention is a row of `DEVIATIONS`, under the
name that the code here gives it; those of `machine` hold too.
"""

import builtins
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from . import machine, machine_functions
from .machine import Sized, UnspecifiedError

DEVIATIONS = {
    "scalar": "a number taken from an array is one of its type: integers widen to 64 bits in arithmetic, "
    "`float32` stays",
    "weak": "beside an array `bool`, `int64`, `float64` and `complex128` are as Python's numbers in NumPy 2; "
    "narrower numbers, `uint64` and `float32` count with their type",
    "silent": "division by zero, overflow and NaN in elementwise operations give no warning",
    "element": "an integer stored in one element is converted to its type: it wraps around",
    "tuple": "items of tuples are compared as numbers are: two types are converted to the wider one first",
    "no float16": "where NumPy's dtype is `float16` it is `float32`",
    "power": "only of an exponent that is known when compiling does `**` take the function that NumPy takes",
    "read only": "storing in a read-only array is refused when the function is compiled, not when it runs",
}

NAMED = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": operator.mul,
    "Div": operator.truediv,
    "FloorDiv": operator.floordiv,
    "Mod": operator.mod,
    "Pow": operator.pow,
    "LShift": operator.lshift,
    "RShift": operator.rshift,
    "BitAnd": operator.and_,
    "BitOr": operator.or_,
    "BitXor": operator.xor,
    "MatMult": operator.matmul,
    "USub": operator.neg,
    "UAdd": operator.pos,
    "Invert": operator.invert,
    **machine.COMPARISONS,
}


def number(value):
    """DEVIATIONS["scalar"]: a NumPy scalar as a number of the machine; anything else as it is."""
    if isinstance(value, tuple):
        return tuple(number(item) for item in value)
    if isinstance(value, (np.float32, np.ndarray)) or not isinstance(value, np.generic):
        return value
    if isinstance(value, np.integer):
        return Sized.of(int(value), 8 * value.itemsize, isinstance(value, np.signedinteger))
    # Programs take a `complex64` only as `complex(...)`.
    return complex(value) if isinstance(value, np.complex64) else value.item()


def beside_array(value):
    """DEVIATIONS["weak"]: a number of the machine as NumPy is to take it."""
    if isinstance(value, tuple):
        return tuple(beside_array(item) for item in value)
    if not isinstance(value, Sized):
        return value
    return np.dtype(f"{'i' if value.is_signed else 'u'}{value.bits // 8}").type(value)


def has_array(*values) -> bool:
    return any(isinstance(value, np.ndarray) for value in values)


def elementwise(name: str, *operands):
    """DEVIATIONS["silent"]: an operator of which some operand is an array."""
    with np.errstate(all="ignore"):
        return number(NAMED[name](*map(beside_array, operands)))


def binary(name: str, a, b, exponent_is_constant: bool = False):
    if has_array(a, b):
        return elementwise(name, a, b)
    if isinstance(a, tuple):
        return NAMED[name](a, b)
    return machine.binary(name, a, b, exponent_is_constant)


def inplace(name: str, a, b):
    """`a += b`, which changes an array."""
    if not isinstance(a, np.ndarray):
        return binary(name, a, b)
    store(elementwise(name, a, b), a, ...)
    return a


def unary(name: str, a):
    return elementwise(name, a) if has_array(a) else machine.unary(name, a)


def compare(name: str, a, b):
    if has_array(a, b):
        return elementwise(name, a, b)
    if name in ("Is", "IsNot"):
        return (a is b) is (name == "Is")
    if name in ("In", "NotIn"):
        return any(compare("Eq", a, item) for item in b) is (name == "In")
    if isinstance(a, tuple) and isinstance(b, tuple):
        return compare_tuples(name, a, b)
    if a is None or b is None:
        return NAMED[name](a, b)
    return machine.compare(name, a, b)


def compare_tuples(name: str, a: tuple, b: tuple) -> bool:
    """DEVIATIONS["tuple"]: the first items that differ decide."""
    for x, y in zip(a, b, strict=False):
        if not compare("Eq", x, y):
            return {"Eq": False, "NotEq": True}.get(name) if name in ("Eq", "NotEq") else compare(name, x, y)
    return bool(NAMED[name](len(a), len(b)))


def item(container, index):
    """What `container[index]` reads."""
    if not isinstance(container, np.ndarray):
        return container[index]
    return number(container[beside_array(index)])


def store(value, array: np.ndarray, index) -> None:
    """DEVIATIONS["element"]. The value is computed before the array and the index."""
    is_element = isinstance(array[beside_array(index)], np.generic)
    if is_element and isinstance(value, int) and array.dtype.kind in "iu":
        value = np.array(int(value) & (1 << 64) - 1, np.uint64).astype(array.dtype)
    with np.errstate(all="ignore"):
        array[beside_array(index)] = value


def method(owner, name: str, *args, **named):
    """A method of an array, or of anything else."""
    function = getattr(owner, name)
    if not isinstance(owner, np.ndarray):
        return function(*args, **named)
    with np.errstate(all="ignore"):
        return number(function(*map(beside_array, args), **named))


def iterate(values):
    """What a loop over the values gets."""
    if isinstance(values, (np.ndarray, np.flatiter, np.ndindex, np.ndenumerate)):
        return map(number, values)
    return values


def of_iterables(function: Callable) -> Callable:
    return lambda *args, **named: function(*map(iterate, args), **named)


class NumPy:
    """The module `np`: its functions take numbers of the machine and give them."""

    def __getattr__(self, name: str) -> Any:
        found = getattr(np, name)
        if isinstance(found, type) or not callable(found):
            return found
        of_scalars = getattr(machine_functions.NAMES["np"], name, None)

        def function(*args, **named):
            if of_scalars is not None and not has_array(*args):
                return of_scalars(*args)
            with np.errstate(all="ignore"):
                return number(found(*map(beside_array, args), **named))

        return function


def absolute(a):
    return np.abs(a) if has_array(a) else machine_functions.absolute(a)


def total(values, start=0):
    for value in iterate(values):
        start = binary("Add", start, value)
    return start


def many(choose: Callable) -> Callable:
    """`min` and `max`, of arguments or of a tuple."""
    return lambda *args: choose(*args[0]) if isinstance(args[0], tuple) else choose(*args)


NAMES = {
    **machine_functions.NAMES,
    "np": NumPy(),
    "abs": absolute,
    "sum": total,
    "min": many(machine_functions.NAMES["min"]),
    "max": many(machine_functions.NAMES["max"]),
    "zip": of_iterables(builtins.zip),
    "enumerate": of_iterables(builtins.enumerate),
    "reversed": lambda values: builtins.reversed(tuple(iterate(values))),
    "any": of_iterables(builtins.any),
    "all": of_iterables(builtins.all),
    "njit": lambda function: function,
    "UnspecifiedError": UnspecifiedError,
}


def result(value):
    """What the caller gets."""
    if isinstance(value, tuple):
        items = map(result, value)
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if isinstance(value, bool) or not isinstance(value, (int, np.float32)):
        return value
    return int(value) if isinstance(value, int) else float(value)
