"""Compiled functions of arrays give what NumPy gives, but for the deviations that `array_machine` lists.

`FERRULE_SEED` sets the seed, `FERRULE_FUNCTIONS` how many functions are made.
"""

import os

import pytest

from .array_programs import array_program
from .jit_trials import first_mismatch

FUNCTIONS = int(os.environ.get("FERRULE_FUNCTIONS", "400"))
GROUP = 25


@pytest.mark.parametrize("start", range(0, FUNCTIONS, GROUP))
def test_random_functions_of_arrays(start):
    found = first_mismatch("arrays", array_program, range(start, min(start + GROUP, FUNCTIONS)))
    if found:
        pytest.fail(found, pytrace=False)
