"""`ferrule.extending`: what goes wrong, and what is kept of it."""

import gc
import sys

import pytest

from ferrule import errors, extending, njit, types


def stub(*args, **kwargs):
    """Return a new function that only compiled code can call."""

    def function(*args, **kwargs):
        raise NotImplementedError

    return function


def test_recursion_that_never_ends_is_refused():
    grow = stub()
    extending.overload(grow)(lambda values: lambda values: grow((*values, 1)))
    with pytest.raises(errors.CompileError):
        njit(lambda x: grow((x,)))(1)


def test_an_error_of_typing_is_the_message_at_the_call():
    function = stub()

    @extending.overload(function)
    def typed(x):
        if isinstance(x, types.Float):
            return lambda x: x
        raise errors.TypingError("only floats are wanted here")

    @njit
    def f(x):
        return function(x) + 1

    assert f(1.5) == 2.5
    with pytest.raises(errors.TypingError) as caught:
        f(1)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.title == "only floats are wanted here"
    assert diagnostic.label == "no implementation of `function` for (int64)"
    assert diagnostic.id == "no-implementation"
    assert "return function(x) + 1" in str(caught.value)
    assert f" {'^' * len('function(x)')} " in str(caught.value)


def test_other_exceptions_come_out_as_they_are():
    function = stub()

    @extending.overload(function)
    def typed(x):
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine") as caught:
        njit(lambda x: function(x))(1)
    assert "typed" in [entry.name for entry in caught.traceback]


def test_a_typing_function_returns_a_function_or_none():
    function = stub()
    extending.overload(function)(lambda x: 3)
    with pytest.raises(TypeError, match="returned 3, not a function or None"):
        njit(lambda x: function(x))(1)


SIGNATURES = [
    (lambda x, y=1: lambda a, b=1: a, r"takes \(a, b=1\), its typing function .* takes \(x, y=1\)"),
    (lambda x, y=1: lambda x, y=2: x, r"takes \(x, y=2\), its typing function .* takes \(x, y=1\)"),
    (lambda x, y=1: lambda x: x, r"takes \(x\), its typing function .* takes \(x, y=1\)"),
    (lambda x, y=1: lambda x, *, y=1: x, r"takes \(x, \*, y=1\)"),
    (lambda x, *y: lambda x, y: x, r"takes \(x, y\), its typing function .* takes \(x, \*y\)"),
    (lambda x, y, z: lambda x: x, "missing a required argument: 'y'"),
    (lambda: lambda: 1, "too many positional arguments"),
]


@pytest.mark.parametrize(
    ("typed", "message"), SIGNATURES, ids=[str(index) for index in range(len(SIGNATURES))]
)
def test_signatures_that_do_not_fit(typed, message):
    function = stub()
    extending.overload(function)(typed)
    with pytest.raises(errors.TypingError, match=message):
        njit(lambda x: function(x))(1)


def test_an_implementation_that_does_not_compile_shows_its_own_line():
    function = stub()

    @extending.overload(function)
    def typed(x):
        def implementation(x):
            return x.nothing

        return implementation

    with pytest.raises(errors.TypingError) as caught:
        njit(lambda x: function(x))(1)
    assert "return x.nothing" in str(caught.value)
    assert "called here with" in str(caught.value)


def test_an_implementation_without_source_says_so():
    function = stub()
    extending.overload(function)(lambda x: eval("lambda x: x"))
    with pytest.raises(errors.CompileError, match="cannot be compiled"):
        njit(lambda x: function(x))(1)


def test_exceptions_of_implementations_show_their_lines():
    function = stub()

    @extending.overload(function)
    def typed(x):
        def implementation(x):
            if x < 0:
                raise ValueError("negative")
            return x

        return implementation

    @njit
    def f(x):
        return function(x)

    assert f(1) == 1
    with pytest.raises(ValueError, match="negative") as caught:
        f(-1)
    assert "implementation" in "".join(entry.name for entry in caught.traceback)


def test_a_typing_function_that_compiles_what_asks_it():
    function = stub()
    f = njit(lambda x: function(x))

    @extending.overload(function)
    def typed(x):
        f(1)
        return lambda x: x

    with pytest.raises(RecursionError):
        f(1)


def test_bad_registrations():
    with pytest.raises(TypeError, match="3 cannot be"):
        extending.overload(3)
    with pytest.raises(TypeError, match="neither a class of"):
        extending.overload_method(int, "bad")
    with pytest.raises(TypeError, match="is a str"):
        extending.overload_attribute(types.Array, 3)
    with pytest.raises(TypeError, match="strict is True or False"):
        extending.overload(stub(), strict=1)
    with pytest.raises((TypeError, ValueError), match="inline"):
        extending.overload(stub(), inline="perhaps")
    with pytest.raises(TypeError, match="inline"):
        extending.overload(stub(), inline=3)
    with pytest.raises((TypeError, ValueError, NotImplementedError)):
        extending.overload(stub(), jit_options={"bogus": True})
    with pytest.raises(TypeError, match="bogus"):
        extending.overload_method(types.Array, "bad", bogus=1)
    with pytest.raises(TypeError, match="cannot be called"):
        extending.register_jitable(3)


def test_failing_compilations_keep_nothing():
    function = stub()

    class Mine(Exception):
        pass

    @extending.overload(function)
    def typed(x):
        if isinstance(x, types.Float):
            raise Mine

    def implementation_of(x):
        return x

    good = stub()
    extending.overload(good)(lambda x: implementation_of)

    def rounds(count):
        for _ in range(count):
            f = njit(lambda x: good(x) + function(x))
            with pytest.raises(Mine):
                f(1.0)
            with pytest.raises(errors.TypingError):
                f(1)
        gc.collect()

    rounds(2)
    counts = [sys.getrefcount(one) for one in (function, typed, good, implementation_of)]
    rounds(20)
    assert [sys.getrefcount(one) for one in (function, typed, good, implementation_of)] == counts
