"""Indices of several kinds at once: masks over some axes, arrays, integers, slices, new axes."""

import itertools
import random

import numpy as np
import pytest

CUBE = np.arange(60.0).reshape(3, 4, 5)
# Masks over one axis of each length, and over two.
MASKS = {
    "m": np.array([True, False, True]),
    "n": np.array([True, True, False, True]),
    "p": np.arange(12).reshape(3, 4) % 3 == 0,
    "q": np.arange(20).reshape(4, 5) % 7 < 2,
    "x": np.array([2, 0]),
    "y": np.array([[1], [-1]]),
}

READ = [
    *("a[m]", "a[m, 0]", "a[m, :, 1]", "a[m, 1:3]", "a[m, ..., -1]", "a[:, n]", "a[:, n, 0]", "a[0, n]"),
    *("a[p]", "a[p, 0]", "a[p, 1:3]", "a[:, q]", "a[1, q]", "a[..., q]", "a[None, p]", "a[p, None]"),
    *("a[m, x]", "a[m, :, x]", "a[m, 1, x]", "a[m, y]", "a[m, :, y]"),
    *("a[x, :, x]", "a[x, None, x]", "a[:, x, x]", "a[0, :, x]", "a[x, 0]", "a[:, 0, x]", "a[y, x]"),
    *("a[a > 30.0]", "a[a[:, 0, 0] > 10.0, 1]", "a[(a[:, :, 0] > 10.0), 2]", "a[~m, 0]"),
]


def call(agrees, text):
    names = ", ".join(["a", *MASKS])
    text = f"return {text}" if " = " not in text and "+=" not in text else text
    agrees(f"def f({names}):\n    {text}\n", CUBE, *MASKS.values())


@pytest.mark.parametrize("text", READ)
def test_read(agrees, text):
    call(agrees, text)


@pytest.mark.parametrize("text", READ)
def test_store(agrees, text):
    call(agrees, f"{text} = -1.0")
    call(agrees, f"{text} = {text} * 2.0")
    call(agrees, f"{text} += 0.5")


def items(rng: random.Random, axis: int) -> tuple[str, int]:
    """An item from an axis on, and how many axes it is about."""
    pairs = {0: ["p"], 1: ["q"], 2: []}[axis]
    singles = {0: ["m"], 1: ["n"], 2: []}[axis]
    if pairs and rng.random() < 0.2:
        return rng.choice(pairs), 2
    return rng.choice([*singles, *singles, "x", "y", "0", "-1", ":", "1:3", "::-1", "2:1"]), 1


def index(rng: random.Random) -> str:
    made, axis = [], 0
    while axis < 3 and (not made or rng.random() < 0.85):
        item, axes = items(rng, axis)
        made.append(item)
        axis += axes
    if rng.random() < 0.25:
        made.insert(rng.randint(0, len(made)), "None")
    if axis < 3 and rng.random() < 0.4:
        made.append("...")
    return ", ".join(made)


def chosen_by(place: str):
    """What NumPy reads at a place, or what it says is wrong there."""
    try:
        return CUBE[eval(f"np.s_[{place}]", {"np": np}, MASKS)], ""
    except IndexError as error:
        return None, str(error)


@pytest.mark.parametrize("seed", range(120))
def test_random_items(agrees, compiled, seed):
    rng = random.Random(f"items {seed}")
    place = index(rng)
    text = f"a[{place}] = b" if seed % 2 else f"return a[{place}]"
    chosen, message = chosen_by(place)
    if message:
        with pytest.raises(IndexError) as caught:
            compiled(f"def f(a, {', '.join(MASKS)}):\n    return a[{place}]\n")(CUBE, *MASKS.values())
        assert str(caught.value).startswith(message)
        return
    shape = chosen.shape
    values = np.arange(float(np.prod(shape))).reshape(shape)
    agrees(f"def f(a, b, {', '.join(MASKS)}):\n    {text}\n", CUBE, values, *MASKS.values())


ERRORS = [
    (
        "a[n]",
        "boolean index did not match indexed array along axis 0; size of axis is 3 but size of "
        "corresponding boolean axis is 4",
    ),
    (
        "a[:, m]",
        "boolean index did not match indexed array along axis 1; size of axis is 4 but size of "
        "corresponding boolean axis is 3",
    ),
    (
        "a[q, 0]",
        "boolean index did not match indexed array along axis 0; size of axis is 3 but size of "
        "corresponding boolean axis is 4",
    ),
    (
        "a[:, p]",
        "boolean index did not match indexed array along axis 1; size of axis is 4 but size of "
        "corresponding boolean axis is 3",
    ),
    ("a[m, n]", "shape mismatch: indexing arrays could not be broadcast together with shapes (2,) (3,) "),
    ("a[m, 7]", "index 7 is out of bounds for axis 1 with size 4"),
    ("a[m, x + 3]", "index 5 is out of bounds for axis 1 with size 4"),
]


@pytest.mark.parametrize(("text", "message"), ERRORS)
@pytest.mark.parametrize("is_store", [False, True])
def test_errors(compiled, text, message, is_store):
    names = ", ".join(["a", *MASKS])
    line = f"{text} = 1.0" if is_store else f"return {text}"
    a = CUBE.copy()
    with pytest.raises(IndexError) as expected:
        exec(text, {"a": a, **MASKS})
    with pytest.raises(IndexError) as caught:
        compiled(f"def f({names}):\n    {line}\n")(a, *MASKS.values())
    assert str(expected.value) == message
    assert str(caught.value).startswith(message)
    assert (a == CUBE).all()


FITS = "broadcast|cannot assign"
FIT = [
    ("a[:] = np.zeros((2, 6))", "could not broadcast input array from shape (2,6) into shape (3,4,5)"),
    ("a[0] = np.zeros(6)", "could not broadcast input array from shape (6,) into shape (4,5)"),
    ("a[0, 0, :2] = np.zeros((2, 2))", "could not broadcast input array from shape (2,2) into shape (2,)"),
    ("a[0, :2] = np.zeros((2, 2, 5))", "could not broadcast input array from shape (2,2,5) into shape (2,5)"),
    (
        "a[m] = np.zeros((3, 4, 5))",
        "shape mismatch: value array of shape (3,4,5) could not be broadcast to "
        "indexing result of shape (2,4,5)",
    ),
    (
        "a[m, 0, 0] = np.zeros((2, 2))",
        "shape mismatch: value array of shape (2,2) could not be broadcast to indexing result of shape (2,)",
    ),
    (
        "a[a > 50.0] = np.zeros(4)",
        "NumPy boolean array indexing assignment cannot assign 4 input values to the 9 "
        "output values where the mask is true",
    ),
    (
        "a += np.zeros((3, 4, 4))",
        "operands could not be broadcast together with shapes (3,4,5) (3,4,4) (3,4,5) ",
    ),
    (
        "a[:1] += np.zeros((3, 4, 5))",
        "non-broadcastable output operand with shape (1,4,5) doesn't match the broadcast shape (3,4,5)",
    ),
    ("np.add(a, 1.0, out=a[:2])", "operands could not be broadcast together with shapes (3,4,5) () (2,4,5) "),
    (
        "np.add(a[:, :1], 1.0, out=a[:, 1:2, :3])",
        "operands could not be broadcast together with shapes (3,1,5) () (3,1,3) ",
    ),
    ("a[0] + a[1, :2] + a[2]", "operands could not be broadcast together with shapes (4,5) (2,5) "),
    (
        "a[0] * 2.0 + (a[1, :2] + a[1, :3])",
        "operands could not be broadcast together with shapes (2,5) (3,5) ",
    ),
]


@pytest.mark.parametrize(("text", "message"), FIT)
def test_shapes_that_do_not_fit(compiled, text, message):
    names = ", ".join(["a", *MASKS])
    with pytest.raises(ValueError, match=FITS) as expected:
        exec(text, {"np": np, "a": CUBE.copy(), **MASKS})
    assert str(expected.value) == message
    a = CUBE.copy()
    with pytest.raises(ValueError, match=FITS) as caught:
        compiled(f"def f({names}):\n    {text}\n")(a, *MASKS.values())
    assert str(caught.value) == message
    assert (a == CUBE).all()


@pytest.mark.parametrize(
    "text", ["a[0, 0, :2] = np.ones((1, 2))", "a[0, 0] = np.ones((1, 1, 5))", "a[m, 0, 0] = np.ones((1, 2))"]
)
def test_axes_of_length_one_before_the_others_are_dropped(agrees, text):
    call(agrees, text)


def test_what_is_outside_stores_nothing(compiled):
    a = np.zeros(5)
    with pytest.raises(IndexError, match="index 9 is out of bounds for axis 0 with size 5"):
        compiled("def f(a, b):\n    a[b] = 1.0\n")(a, np.array([0, 1, 9]))
    assert not a.any()


def test_indices_are_checked_where_nothing_is_chosen(compiled):
    for text in ("return a[b]", "a[b] = 1.0", "return a[b, :]"):
        with pytest.raises(IndexError, match="index 7 is out of bounds for axis 0 with size 3"):
            compiled(f"def f(a, b):\n    {text}\n")(np.zeros((3, 0)), np.array([7]))


def test_a_mask_that_is_stored_through(agrees):
    agrees(
        "def f(a, b):\n    a[a[::-1]] = b[: (a[::-1]).sum()]\n",
        np.array([True, False, False]),
        np.zeros(3, bool),
    )


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(["int64", "uint64"], 2)))
def test_integers_of_both_signs_compare_exactly(agrees, first, second):
    big = (1 << 63) + np.arange(3, dtype=np.uint64)
    a, b = np.array([-1, 2**63 - 1, 5]), np.array([big[0], 2**63 - 1, 5], np.uint64)
    one, other = (a, b) if first == "int64" else (b, a)
    for operator in ("<", "<=", ">", ">=", "==", "!="):
        agrees(f"a {operator} b", one, other)
