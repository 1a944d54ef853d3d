"""When two calls gave the same arrays."""

import numpy as np

from .machine import UnspecifiedError
from .outcomes import BUILTIN, PROGRAMS, Outcome, close, plain, same, unit


def agree(expected: Outcome, got: Outcome, tolerance: float, ignores_sign: bool) -> bool:
    """Equal values of equal dtype and shape, or exceptions of one class; `IndexError` says the same first."""
    if isinstance(expected.error, UnspecifiedError):
        return True
    if expected.error is None and got.error is None:
        return same_values(expected.value, got.value, tolerance, ignores_sign)
    if expected.error is None or got.error is None or type(expected.error) is not type(got.error):
        return False
    if (
        isinstance(expected.error, IndexError)
        and "index" in str(expected.error)
        and "axis" in str(expected.error)
    ):
        return str(got.error).startswith(str(expected.error))
    if not is_raised(expected.error):
        return True
    items = zip(expected.error.args, got.error.args, strict=False)
    return all(same(plain(one), other, 0) for one, other in items)


def is_raised(error: BaseException) -> bool:
    """Whether the program itself raised it; the words of the others are theirs."""
    last = error.__traceback__
    while last.tb_next is not None:
        last = last.tb_next
    return last.tb_frame.f_code.co_filename.startswith(PROGRAMS) and not isinstance(error, BUILTIN)


def same_values(expected, got, tolerance: float, ignores_sign: bool) -> bool:
    if isinstance(expected, tuple):
        same_length = isinstance(got, tuple) and len(expected) == len(got)
        return same_length and all(
            same_values(one, other, tolerance, ignores_sign) for one, other in zip(expected, got, strict=True)
        )
    if isinstance(expected, np.ndarray):
        return same_arrays(expected, got, tolerance, ignores_sign)
    if ignores_sign and isinstance(expected, (float, complex)) and expected == got:
        return type(expected) is type(got)
    return same(expected, got, tolerance)


def same_arrays(expected: np.ndarray, got: object, tolerance: float, ignores_sign: bool) -> bool:
    if not isinstance(got, np.ndarray) or (expected.dtype, expected.shape) != (got.dtype, got.shape):
        return False
    if expected.dtype.kind not in "fc":
        return np.array_equal(expected, got)
    single = 2.0**29 if expected.dtype.itemsize <= (4 if expected.dtype.kind == "f" else 8) else 1.0
    wide = "c16" if expected.dtype.kind == "c" else "f8"
    pairs = zip(expected.astype(wide).ravel().tolist(), got.astype(wide).ravel().tolist(), strict=True)
    return all(near(one, other, tolerance * single, ignores_sign) for one, other in pairs)


def near(expected, got, tolerance: float, ignores_sign: bool) -> bool:
    if isinstance(expected, float):
        return (ignores_sign and expected == got) or close(expected, got, tolerance * unit(expected))
    if np.isnan(expected) or np.isinf(expected):
        # C leaves open what is beside a NaN, and what an infinity times a zero is.
        return not np.isfinite(got)
    size = 2 * tolerance * max(unit(expected.real), unit(expected.imag))
    parts = ((expected.real, got.real), (expected.imag, got.imag))
    return all((ignores_sign and one == other) or close(one, other, size) for one, other in parts)
