"""The programs in examples/ run; each asserts what it found."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
# The demo needs the peers it is compared with, and what somelib.py does is seen in its callers.
PROGRAMS = sorted(set(EXAMPLES.glob("*.py")) - {EXAMPLES / "demo.py", EXAMPLES / "somelib.py"})


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_example_runs(program, tmp_path):
    outcome = subprocess.run(
        [sys.executable, "-W", "error", program], check=False, cwd=tmp_path, capture_output=True, text=True
    )
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout
