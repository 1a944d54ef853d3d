"""The examples in the docstrings of what `ferrule` exports run."""

import doctest

import pytest

import ferrule
import ferrule.cffi
import ferrule.errors
import ferrule.extending
import ferrule.types


def documented():
    """Yield every exported object with a docstring, and its methods."""
    for module in (ferrule, ferrule.cffi, ferrule.errors, ferrule.extending, ferrule.types):
        for name in module.__all__:
            value = getattr(module, name)
            yield f"{module.__name__}.{name}", value
            if isinstance(value, type):
                yield from ((f"{module.__name__}.{name}.{part}", own) for part, own in vars(value).items())


def examples(name, value):
    """Return the examples in an object's docstring."""
    return doctest.DocTestParser().get_doctest(getattr(value, "__doc__", None) or "", {}, name, None, 0)


EXAMPLES = {name: test for name, value in documented() if (test := examples(name, value)).examples}


@pytest.mark.parametrize("name", EXAMPLES)
def test_docstring(name, capsys):
    outcome = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(EXAMPLES[name], clear_globs=False)
    assert outcome.failed == 0, capsys.readouterr().out


def test_there_are_examples():
    assert {"ferrule.cfunc", "ferrule.callback", "ferrule.FFI.cdef"} <= set(EXAMPLES)
