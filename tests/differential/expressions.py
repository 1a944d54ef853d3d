"""Random expressions of one kind over the names in scope, as text."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from .kinds import Kind
from .templates import (
    COMPLEXES,
    FLOATS,
    INEXACT,
    INTEGERS,
    NARROWS,
    REAL_FUNCTIONS,
    SINGLES,
    TRUTHS,
    UNSIGNEDS,
)

LITERALS = {
    Kind.BOOL: ["True", "False"],
    Kind.INT: [
        "0",
        "1",
        "2",
        "3",
        "7",
        "-1",
        "-5",
        "63",
        "100",
        "4294967296",
        "9223372036854775807",
        "-9223372036854775808",
    ],
    Kind.FLOAT: ["0.0", "-0.0", "1.0", "0.5", "-2.5", "1e-9", "3.75", "1e300", "5e-324", "math.inf"],
    Kind.COMPLEX: ["1j", "-2.5j", "complex(1.0, -0.0)", "(2.0 + 1j)"],
}


@dataclass
class Helper:
    """A function that the program calls: its result's kind and its parameters'."""

    name: str
    result: Kind
    parameters: list[Kind]


@dataclass
class Scope:
    """What an expression may read."""

    rng: random.Random
    names: dict[str, Kind]
    helpers: list[Helper] = field(default_factory=list)
    walruses: int = 0

    def of_kind(self, kind: Kind) -> list[str]:
        return [name for name, known in self.names.items() if known is kind]


def expression(scope: Scope, kind: Kind, depth: int) -> str:
    """An expression of a kind, in brackets unless it is a leaf."""
    rng = scope.rng
    if depth <= 0 or rng.random() < 0.12:
        return leaf(scope, kind)
    helpers = [helper for helper in scope.helpers if helper.result is kind]
    if helpers and rng.random() < 0.12:
        return called(scope, rng.choice(helpers), depth - 1)
    if rng.random() < 0.08:
        test = expression(scope, Kind.BOOL, depth - 1)
        return f"({expression(scope, kind, depth - 1)} if {test} else {expression(scope, kind, depth - 1)})"
    return MAKERS[kind](scope, depth - 1)


def leaf(scope: Scope, kind: Kind) -> str:
    names = scope.of_kind(kind)
    if names and scope.rng.random() < 0.8:
        return scope.rng.choice(names)
    if kind in LITERALS:
        return scope.rng.choice(LITERALS[kind])
    return names[0] if names else made_from_others(scope, kind)


def made_from_others(scope: Scope, kind: Kind) -> str:
    """A value of a kind that has neither literal nor name here."""
    if kind is Kind.SINGLE:
        return f"np.float32({leaf(scope, Kind.FLOAT)})"
    return leaf(scope, Kind.INT)


def called(scope: Scope, helper: Helper, depth: int) -> str:
    arguments = ", ".join(expression(scope, kind, depth) for kind in helper.parameters)
    return f"{helper.name}({arguments})"


def fill(scope: Scope, template: str, depth: int) -> str:
    """A template with an expression for each letter in braces."""
    while "{e}" in template:
        unknown = [name for name in scope.of_kind(Kind.INT) if name[0] in "qk"]
        template = template.replace("{e}", scope.rng.choice([*unknown, "({i} & 3)"]), 1)
    for letter, kind in LETTERS.items():
        while "{" + letter + "}" in template:
            template = template.replace("{" + letter + "}", expression(scope, kind, depth), 1)
    return template


LETTERS = {
    "i": Kind.INT,
    "f": Kind.FLOAT,
    "b": Kind.BOOL,
    "z": Kind.COMPLEX,
    "s": Kind.SINGLE,
    "u": Kind.UNSIGNED,
}

COMPARISONS = ["<", "<=", ">", ">=", "==", "!="]


def truth(scope: Scope, depth: int) -> str:
    rng = scope.rng
    choice = rng.random()
    if choice < 0.45:
        kinds = rng.choice([[Kind.INT], [Kind.FLOAT], [Kind.INT, Kind.FLOAT], [Kind.INT, Kind.BOOL]])
        parts = [expression(scope, rng.choice(kinds), depth)]
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            parts += [rng.choice(COMPARISONS), expression(scope, rng.choice(kinds), depth)]
        return f"({' '.join(parts)})"
    if choice < 0.7:
        operands = [expression(scope, Kind.BOOL, depth) for _ in range(rng.choice([2, 2, 3]))]
        return f"({rng.choice([' and ', ' or ']).join(operands)})"
    return fill(scope, rng.choice(TRUTHS), depth)


def integer(scope: Scope, depth: int) -> str:
    rng = scope.rng
    if rng.random() < 0.5:
        return fill(scope, f"({{i}} {rng.choice('+-*&|^+-*')} {{i}})", depth)
    narrow = scope.of_kind(Kind.NARROW)
    if narrow and rng.random() < 0.4:
        return fill(scope, rng.choice(NARROWS).replace("{n}", rng.choice(narrow)), depth)
    return fill(scope, rng.choice(INTEGERS), depth)


def unsigned(scope: Scope, depth: int) -> str:
    names = scope.of_kind(Kind.UNSIGNED)
    if not names:
        return expression(scope, Kind.INT, depth)
    return fill(scope, scope.rng.choice(UNSIGNEDS), depth)


def floating(scope: Scope, depth: int) -> str:
    rng = scope.rng
    choice = rng.random()
    if choice < 0.45:
        pair = rng.choice(["{f} {f}", "{f} {f}", "{i} {f}", "{f} {i}", "{b} {f}", "{s} {f}"]).split()
        return fill(scope, f"({pair[0]} {rng.choice('+-*/+-*')} {pair[1]})", depth)
    if choice < 0.6:
        name = rng.choice(REAL_FUNCTIONS)
        return fill(scope, f"math.{name}({{f}})", depth)
    return fill(scope, rng.choice(FLOATS), depth)


def single(scope: Scope, depth: int) -> str:
    return fill(scope, scope.rng.choice(SINGLES), depth)


def complex_number(scope: Scope, depth: int) -> str:
    return fill(scope, scope.rng.choice(COMPLEXES), depth)


MAKERS: dict[Kind, Callable[[Scope, int], str]] = {
    Kind.BOOL: truth,
    Kind.INT: integer,
    Kind.UNSIGNED: unsigned,
    Kind.FLOAT: floating,
    Kind.SINGLE: single,
    Kind.COMPLEX: complex_number,
}


def inexact(scope: Scope, kind: Kind, depth: int) -> str:
    """An expression whose last step may be off by two units in the last place; its operands are exact."""
    return fill(scope, scope.rng.choice(INEXACT[kind]), depth)
