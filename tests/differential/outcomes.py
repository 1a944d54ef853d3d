"""What a call gave, and when two calls gave the same."""

import cmath
import math
import sys
from dataclasses import dataclass

import numpy as np

from .machine import UnspecifiedError

UNITS = 2
# The version whose words compiled code says.
SPOKEN = (3, 11)


@dataclass
class Outcome:
    """A value, or else an exception."""

    value: object = None
    error: BaseException | None = None

    def __str__(self) -> str:
        if self.error is not None:
            return f"{type(self.error).__name__}{self.error.args}"
        return f"{self.value!r} ({type(self.value).__name__})"


def outcome(function, arguments, convert=lambda value: value) -> Outcome:
    try:
        return Outcome(convert(function(*arguments)))
    except Exception as error:
        return Outcome(error=error)


def plain(value):
    """A number of the model as the Python object that a caller gets."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    return float(value) if isinstance(value, np.float32) else value


def agree(expected: Outcome, got: Outcome, tolerance: float) -> bool:
    """Equal values of equal type, floats up to `tolerance` units in the last place, or equal exceptions."""
    if isinstance(expected.error, UnspecifiedError):
        return True
    if expected.error is None and got.error is None:
        return same(expected.value, got.value, tolerance)
    if expected.error is None or got.error is None or type(expected.error) is not type(got.error):
        return False
    return not tells(expected.error) or same_items(expected.error.args, got.error.args)


def tells(error: BaseException) -> bool:
    """Whether the exception's arguments are to be compared: CPython's own words differ between versions, and
    where the model says nothing it leaves them open.
    """
    if error.args and sys.version_info[:2] == SPOKEN:
        return True
    last = error.__traceback__
    while last.tb_next is not None:
        last = last.tb_next
    return last.tb_frame.f_code.co_filename.startswith(PROGRAMS) and not isinstance(error, BUILTIN)


# What the file names of programs begin with.
PROGRAMS = "<differential"
# What CPython raises in a program's own frame.
BUILTIN = (ZeroDivisionError, UnboundLocalError, TypeError, AttributeError)


def same_items(expected: tuple, got: tuple) -> bool:
    items = zip(expected, got, strict=False)
    return len(expected) == len(got) and all(same(plain(one), other, 0) for one, other in items)


def same(expected, got, tolerance: float) -> bool:
    if type(expected) is not type(got):
        return False
    if isinstance(expected, complex):
        return same_complex(expected, got, tolerance)
    if isinstance(expected, float):
        return close(expected, got, tolerance * unit(expected))
    return expected == got


def same_complex(expected: complex, got: complex, tolerance: float) -> bool:
    """Both parts equal up to units of the larger. Beside a NaN, C leaves the sign of the other part open."""
    if cmath.isnan(expected):
        expected, got = (complex(abs(one.real), abs(one.imag)) for one in (expected, got))
    size = tolerance * max(map(unit, (expected.real, expected.imag)))
    return close(expected.real, got.real, size) and close(expected.imag, got.imag, size)


def unit(x: float) -> float:
    return math.ulp(x) if math.isfinite(x) else 0.0


def close(expected: float, got: float, distance: float) -> bool:
    if math.isnan(expected) or math.isnan(got):
        return math.isnan(expected) and math.isnan(got)
    if distance == 0.0 or not math.isfinite(expected) or not math.isfinite(got):
        return expected == got and math.copysign(1.0, expected) == math.copysign(1.0, got)
    return abs(expected - got) <= distance
