"""`cdef` of thousands of declarations, against cffi's, and how it grows."""

from collections.abc import Iterator

from measure import program
from row import Figure, Row, ratio

OF_CFFI = 0.02
# Seconds for one declaration among 8,000 over those for one among 2,000; 1 is linear.
GROWTH = 1.2


def rows() -> Iterator[Row]:
    """Yield the comparison at 4,000 declarations, then the growth from 2,000 to 8,000."""
    contestants = {name: program("cdef_once.py", name, "4000") for name in ("ferrule", "cffi")}
    yield Row("cdef of 4,000 declarations", contestants, [ratio("ferrule", "cffi", OF_CFFI)], rounds=3)
    sizes = {str(count): program("cdef_once.py", "ferrule", str(count)) for count in (2000, 4000, 8000)}
    growth = Figure("(8,000 / 2,000) / 4", lambda costs: costs["8000"] / costs["2000"] / 4, GROWTH)
    yield Row("cdef of 2,000, 4,000, 8,000 declarations", sizes, [growth], rounds=7)
