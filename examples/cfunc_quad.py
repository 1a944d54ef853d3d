"""An integrand compiled for SciPy, which then never meets the interpreter while it integrates."""

import numpy as np
import scipy.integrate as si

from ferrule import cfunc


def integrand(t):
    return np.exp(-t) / t**2


compiled = cfunc("float64(float64)")(integrand)


def do_integrate(function):
    """Integrate the given function from 1.0 to +inf."""
    return si.quad(function, 1, np.inf)


slow, fast = do_integrate(integrand), do_integrate(compiled.ctypes)
print(slow, fast)
assert abs(slow[0] - 0.14849550677592208) < 1e-13
assert abs(fast[0] - slow[0]) < 1e-13
