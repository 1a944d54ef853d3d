"""What compiled arithmetic gives, in Python: CPython's operators on numbers of fixed size.

Each place where the answer is not CPython's by intention is a row of `DEVIATIONS`, under the name that the
code here gives it; `docs/deviations.md` says the same to users.
"""

import math
import operator

import numpy as np

DEVIATIONS = {
    "wrap": "integers have 64 bits and wrap around; of operands that are all unsigned the result is unsigned",
    "narrow abs": "`abs` of a narrower integer keeps its type, so the most negative one stays negative",
    "common type": "arithmetic, comparison, `min` and `max` of two types convert both to the wider one first",
    "int division": "`/` of integers divides the nearest floats",
    "int power": "an integer to a negative power is a ValueError, or a float if the exponent is constant",
    "float power": "`**` of floats gives inf where CPython overflows, and nan where CPython's is complex",
    "complex power": "`**` of complex numbers gives infinities or nan where CPython overflows",
    "int of float": "a float that does not fit 64 bits is an OverflowError where CPython's integer grows",
    "large result": "an integer function of `math` whose result does not fit 64 bits is an OverflowError",
    "single": "`math` of a float32 computes and returns float32",
    "float to C": "a float where C has an integer is cut towards zero and saturated, NaN is 0",
    "store": "what is stored in C memory is converted to its type, never refused",
}


class Sized(int):
    """An integer whose type is not int64, which a plain `int` stands for."""

    bits: int
    is_signed: bool

    @classmethod
    def of(cls, value: int, bits: int, is_signed: bool) -> int:
        """`value` wrapped around to the type."""
        value &= (1 << bits) - 1
        if is_signed and value >> (bits - 1):
            value -= 1 << bits
        if (bits, is_signed) == (64, True):
            return value
        self = super().__new__(cls, value)
        self.bits, self.is_signed = bits, is_signed
        return self


def is_unsigned(value) -> bool:
    return isinstance(value, Sized) and not value.is_signed


def wrap(value: int, *operands) -> int:
    """DEVIATIONS["wrap"]."""
    return Sized.of(value, 64, not all(is_unsigned(operand) for operand in operands))


def common(a, b) -> tuple:
    """DEVIATIONS["common type"]: both operands in the type in which they are computed."""
    if isinstance(a, complex) or isinstance(b, complex):
        return complex(a), complex(b)
    if isinstance(a, np.float32) and isinstance(b, np.float32):
        return a, b
    if isinstance(a, (float, np.float32)) or isinstance(b, (float, np.float32)):
        return float(a), float(b)
    return a, b


PLAIN = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": operator.mul,
    "FloorDiv": operator.floordiv,
    "Mod": operator.mod,
    "BitAnd": operator.and_,
    "BitOr": operator.or_,
    "BitXor": operator.xor,
}


def binary(name: str, a, b, exponent_is_constant: bool = False):
    """The operator that `ast` calls `name`."""
    if name == "Pow":
        return power(a, b, exponent_is_constant)
    if name in ("LShift", "RShift"):
        return shift(name, a, b)
    a, b = common(a, b)
    if name == "Div":
        # DEVIATIONS["int division"]
        if isinstance(a, int) and b != 0:
            a, b = float(a), float(b)
        return checked(operator.truediv, a, b)
    if isinstance(a, bool) and isinstance(b, bool) and name.startswith("Bit"):
        return PLAIN[name](a, b)
    result = checked(PLAIN[name], a, b) if name in ("FloorDiv", "Mod") else quiet(PLAIN[name], a, b)
    return wrap(result, a, b) if isinstance(result, int) else result


def quiet(function, *args):
    """NumPy's scalars warn of what the machine does without a word."""
    with np.errstate(all="ignore"):
        return function(*args)


def checked(function, a, b):
    """Division: NumPy's scalars do not raise, compiled float32 does."""
    if b == 0 and isinstance(b, np.float32):
        raise ZeroDivisionError
    return quiet(function, a, b)


def shift(name: str, a, b) -> int:
    if b < 0:
        raise ValueError("negative shift count")
    b = min(b, 64)
    return wrap(a << b if name == "LShift" else a >> b, a)


def power(a, b, exponent_is_constant: bool = False):
    a, b = common(a, b)
    if isinstance(a, int):
        if b >= 0:
            return wrap(pow(a, b, 1 << 64), a, b)
        # DEVIATIONS["int power"]
        if not exponent_is_constant:
            raise ValueError("Integers to negative integer powers are not allowed.")
        a, b = float(a), float(b)
    if isinstance(a, complex):
        return complex_power(a, b)
    if a == 0 and -math.inf < b < 0:
        raise ZeroDivisionError
    if isinstance(a, np.float32):
        return quiet(np.power, a, b)
    return float_power(a, b)


def float_power(a: float, b: float) -> float:
    """DEVIATIONS["float power"]."""
    try:
        return math.pow(a, b)
    except OverflowError:
        return -math.inf if a < 0 and b % 2 == 1 else math.inf
    except ValueError:
        return math.nan


class UnspecifiedError(Exception):
    """The program computes something of which no particular value is promised."""


def complex_power(a: complex, b: complex) -> complex:
    """DEVIATIONS["complex power"]."""
    try:
        return a**b
    except (OverflowError, ZeroDivisionError):
        if a == 0:
            raise
        raise UnspecifiedError from None


def unary(name: str, a):
    if name == "Invert":
        return wrap(~int(a), a)
    if isinstance(a, int):
        return wrap(-int(a) if name == "USub" else int(a), a)
    return -a if name == "USub" else +a


COMPARISONS = {
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
}


def compare(name: str, a, b) -> bool:
    """A comparison, whose operands have one type: see DEVIATIONS["common type"]."""
    return bool(COMPARISONS[name](*common(a, b)))
