"""Jitted functions of tuples and of numbers give what CPython gives, but for the deviations of `machine`.

`FERRULE_SEED` sets the seed, `FERRULE_FUNCTIONS` how many functions of each are made.
"""

import os

import pytest

from .jit_trials import first_mismatch
from .tuple_programs import scalar_program, tuple_program

FUNCTIONS = int(os.environ.get("FERRULE_FUNCTIONS", "300"))
GROUP = 100


@pytest.mark.parametrize("start", range(0, FUNCTIONS, GROUP))
@pytest.mark.parametrize(("what", "make"), [("tuples", tuple_program), ("numbers", scalar_program)])
def test_random_functions(what, make, start):
    found = first_mismatch(what, make, range(start, min(start + GROUP, FUNCTIONS)))
    if found:
        pytest.fail(found, pytrace=False)
