"""NumPy's `Generator` as an argument of compiled functions: each method draws NumPy's own stream on."""

from functools import partial

import numpy as np
import pytest

from ferrule import njit
from ferrule.errors import TypingError, UnsupportedError

from .conftest import defined
from .equal import same, same_error


@njit
def from_generator(bits, n):
    out = np.empty(n)
    for i in range(n):
        out[i] = bits.random()
    return out


GENERATORS = [np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64]


@pytest.mark.parametrize("bits", GENERATORS)
def test_a_generator_draws_its_own_stream_on(bits):
    ours, theirs = np.random.Generator(bits(3)), np.random.Generator(bits(3))
    same(from_generator(ours, 100), theirs.random(100))
    same(ours.random(10), theirs.random(10))
    same(from_generator(ours, 7), theirs.random(7))


@njit
def generator_draws(bits, low, high):
    return (
        bits.random(),
        bits.random(4),
        bits.uniform(-1.0, 3.0),
        bits.uniform(low=2.0, high=5.0, size=(2, 2)),
        bits.integers(low, high),
        bits.integers(low, high, 30),
        bits.integers(low, high, endpoint=True),
        bits.uniform(),
    )


@pytest.mark.parametrize("bits", GENERATORS)
@pytest.mark.parametrize(
    "bounds", [(0, 10), (-3, 2**20), (0, 2**32 - 1), (0, 2**32), (0, 2**40), (-(2**62), 2**62), (5, 6)]
)
def test_methods_of_a_generator(bits, bounds):
    ours, theirs = np.random.Generator(bits(17)), np.random.Generator(bits(17))
    for _ in range(20):
        expected = (
            theirs.random(),
            theirs.random(4),
            theirs.uniform(-1.0, 3.0),
            theirs.uniform(low=2.0, high=5.0, size=(2, 2)),
            theirs.integers(*bounds),
            theirs.integers(*bounds, 30),
            theirs.integers(*bounds, endpoint=True),
            theirs.uniform(),
        )
        for drawn, wanted in zip(generator_draws(ours, *bounds), expected, strict=True):
            same(drawn, wanted)


@njit
def generator_shuffled(bits, a):
    bits.shuffle(a)


def test_shuffle_of_a_generator():
    ours, theirs = np.random.default_rng(4), np.random.default_rng(4)
    for n in (0, 1, 2, 50, 3000):
        drawn, expected = np.arange(n), np.arange(n)
        generator_shuffled(ours, drawn)
        theirs.shuffle(expected)
        same(drawn, expected)
    assert ours.random() == theirs.random()


@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 4), (1, 7), (0, 2), (4, 0)])
def test_shuffle_of_a_generator_along_the_first_axis(shape):
    ours, theirs = np.random.default_rng(4), np.random.default_rng(4)
    count = int(np.prod(shape))
    for order in ("C", "F"):
        drawn, expected = (np.arange(count).reshape(shape).copy(order) for _ in range(2))
        generator_shuffled(ours, drawn)
        theirs.shuffle(expected)
        same(drawn, expected)
    assert ours.random() == theirs.random()


@njit
def generator_permutation(bits, of):
    return bits.permutation(of)


def test_permutation_of_a_generator():
    ours, theirs = np.random.default_rng(4), np.random.default_rng(4)
    for of in (0, 1, 20, np.arange(9.0), np.arange(12).reshape(6, 2), np.arange(20.0)[::-2]):
        same(generator_permutation(ours, of), theirs.permutation(of))
    assert ours.random() == theirs.random()


@njit
def generator_integers(bits, low, high, endpoint):
    return bits.integers(low, high, endpoint=endpoint)


@njit
def generator_uniform(bits, low, high):
    return bits.uniform(low, high)


@pytest.mark.parametrize(
    ("compiled", "method", "args"),
    [
        (generator_uniform, "uniform", (0.0, np.inf)),
        (generator_uniform, "uniform", (1.0, 0.0)),
        (lambda bits, *args: generator_integers(bits, *args, False), "integers", (3, 3)),
        (lambda bits, *args: generator_integers(bits, *args, False), "integers", (0, -1)),
        (
            lambda bits, *args: generator_integers(bits, *args, True),
            "integers",
            (3, 2, None, np.int64, True)[:2],
        ),
    ],
)
def test_errors_of_a_generator(compiled, method, args):
    kwargs = {}
    if method == "integers" and args == (3, 2):
        kwargs = {"endpoint": True}
    theirs, ours = np.random.default_rng(0), np.random.default_rng(0)
    same_error(partial(compiled, ours, *args), partial(getattr(theirs, method), *args, **kwargs))


def test_what_a_generator_does_not_have_is_named():
    @njit
    def bytes_of(bits):
        return bits.bytes(3)

    with pytest.raises(UnsupportedError, match=r"Generator\.bytes"):
        bytes_of(np.random.default_rng(0))


def test_an_object_that_is_no_generator():
    with pytest.raises(TypeError, match="RandomState"):
        from_generator(np.random.RandomState(0), 3)


DISTRIBUTIONS = {
    "beta": [(0.3, 0.4), (2.0, 3.5), (1, 1), (1e-3, 1e3)],
    "binomial": [(10, 0.3), (0, 0.5), (7, 0.0), (1000, 0.75), (10**12, 0.5), (40, 1.0)],
    "chisquare": [(0.5,), (3,)],
    "exponential": [(), (2.5,), (0.0,)],
    "f": [(2.0, 7.0)],
    "gamma": [(0.5,), (1.0, 2.0), (9.5, 0.25), (0.0,)],
    "geometric": [(0.1,), (0.5,), (1.0,)],
    "gumbel": [(), (1.0,), (-3.0, 2.0)],
    "hypergeometric": [(15, 15, 15), (3, 1000, 20), (0, 5, 5), (10**8, 10**7, 1000)],
    "laplace": [(), (1.0, 0.5)],
    "logistic": [(), (2.0, 3.0)],
    "lognormal": [(), (0.5, 0.25)],
    "logseries": [(0.6,), (0.999,)],
    "negative_binomial": [(1, 0.1), (2.5, 0.5)],
    "noncentral_chisquare": [(3.0, 20.0), (0.5, 0.0)],
    "noncentral_f": [(3.0, 20.0, 3.0)],
    "normal": [(), (3.0,), (-1.0, 2.5), (0.0, 0.0), (1, 2)],
    "pareto": [(3.0,)],
    "poisson": [(), (0.0,), (3.5,), (1000.0,), (1e15,)],
    "power": [(5.0,)],
    "rayleigh": [(), (3.0,)],
    "standard_cauchy": [()],
    "standard_exponential": [()],
    "standard_gamma": [(0.5,), (4.0,), (0.0,)],
    "standard_normal": [()],
    "standard_t": [(10.0,), (1,)],
    "triangular": [(-3.0, 0.0, 8.0), (1, 1, 2)],
    "vonmises": [(0.0, 4.0), (1.0, 0.0), (2.0, 1e7)],
    "wald": [(3.0, 2.0)],
    "weibull": [(5.0,), (0.0,)],
    "zipf": [(2.0,), (1.01,)],
}


def of_method(method, arguments="*p"):
    """Draws of each form of a method, as a function to compile."""
    arguments = f"{arguments}, " if arguments else ""
    return defined(
        f"""
def f(g, n, p):
    one = g.{method}({arguments})
    total = 0.0
    for _ in range(n):
        total += g.{method}({arguments})
    some, more = g.{method}({arguments}size=n), g.{method}({arguments}size=(2, n))
    return one, total, some, more, g.{method}({arguments})
"""
    )


@pytest.mark.parametrize("method", DISTRIBUTIONS)
def test_distributions_are_those_of_numpy(method):
    function = of_method(method)
    compiled = njit(function)
    for params in DISTRIBUTIONS[method]:
        for bits in GENERATORS:
            ours, theirs = np.random.Generator(bits(5)), np.random.Generator(bits(5))
            for n in (0, 1, 3, 500):
                for drawn, expected in zip(
                    compiled(ours, n, params), function(theirs, n, params), strict=True
                ):
                    same(drawn, expected)
            assert ours.standard_normal() == theirs.standard_normal()


def test_sizes_of_no_axes_and_by_position():
    @njit
    def draws(g):
        return g.normal(1.0, 2.0, ()), g.poisson(2.0, ()), g.standard_normal(()), g.normal(size=None)

    for drawn, expected in zip(
        draws(np.random.default_rng(2)), draws.py_func(np.random.default_rng(2)), strict=True
    ):
        same(drawn, expected)


def test_parameters_by_name():
    @njit
    def draws(g):
        return g.normal(scale=2.0, loc=1), g.binomial(p=0.25, n=8), g.f(dfden=3.0, dfnum=1.0, size=3)

    for drawn, expected in zip(
        draws(np.random.default_rng(2)), draws.py_func(np.random.default_rng(2)), strict=True
    ):
        same(drawn, expected)


WRONG = [
    *[("beta", wrong) for wrong in ((0.0, 1.0), (1.0, -1.0))],
    *[("binomial", wrong) for wrong in ((-1, 0.5), (1, -0.5), (1, 1.5), (1, np.nan), (-1, 2.0))],
    *[("chisquare", (wrong,)) for wrong in (0.0, -1.0)],
    *[("exponential", (wrong,)) for wrong in (-1.0, -0.0)],
    *[("f", wrong) for wrong in ((0.0, 1.0), (1.0, 0.0))],
    *[("gamma", wrong) for wrong in ((-1.0, 1.0), (1.0, -1.0), (-0.0, 1.0))],
    *[("geometric", (wrong,)) for wrong in (0.0, 1.5, np.nan)],
    *[("gumbel", (0.0, -1.0)), ("laplace", (0.0, -1.0)), ("logistic", (0.0, -1.0))],
    *[
        ("hypergeometric", wrong)
        for wrong in ((10**9, 1, 1), (1, 10**9, 1), (-5, 1, 1), (-5, 9, 1), (9, -5, 1))
    ],
    *[("hypergeometric", wrong) for wrong in ((9, 5, -1), (1, 1, 3))],
    *[("lognormal", (0.0, -1.0)), ("normal", (0.0, -1.0)), ("normal", (0.0, -0.0))],
    *[("logseries", (wrong,)) for wrong in (-0.5, 1.0, np.nan)],
    *[
        ("negative_binomial", wrong)
        for wrong in ((0.0, 0.5), (np.nan, 0.5), (1.0, 0.0), (1.0, np.nan), (1e18, 1e-9))
    ],
    *[("noncentral_chisquare", wrong) for wrong in ((0.0, 1.0), (1.0, -1.0))],
    *[("noncentral_f", wrong) for wrong in ((0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, -1.0))],
    *[(method, (0.0,)) for method in ("pareto", "power", "standard_t")],
    *[("poisson", (wrong,)) for wrong in (-1.0, np.nan, 1e19)],
    *[("rayleigh", (-1.0,)), ("standard_gamma", (-1.0,)), ("vonmises", (0.0, -1.0)), ("weibull", (-1.0,))],
    *[("triangular", wrong) for wrong in ((2.0, 1.0, 3.0), (1.0, 3.0, 2.0), (1.0, 1.0, 1.0))],
    *[("wald", wrong) for wrong in ((0.0, 1.0), (1.0, 0.0))],
    *[("zipf", (wrong,)) for wrong in (1.0, 0.5, np.nan)],
]


def check_same_error(compiled, function, *args):
    """A call raises what NumPy raises, and draws nothing."""
    ours, theirs = np.random.default_rng(0), np.random.default_rng(0)
    same_error(partial(compiled, ours, *args), partial(function, theirs, *args))
    assert ours.random() == np.random.default_rng(0).random()


@pytest.mark.parametrize(("method", "params"), WRONG)
def test_wrong_parameters(method, params):
    function = of_method(method)
    check_same_error(njit(function), function, 3, params)


@pytest.mark.parametrize("method", ["random", "standard_normal", "standard_exponential", "standard_gamma"])
@pytest.mark.parametrize("dtype", ["np.float32", "np.float64", "'f4'", "float"])
def test_standard_distributions_of_each_dtype(method, dtype):
    shape = "0.5, " if method == "standard_gamma" else ""
    function = of_method(method, f"{shape}dtype={dtype}")
    for bits in GENERATORS:
        ours, theirs = np.random.Generator(bits(5)), np.random.Generator(bits(5))
        for n in (0, 1, 500):
            drawn, expected = njit(function)(ours, n, ()), function(theirs, n, ())
            for index in (0, 2, 3, 4):
                same(drawn[index], expected[index])
        assert ours.random() == theirs.random()


@pytest.mark.parametrize("dtype", ["np.float32", "np.float64"])
@pytest.mark.parametrize("method", ["zig", "inv"])
def test_methods_of_standard_exponential(dtype, method):
    function = of_method("standard_exponential", f"dtype={dtype}, method={method!r}")
    ours, theirs = np.random.default_rng(5), np.random.default_rng(5)
    drawn, expected = njit(function)(ours, 50, ()), function(theirs, 50, ())
    for index in (0, 2, 3, 4):
        same(drawn[index], expected[index])
    assert ours.random() == theirs.random()


@njit
def fill(g, normals, floats, exponentials, gammas, doubles):
    first = g.standard_normal(out=normals)
    first[0, 0] += 1.0
    g.random(dtype=np.float32, out=floats)
    g.standard_exponential(normals.shape, out=exponentials, method="inv")
    g.standard_gamma(2.5, out=gammas)
    g.random((2, 3), out=doubles)
    return first


def test_draws_into_an_array():
    def arrays():
        return (
            np.zeros((3, 4), order="F"),
            np.zeros(7, np.float32),
            np.zeros((3, 4)),
            np.zeros((2, 2)),
            np.zeros((2, 3)),
        )

    ours, theirs = np.random.default_rng(3), np.random.default_rng(3)
    drawn, expected = arrays(), arrays()
    assert fill(ours, *drawn) is drawn[0]
    assert fill.py_func(theirs, *expected) is expected[0]
    for one, other in zip(drawn, expected, strict=True):
        assert np.array_equal(one, other)
    assert ours.random() == theirs.random()


@njit
def into(g, size, out):
    return g.standard_normal(size, out=out)


def test_a_size_that_is_not_that_of_the_array():
    for size in (3, (4, 1), (), (-1,)):
        check_same_error(into, into.py_func, size, np.zeros(4))
    assert into(np.random.default_rng(3), (4,), np.zeros(4)).shape == (4,)


@pytest.mark.parametrize(
    ("out", "words"),
    [
        (np.zeros(4, np.float32), "an array of `float32`"),
        (np.zeros(8)[::2], "expected no gaps"),
        (3, "expected an array of `float64`"),
    ],
)
def test_arrays_that_cannot_be_drawn_into(out, words):
    with pytest.raises(TypingError, match=words):
        into(np.random.default_rng(0), 4, out)
    read_only = np.zeros(4)
    read_only.flags.writeable = False
    with pytest.raises(TypingError, match="read-only"):
        into(np.random.default_rng(0), 4, read_only)


INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool"]


def bounds_of(dtype):
    """Intervals of a type, all of it among them."""
    least, most = (0, 1) if dtype == "bool" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    most = min(most, 2**63 - 1)
    few = [(0, 1), (most, most), (least, most), (max(least, -3), min(most, 100)), (0, most // 2)]
    return [(low, high) for low, high in few if low <= high]


def integers_of(dtype):
    """Integers of a dtype, one and many."""
    name = "np.bool_" if dtype == "bool" else f"np.{dtype}"
    return defined(
        f"""
def f(g, low, high, n):
    return (
        g.integers(low, high, dtype={name}, endpoint=True),
        g.integers(low, high, n, {name}, True),
        g.integers(low, high, (n, 2), endpoint=True, dtype={name}),
    )
"""
    )


@pytest.mark.parametrize("dtype", INTEGERS)
def test_integers_of_each_dtype(dtype):
    function = integers_of(dtype)
    compiled = njit(function)
    for bits in GENERATORS:
        for bounds in bounds_of(dtype):
            ours, theirs = np.random.Generator(bits(3)), np.random.Generator(bits(3))
            for n in (0, 1, 2, 301):
                drawn, expected = compiled(ours, *bounds, n), function(theirs, *bounds, n)
                assert drawn[0] == expected[0]
                same(drawn[1], expected[1])
                same(drawn[2], expected[2])
            assert ours.random() == theirs.random()


@pytest.mark.parametrize("dtype", INTEGERS)
def test_bounds_outside_of_a_dtype(dtype):
    function = integers_of(dtype)
    compiled = njit(function)
    least, most = (0, 1) if dtype == "bool" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    wrong = [(1, 0), (0, -1), (-1, -2)]
    wrong += [(least - 1, 0)] if least > -(2**63) else []
    wrong += [(0, most + 1)] if most < 2**63 - 1 else []
    for bounds in wrong:
        check_same_error(compiled, function, *bounds, 2)


def test_bounds_are_not_checked_where_nothing_is_drawn():
    @njit
    def none(g, low, high):
        return g.integers(low, high, size=0), g.integers(low, high, size=(0, 3), dtype=np.int8)

    for drawn, expected in zip(
        none(np.random.default_rng(0), 5, -1000),
        none.py_func(np.random.default_rng(0), 5, -1000),
        strict=True,
    ):
        same(drawn, expected)


@njit
def choose(g, a, n):
    return (
        g.choice(a),
        g.choice(a, n),
        g.choice(a, (2, n)),
        g.choice(a, replace=False),
        g.choice(a, n, replace=False),
        g.choice(a, n, False, shuffle=False),
        g.choice(a, ()),
    )


POPULATIONS = [1, 3, 60, 20000, np.arange(70.0), np.arange(90, dtype=np.int16)[::-1]]
COUNTS = [0, 1, 3, 50, 350, 500, 15000]


@pytest.mark.parametrize(
    ("a", "n"),
    [(a, n) for a in POPULATIONS for n in COUNTS if n <= (a if isinstance(a, int) else len(a))],
)
def test_choice(a, n):
    for bits in GENERATORS:
        ours, theirs = np.random.Generator(bits(8)), np.random.Generator(bits(8))
        for drawn, expected in zip(choose(ours, a, n), choose.py_func(theirs, a, n), strict=True):
            # A number of any integer type is an `int` outside of compiled code.
            same(drawn, expected if isinstance(drawn, np.ndarray) else np.asarray(expected).item())
        assert ours.random() == theirs.random()


@njit
def choose_weighted(g, a, n, p):
    return (
        g.choice(a, p=p),
        g.choice(a, n, p=p),
        g.choice(a, (2, n), p=p),
        g.choice(a, n, False, p),
        g.choice(a, replace=False, p=p),
    )


@pytest.mark.parametrize("n", [0, 1, 2, 7, 40])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_choice_with_probabilities(n, dtype):
    shares = np.random.default_rng(0).random(60).astype(dtype)
    shares[::4] = 0
    shares /= shares.sum()
    for a in (60, np.arange(60) * 1.5):
        for p in (shares, np.asfortranarray(shares), np.repeat(shares, 2)[::2]):
            ours, theirs = np.random.default_rng(8), np.random.default_rng(8)
            expected = choose_weighted.py_func(theirs, a, n, p)
            for drawn, wanted in zip(choose_weighted(ours, a, n, p), expected, strict=True):
                same(drawn, wanted)
            assert ours.random() == theirs.random()


def test_choice_of_rows_and_columns():
    @njit
    def rows(g, a):
        return g.choice(a), g.choice(a, 4), g.choice(a, (2, 3)), g.choice(a, 2, replace=False, axis=0)

    @njit
    def columns(g, a):
        return g.choice(a, axis=1), g.choice(a, 2, axis=-1, replace=False), g.choice(a, (2, 2), axis=1)

    @njit
    def weighted(g, a, p):
        return g.choice(a, 3, p=p), g.choice(a, p=p)

    for a in (np.arange(20).reshape(5, 4), np.arange(60.0).reshape(5, 4, 3), np.arange(20).reshape(4, 5).T):
        ours, theirs = np.random.default_rng(8), np.random.default_rng(8)
        p = np.array([0.1, 0.2, 0.3, 0.0, 0.4])
        for compiled, args in ((rows, (a,)), (columns, (a,)), (weighted, (a, p))):
            for drawn, expected in zip(compiled(ours, *args), compiled.py_func(theirs, *args), strict=True):
                same(drawn, expected)
        assert ours.random() == theirs.random()


def test_a_chosen_row_is_a_copy():
    @njit
    def change(g, a):
        row = g.choice(a)
        row[:] = -1
        return row

    a = np.arange(6.0).reshape(3, 2)
    assert list(change(np.random.default_rng(0), a)) == [-1, -1]
    assert a.min() == 0


@njit
def choose_few(g, a, n):
    return g.choice(a, n, replace=False)


@njit
def choose_some(g, a, n, p, replace):
    return g.choice(a, n, replace, p)


@pytest.mark.parametrize(
    ("a", "n"), [(3, 4), (0, 1), (-1, 1), (np.empty(0), 1), (np.empty((0, 2)), 3), (np.arange(3), 4)]
)
def test_more_than_there_is_to_choose(a, n):
    check_same_error(choose_few, choose_few.py_func, a, n)


@pytest.mark.parametrize(
    "p",
    [
        [0.5, 0.6, 0.7],
        [np.nan, 0.6, 0.7],
        [-0.5, 0.6, 0.9],
        [0.5, 0.5],
        [1.0, 0.0, 0.0],
        [[0.5, 0.2, 0.3]],
        [np.inf, 0.0, 0.0],
    ],
)
def test_probabilities_that_are_none(p):
    check_same_error(choose_some, choose_some.py_func, 3, 2, np.array(p), False)
    check_same_error(choose_some, choose_some.py_func, np.arange(3), 2, np.array(p), False)


def test_what_choice_does_not_take():
    @njit
    def of_text(g):
        return g.choice("text")

    @njit
    def along(g, a, axis):
        return g.choice(a, axis=axis)

    with pytest.raises(TypingError, match="where an integer is wanted"):
        of_text(np.random.default_rng(0))
    with pytest.raises(TypingError, match="as an axis"):
        along(np.random.default_rng(0), np.zeros((2, 2)), 1)


def test_draws_in_a_function_that_is_compiled_along_without_the_lock():
    def inner(g, scale):
        return g.normal(0.0, scale)

    @njit(nogil=True)
    def outer(g, n):
        total = 0.0
        for i in range(n):
            total += inner(g, float(i))
        return total

    ours, theirs = np.random.default_rng(9), np.random.default_rng(9)
    assert outer(ours, 100) == outer.py_func(theirs, 100)
    assert ours.random() == theirs.random()
