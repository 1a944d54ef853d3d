"""Measures the rows against the peers and writes the table: `cargo xtask bench [row...]`.

Without arguments every row is measured, bench/results.md is written, and the README's choice of it
replaced. With names of files in rows/ only those are measured, and the table is only printed.
"""

import importlib
import os
import sys

# NumPy would start threads of its BLAS, and in a process with a second thread the C library's locks, and
# with them releasing the interpreter's lock, take twice as long for everybody: see bench/README.md.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import table
from measure import measured

ROWS = (
    *("quad", "calls", "qsort", "callback", "c_data", "data_memory", "data_size", "cdef", "startup"),
    *("compile", "memory", "dispatch", "kernels", "records", "monte_carlo", "reductions", "jit_compile"),
    "jit_startup",
)


def main(names: list[str]) -> None:
    """Measure the rows named, or all."""
    unknown = set(names) - set(ROWS)
    if unknown:
        sys.exit(f"no such rows: {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    found = []
    for name in names or ROWS:
        for row in importlib.import_module(f"rows.{name}").rows():
            lines = table.lines(row, measured(row))
            print(*(line.cells for line in lines), sep="\n", flush=True)
            found.extend(lines)
    if names:
        return
    table.write(found)


if __name__ == "__main__":
    main(sys.argv[1:])
