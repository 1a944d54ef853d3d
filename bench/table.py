"""The table of results, as Markdown."""

import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from row import Row

ROOT = Path(__file__).parents[1]
PEERS = ("numba", "cffi", "scipy", "numpy")
BEGIN, END = "<!-- bench -->\n", "<!-- /bench -->"


def lines(row: Row, costs: dict[str, float]) -> list[str]:
    """Return a line of the table for each figure of the row."""
    shown = ", ".join(f"{name} {cost_shown(cost, row.cost_unit)}" for name, cost in costs.items())
    found = []
    for figure in row.figures:
        value = figure.of(costs)
        word = "met" if value <= figure.at_most else "**missed**"
        cells = (row.what, figure.title, figure.shown(figure.at_most), figure.shown(value), word, shown)
        found.append(f"| {' | '.join(cells)} |")
    return found


def cost_shown(cost: float, unit: str) -> str:
    """Return a cost with three digits and a unit that suits it."""
    if unit != "s":
        return f"{cost:.3g} {unit}"
    for factor, name in ((1, "s"), (1e3, "ms"), (1e6, "µs")):
        if cost * factor >= 1:
            return f"{cost * factor:.3g} {name}"
    return f"{cost * 1e9:.3g} ns"


def page(rows: Iterable[str]) -> str:
    """Return the whole table with what it was measured against."""
    peers = ", ".join(f"{name} {version(name)}" for name in PEERS)
    place = f"Python {platform.python_version()}, {processor()}"
    head = f"ferrule {version('ferrule')} on {place}; peers: {peers}, ctypes of the same Python."
    columns = "| what | figure | reach | measured | | minimum of each |\n|---|---|---|---|---|---|\n"
    return f"{head}\n\n{columns}" + "".join(f"{row}\n" for row in rows)


def processor() -> str:
    """Return the processor's name as Linux tells it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def write(text: str) -> None:
    """Write the results, and put the table between the README's markers."""
    (ROOT / "bench/results.md").write_text(f"# Measured by `cargo xtask bench`\n\n{text}")
    readme = ROOT / "README.md"
    before, rest = readme.read_text().split(BEGIN)
    _, after = rest.split(END)
    readme.write_text(f"{before}{BEGIN}{text}{END}{after}")
