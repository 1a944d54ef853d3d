"""Compiled functions of C pointers and structs do to memory what the same Python does to C data.

`FERRULE_SEED` sets the seed.
"""

import random

import pytest

from ferrule import FFI, cfunc

from .kinds import FLOAT64, INT64
from .machine import UnspecifiedError
from .memory import C_TYPES, store
from .outcomes import Outcome, agree, outcome, plain
from .records import MemoryProgram, memory_program
from .reference import executed, reference
from .trials import SEED, generator

PROGRAMS = 300
GROUP = 50
CALLS = 5


class Memory:
    """The arguments of one call, filled with random numbers."""

    def __init__(self, ffi: FFI, program: MemoryProgram, seed: str):
        rng = random.Random(seed)
        self.program = program
        self.q0, self.p1 = INT64.argument(rng), FLOAT64.argument(rng)
        self.a, self.b = ffi.new("struct outer[2]"), ffi.new("struct outer[2]")
        self.s, self.x = ffi.new("struct outer *"), ffi.new(f"{program.item}[4]")
        for root, kind in (("a[0]", "a"), ("a[1]", "a"), ("b[0]", "b"), ("b[1]", "b"), ("s", "a")):
            for path, type_ in self.paths(kind):
                self.fill(root + path, type_.argument(rng))
        for index in range(4):
            store(self.x, index, C_TYPES[program.item].argument(rng))

    def paths(self, root: str):
        """What follows the root in the paths to numbers."""
        return [(one.text[1:], one.type) for one in self.program.places if one.text.startswith(root + ".")]

    def fill(self, path: str, value) -> None:
        exec(reference_of_store(path), {"_memory_store": store, "value": value, **self.names()})

    def names(self) -> dict:
        return {"a": self.a + 0, "b": self.b + 0, "s": self.s[0], "x": self.x + 0, "q0": self.q0}

    def arguments(self) -> tuple:
        """What the function takes: arrays as pointers to their first items, as in C."""
        return (*self.names().values(), self.p1)

    def contents(self) -> str:
        """All numbers; as text NaNs are equal and zeros of two signs are not."""
        texts = {one.text for one in self.program.places}
        return "\n".join(f"{text}: {eval(text, self.names())!r}" for text in sorted(texts))


def reference_of_store(path: str) -> str:
    """A store through the model's conversion."""
    container, _, last = path.rpartition(".")
    if last.endswith("]"):
        last, _, index = last[:-1].partition("[")
        return f"_memory_store({container}.{last}, {index}, value)"
    return f"_memory_store({container}, {last!r}, value)"


@pytest.mark.parametrize("start", range(0, PROGRAMS, GROUP))
def test_random_functions_of_memory(start):
    print(f"FERRULE_SEED={SEED}")
    for number in range(start, start + GROUP):
        program = memory_program(generator(1_000_000 + number))
        difference = attempt(program, number)
        if difference:
            pytest.fail(f"FERRULE_SEED={SEED}, program {number}\n{difference}", pytrace=False)


def attempt(program: MemoryProgram, number: int) -> str:
    """What differs between compiled and interpreted, in words; nothing if nothing does."""
    name = f"<differential memory {number}>"
    shown = f"{program.declarations}\n{program.signature}\n{program.text}\n"
    ffi = FFI()
    ffi.cdef(program.declarations)
    try:
        compiled = cfunc(program.signature, ffi=ffi)(executed(program.text, name))
    except Exception as error:
        return f"{shown}{error}"
    model = reference(program.text, name)
    for call in range(CALLS):
        memories = [Memory(ffi, program, f"{SEED} {number} {call}") for _ in range(2)]
        expected = outcome(model, memories[0].arguments(), lambda value: plain(program.result.convert(value)))
        got = outcome(compiled, memories[1].arguments())
        if not agree(expected, got, 2.0):
            return f"{shown}call {call}, q0={memories[0].q0}, p1={memories[0].p1}\n{differing(expected, got)}"
        if isinstance(expected.error, UnspecifiedError):
            continue
        before, after = (memory.contents() for memory in memories)
        if before != after:
            lines = zip(before.split("\n"), after.split("\n"), strict=True)
            changed = [pair for pair in lines if pair[0] != pair[1]]
            return f"{shown}call {call}, q0={memories[0].q0}, p1={memories[0].p1}\n{changed}"
    return ""


def differing(expected: Outcome, got: Outcome) -> str:
    return f"expected {expected}\ngot      {got}"
