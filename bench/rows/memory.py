"""Memory that compiled and discarded cfuncs leave behind."""

from collections.abc import Iterator

from measure import program
from row import Figure, Row

BYTES = 64


def rows() -> Iterator[Row]:
    """Yield the one row: resident bytes for each cfunc, over 10,000 of them."""
    figure = Figure("ferrule, bytes each", lambda costs: costs["ferrule"], BYTES, " B")
    contestants = {"ferrule": program("discarded_cfuncs.py")}
    yield Row("RSS over 10,000 compiled and discarded cfuncs", contestants, [figure], rounds=1, cost_unit="B")
