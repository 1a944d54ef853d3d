"""Programs that run under cffi and under ferrule, and see the same.

Each is a function that takes the class `FFI` of one of the two and returns what the program sees.
"""

import re

import cffi

import ferrule.cffi


def declared(package, declarations):
    """Return an FFI of cffi's or ferrule's with declarations."""
    ffi = package.FFI()
    ffi.cdef(declarations)
    return ffi


class Examples(dict):
    """Programs by their names."""

    def add(self, program):
        """Take a program in."""
        self[program.__name__] = program
        return program


def shown(value):
    """Return a text without addresses, and without the spaces that cffi puts after stars."""
    text = re.sub(r"0x[0-9a-f]+", "0x…", repr(value))
    return text.replace("* *", "**")


def compare(program, capfd):
    """Run a program under both; what it returns and what it prints is the same."""
    theirs = program(cffi.FFI)
    output = capfd.readouterr()
    mine = program(ferrule.cffi.FFI)
    assert mine == theirs
    assert mine is not None
    assert capfd.readouterr() == output
