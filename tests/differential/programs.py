"""Random programs: globals, helpers, a recursion, a closure, and the function `f` that is compiled."""

import random
from dataclasses import dataclass

from .expressions import Helper, Scope, expression, leaf
from .kinds import BOOL, COMPLEX128, FLOAT32, FLOAT64, INT64, NARROW, PARAMETERS, UINT64, Kind, Type
from .statements import INDENT, Body, last, suite

RESULTS = [BOOL, INT64, INT64, INT64, FLOAT64, FLOAT64, FLOAT64, COMPLEX128, FLOAT32, UINT64, NARROW[2]]
RESULTS += [NARROW[1], NARROW[4]]
CONSTANTS = {"LIMIT": (Kind.INT, "12"), "SCALE": (Kind.FLOAT, "2.5"), "FLAG": (Kind.BOOL, "True")}
ENCLOSED = {"offset": (Kind.INT, "-4"), "weight": (Kind.FLOAT, "-0.75"), "turn": (Kind.COMPLEX, "0.5 - 1j")}


@dataclass
class Program:
    """A text that defines `f`, and the types for which it is compiled."""

    text: str
    result: Type
    parameters: list[Type]

    @property
    def signature(self) -> str:
        return f"{self.result.name}({', '.join(one.name for one in self.parameters)})"

    def arguments(self, rng: random.Random, count: int) -> list[tuple]:
        return [tuple(one.argument(rng) for one in self.parameters) for _ in range(count)]


def program(rng: random.Random) -> Program:
    names = {name: kind for name, (kind, _) in CONSTANTS.items()}
    lines = ["import cmath", "import math", "import numpy as np", ""]
    lines += [f"{name} = {text}" for name, (_, text) in CONSTANTS.items()]
    helpers: list[Helper] = []
    for index in range(rng.choice([0, 0, 1, 2])):
        maker = recursion if rng.random() < 0.3 else helper
        made, text = maker(rng, f"g{index}", dict(names), list(helpers))
        lines += ["", *text]
        helpers.append(made)
    result = rng.choice(RESULTS)
    parameters = [rng.choice(PARAMETERS) for _ in range(rng.randint(1, 4))]
    closure = rng.sample(sorted(ENCLOSED), rng.choice([0, 0, 0, 1, 2]))
    names |= {name: ENCLOSED[name][0] for name in closure}
    kind = returned(rng, result.kind)
    kinds = [one.kind for one in parameters]
    function = defined(rng, "f", kinds, kind, names, helpers, rng.randint(1, 6), is_entry=kind is result.kind)
    if closure:
        function = [f"def make({', '.join(closure)}):", *(INDENT + line for line in [*function, "return f"])]
        function += ["", f"f = make({', '.join(ENCLOSED[name][1] for name in closure)})"]
    return Program("\n".join([*lines, "", *function, ""]), result, parameters)


def returned(rng, kind: Kind) -> Kind:
    """What is returned where the signature says `kind`: what converts to it."""
    if kind in (Kind.INT, Kind.NARROW, Kind.UNSIGNED):
        return rng.choice([Kind.INT, Kind.INT, Kind.INT, Kind.FLOAT])
    return rng.choice([Kind.FLOAT] * 5 + [Kind.INT]) if kind is Kind.FLOAT else kind


def defined(rng, name, parameters, result, names, helpers, count, is_entry=False) -> list[str]:
    """A function's lines. It may assign to its parameters, but to those named `q`."""
    own = {f"{rng.choice('ppq')}{index}": kind for index, kind in enumerate(parameters)}
    body = Body(Scope(rng, {**names, **own}, helpers), result, counter=[0], is_entry=is_entry)
    lines = [f"def {name}({', '.join(own)}):", *suite(body, count)]
    return [*lines, INDENT + last(body)]


def helper(rng, name, names, helpers) -> tuple[Helper, list[str]]:
    made = Helper(name, rng.choice([Kind.INT, Kind.FLOAT, Kind.BOOL]), signature_of(rng))
    return made, defined(rng, name, made.parameters, made.result, names, helpers, rng.randint(0, 3))


def recursion(rng, name, names, helpers) -> tuple[Helper, list[str]]:
    """A function that calls itself with a smaller first argument."""
    made = Helper(name, rng.choice([Kind.INT, Kind.FLOAT]), [Kind.INT, *signature_of(rng)])
    own = {f"p{index}": kind for index, kind in enumerate(made.parameters)}
    scope = Scope(rng, {**names, **own}, helpers)
    rest = [expression(scope, kind, 1) for kind in made.parameters[1:]]
    again = f"{name}({', '.join(['(p0 & 7) - 1', *rest])})"
    end = leaf(scope, made.result)
    step = expression(scope, made.result, 2)
    lines = [f"def {name}({', '.join(own)}):", f"{INDENT}if p0 <= 0:", f"{INDENT * 2}return {end}"]
    return made, [*lines, f"{INDENT}return {step} {rng.choice('+-*')} {again}"]


def signature_of(rng) -> list[Kind]:
    return [rng.choice([Kind.INT, Kind.FLOAT, Kind.BOOL]) for _ in range(rng.randint(1, 2))]
