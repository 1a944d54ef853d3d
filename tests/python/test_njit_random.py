"""`np.random` in compiled functions: the streams of NumPy's legacy generator."""

import os
import threading
from functools import partial

import numpy as np
import pytest

from ferrule import njit
from ferrule.errors import TypingError

from .conftest import defined
from .equal import same, same_error

SEEDS = [0, 1, 42, 5489, 2**31, 2**32 - 1, *range(100, 130)]


@njit
def seed(n):
    np.random.seed(n)


@njit
def draws(n):
    out = np.empty(n)
    for i in range(n):
        out[i] = np.random.random()
    return out


@pytest.mark.parametrize("n", SEEDS)
def test_random_is_the_stream_of_the_legacy_generator(n):
    seed(n)
    same(draws(2000), np.random.RandomState(n).random_sample(2000))


def test_the_stream_goes_on_from_call_to_call():
    seed(7)
    drawn = np.concatenate([draws(1), draws(311), draws(313), draws(1000)])
    same(drawn, np.random.RandomState(7).random_sample(1625))


def test_the_state_is_not_that_of_numpy():
    np.random.seed(3)
    expected = np.random.RandomState(3).random_sample(3)
    seed(9)
    draws(5)
    same(np.random.random_sample(3), expected)


@njit
def of_each():
    a = np.random.random_sample()
    b = np.random.rand()
    c = np.random.uniform(-2.0, 5)
    d = np.random.uniform()
    e = np.random.standard_normal()
    f = np.random.normal(1, 2.5)
    g = np.random.randn()
    h = np.random.exponential(3.0)
    i = np.random.standard_exponential()
    j = np.random.randint(10)
    k = np.random.randint(-5, 1000)
    m = np.random.normal()
    return a, b, c, d, e, f, g, h, i, j, k, m


def test_scalars_of_all_distributions_in_one_stream():
    for n in SEEDS:
        seed(n)
        state = np.random.RandomState(n)
        for _ in range(50):
            expected = (
                state.random_sample(),
                state.rand(),
                state.uniform(-2.0, 5),
                state.uniform(),
                state.standard_normal(),
                state.normal(1, 2.5),
                state.randn(),
                state.exponential(3.0),
                state.standard_exponential(),
                state.randint(10),
                state.randint(-5, 1000),
                state.normal(),
            )
            assert of_each() == expected


@njit
def arrays(n):
    return (
        np.random.random(n),
        np.random.rand(2, n),
        np.random.uniform(1.0, 2.0, (n, 3)),
        np.random.normal(0.5, 2.0, size=n),
        np.random.randn(n, 2, 2),
        np.random.standard_normal(n),
        np.random.exponential(2.0, n),
        np.random.randint(3, 50, size=(2, n)),
        np.random.normal(size=3),
    )


@pytest.mark.parametrize("n", [0, 1, 5, 700])
def test_sizes_make_arrays(n):
    seed(n)
    state = np.random.RandomState(n)
    expected = (
        state.random_sample(n),
        state.rand(2, n),
        state.uniform(1.0, 2.0, (n, 3)),
        state.normal(0.5, 2.0, size=n),
        state.randn(n, 2, 2),
        state.standard_normal(n),
        state.exponential(2.0, n),
        state.randint(3, 50, size=(2, n)),
        state.normal(size=3),
    )
    for drawn, wanted in zip(arrays(n), expected, strict=True):
        same(drawn, wanted)


@njit
def integers(low, high, n):
    out = np.empty(n, np.int64)
    for i in range(n):
        out[i] = np.random.randint(low, high)
    return out


BOUNDS = [
    *[(0, high) for high in (1, 2, 3, 7, 8, 9, 255, 256, 257, 10**6)],
    *[(0, 2**power + more) for power in (16, 31, 32, 33, 62) for more in (-1, 0, 1)],
    (0, 2**63 - 1),
    (-1, 0),
    (-(2**63), 2**63 - 1),
    (-(2**63), 0),
    (-100, 2**40),
    (5, 6),
]


@pytest.mark.parametrize("bounds", BOUNDS)
def test_randint_of_many_bounds(bounds):
    seed(11)
    same(integers(*bounds, 400), np.random.RandomState(11).randint(*bounds, size=400))


@njit
def shuffled(a):
    np.random.shuffle(a)
    return a


@pytest.mark.parametrize("shape", [(0,), (1,), (2,), (100,), (2000,), (50, 3), (7, 2, 2), (4, 0)])
@pytest.mark.parametrize("dtype", [np.int64, np.float32, np.complex128, np.bool_])
def test_shuffle(shape, dtype):
    given = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    expected = given.copy()
    state = np.random.RandomState(5)
    state.shuffle(expected)
    seed(5)
    same(shuffled(given.copy()), expected)
    every_other = np.repeat(given, 2, axis=0)[::2]
    seed(5)
    same(shuffled(every_other), expected)


@njit
def permuted(n):
    return np.random.permutation(n)


def test_permutation():
    seed(8)
    state = np.random.RandomState(8)
    same(permuted(20), state.permutation(20))
    values = np.linspace(0, 1, 9)
    same(permuted(values), state.permutation(values))
    same(values, np.linspace(0, 1, 9))


@njit
def choices(a, n):
    one = np.random.choice(a)
    many = np.random.choice(a, n)
    shaped = np.random.choice(a, (2, n))
    without = np.random.choice(a, 3, replace=False)
    single = np.random.choice(a, replace=False)
    return one, many, shaped, without, single


@pytest.mark.parametrize("a", [3, 10, 1000, np.arange(5.0), np.arange(300, dtype=np.int16)])
def test_choice(a):
    seed(21)
    state = np.random.RandomState(21)
    expected = (
        state.choice(a),
        state.choice(a, 6),
        state.choice(a, (2, 6)),
        state.choice(a, 3, replace=False),
        state.choice(a, replace=False),
    )
    for drawn, wanted in zip(choices(a, 6), expected, strict=True):
        assert np.array_equal(drawn, wanted)


@njit
def choice_without(a, n):
    return np.random.choice(a, n, False)


@njit
def uniform(low, high):
    return np.random.uniform(low, high)


@njit
def normal(scale):
    return np.random.normal(0.0, scale)


@njit
def exponential(scale):
    return np.random.exponential(scale)


@njit
def below(high):
    return np.random.randint(high)


@njit
def choice(a):
    return np.random.choice(a)


@pytest.mark.parametrize(
    ("call", "legacy"),
    [
        (lambda: seed(-1), lambda state: state.seed(-1)),
        (lambda: seed(2**32), lambda state: state.seed(2**32)),
        (lambda: below(0), lambda state: state.randint(0)),
        (lambda: below(-3), lambda state: state.randint(-3)),
        (lambda: integers(5, 5, 1), lambda state: state.randint(5, 5)),
        (lambda: integers(7, 2, 1), lambda state: state.randint(7, 2)),
        (lambda: normal(-1.0), lambda state: state.normal(0, -1.0)),
        (lambda: normal(-0.0), lambda state: state.normal(0, -0.0)),
        (lambda: exponential(-2.0), lambda state: state.exponential(-2.0)),
        (lambda: uniform(0.0, np.inf), lambda state: state.uniform(0.0, np.inf)),
        (lambda: uniform(-1e308, 1e308), lambda state: state.uniform(-1e308, 1e308)),
        (lambda: choice(0), lambda state: state.choice(0)),
        (lambda: choice(np.empty(0)), lambda state: state.choice(np.empty(0))),
        (lambda: choice_without(3, 4), lambda state: state.choice(3, 4, False)),
    ],
)
def test_errors_are_those_of_numpy(call, legacy):
    same_error(call, partial(legacy, np.random.RandomState(0)))


def test_threads_have_states_of_their_own():
    seed(1)
    streams = []

    def run():
        unseeded = draws(3)
        seed(1)
        streams.append((unseeded.tobytes(), draws(3).tobytes()))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = np.random.RandomState(1).random_sample(3)
    same(draws(3), expected)
    assert len({unseeded for unseeded, _ in streams}) == 4
    assert {seeded for _, seeded in streams} == {expected.tobytes()}


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_forked_child_draws_other_numbers():
    seed(1)
    read, write = os.pipe()
    if os.fork() == 0:
        os.write(write, draws(3).tobytes())
        os._exit(0)
    os.wait()
    assert os.read(read, 24) != draws(3).tobytes()


@njit
def reseeded():
    np.random.seed()
    return np.random.random()


def test_without_a_seed_the_system_is_asked():
    assert reseeded() != reseeded()


LEGACY_INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool"]


def legacy_integers(dtype):
    """Integers of a dtype, one and many."""
    name = "np.bool_" if dtype == "bool" else f"np.{dtype}"
    return defined(
        f"""
def f(low, high, n):
    return (
        np.random.randint(low, high, dtype={name}),
        np.random.randint(low, high, n, {name}),
        np.random.randint(low, high, (n, 2), dtype={name}),
        np.random.random(),
    )
"""
    )


@pytest.mark.parametrize("dtype", LEGACY_INTEGERS)
def test_randint_of_each_dtype(dtype):
    function = legacy_integers(dtype)
    compiled = njit(function)
    least, most = (0, 1) if dtype == "bool" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    end = min(most + 1, 2**63 - 1)
    for low, high in [
        (0, 1),
        (least, end),
        (end - 1, end),
        (max(least, -3), min(end, 100)),
        (0, end // 2 + 1),
    ]:
        np.random.seed(6)
        seed(6)
        for n in (0, 1, 2, 301):
            expected = function(low, high, n)
            drawn = compiled(low, high, n)
            assert drawn[0] == expected[0]
            same(drawn[1], expected[1])
            same(drawn[2], expected[2])
            assert drawn[3] == expected[3]


@pytest.mark.parametrize("dtype", LEGACY_INTEGERS)
def test_bounds_of_randint_outside_of_a_dtype(dtype):
    function = legacy_integers(dtype)
    compiled = njit(function)
    least, most = (0, 1) if dtype == "bool" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    wrong = [(0, 0), (1, 0), (0, -1), (-1, -2), (1, 1)]
    wrong += [(least - 1, 1)] if least > -(2**63) else []
    wrong += [(0, most + 2)] if most < 2**63 - 1 else []
    for bounds in wrong:
        same_error(partial(compiled, *bounds, 2), partial(function, *bounds, 2))


@njit
def randint_of_floats(high):
    return np.random.randint(high, dtype=np.float64)


def test_randint_of_another_dtype():
    with pytest.raises(TypingError, match="expected an integer type or `bool`"):
        randint_of_floats(3)


@njit
def choose_weighted(a, n, p):
    return (
        np.random.choice(a, p=p),
        np.random.choice(a, n, p=p),
        np.random.choice(a, (2, n), True, p),
        np.random.choice(a, n, False, p),
        np.random.choice(a, replace=False, p=p),
        np.random.random(),
    )


@pytest.mark.parametrize("n", [0, 1, 2, 7, 40])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_choice_with_probabilities(n, dtype):
    shares = np.random.RandomState(0).random_sample(60).astype(dtype)
    shares[::4] = 0
    shares /= shares.sum()
    for a in (60, np.arange(60) * 1.5, np.arange(120.0)[::2]):
        for p in (shares, np.repeat(shares, 2)[::2]):
            np.random.seed(4)
            seed(4)
            expected = choose_weighted.py_func(a, n, p)
            for drawn, wanted in zip(choose_weighted(a, n, p), expected, strict=True):
                same(drawn, wanted)


@njit
def choose_some(a, n, p, replace):
    return np.random.choice(a, n, replace, p)


@pytest.mark.parametrize(
    "p",
    [
        [0.5, 0.6, 0.7],
        [np.nan, 0.6, 0.7],
        [-0.5, 0.6, 0.9],
        [0.5, 0.5],
        [1.0, 0.0, 0.0],
        [[0.5, 0.2, 0.3]],
    ],
)
def test_probabilities_that_are_none(p):
    for a in (3, np.arange(3)):
        for n in (2, 4):
            args = (a, n, np.array(p), False)
            same_error(partial(choose_some, *args), partial(choose_some.py_func, *args))


def test_choice_of_lists_and_records():
    @njit
    def of_lists():
        return np.random.choice([3.0, 4.0], 5), np.random.choice((1, 2, 3), 2, True, [0.5, 0.25, 0.25])

    np.random.seed(4)
    seed(4)
    for drawn, expected in zip(of_lists(), of_lists.py_func(), strict=True):
        same(drawn, expected)

    @njit
    def of_records(a):
        return np.random.choice(a, 4), np.random.choice(a, 2, replace=False), np.random.choice(a)["y"]

    records = np.zeros(5, [("x", "i4"), ("y", "f8")])
    records["y"] = np.arange(5)
    np.random.seed(4)
    seed(4)
    for drawn, expected in zip(of_records(records), of_records.py_func(records), strict=True):
        same(drawn, expected)


def test_choice_of_rows_is_not_what_numpy_has():
    with pytest.raises(TypingError, match="with one axis"):
        choice(np.zeros((3, 2)))
