"""Functions, methods and attributes that Python code adds to compiled code, under Numba's names.

A typing function gets the types of a call's arguments and returns the function that compiled code calls for
them, or ``None`` if it has none. It is asked when a caller is compiled, once for the same types.
"""

from __future__ import annotations

from ferrule._core import Type, add_member, add_overload, njit

# What `typing` calls so, without the cost of importing it.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeVar

    _Function = TypeVar("_Function", bound=Callable[..., Any])
    _Inline = str | Callable[..., bool]

__all__ = ["overload", "overload_attribute", "overload_method", "register_jitable"]


class _Options:
    """The options of Numba's decorators."""

    def __init__(
        self,
        jit_options: Mapping[str, Any] | None = None,
        strict: bool = True,
        inline: _Inline = "never",
        prefer_literal: bool = False,
    ) -> None:
        if isinstance(inline, str):
            njit(inline=inline)
        elif not callable(inline):
            raise TypeError(f"inline is 'never', 'always' or a function, not {inline!r}")
        for name, value in (("strict", strict), ("prefer_literal", prefer_literal)):
            if not isinstance(value, bool):
                raise TypeError(f"{name} is True or False, not {value!r}")
        self.decorator = njit(**jit_options) if jit_options else None
        self.strict = strict
        self.prefer_literal = prefer_literal


def overload(
    func: Any,
    jit_options: Mapping[str, Any] | None = None,
    strict: bool = True,
    inline: _Inline = "never",
    prefer_literal: bool = False,
) -> Callable[[_Function], _Function]:
    """Decorate a typing function that says what calls of `func` do in compiled code.

    Parameters
    ----------
    func : callable
        A function of Python, a builtin, a function of NumPy, a class. What the typing functions have nothing
        for is left to the compiler, if it knows the function.
    jit_options : mapping, optional
        Options of `njit` for the implementations. Without any, they are compiled as their callers.
    strict : bool, default True
        Whether an implementation has to take what the typing function takes, under the same names and with
        the same defaults.
    inline : {"never", "always"} or callable
        Taken; LLVM decides what is expanded in place.
    prefer_literal : bool, default False
        Whether constants are told as `types.Literal` at once, or only where there is no implementation for
        the plain types.

    Returns
    -------
    callable
        The decorator, which returns the typing function.

    Examples
    --------
    >>> from ferrule import njit, types
    >>> from ferrule.extending import overload
    >>> def halve(x):
    ...     return x / 2
    >>> @overload(halve)
    ... def typed_halve(x):
    ...     if isinstance(x, types.Integer):
    ...         return lambda x: x // 2
    ...     return lambda x: x / 2
    >>> @njit
    ... def f(x):
    ...     return halve(x)
    >>> f(5), f(5.0)
    (2, 2.5)
    """
    options = _Options(jit_options, strict, inline, prefer_literal)
    if not callable(func):
        raise TypeError(f"what is overloaded is called, but {func!r} cannot be")

    def decorate(typing: _Function) -> _Function:
        add_overload(func, typing, options.decorator, options.strict, options.prefer_literal)
        return typing

    return decorate


def overload_method(
    typ: type[Type] | Type,
    attr: str,
    **options: Any,
) -> Callable[[_Function], _Function]:
    """Decorate a typing function that says what a method of values of some types does in compiled code.

    Parameters
    ----------
    typ : type or Type
        A class of `ferrule.types`, or one type.
    attr : str
        The name of the method. It comes before a method of the compiler's own.
    **options : object
        Those of `overload`.

    Returns
    -------
    callable
        The decorator, which returns the typing function. That gets the type of the value first.

    Examples
    --------
    >>> import numpy as np
    >>> from ferrule import njit, types
    >>> from ferrule.extending import overload_method
    >>> @overload_method(types.Array, "spread")
    ... def array_spread(array):
    ...     return lambda array: array.max() - array.min()
    >>> @njit
    ... def f(a):
    ...     return a.spread()
    >>> f(np.array([3, 7, 5]))
    4
    """
    return _member(typ, attr, True, _Options(**options))


def overload_attribute(
    typ: type[Type] | Type,
    attr: str,
    **options: Any,
) -> Callable[[_Function], _Function]:
    """Decorate a typing function that says what an attribute of values of some types is in compiled code.

    Parameters
    ----------
    typ : type or Type
        A class of `ferrule.types`, or one type.
    attr : str
        The name of the attribute. It comes before an attribute of the compiler's own.
    **options : object
        Those of `overload`.

    Returns
    -------
    callable
        The decorator, which returns the typing function. That gets the type of the value.

    Examples
    --------
    >>> from ferrule import njit, types
    >>> from ferrule.extending import overload_attribute
    >>> @overload_attribute(types.Float, "percent")
    ... def float_percent(x):
    ...     return lambda x: 100 * x
    >>> @njit
    ... def f(x):
    ...     return x.percent
    >>> f(0.25)
    25.0
    """
    return _member(typ, attr, False, _Options(**options))


def _member(
    typ: type[Type] | Type, attr: str, is_method: bool, options: _Options
) -> Callable[[_Function], _Function]:
    is_class = isinstance(typ, type) and issubclass(typ, Type)
    if not is_class and not isinstance(typ, Type):
        raise TypeError(f"{typ!r} is neither a class of ferrule.types nor a type")
    if not isinstance(attr, str):
        raise TypeError(f"the name of a method or attribute is a str, not {attr!r}")

    def decorate(typing: _Function) -> _Function:
        add_member(typ, attr, is_method, typing, options.decorator, options.strict, options.prefer_literal)
        return typing

    return decorate


def register_jitable(*args: _Function, **kwargs: Any) -> Any:
    """Say that a function may be called from compiled code, and stays what it is for everybody else.

    Compiled code may call every function of Python that can be compiled, so this says only what is meant.

    Parameters
    ----------
    *args : callable
        The function; or none, for a decorator.
    **kwargs : object
        Options of `njit` for the function where compiled code calls it. Without any, it is compiled as its
        caller.

    Returns
    -------
    callable
        The function itself.

    Examples
    --------
    >>> from ferrule import njit
    >>> from ferrule.extending import register_jitable
    >>> @register_jitable
    ... def twice(x):
    ...     return 2 * x
    >>> @njit
    ... def f(x):
    ...     return twice(x) + 1
    >>> f(3), twice(3)
    (7, 6)
    """
    njit(**kwargs)

    def decorate(function: _Function) -> _Function:
        if not callable(function):
            raise TypeError(f"{function!r} cannot be called")
        if kwargs:
            overload(function, jit_options=kwargs, strict=False)(lambda *_args, **_keywords: function)
        return function

    if not args:
        return decorate
    (function,) = args
    return decorate(function)
