"""What the bench measures, as data: contestants, figures made of their costs, and what to reach."""

from collections.abc import Callable
from dataclasses import dataclass, field

Contestant = Callable[[], float]
"""Does the work once more and says what it cost: seconds or bytes for one operation."""


@dataclass(frozen=True)
class Figure:
    """A number made of the contestants' costs, and the most it may be."""

    title: str
    of: Callable[[dict[str, float]], float]
    at_most: float
    unit: str = ""

    def shown(self, value: float) -> str:
        """Return the number as the table writes it."""
        return f"{value:.3g}{self.unit}" if self.unit or value < 0.1 else f"{value:.2f}"


@dataclass(frozen=True)
class Row:
    """Contestants that are measured together, and the figures wanted of them: a line of the table each."""

    what: str
    contestants: dict[str, Contestant]
    figures: list[Figure] = field(default_factory=list)
    rounds: int = 60
    cost_unit: str = "s"


def ratio(mine: str, other: str, at_most: float) -> Figure:
    """Return the figure that one contestant's cost is in terms of another's."""
    return Figure(f"{mine} / {other}", lambda costs: costs[mine] / costs[other], at_most)


def over_fastest(mine: str, others: tuple[str, ...], title: str, at_most: float) -> Figure:
    """Return the figure that one contestant's cost is in terms of the least of others'."""
    return Figure(
        f"{mine} / {title}", lambda costs: costs[mine] / min(costs[other] for other in others), at_most
    )
