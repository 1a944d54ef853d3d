"""Types by name are what cffi says they are: the same name, size and alignment of every text that both take.

What only cffi takes, no compiler does. `FERRULE_SEED` sets the seed.
"""

import re
import subprocess
import warnings

import cffi
import pytest

import ferrule.cffi

from .trials import SEED, generator
from .type_names import DECLARATIONS, Generator

CASES = 4000
GROUP = 1000


@pytest.fixture(scope="module")
def both():
    """An FFI of cffi's and one of ferrule's, with the same declarations."""
    pair = cffi.FFI(), ferrule.cffi.FFI()
    for ffi in pair:
        ffi.cdef(DECLARATIONS)
        # cffi lays a struct out when it is first asked for whole, unless a text that failed mentioned it.
        for record in ("point", "either", "struct pair", "struct open"):
            ffi.sizeof(record)
    return pair


def described(ffi, text):
    """What an FFI says of a type's text, or the exception."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ctype = ffi.typeof(text)
    except Exception as error:
        return error
    return ctype.kind, name(ffi.getctype(ctype)), number(ffi.sizeof, ctype), number(ffi.alignof, ctype)


def number(ask, ctype):
    """A size or an alignment, or the class of the exception."""
    try:
        return ask(ctype)
    except Exception as error:
        return type(error)


def name(text):
    """A type's name without what only one of the two says: qualifiers, spaces, `(void)`."""
    text = re.sub(r"\b(const|volatile|restrict)\b", "", text)
    return re.sub(r"\s+", "", text).replace("(void)", "()")


def is_c(text):
    """Whether a compiler takes it, as a type's name or as a declaration of what has been declared."""
    undeclared = re.search(r"\b(struct|union|enum) (?!pair|color|opaque|open)", text)
    implicit = re.match(r"((const|volatile|restrict)\s*)*\W", text + ";")
    if undeclared or implicit:
        return False
    return compiles(f"int size[sizeof(__typeof__({text}) *)];") or compiles(f"typedef {text};")


def compiles(program):
    """Whether a compiler takes a program after the declarations, without a warning."""
    headers = "".join(f"#include <{header}.h>\n" for header in ("stdint", "stdio", "uchar", "sys/types"))
    text = f"{headers}#define bool _Bool\n{DECLARATIONS}{program}"
    command = ["cc", "-fsyntax-only", "-Werror", "-x", "c", "-"]
    return subprocess.run(command, check=False, input=text, text=True, capture_output=True).returncode == 0


@pytest.mark.parametrize("start", range(0, CASES, GROUP))
def test_random_type_names(both, start):
    print(f"FERRULE_SEED={SEED}")
    made = Generator(generator(3_000_000 + start))
    for _ in range(GROUP):
        text = made.text()
        theirs, mine = (described(ffi, text) for ffi in both)
        if isinstance(mine, Exception):
            assert isinstance(mine, ferrule.cffi.CDefError), f"{text}\n{mine!r}"
            assert isinstance(theirs, Exception) or not is_c(text), f"{text}\n{theirs}\n{mine}"
        elif not isinstance(theirs, Exception):
            assert mine == theirs, f"{text}\n{theirs}\n{mine}"


def test_many_are_right(both):
    made = Generator(generator(3_000_000))
    outcomes = [described(both[1], made.text()) for _ in range(500)]
    assert 150 < sum(isinstance(one, tuple) for one in outcomes) < 450
