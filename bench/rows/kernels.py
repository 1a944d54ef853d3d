"""Loops over arrays, with checks, against Numba without them and against C."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from kernel import Kernel
from row import Row

OF_UNCHECKED_GATHER = 1.3
# What gcc and clang may do unasked: round a product and a sum as one.
CONTRACT = frozenset({"contract"})


def scale(a, out):
    """Write twice an array to another."""
    height, width = a.shape
    for i in range(height):
        for j in range(width):
            out[i, j] = 2.0 * a[i, j]


def total(a):
    """Return the sum, added from the first to the last."""
    result = 0.0
    for i in range(a.size):
        result += a[i]
    return result


def dot(a, b):
    """Return the scalar product."""
    result = 0.0
    for i in range(a.size):
        result += a[i] * b[i]
    return result


def mandelbrot(out, limit):
    """Count the steps until z*z + c leaves the circle of radius 2."""
    height, width = out.shape
    rise, run = 2.0 / height, 3.0 / width
    for i in range(height):
        for j in range(width):
            x, y, re, im = j * run - 2.0, i * rise - 1.0, 0.0, 0.0
            count = 0
            while count < limit and re * re + im * im <= 4.0:
                re, im = re * re - im * im + x, 2.0 * re * im + y
                count += 1
            out[i, j] = count


def matmul_ijk(a, b, out):
    """Multiply matrices by the textbook's order of loops."""
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            result = 0.0
            for k in range(a.shape[1]):
                result += a[i, k] * b[k, j]
            out[i, j] = result


def matmul_ikj(a, b, out):
    """Multiply matrices in the order that reads rows."""
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            out[i, j] = 0.0
        for k in range(a.shape[1]):
            factor = a[i, k]
            for j in range(b.shape[1]):
                out[i, j] += factor * b[k, j]


def n_body(place, speed, mass, step, steps):
    """Move bodies that attract one another."""
    for _ in range(steps):
        for i in range(place.shape[0]):
            for j in range(i + 1, place.shape[0]):
                dx = place[i, 0] - place[j, 0]
                dy = place[i, 1] - place[j, 1]
                dz = place[i, 2] - place[j, 2]
                square = dx * dx + dy * dy + dz * dz
                pull = step / (square * np.sqrt(square))
                speed[i, 0] -= dx * mass[j] * pull
                speed[i, 1] -= dy * mass[j] * pull
                speed[i, 2] -= dz * mass[j] * pull
                speed[j, 0] += dx * mass[i] * pull
                speed[j, 1] += dy * mass[i] * pull
                speed[j, 2] += dz * mass[i] * pull
        for i in range(place.shape[0]):
            for axis in range(3):
                place[i, axis] += step * speed[i, axis]


def jacobi(a, out):
    """Write the mean of each inner point's four neighbours."""
    for i in range(1, a.shape[0] - 1):
        for j in range(1, a.shape[1] - 1):
            out[i, j] = 0.25 * (a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])


def mask_assign(x, out):
    """Write infinity where `x` is one."""
    out[x == 1.0] = np.inf


def fused(a, b, c, d):
    """Return an elementwise expression."""
    return a * b + c * np.sin(d)


def gather(a, index, out):
    """Copy the elements that an array of indices names."""
    for i in range(index.size):
        out[i] = a[index[i]]


def randoms(*shapes: Any) -> tuple[np.ndarray, ...]:
    """Return arrays of random numbers from 0 to 1."""
    rng = np.random.default_rng(1)
    return tuple(rng.random(shape) for shape in shapes)


def bodies() -> tuple[Any, ...]:
    """Return a sun with planets far apart."""
    place, speed = randoms((5, 3), (5, 3))
    place *= np.array([[0.0], [5.0], [9.0], [19.0], [30.0]])
    return place, speed * 0.5, np.array([40.0, 0.04, 0.01, 0.002, 0.002]), 0.001, 1000


def masked() -> tuple[np.ndarray, ...]:
    """Return an array of which every third element, at random, is one."""
    rng = np.random.default_rng(1)
    return rng.integers(0, 3, 100_000).astype(float), np.zeros(100_000)


def gathered() -> tuple[np.ndarray, ...]:
    """Return elements, indices in random order, and room."""
    rng = np.random.default_rng(1)
    return rng.random(10_000), rng.permutation(10_000), np.zeros(10_000)


KERNELS = [
    Kernel("2-D scale copy, 2000x2000", scale, partial(randoms, *[(2000, 2000)] * 2), "scale"),
    Kernel("2-D scale copy, 200x200", scale, partial(randoms, *[(200, 200)] * 2), "scale"),
    Kernel("sum of 1e5", total, partial(randoms, 100_000), "total"),
    Kernel("dot of 1e5", dot, partial(randoms, 100_000, 100_000), "dot"),
    Kernel(
        "dot of 1e5, fastmath",
        dot,
        partial(randoms, 100_000, 100_000),
        "dot",
        fastmath=True,
        is_exact=False,
    ),
    Kernel("Mandelbrot, 200x300", mandelbrot, lambda: (np.zeros((200, 300), np.int64), 100), "mandelbrot"),
    Kernel(
        "Mandelbrot, `fastmath={'contract'}`",
        mandelbrot,
        lambda: (np.zeros((200, 300), np.int64), 100),
        "mandelbrot",
        fastmath=CONTRACT,
        is_exact=False,
        of_unchecked=None,
    ),
    Kernel("matmul 300, i-j-k", matmul_ijk, partial(randoms, *[(300, 300)] * 3), "matmul_ijk"),
    Kernel("matmul 300, i-k-j", matmul_ikj, partial(randoms, *[(300, 300)] * 3), "matmul_ikj"),
    Kernel("n-body, 5 bodies", n_body, bodies, "n_body"),
    Kernel(
        "n-body, `fastmath={'contract'}`",
        n_body,
        bodies,
        "n_body",
        fastmath=CONTRACT,
        is_exact=False,
        of_unchecked=None,
    ),
    Kernel("Jacobi, 1000x1000", jacobi, partial(randoms, *[(1000, 1000)] * 2), "jacobi"),
    Kernel("`out[x == 1.0] = np.inf`, 1e5", mask_assign, masked, "mask_assign", of_unchecked=None),
    Kernel(
        "`a*b + c*np.sin(d)`, 1e4",
        fused,
        partial(randoms, *[10_000] * 4),
        "fused",
        is_exact=False,
        makes_array=True,
        of_unchecked=None,
    ),
    Kernel(
        "gather of 1e4",
        gather,
        gathered,
        "gather",
        of_numba=None,
        of_floor=None,
        of_unchecked=OF_UNCHECKED_GATHER,
    ),
]


def rows() -> Iterator[Row]:
    """Yield a row for each kernel."""
    return (kernel.row() for kernel in KERNELS)
