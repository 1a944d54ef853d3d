"""Trying one generated function: compiled and in the model, on equal arguments."""

import random
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ferrule import njit

from .array_machine import number, result
from .array_reference import array_reference
from .jit_outcomes import agree, same_arrays
from .jit_program import JitProgram
from .machine import UnspecifiedError
from .outcomes import Outcome, outcome
from .reference import executed
from .trials import SEED

CALLS = 4


@dataclass
class JitMismatch:
    """A program and arguments for which the two gave different things."""

    program: JitProgram
    arguments: tuple[str, ...]
    expected: str
    got: str

    def __str__(self) -> str:
        """A program that shows it."""
        arguments = ",\n    ".join(self.arguments)
        call = f"arguments = (\n    {arguments},\n)\nprint(njit(f)(*arguments), *arguments)"
        return f"{self.program.text}\n{call}\n# expected {self.expected}\n# got      {self.got}"


def attempt(program: JitProgram, calls: list[tuple[str, ...]], name: str) -> JitMismatch | None:
    """The first call where compiled code and model differ, in what they give or do to their arguments."""
    compiled = njit(executed(program.text, name))
    model = array_reference(program.text, name)
    for texts in calls:
        expected = after(lambda *given: result(model(*map(number, given))), texts)
        got = after(compiled, texts)
        if not agree(expected[0], got[0], program.units, program.ignores_sign):
            return JitMismatch(program, texts, shown(expected[0]), shown(got[0]))
        if isinstance(expected[0].error, UnspecifiedError):
            continue
        for one, other in zip(expected[1], got[1], strict=True):
            if isinstance(one, np.ndarray) and not same_arrays(one, other, 0.0, program.ignores_sign):
                return JitMismatch(program, texts, f"argument {one!r}", f"argument {other!r}")
    return None


def after(function: Callable, texts: tuple[str, ...]) -> tuple[Outcome, list]:
    """What a call gives, and its arguments after it."""
    arguments = [eval(text, {"np": np}) for text in texts]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return outcome(function, arguments), arguments


def shown(found: Outcome) -> str:
    return f"{found} {getattr(found.value, 'dtype', '')}"


def shrunk(found: JitMismatch, name: str) -> JitMismatch:
    """The mismatch with every line left out that it does not need."""
    lines = found.program.text.split("\n")
    for index in range(len(lines) - 1, -1, -1):
        indent = " " * (len(lines[index]) - len(lines[index].lstrip()))
        for replacement in ([], [f"{indent}pass"]):
            shorter = lines[:index] + replacement + lines[index + 1 :]
            again = retried(found, "\n".join(shorter), f"{name}/{index}")
            if again is not None:
                lines, found = shorter, again
                break
    return found


def retried(found: JitMismatch, text: str, name: str) -> JitMismatch | None:
    """The same kind of mismatch for another text, if there is one."""
    program = replace(found.program, text=text)
    try:
        again = attempt(program, [found.arguments], name)
    except Exception:
        return None
    is_same = again is not None and all(
        summary(one) == summary(other)
        for one, other in ((found.expected, again.expected), (found.got, again.got))
    )
    return again if is_same else None


def summary(text: str) -> str:
    """The title of a refusal, or the class of what was given."""
    line = text.partition("\n")[0].partition("\\n")[0]
    return line if "error[" in line else line.partition("(")[0].partition(" ")[0]


def first_mismatch(what: str, make: Callable[[random.Random], JitProgram], numbers: range) -> str:
    """The first of these programs that differs, made as short as it goes; nothing if none does."""
    print(f"FERRULE_SEED={SEED}")
    for index in numbers:
        rng = random.Random(f"{SEED} {what} {index}")
        program = make(rng)
        name = f"<differential {what} {index}>"
        found = attempt(program, program.arguments(rng, CALLS), name)
        if found is not None:
            return f"FERRULE_SEED={SEED}, {what} {index}\n{shrunk(found, name)}"
    return ""
