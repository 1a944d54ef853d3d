"""What one object of C data takes of a process's memory: `data_size.py package statement`."""

import importlib
import resource
import sys
from pathlib import Path

COUNT = 200_000
DECLARATIONS = "struct point { int x; double y; };"


def resident() -> int:
    """Return the bytes of memory that the process has."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def main(package: str, statement: str) -> None:
    """Make many objects and print what each took."""
    ffi = importlib.import_module(package).FFI()
    ffi.cdef(DECLARATIONS)
    kept = [None] * COUNT
    made = eval(f"lambda: {statement}", {"ffi": ffi, "x": ffi.new("int[]", 5)})
    made()
    before = resident()
    for index in range(COUNT):
        kept[index] = made()
    # An object has a whole number of bytes; a page more or less is not its own.
    print(round((resident() - before) / COUNT))


main(*sys.argv[1:])
