"""The arrays that generated functions get: dtypes, layouts, and the texts that make them."""

import random
from dataclasses import dataclass
from enum import Enum

import numpy as np

from .kinds import Kind

INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
DTYPES = [*INTEGERS, "bool", "float32", "float64", "complex64", "complex128"]
# Most programs are about these.
USUAL = ["float64"] * 4 + ["int64"] * 3 + ["bool"] * 2 + ["float32"] * 2
KINDS = {
    "bool": Kind.BOOL,
    "int64": Kind.INT,
    "uint64": Kind.UNSIGNED,
    "float32": Kind.SINGLE,
    "float64": Kind.FLOAT,
    "complex128": Kind.COMPLEX,
    **{name: Kind.NARROW for name in INTEGERS if not name.endswith("64")},
}


class Layout(Enum):
    """How a parameter's elements lie in memory: the text that makes it of a contiguous array `{a}`."""

    C = "{a}"
    FORTRAN = "np.asfortranarray({a})"
    STRIDED = "np.repeat({a}, 2, -1)[..., ::2]"
    BACKWARDS = "{a}[::-1]"
    TRANSPOSED = "np.ascontiguousarray({a}.T).T"
    CONSTANT = "np.broadcast_to({a}, {shape})"
    READ_ONLY = "np.frombuffer(({a}).tobytes(), np.{dtype}).reshape({shape})"

    @property
    def is_writable(self) -> bool:
        return self not in (Layout.CONSTANT, Layout.READ_ONLY)


LAYOUTS = [Layout.C] * 6 + [*Layout, Layout.STRIDED, Layout.BACKWARDS]


@dataclass(frozen=True)
class ArrayType:
    """An array as a program knows it. Two with one name for an axis have one length there."""

    dtype: str
    axes: tuple[str, ...]
    is_writable: bool = True
    is_contiguous: bool = True

    @property
    def rank(self) -> int:
        return len(self.axes)


@dataclass(frozen=True)
class ArrayParameter:
    """A parameter of a generated function."""

    type: ArrayType
    layout: Layout
    # An array of indices holds small numbers.
    is_index: bool = False

    def argument(self, rng: random.Random, lengths: dict[str, int]) -> str:
        """The text of an array for a call."""
        shape = tuple(lengths[axis] for axis in self.type.axes)
        dtype = self.type.dtype
        filled = (1,) * len(shape) if self.layout is Layout.CONSTANT and 0 not in shape else shape
        count = int(np.prod(filled))
        values = ", ".join(self.value(rng) for _ in range(count))
        made = f"np.array([{values}], np.{'bool_' if dtype == 'bool' else dtype})"
        if len(shape) != 1:
            made += f".reshape({filled})"
        name = "bool_" if dtype == "bool" else dtype
        return self.layout.value.format(a=made, shape=shape, dtype=name)

    def value(self, rng: random.Random) -> str:
        """The text of an element: mostly small multiples of a quarter, of which sums are exact."""
        if self.is_index:
            return str(rng.choice([-1, 0, 0, 0, 1, 1, 2] if rng.random() < 0.98 else [5, -7]))
        dtype = np.dtype(self.type.dtype)
        if dtype.kind == "b":
            return str(rng.random() < 0.5)
        if dtype.kind in "iu":
            return integer(rng, dtype)
        if dtype.kind == "f":
            return floating(rng)
        return f"complex({floating(rng)}, {floating(rng)})"


def integer(rng: random.Random, dtype: np.dtype) -> str:
    limits = np.iinfo(dtype)
    if rng.random() < 0.06:
        return str(rng.choice([limits.max, limits.min, limits.max - 1]))
    return str(rng.randint(-9 if limits.min else 0, 12))


def floating(rng: random.Random) -> str:
    if rng.random() < 0.06:
        return rng.choice(["np.nan", "np.inf", "-np.inf", "-0.0", "1e-30", "3e30"])
    return str(rng.randint(-40, 40) / 4)


def lengths(rng: random.Random) -> dict[str, int]:
    """The lengths of the axes in one call; now and then an axis is empty."""
    found = {
        "l": rng.randint(1, 3),
        "m": rng.randint(1, 5),
        "n": rng.randint(2, 6),
        "k": rng.randint(1, 4),
        "1": 1,
    }
    if rng.random() < 0.06:
        found[rng.choice("lmnk")] = 0
    return found
