"""`cdef` of thousands of declarations, against cffi's, and how it grows."""

from collections.abc import Iterator

from measure import program
from row import Figure, Row, ratio

OF_CFFI = 0.02
# What a declaration more costs after twice as many; 1 is linear.
GROWTH = 1.1


def rows() -> Iterator[Row]:
    """Yield the comparison at 4,000 declarations, then the growth from 8,000 to 16,000."""
    contestants = {name: program("cdef_once.py", name, "4000") for name in ("ferrule", "cffi")}
    yield Row("cdef of 4,000 declarations", contestants, [ratio("ferrule", "cffi", OF_CFFI)], rounds=3)
    sizes = {str(count): program("cdef_once.py", "ferrule", str(count)) for count in (4000, 8000, 16000)}
    growth = Figure("16,000 / 8,000 / 2", lambda costs: costs["16000"] / costs["8000"] / 2, GROWTH)
    yield Row("cdef of 4,000, 8,000, 16,000 declarations", sizes, [growth], rounds=15)
