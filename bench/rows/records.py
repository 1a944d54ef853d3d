"""Particles that move: as arrays of numbers, and as one array of structs."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from kernel import Kernel
from row import Row

COUNT = 100_000
PARTICLE = np.dtype([(name, np.float32) for name in ("x", "y", "vx", "vy")])
STEP = np.float32(1e-3)
# LLVM gathers fields one by one where gcc permutes whole registers.
OF_NUMBA_STRUCTS = 0.5


def move_arrays(x, y, vx, vy, step):
    """Move particles whose fields are arrays."""
    for i in range(x.size):
        x[i] += step * vx[i]
        y[i] += step * vy[i]


def move_structs(particles, step):
    """Move particles that are structs."""
    for i in range(particles.size):
        particles[i].x += step * particles[i].vx
        particles[i].y += step * particles[i].vy


def arrays() -> tuple[Any, ...]:
    """Return the fields as arrays, and the step of time."""
    rng = np.random.default_rng(1)
    return *(rng.random(COUNT, np.float32) for _ in PARTICLE.names), STEP


def structs() -> tuple[Any, ...]:
    """Return the same as one array, and the step of time."""
    particles = np.empty(COUNT, PARTICLE)
    *fields, step = arrays()
    for name, field in zip(PARTICLE.names, fields, strict=True):
        particles[name] = field
    return particles, step


KERNELS = [
    Kernel("struct of arrays, 1e5", move_arrays, arrays, "move_arrays"),
    Kernel(
        "array of structs, 1e5",
        move_structs,
        structs,
        "move_structs",
        of_numba=OF_NUMBA_STRUCTS,
        of_floor=None,
    ),
]


def rows() -> Iterator[Row]:
    """Yield a row for each."""
    return (kernel.row() for kernel in KERNELS)
