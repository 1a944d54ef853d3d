"""Importing ferrule loads nothing that it does not need, and its examples run."""

import doctest
import subprocess
import sys

import pytest

from ferrule import CFunc, cfunc, types

HEAVY = {"ctypes", "inspect", "linecache", "numpy", "re", "typing"}


def test_import_is_light():
    program = "import sys; before = set(sys.modules); import ferrule; print(*(set(sys.modules) - before))"
    command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:] = {sys.path!r}; {program}"]
    loaded = set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
    assert "ferrule._core" in loaded
    assert not loaded & HEAVY


@pytest.mark.parametrize("item", [cfunc, CFunc, types.Type, types.Signature, types.CPointer])
def test_examples_of_the_docstring(item):
    (test,) = doctest.DocTestFinder(recurse=False).find(item, item.__name__, module=False)
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0
