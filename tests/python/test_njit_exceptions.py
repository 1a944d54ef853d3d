"""`try` in compiled functions, held against CPython."""

from __future__ import annotations

import math

import numpy as np
import pytest

import ferrule
from ferrule import njit


class Own(ValueError):
    """An exception of the user's."""


@njit
def checked(n):
    if n == 1:
        raise ValueError("one", n)
    if n == 2:
        raise KeyError(n)
    if n == 3:
        raise Own("three")
    if n == 4:
        raise IndexError
    return n * 10


def handlers_in_order(n):
    try:
        r = checked(n)
    except Own:
        return 1
    except ValueError:
        return 2
    except (KeyError, IndexError):
        return 3
    return r


def subclass_behind_its_base(n):
    try:
        r = checked(n)
    except LookupError:
        return 1
    except KeyError:
        return 2
    except Exception:
        return 3
    else:
        r += 1
    return r


def uncaught(n):
    x = 0
    try:
        x = 1
        x += checked(n)
    except KeyError:
        x = 5
    return x


def bare(n):
    try:
        return checked(n)
    except:  # noqa: E722
        return -1


def again(n):
    try:
        try:
            return checked(n)
        except ValueError:
            if n == 3:
                raise
            return 7
    except Own:
        return 8


def raised_again_by_name(n):
    total = 0
    try:
        try:
            total += checked(n)
        except LookupError as error:
            total += 1
            raise error
    except KeyError:
        total += 100
    return total


def other_in_handler(n):
    try:
        checked(n)
    except ValueError:
        raise TypeError("other")  # noqa: B904 - compiled code has no causes
    return 0


def finally_always(n):
    x = 1
    try:
        x = checked(n)
        x += 1
    except ValueError:
        x = 50
    finally:
        x += 1000
    return x


def finally_returns(n):
    try:
        return checked(n)
    finally:
        return 77  # noqa: B012, SIM107 - what is tested


def finally_of_loop(n):
    total = 0
    for i in range(10):
        try:
            if i == n:
                break
            if i % 3 == 0:
                continue
            total += checked(i if i < 3 else 5)
        except ValueError:
            total += 100
        except KeyError:
            total += 10000
        finally:
            total += 1
    return total


def break_in_finally(n):
    total = 0
    while True:
        total += 1
        try:
            total += checked(n)
        finally:
            if total > 0:
                break  # noqa: B012
    return total


def return_in_handler_in_loop(n):
    for i in range(5):
        try:
            checked(i)
        except LookupError:
            if i >= n:
                return i
    return -1


def nested(n):
    steps = 0
    try:
        steps += 1
        try:
            steps += 10
            checked(n)
            steps += 100
        except KeyError:
            steps += 1000
            checked(n - 1)
        else:
            steps += 5
        finally:
            steps += 10000
            if n == 4:
                checked(2)
    except ValueError:
        steps += 100000
    except KeyError:
        steps += 200000
    return steps


def division(n):
    try:
        return 10 // (n - 1) + 10 % (n - 2)
    except ZeroDivisionError:
        return -5


def index(n):
    a = np.arange(3)
    total = 0
    for i in range(-5, n + 1):
        try:
            total += a[i]
        except IndexError:
            total += 100
    return total


def domain(n):
    try:
        return math.sqrt(2.0 - n) + math.log(3.0 - n)
    except ValueError:
        return -1.0


def own_raise(n):
    total = 0
    for i in range(n):
        try:
            if i == 2:
                raise Own("x")
            if i == 3:
                raise RuntimeError("three", i)
            total += i
        except Own:
            total += 10
    return total


def value_before(n):
    x = 0
    try:
        x = 1
        checked(n)
        x = 2
        checked(n - 1)
        x = 3
    except (ValueError, KeyError):
        return x
    return -x


def asserted(n):
    try:
        assert n != 2, "two"
    except AssertionError:
        return 22
    return n


def arrays(n):
    total = 0.0
    for i in range(4):
        a = np.ones(i + 1)
        try:
            b = a * 2.0
            total += b[n]
        except IndexError:
            total += a.sum()
        finally:
            total += 0.5
    return total


def negative_size(n):
    try:
        return np.zeros(1 - n).sum()
    except ValueError:
        return -3.0


def finally_reads_what_the_body_binds(n):
    try:
        if n > 4:
            raise KeyError(n)
        r = checked(n)
    except ValueError:
        r = 2
    except IndexError:
        r = 3
    else:
        r = 5
    finally:
        r += 10
    return r


def finally_reads_on_an_early_way_out(n):
    total = 0
    for i in range(5):
        try:
            if i == n:
                break
            last = i
        finally:
            total += last
    return total


FUNCTIONS = [
    handlers_in_order,
    subclass_behind_its_base,
    uncaught,
    bare,
    again,
    raised_again_by_name,
    other_in_handler,
    finally_always,
    finally_returns,
    finally_of_loop,
    finally_reads_what_the_body_binds,
    finally_reads_on_an_early_way_out,
    break_in_finally,
    return_in_handler_in_loop,
    nested,
    division,
    index,
    domain,
    own_raise,
    value_before,
    asserted,
    arrays,
    negative_size,
]


def outcome(function, n):
    try:
        return function(n)
    except Exception as error:
        return type(error), error.args


@pytest.mark.parametrize("function", FUNCTIONS)
def test_it_does_what_cpython_does(function) -> None:
    compiled = njit(function)
    for n in range(6):
        expected, got = outcome(function, n), outcome(compiled, n)
        if isinstance(expected, tuple) and expected[0] is IndexError and expected[1]:
            assert got[0] is IndexError
        else:
            assert got == expected, n


def test_nothing_is_left_behind() -> None:
    compiled = [njit(function) for function in FUNCTIONS]
    for _ in range(2000):
        for function in compiled:
            outcome(function, 3)


def test_a_caught_exception_is_no_value() -> None:
    @njit
    def shown(n):
        try:
            return n // 0
        except ZeroDivisionError as error:
            return error

    with pytest.raises(ferrule.errors.UnsupportedError):
        shown(1)


def test_exceptions_of_callbacks_are_caught() -> None:
    ffi = ferrule.FFI()
    ffi.cdef("typedef int (*self_t)(int);")

    @ferrule.callback("int(int)")
    def python(n):
        if n == 1:
            raise KeyError(n)
        if n == 2:
            raise RuntimeError("two")
        return n

    @ferrule.cfunc("int(int, self_t)", ffi=ffi)
    def calls(n, function):
        try:
            return function(n)
        except LookupError:
            return 100

    assert calls(0, python) == 0
    assert calls(1, python) == 100
    with pytest.raises(RuntimeError, match="two"):
        calls(2, python)


def test_recursion_is_caught() -> None:
    @njit
    def deeper(n):
        if n < 0:
            return 0
        return deeper(n + 1) + 1

    @njit
    def safe(n):
        try:
            return deeper(n)
        except RecursionError:
            return -1

    assert safe(0) == -1
    assert safe(-1) == 0
