"""What the first jitted function of a process costs beyond NumPy, in time and in memory."""

from collections.abc import Iterator

from measure import program
from row import Row, ratio

OF_NUMBA_SECONDS = 0.15
OF_NUMBA_BYTES = 0.6
PACKAGES = ("ferrule", "numba")


def rows() -> Iterator[Row]:
    """Yield the time of import and first compilation, then the peak of the resident memory."""
    times = {name: program("first_njit.py", name, "seconds") for name in PACKAGES}
    yield Row(
        "import and first njit, beyond NumPy", times, [ratio("ferrule", "numba", OF_NUMBA_SECONDS)], rounds=5
    )
    peaks = {name: program("first_njit.py", name, "bytes") for name in PACKAGES}
    figures = [ratio("ferrule", "numba", OF_NUMBA_BYTES)]
    yield Row("import and first njit, peak RSS", peaks, figures, rounds=2, cost_unit="B")
