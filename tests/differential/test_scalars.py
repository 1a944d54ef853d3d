"""Compiled functions of scalars give what CPython gives, but for the deviations that `machine` lists.

`FERRULE_SEED` sets the seed, `FERRULE_FUNCTIONS` how many functions are made.
"""

import os

import pytest

from .programs import program
from .trials import SEED, attempt, generator, shrunk

FUNCTIONS = int(os.environ.get("FERRULE_FUNCTIONS", "3000"))
GROUP = 100
CALLS = 12


@pytest.mark.parametrize("start", range(0, FUNCTIONS, GROUP))
def test_random_functions(start):
    print(f"FERRULE_SEED={SEED}")
    for number in range(start, min(start + GROUP, FUNCTIONS)):
        rng = generator(number)
        made = program(rng)
        name = f"<differential {number}>"
        found = attempt(made, made.arguments(rng, CALLS), name)
        if found is not None:
            pytest.fail(f"FERRULE_SEED={SEED}, program {number}\n{shrunk(found, name)}", pytrace=False)
