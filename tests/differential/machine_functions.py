"""The functions that generated programs call, over the numbers of `machine`."""

import builtins
import cmath
import math
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np

from . import machine
from .machine import Sized, UnspecifiedError, common, quiet, wrap

INT64 = range(-(1 << 63), 1 << 63)


def absolute(a):
    """DEVIATIONS["narrow abs"]."""
    if isinstance(a, Sized):
        return Sized.of(abs(int(a)), a.bits, a.is_signed)
    return wrap(abs(a), a) if isinstance(a, int) else abs(a)


def extreme(choose: Callable) -> Callable:
    """`min` and `max`: the arguments have one type."""

    def function(first, *rest):
        best = first
        for other in rest:
            x, y = common(best, other)
            best = choose(x, y)
        return best

    return function


def to_int(a=0):
    """DEVIATIONS["int of float"]."""
    if isinstance(a, int):
        return wrap(int(a), a)
    result = int(float(a))
    if result not in INT64:
        raise OverflowError
    return result


def to_complex(*parts):
    return complex(*(part if isinstance(part, complex) else float(part) for part in parts))


def rounded(a, digits=None):
    if isinstance(a, int):
        return wrap(round(int(a), digits), a)
    if digits is not None:
        return type(a)(round(float(a), digits))
    return to_int(np.rint(a)) if math.isfinite(a) else round(float(a))


def powered(a, b, modulus=None):
    return machine.power(a, b) if modulus is None else pow(a, b, modulus)


def both(a, b):
    a, b = common(a, b)
    if isinstance(a, float) and not isinstance(a, np.float32):
        return divmod(a, b)
    return machine.binary("FloorDiv", a, b), machine.binary("Mod", a, b)


def toward(function: Callable) -> Callable:
    """`math.floor` and its kin."""

    def integral(a):
        if isinstance(a, int):
            return wrap(int(a), a)
        result = function(float(a))
        if result not in INT64:
            raise OverflowError
        return result

    return integral


def limited(function: Callable) -> Callable:
    """DEVIATIONS["large result"]."""

    def integral(*args):
        result = function(*map(int, args))
        if result not in INT64:
            raise OverflowError
        return result

    return integral


def real(function: Callable) -> Callable:
    """A function of floats; see DEVIATIONS["single"]."""

    def computed(*args, **named):
        leave_open(function.__name__, args)
        numbers = (arg if type(arg) is int else float(arg) for arg in args)
        result = function(*numbers, **named)
        is_single = isinstance(args[0], np.float32) and isinstance(result, float)
        return single(result, args) if is_single else result

    return computed


def leave_open(name: str, args: tuple) -> None:
    """The sign of a NaN is nobody's promise."""
    if name in ("copysign", "signbit") and np.isnan(args[-1]):
        raise UnspecifiedError


def single(result: float, args: tuple) -> np.float32:
    """A result of `math` as a float32, which has a smaller range."""
    rounded = quiet(np.float32, result)
    if np.isinf(rounded) and all(map(math.isfinite, args)):
        raise OverflowError("math range error")
    return rounded


def of_numpy(name: str) -> Callable:
    """A ufunc on scalars of the machine's types."""
    function = getattr(np, name)

    def computed(*args):
        leave_open(name, args)
        if name in KEEPS_INTEGERS and isinstance(args[0], int):
            return args[0]
        is_single = all(isinstance(arg, np.float32) for arg in args)
        result = quiet(function, *(args if is_single else map(np.float64, args)))
        return result if is_single else result.item()

    return computed


def phase(z: complex) -> float:
    """Return the angle; one too small to be told from 0 is 0, where `cmath.phase` finds an overflow."""
    return math.atan2(complex(z).imag, complex(z).real)


KEEPS_INTEGERS = ("floor", "ceil", "trunc")
INTEGRAL = {"floor": math.floor, "ceil": math.ceil, "trunc": math.trunc}
LIMITED = ("gcd", "lcm", "comb", "perm", "factorial", "isqrt")
CONSTANTS = ("pi", "e", "tau", "inf", "nan")


def math_function(name: str):
    if name in CONSTANTS:
        return getattr(math, name)
    if name in INTEGRAL:
        return toward(INTEGRAL[name])
    return (limited if name in LIMITED else real)(getattr(math, name))


NAMES = {
    "abs": absolute,
    "min": extreme(builtins.min),
    "max": extreme(builtins.max),
    "int": to_int,
    "float": float,
    "complex": to_complex,
    "round": rounded,
    "pow": powered,
    "divmod": both,
    "cmath": SimpleNamespace(**{**vars(cmath), "phase": phase}),
    "math": SimpleNamespace(**{name: math_function(name) for name in dir(math) if not name.startswith("_")}),
    "np": SimpleNamespace(
        **{name: of_numpy(name) for name in dir(np) if isinstance(getattr(np, name), np.ufunc)},
        float32=lambda a: quiet(np.float32, a),
    ),
}
