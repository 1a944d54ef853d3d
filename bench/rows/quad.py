"""`scipy.integrate.quad` with a compiled integrand, against Numba's cfunc and the same integrand in C."""

import ctypes
from collections.abc import Iterator

import numba
import numpy as np
import scipy
import scipy.integrate

import peers
from ferrule import cfunc
from measure import statement
from row import Row, ratio

# At most 1.0 of Numba's, within 5 %.
OF_NUMBA = 1.05
OF_C = 1.08


def integrand(t: float) -> float:
    """Return the seed's integrand."""
    return np.exp(-t) / t**2


def rows() -> Iterator[Row]:
    """Yield the callback given as a ctypes function, then as a LowLevelCallable."""
    ours = cfunc("float64(float64)")(integrand)
    numbas = numba.cfunc("float64(float64)")(integrand)
    in_c = peers.with_ctypes().integrand
    in_c.argtypes, in_c.restype = [ctypes.c_double], ctypes.c_double
    yield Row(
        "quad, the integrand's `.ctypes`",
        {"ferrule": quad(ours.ctypes), "numba": quad(numbas.ctypes)},
        [ratio("ferrule", "numba", OF_NUMBA)],
    )
    yield Row(
        "quad, a LowLevelCallable",
        {
            "ferrule": quad(scipy.LowLevelCallable(ours.capsule)),
            "numba": quad(scipy.LowLevelCallable(numbas.ctypes)),
            "C": quad(scipy.LowLevelCallable(in_c)),
        },
        [ratio("ferrule", "numba", OF_NUMBA), ratio("ferrule", "C", OF_C)],
    )


def quad(function):
    """Return the contestant that integrates `function` from 1 to infinity."""
    return statement("quad(function, 1, inf)", quad=scipy.integrate.quad, function=function, inf=np.inf)
