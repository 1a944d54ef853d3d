"""Pi by throwing darts, with NumPy's two generators, against the same generators in C.

A `Generator` is any that the caller has, so code draws through the functions of its bit generator. C does the
same; what the one generator would cost if it were known when compiling is told beside it.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numba
import numpy as np

import ferrule
import peers
from kernel import COMPILERS
from measure import call
from row import Row, over_fastest

OF_FLOOR = 1.1
COUNT = 200_000
SEED = 20261126
ROUNDS = 40
LOW = (1 << 64) - 1


def pi_legacy(count):
    """Return pi by `np.random.random`."""
    inside = 0
    for _ in range(count):
        x = np.random.random()
        y = np.random.random()
        if x * x + y * y < 1.0:
            inside += 1
    return 4.0 * inside / count


def seed_legacy(seed):
    """Seed the generator that compiled code has for itself."""
    np.random.seed(seed)


def pi_generator(rng, count):
    """Return pi by a `Generator`."""
    inside = 0
    for _ in range(count):
        x = rng.random()
        y = rng.random()
        if x * x + y * y < 1.0:
            inside += 1
    return 4.0 * inside / count


def rows() -> Iterator[Row]:
    """Yield a row for each generator; all contestants have thrown the same darts."""
    libraries = {name: peers.kernels(name) for name in COMPILERS}
    compilers = {"ferrule": ferrule.njit, "numba": numba.njit}
    figures = [over_fastest("ferrule", COMPILERS, "floor", OF_FLOOR)]

    contestants = {name: legacy(njit(seed_legacy), njit(pi_legacy)) for name, njit in compilers.items()}
    contestants |= {name: legacy(lib.seed_legacy, lib.pi_legacy) for name, lib in libraries.items()}
    yield Row("Monte Carlo pi, `np.random.random`, 2e5", contestants, figures, rounds=ROUNDS)

    contestants = {name: generator(njit(pi_generator)) for name, njit in compilers.items()}
    contestants |= {name: bits_in_c(lib) for name, lib in libraries.items()}
    contestants |= {f"{name}, inlined": generator_in_c(lib) for name, lib in libraries.items()}
    yield Row("Monte Carlo pi, a `Generator`, 2e5", contestants, figures, rounds=ROUNDS)


def legacy(seed: Callable[[int], Any], pi: Callable[[int], float]) -> Callable[[], float]:
    """Return the contestant that draws from the legacy generator."""
    np.random.seed(SEED)
    seed(SEED)
    expect(pi(COUNT), pi_legacy(COUNT))
    return call(pi, COUNT)


def generator(pi: Callable[[np.random.Generator, int], float]) -> Callable[[], float]:
    """Return the contestant that draws from a generator of its own."""
    rng = np.random.default_rng(SEED)
    expect(pi(rng, COUNT), pi_generator(np.random.default_rng(SEED), COUNT))
    return call(pi, rng, COUNT)


def bits_in_c(library: Any) -> Callable[[], float]:
    """Return the contestant in C that draws from NumPy's own bit generator."""
    rng = np.random.default_rng(SEED)
    bits = peers.kernel_ffi().cast("void *", rng.bit_generator.ctypes.bit_generator.value)

    expect(library.pi_bits(bits, COUNT), pi_generator(np.random.default_rng(SEED), COUNT))
    return call(library.pi_bits, bits, COUNT, kept=rng)


def generator_in_c(library: Any) -> Callable[[], float]:
    """Return the contestant that C's generator is, in the state of NumPy's."""
    state = np.random.default_rng(SEED).bit_generator.state["state"]
    words = [word for whole in (state["state"], state["inc"]) for word in (whole >> 64, whole & LOW)]
    library.seed_generator(*words)
    expect(library.pi_generator(COUNT), pi_generator(np.random.default_rng(SEED), COUNT))
    return call(library.pi_generator, COUNT)


def expect(got: float, wanted: float) -> None:
    """Refuse a contestant that throws other darts."""
    if got != wanted:
        raise AssertionError(f"pi is {got}, not {wanted}")
