"""`np.random` in compiled functions: the streams of NumPy's legacy generator, and `Generator` arguments."""

import os
import threading

import numpy as np
import pytest

from ferrule import njit
from ferrule.errors import UnsupportedError

SEEDS = [0, 1, 42, 5489, 2**31, 2**32 - 1, *range(100, 130)]


@njit
def seed(n):
    np.random.seed(n)


def same(drawn, expected):
    """Equal to the bit, dtype and shape included."""
    drawn, expected = np.asarray(drawn), np.asarray(expected)
    assert drawn.dtype == expected.dtype
    assert drawn.shape == expected.shape
    assert drawn.tobytes() == expected.tobytes()


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
    with pytest.raises((ValueError, OverflowError)) as expected:
        legacy(np.random.RandomState(0))
    with pytest.raises(type(expected.value)) as raised:
        call()
    assert str(raised.value) == str(expected.value)


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
    with pytest.raises((ValueError, OverflowError)) as expected:
        getattr(np.random.default_rng(0), method)(*args, **kwargs)
    with pytest.raises(type(expected.value)) as raised:
        compiled(np.random.default_rng(0), *args)
    assert str(raised.value) == str(expected.value)


def test_what_a_generator_does_not_have_is_named():
    @njit
    def normal(bits):
        return bits.normal()

    with pytest.raises(UnsupportedError, match=r"Generator\.normal"):
        normal(np.random.default_rng(0))


def test_an_object_that_is_no_generator():
    with pytest.raises(TypeError, match="RandomState"):
        from_generator(np.random.RandomState(0), 3)
