"""Trying one generated program: compiled and in the model, for many arguments."""

import os
import random
from dataclasses import dataclass, replace

from ferrule import cfunc

from .kinds import Kind
from .outcomes import UNITS, Outcome, agree, outcome, plain
from .programs import Program
from .reference import executed, reference

SEED = int(os.environ.get("FERRULE_SEED", "20261120"))
# The distance of float32 neighbours in units of float64's last place.
SINGLE_UNITS = 2.0**29
COMPLEX_UNITS = 4.0


@dataclass
class Mismatch:
    """A program and arguments for which the two gave different things."""

    program: Program
    arguments: tuple | None
    expected: str
    got: str

    def __str__(self) -> str:
        call = "compiling" if self.arguments is None else f"f{self.arguments}"
        lines = [self.program.signature, self.program.text, f"{call}:"]
        return "\n".join([*lines, f"  expected {self.expected}", f"  got      {self.got}"])


def attempt(program: Program, calls: list[tuple], name: str) -> Mismatch | None:
    """The first call where compiled code and model differ; a program that is refused differs."""
    try:
        compiled = cfunc(program.signature)(executed(program.text, name))
    except Exception as error:
        return Mismatch(program, None, "code", f"{type(error).__name__}: {error}")
    model = reference(program.text, name)
    for arguments in calls:
        expected = modelled(program, model, arguments)
        got = outcome(compiled, arguments)
        if not agree(expected, got, tolerance(program)):
            return Mismatch(program, arguments, str(expected), str(got))
    return None


def modelled(program: Program, model, arguments: tuple) -> Outcome:
    given = [one.convert(value) for one, value in zip(program.parameters, arguments, strict=True)]
    return outcome(model, given, lambda value: plain(program.result.convert(value)))


def tolerance(program: Program) -> float:
    """How far a float may be off; functions of complex numbers are composed of several roundings."""
    return UNITS * {Kind.SINGLE: SINGLE_UNITS, Kind.COMPLEX: COMPLEX_UNITS}.get(program.result.kind, 1.0)


def shrunk(found: Mismatch, name: str) -> Mismatch:
    """The mismatch with every line left out that it does not need."""
    lines = found.program.text.split("\n")
    for index in range(len(lines) - 1, -1, -1):
        for replacement in ([], [" " * (len(lines[index]) - len(lines[index].lstrip())) + "pass"]):
            shorter = lines[:index] + replacement + lines[index + 1 :]
            again = retried(found, "\n".join(shorter), f"{name}/{index}")
            if again is not None:
                lines, found = shorter, again
                break
    return found


def retried(found: Mismatch, text: str, name: str) -> Mismatch | None:
    """The same kind of mismatch for another text, if there is one."""
    program = replace(found.program, text=text)
    calls = [] if found.arguments is None else [found.arguments]
    try:
        again = attempt(program, calls, name)
    except Exception:
        return None
    if again is None or (again.arguments is None) != (found.arguments is None):
        return None
    mine, theirs = (one.got if one.arguments is None else one.expected for one in (found, again))
    return again if summary(mine) == summary(theirs) else None


def summary(text: str) -> str:
    """The first line of a refusal, the class of an exception, or a value."""
    line = text.partition("\n")[0]
    return line if "error[" in line else line.partition("(")[0]


def generator(number: int) -> random.Random:
    """The random numbers of one program, which depend on the seed and its number only."""
    return random.Random(f"{SEED} {number}")
