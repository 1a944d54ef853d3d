"""`cdef` of thousands of declarations and of the headers of libraries, against cffi's, and how it grows."""

from collections.abc import Iterator

from measure import program
from row import Figure, Row, ratio

OF_CFFI = 0.02
# What a declaration more costs after twice as many; 1 is linear.
GROWTH = 1.1


# The last has all that `openssl/ssl.h` includes of OpenSSL.
HEADERS = ("sqlite3.h", "gsl/gsl_sf.h", "openssl/ssl.h")


def rows() -> Iterator[Row]:
    """Yield the comparison at 4,000 declarations, the growth from 8,000 to 16,000, then the headers."""
    contestants = {name: program("cdef_once.py", name, "4000") for name in ("ferrule", "cffi")}
    yield Row("cdef of 4,000 declarations", contestants, [ratio("ferrule", "cffi", OF_CFFI)], rounds=3)
    sizes = {str(count): program("cdef_once.py", "ferrule", str(count)) for count in (4000, 8000, 16000)}
    growth = Figure("16,000 / 8,000 / 2", lambda costs: costs["16000"] / costs["8000"] / 2, GROWTH)
    yield Row("cdef of 4,000, 8,000, 16,000 declarations", sizes, [growth], rounds=15)
    for header in HEADERS:
        contestants = {name: program("cdef_header.py", name, header) for name in ("ferrule", "cffi")}
        yield Row(f"cdef of {header}", contestants, [ratio("ferrule", "cffi", OF_CFFI)], rounds=3)
