"""The kinds of numbers that a generated function computes with, and the arguments that try them."""

import math
import random
from dataclasses import dataclass
from enum import Enum

import numpy as np

from .machine import Sized


class Kind(Enum):
    """What an expression's value is; a variable keeps one kind."""

    BOOL = "bool"
    INT = "int64"
    UNSIGNED = "uint64"
    NARROW = "narrower integer"
    FLOAT = "float64"
    SINGLE = "float32"
    COMPLEX = "complex128"


@dataclass(frozen=True)
class Type:
    """A type of a signature."""

    name: str
    kind: Kind
    bits: int = 64
    is_signed: bool = True

    def edges(self) -> list:
        """Values where arithmetic is known to go wrong."""
        if self.kind is Kind.BOOL:
            return [False, True]
        if self.kind is Kind.FLOAT:
            return FLOATS
        if self.kind is Kind.SINGLE:
            return SINGLES
        if self.kind is Kind.COMPLEX:
            return COMPLEXES
        low = -(1 << (self.bits - 1)) if self.is_signed else 0
        high = low + (1 << self.bits) - 1
        return [
            *(value for value in (0, 1, -1, 2, 3, -7, 10, 100) if low <= value),
            high,
            high - 1,
            low,
            low + 1,
        ]

    def usual(self, rng: random.Random):
        """A value of moderate size."""
        if self.kind is Kind.BOOL:
            return rng.random() < 0.5
        if self.kind is Kind.FLOAT:
            return rng.choice([rng.uniform(-10, 10), float(rng.randint(-20, 20)), rng.gauss(0, 1000)])
        if self.kind is Kind.SINGLE:
            return float(np.float32(rng.uniform(-10, 10)))
        if self.kind is Kind.COMPLEX:
            return complex(rng.uniform(-3, 3), float(rng.randint(-3, 3)))
        return rng.randint(-40 if self.is_signed else 0, 60)

    def argument(self, rng: random.Random):
        """A value to call the function with."""
        return rng.choice(self.edges()) if rng.random() < 0.45 else self.usual(rng)

    def convert(self, value):
        """`value` as a compiled function returns it or takes it: converted, never refused."""
        if self.kind is Kind.BOOL:
            return bool(value)
        if self.kind is Kind.FLOAT:
            return float(value)
        if self.kind is Kind.SINGLE:
            with np.errstate(all="ignore"):
                return np.float32(value)
        if self.kind is Kind.COMPLEX:
            return complex(value)
        if isinstance(value, int):
            return Sized.of(int(value), self.bits, self.is_signed)
        return Sized.of(saturated(float(value), *self.limits()), self.bits, self.is_signed)

    def limits(self) -> tuple[int, int]:
        """The least and the greatest integer of the type."""
        low = -(1 << (self.bits - 1)) if self.is_signed else 0
        return low, low + (1 << self.bits) - 1


def saturated(value: float, low: int, high: int) -> int:
    """DEVIATIONS["float to C"] of `machine`."""
    if math.isnan(value):
        return 0
    return low if value <= low else high if value >= high else int(value)


FLOATS = [
    *(0.0, -0.0, 1.0, -1.0, 0.5, 2.5, -3.5, 1e-300, 1e300, 5e-324, -2.2250738585072014e-308),
    *(math.inf, -math.inf, math.nan, 2.0**53, 2.0**63, -(2.0**63), 1.7976931348623157e308),
    4503599627370497.5,
]
SINGLES = [0.0, -0.0, 1.0, -1.5, 16777216.0, 1e-45, 3.4028234663852886e38, math.inf, -math.inf, math.nan]
COMPLEXES = [
    *(0j, complex(-0.0, 0.0), complex(0.0, -0.0), 1j, complex(-1, 0), complex(3, 4), complex(1e200, 1e200)),
    *(complex(math.inf, 0), complex(math.nan, 1), complex(0, math.inf), complex(5e-324, 1)),
]

BOOL = Type("boolean", Kind.BOOL, 8)
INT64 = Type("int64", Kind.INT)
UINT64 = Type("uint64", Kind.UNSIGNED, 64, is_signed=False)
FLOAT64 = Type("float64", Kind.FLOAT)
FLOAT32 = Type("float32", Kind.SINGLE, 32)
COMPLEX128 = Type("complex128", Kind.COMPLEX, 128)
NARROW = [
    Type(f"{'' if is_signed else 'u'}int{bits}", Kind.NARROW, bits, is_signed)
    for bits in (8, 16, 32)
    for is_signed in (True, False)
]
INTEGERS = [INT64, INT64, INT64, UINT64, *NARROW]
PARAMETERS = [BOOL, BOOL, *INTEGERS, FLOAT64, FLOAT64, FLOAT64, FLOAT64, FLOAT32, COMPLEX128]
