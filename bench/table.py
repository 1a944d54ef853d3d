"""The table of results, as Markdown."""

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from row import Row

ROOT = Path(__file__).parents[1]
PEERS = ("numba", "cffi", "scipy", "numpy")
BEGIN, END = "<!-- bench -->\n", "<!-- /bench -->"
COLUMNS = "| what | figure | reach | measured | | minimum of each |\n|---|---|---|---|---|---|\n"
MISSED = "**missed**"
# The figures that the README shows, by row and title.
HEADLINES = (
    ("quad, a LowLevelCallable", "ferrule / numba"),
    ("quad, a LowLevelCallable", "ferrule / C"),
    ("int(int, int)", "ferrule / cffi"),
    ("double(double)", "ferrule / cffi"),
    ("double * and length from an ndarray", "ferrule / cffi"),
    ("8 mixed arguments", "ferrule / cffi"),
    ("a struct of two doubles in and out", "ferrule / cffi"),
    ("int(int, ...) with three ints", "ferrule / cffi"),
    ("qsort with the compiled comparator", "ferrule / C"),
    ("an interpreted callback, double to double", "ferrule / cffi"),
    ("an interpreted callback, double to double", "ferrule / ctypes"),
    ("C data: a field read", "ferrule / cffi"),
    ("C data: `p[i]`", "ferrule / cffi"),
    ("C data: `new` of `double[1000]` from a list", "ferrule / cffi"),
    ("`from_buffer` of bytes", "ferrule / cffi"),
    ("cdef of 4,000 declarations", "ferrule / cffi"),
    ("a Python call: one array", "ferrule / numba"),
    ("matmul 300, i-k-j", "ferrule / floor"),
    ("Mandelbrot, 200x300", "ferrule / floor"),
    ("array of structs, 1e5", "ferrule / numba"),
    ("`a*b + c*np.sin(d)`, 1e4", "ferrule / numba"),
    ("`np.sum(a)` of 1e5", "ferrule / numpy"),
    ("gather of 1e4", "ferrule / unchecked"),
    ("first cfunc of a process, import included", "ferrule / numba"),
    ("compile 300 lines", "ferrule / numba"),
    ("import and first njit, peak RSS", "ferrule / numba"),
)


@dataclass(frozen=True)
class Line:
    """A figure as the table shows it."""

    what: str
    title: str
    cells: str
    is_met: bool


def lines(row: Row, costs: dict[str, float]) -> list[Line]:
    """Return a line of the table for each figure of the row."""
    shown = ", ".join(f"{name} {cost_shown(cost, row.cost_unit)}" for name, cost in costs.items())
    found = []
    for figure in row.figures:
        value = figure.of(costs)
        is_met = value <= figure.at_most
        word = "met" if is_met else MISSED
        cells = (row.what, figure.title, figure.shown(figure.at_most), figure.shown(value), word, shown)
        found.append(Line(row.what, figure.title, f"| {' | '.join(cells)} |", is_met))
    return found


def cost_shown(cost: float, unit: str) -> str:
    """Return a cost with three digits and a unit that suits it."""
    if unit != "s":
        return f"{cost:.3g} {unit}"
    for factor, name in ((1, "s"), (1e3, "ms"), (1e6, "µs")):
        if cost * factor >= 1:
            return f"{cost * factor:.3g} {name}"
    return f"{cost * 1e9:.3g} ns"


def conditions() -> str:
    """Return what was measured, where and against what."""
    peers = ", ".join(f"{name} {version(name)}" for name in PEERS)
    place = f"Python {platform.python_version()}, {processor()}"
    return f"ferrule {version('ferrule')} on {place}; peers: {peers}, ctypes of the same Python."


def table(rows: Iterable[Line]) -> str:
    """Return lines as a table."""
    return COLUMNS + "".join(f"{row.cells}\n" for row in rows)


def headlines(rows: Iterable[Line]) -> list[Line]:
    """Return the lines that the README shows, in its order."""
    found = {(row.what, row.title): row for row in rows}
    return [found[key] for key in HEADLINES]


def processor() -> str:
    """Return the processor's name as Linux tells it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def write(rows: list[Line]) -> None:
    """Write the results, and put the headlines between the README's markers."""
    head = conditions()
    (ROOT / "bench/results.md").write_text(f"# Measured by `cargo xtask bench`\n\n{head}\n\n{table(rows)}")
    met = sum(row.is_met for row in rows)
    rest = f"Of all {len(rows)} figures, which `bench/results.md` has, {met} are met."
    readme = ROOT / "README.md"
    before, old = readme.read_text().split(BEGIN)
    _, after = old.split(END)
    readme.write_text(f"{before}{BEGIN}{head}\n\n{table(headlines(rows))}\n{rest}\n{END}{after}")
