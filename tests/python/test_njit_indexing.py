"""Arrays in jitted functions: what an index reads and where it stores, as in NumPy's guide to indexing."""

import numpy as np
import pytest

from ferrule import errors

A = np.arange(24.0).reshape(4, 6)
CUBE = np.arange(60).reshape(3, 4, 5)
LAYOUTS = {
    "C": A,
    "Fortran": np.asfortranarray(A),
    "strided": np.arange(96.0).reshape(8, 12)[::2, ::2],
    "backwards": A[::-1, ::-1],
}

READ = [
    *(
        "a[1, 2]",
        "a[-1, -6]",
        "a[0]",
        "a[-1]",
        "a[:]",
        "a[1:]",
        "a[:, 1]",
        "a[:, -1]",
        "a[1:3, 2:4]",
        "a[::2]",
    ),
    *("a[::-1]", "a[:, ::-2]", "a[3:0:-1]", "a[2:1]", "a[-100:100]", "a[...]", "a[..., 0]", "a[0, ...]"),
    *("a[None]", "a[:, None]", "a[np.newaxis, :, 1]", "a[..., None]", "a[1][2]", "a[1:][0, 1:]", "a[1,]"),
    *("a[a > 5.0]", "a[a[:, 0] > 6.0]", "a[a != a]", "a[1, a[0] < 3.0]", "a[~(a > 2.0)]"),
    *("a[np.array([0, 2, -1])]", "a[:, np.array([1, 1, 0])]", "a[1, np.array([0, 5])]"),
    *("a[np.array([0, 2]), 1:3]", "a[np.array([], dtype=np.int64)]"),
]
READ_CUBE = [
    "a[1, 2, 3]",
    "a[1]",
    "a[1, 2]",
    "a[..., 1]",
    "a[:, 1]",
    "a[0, ..., 2]",
    "a[::2, 1, ::-1]",
    "a[:, :, 1:2]",
]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("text", READ)
def test_read(agrees, text, layout):
    agrees(text, LAYOUTS[layout])


@pytest.mark.parametrize("text", READ_CUBE)
def test_read_of_rank_three(agrees, text):
    agrees(text, CUBE)


STORE = [
    *(
        "a[1, 2] = 9.0",
        "a[-1, -1] = 9",
        "a[0] = 1.5",
        "a[:, 1] = 2.5",
        "a[...] = 3.0",
        "a[:] = 0.5",
        "a[::2] = -1.0",
    ),
    *("a[1:3, 2:4] = 7.0", "a[0] = a[1]", "a[:, 0] = a[:, 1]", "a[::2] = a[1::2]", "a[1:] = a[:-1]"),
    *(
        "a[:-1] = a[1:]",
        "a[:] = a[::-1]",
        "a[:, :] = a[0]",
        "a[a > 5.0] = 0.0",
        "a[a > 5.0] = a[a > 5.0] * 2.0",
    ),
    *("a[a[:, 0] > 6.0] = -1.0", "a[np.array([0, 2])] = 4.0", "a[:, np.array([0, 2])] = 4.0", "a[1] += 1.0"),
    *("a[1, 1] += 1.0", "a[:, ::2] *= 2.0", "a += 1", "a -= a", "a *= a[0]", "a[a > 3.0] += 0.5", "a /= 2"),
    *(
        "a[0, 0], a[1, 1] = a[1, 1], a[0, 0]",
        "a[None, 0] = 1.0",
        "a[..., 0] = 8.0",
        "a[2:1] = 5.0",
        "a **= 2",
    ),
]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("text", STORE)
def test_store(agrees, text, layout):
    agrees(f"def f(a):\n    {text}\n", LAYOUTS[layout])


@pytest.mark.parametrize(
    "dtype", ["bool", "int8", "uint16", "int64", "uint64", "float32", "complex64", "complex128"]
)
def test_store_of_each_dtype(agrees, dtype):
    a = np.array([0, 1, 0, 1, 1]).astype(dtype)
    agrees(
        "def f(a, b):\n    a[0] = b[1]\n    a[2:] = b[:3]\n    a[b == b[1]] = b[3]\n    return a[4]\n",
        a,
        a.copy(),
    )


def test_overlapping_store_reads_first(agrees):
    agrees("def f(a):\n    a[1:] = a[:-1] + a[1:]\n", np.arange(10.0))


def test_zero_dimensional(agrees):
    agrees("a[()]", np.array(2.5))
    agrees("def f(a):\n    a[()] = 3.0\n", np.array(2.5))
    agrees("def f(a):\n    a[...] = 3.0\n", np.array(2.5))
    agrees("(a.ndim, a.shape, a.size)", np.array(2.5))


def test_zero_strides(agrees):
    constant = np.broadcast_to(np.array([1.0, 2.0]), (3, 2))
    agrees("a + a[::-1]", constant)
    agrees("(a[2, 1], a.strides[0])", constant)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
def test_empty(agrees, shape):
    a = np.zeros(shape)
    for text in ("a + 1.0", "a.sum()", "a[::-1]", "a[a > 0.0]", "a.copy()", "a.size"):
        agrees(text, a)


def test_view_shares_memory(compiled):
    a = np.arange(6.0)
    view = compiled("a[1:4]")(a)
    view[0] = 100.0
    assert a[1] == 100.0
    assert np.shares_memory(view, a)


def test_argument_comes_back_as_itself(compiled):
    a = np.arange(6.0)
    same = compiled("a")(a)
    assert np.shares_memory(same, a)


OUTSIDE = [
    ("a[7]", np.zeros(5), "index 7 is out of bounds for axis 0 with size 5"),
    ("a[-6]", np.zeros(5), "index -6 is out of bounds for axis 0 with size 5"),
    ("a[1, 6]", A, "index 6 is out of bounds for axis 1 with size 6"),
    ("a[4]", A, "index 4 is out of bounds for axis 0 with size 4"),
    ("a[..., 6]", A, "index 6 is out of bounds for axis 1 with size 6"),
    ("a[0]", np.zeros(0), "index 0 is out of bounds for axis 0 with size 0"),
    ("a[np.array([0, 9])]", np.zeros(5), "index 9 is out of bounds for axis 0 with size 5"),
    ("a.T[6, 0]", A, "index 6 is out of bounds for axis 0 with size 6"),
]


@pytest.mark.parametrize(("text", "a", "message"), OUTSIDE)
def test_index_outside(compiled, text, a, message):
    with pytest.raises(IndexError) as caught:
        compiled(text)(a)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("text", ["a[7] = 1.0", "a[-6] += 1.0", "a[np.array([9])] = 1.0"])
def test_store_outside(compiled, text):
    a = np.zeros(5)
    with pytest.raises(IndexError, match="out of bounds for axis 0 with size 5"):
        compiled(f"def f(a):\n    {text}\n")(a)
    assert not a.any()


def test_index_in_a_loop_stops_at_the_first_outside(compiled):
    f = compiled("def f(a, n):\n    for i in range(n):\n        a[i] = i\n")
    a = np.full(5, -1.0)
    with pytest.raises(IndexError, match="index 5 is out of bounds for axis 0 with size 5"):
        f(a, 8)
    assert a.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize("text", ["a[1:] = a[:2]", "a[:] = np.zeros(3)", "a += np.zeros(4)"])
def test_shapes_that_do_not_fit(compiled, text):
    with pytest.raises(ValueError, match="broadcast"):
        compiled(f"def f(a):\n    {text}\n")(np.zeros(5))


def test_masks_that_do_not_fit(compiled):
    with pytest.raises(IndexError):
        compiled("a[b]")(np.zeros(5), np.ones(4, bool))


@pytest.mark.parametrize("text", ["a[0] = 1.0", "a[1:] = 2.0", "a[a > 0.0] = 1.0", "a += 1.0", "a.fill(1.0)"])
def test_read_only_is_refused_when_compiled(compiled, text):
    a = np.zeros(5)
    a.flags.writeable = False
    with pytest.raises(errors.TypingError, match=r"read-only|readonly"):
        compiled(f"def f(a):\n    {text}\n")(a)
    assert not a.any()


@pytest.mark.parametrize("text", ["a[0, 0]", "a[1.5]", "a['x']"])
def test_index_of_a_wrong_type_is_refused_when_compiled(compiled, text):
    with pytest.raises(errors.TypingError):
        compiled(text)(np.zeros(5))


LOOPS = [
    "for x in a:\n        b[0] += x.sum()",
    "for i, x in enumerate(a):\n        b[i] = x[0]",
    "for x, y in zip(a, a[::-1]):\n        b[0] += x[0] * y[1]",
    "for x in a.flat:\n        b[0] += x",
    "for (i, j), x in np.ndenumerate(a):\n        b[i] += j * x",
    "for i, j in np.ndindex(a.shape):\n        b[i] += a[i, j]",
    "for i, j in np.ndindex(2, 3):\n        b[i] += j",
    "for i in range(a.shape[0]):\n        for j in range(a.shape[1]):\n            b[i] += a[i, j]",
    "for x in b:\n        b[0] += x",
    "for x in a:\n        x[0] = 1.0",
    "for x in reversed(b):\n        b[0] = b[0] * 2.0 + x",
]


@pytest.mark.parametrize("text", LOOPS)
def test_loop(agrees, text):
    agrees(f"def f(a, b):\n    {text}\n", A, np.arange(4.0))


def test_flat_reads_and_stores(agrees):
    agrees("def f(a):\n    a.flat[3] = 9.0\n    return a.flat[7]\n", A)


PARTICLE = np.dtype([("x", np.float64), ("count", np.int32), ("flag", np.bool_)])


def particles():
    made = np.zeros(4, PARTICLE)
    made["x"], made["count"] = np.arange(4.0), [1, 2, 3, 4]
    return made


def test_records(agrees):
    text = """def f(a):
    total = 0.0
    for i in range(a.size):
        total += a[i]["x"]
        a[i]["count"] += i
        a[i]["flag"] = a[i]["x"] > 1.0
        a[i]["x"] = 0.5
    return total
"""
    agrees(text, particles())


def test_records_by_attribute(compiled):
    text = """def f(a):
    for i in range(a.size):
        a[i].x += a[i].count
    return a[1].x
"""
    given = particles()
    assert compiled(text)(given) == 3.0
    assert given["x"].tolist() == [1.0, 3.0, 5.0, 7.0]


def test_field_of_all_records(agrees):
    agrees("def f(a):\n    a['x'][:] = 2.0\n    return a['count'].sum()\n", particles())


def test_record_copied(agrees):
    agrees("def f(a):\n    a[0] = a[3]\n", particles())
