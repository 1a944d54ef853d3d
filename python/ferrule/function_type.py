"""The type of Numba's of which there is none here, by name."""

from __future__ import annotations

from ferrule._core import Type


class FunctionType(Type):
    """Numba's type of any function of one signature: a parameter of an explicit signature may have it there.

    There is none here: a function that compiled code is given is known when it compiles, and called
    directly. Leave the signature out, and pass the function.

    Parameters
    ----------
    signature : Signature
        What Numba's type would be made of.

    Raises
    ------
    NotImplementedError
        Always: it says what works instead.

    Examples
    --------
    >>> from ferrule import njit
    >>> @njit
    ... def twice(f, x):
    ...     return f(f(x))
    >>> @njit
    ... def double(x):
    ...     return 2 * x
    >>> twice(double, 3)
    12
    """

    __slots__ = ()

    def __new__(cls, signature: object) -> FunctionType:
        """Raise the error that says what works instead."""
        shown = signature if isinstance(signature, str) else repr(signature)
        raise NotImplementedError(
            f"types.FunctionType({shown}) is not supported: leave the signature out, and pass the function; "
            "it is compiled along with each one that is passed"
        )
