"""What an object of C data takes of memory, beside cffi's."""

from collections.abc import Iterator

from measure import program
from row import Row, ratio

PACKAGES = {"ferrule": "ferrule.cffi", "cffi": "cffi"}
STATEMENTS = {
    "`new` of an int": "ffi.new('int *')",
    "`new` of a struct": "ffi.new('struct point *')",
    "`new` of 100 doubles": "ffi.new('double[100]')",
    "a pointer that was cast": "ffi.cast('void *', 1)",
    "`x + 1`": "x + 1",
    "a slice": "x[1:3]",
}


def rows() -> Iterator[Row]:
    """Yield a row for each way to make C data."""
    for what, statement in STATEMENTS.items():
        contestants = {
            name: program("data_size.py", package, statement) for name, package in PACKAGES.items()
        }
        figures = [ratio("ferrule", "cffi", 1.0)]
        yield Row(f"size of C data: {what}", contestants, figures, rounds=2, cost_unit="B")
