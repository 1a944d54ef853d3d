"""A function for `njit`, and the texts of the arguments that it is called with."""

import random
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .array_kinds import lengths
from .kinds import FLOAT32, INT64, Kind, Type

# What every program begins with.
HEAD = ["import cmath", "import math", "import numpy as np", "from ferrule import njit", ""]
# NumPy's maximum of two zeros has any sign.
SIGNLESS = ("max", "min")


class Parameter(Protocol):
    """A parameter of a generated function."""

    def argument(self, rng: random.Random, lengths: dict[str, int]) -> str:
        """The text of a value, where the axes have these lengths."""


@dataclass(frozen=True)
class NumberParameter:
    """A number: Python's, or NumPy's where Python has no such type."""

    type: Type

    def argument(self, rng: random.Random, lengths: dict[str, int]) -> str:
        if self.type is INT64 and rng.random() < 0.8:
            # Small enough to be an index.
            return str(rng.randint(-3, 9))
        value = self.type.argument(rng)
        if self.type is FLOAT32:
            return f"np.float32({number_text(np.float32(value).item())})"
        is_plain = self.type is INT64 or not isinstance(value, int) or self.type.kind is Kind.BOOL
        return number_text(value) if is_plain else f"np.{self.type.name}({value})"


def number_text(value) -> str:
    if isinstance(value, complex):
        return f"complex({number_text(value.real)}, {number_text(value.imag)})"
    text = repr(value)
    return f"np.{text}" if text in ("nan", "inf") else text.replace("-inf", "-np.inf")


@dataclass
class JitProgram:
    """A text that defines `f`, and what it takes."""

    text: str
    parameters: list[Parameter]
    # How many units in the last place a number may be off.
    units: float = 0.0

    @property
    def ignores_sign(self) -> bool:
        """Whether zeros of two signs are equal."""
        return any(word in self.text for word in SIGNLESS)

    def arguments(self, rng: random.Random, count: int) -> list[tuple[str, ...]]:
        """The texts of the arguments of so many calls."""
        return [self.call(rng) for _ in range(count)]

    def call(self, rng: random.Random) -> tuple[str, ...]:
        found = lengths(rng)
        return tuple(one.argument(rng, found) for one in self.parameters)


def without_return(line: str) -> str:
    """A line that does not leave a function whose last line gives something else than a number."""
    return line.partition("return ")[0] + "pass" if line.lstrip().startswith("return ") else line
