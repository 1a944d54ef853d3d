"""Functions of NumPy over whole arrays, written as a user of NumPy writes them: `np` is NumPy.

To add `np.name`, define `numpy_name` here. It is compiled along with its callers, for their types, and what it raises
is raised by the call in the user's line. A default is `None`; what it stands for is said in the body.
"""


def numpy_ptp(a, axis=None):
    array = np.asarray(a)
    if isinstance(_zero_of(array), bool):
        raise TypeError(
            "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` operator, "
            "or the logical_xor function instead."
        )
    if axis is None:
        return _like(array.max() - array.min(), _zero_of(array))
    return array.max(axis) - array.min(axis)


def numpy_diff(a, n=None):
    array = np.asarray(a)
    if n is None:
        return numpy__differences(array)
    if n < 0:
        raise ValueError("order must be non-negative")
    differences = array.copy()
    for _ in range(n):
        differences = numpy__differences(differences)
    return differences


def numpy__differences(array):
    if isinstance(_zero_of(array), bool):
        return array[..., 1:] != array[..., :-1]
    return array[..., 1:] - array[..., :-1]


def numpy_cumsum(a, axis=None, dtype=None):
    array = np.asarray(a)
    if dtype is None:
        return numpy__accumulated(array, axis, np.ravel(array)[:0].sum(), False)
    return numpy__accumulated(array.astype(dtype), axis, _zero_of(np.empty(0, dtype)), False)


def numpy_cumprod(a, axis=None, dtype=None):
    array = np.asarray(a)
    if dtype is None:
        return numpy__accumulated(array, axis, np.ravel(array)[:0].prod(), True)
    return numpy__accumulated(array.astype(dtype), axis, _zero_of(np.empty(0, dtype)), True)


def numpy__accumulated(array, axis, like, is_product):
    if axis is None:
        made = np.full(array.size, like)
        numpy__accumulate(made.reshape((1, array.size, 1)), array.reshape((1, array.size, 1)), is_product)
        return made
    place = _axis(array, axis)
    outer = 1
    for i in range(place):
        outer *= array.shape[i]
    inner = 1
    for i in range(place + 1, array.ndim):
        inner *= array.shape[i]
    shape = (outer, array.shape[place], inner)
    made = np.full(array.shape, like)
    numpy__accumulate(made.reshape(shape), array.reshape(shape), is_product)
    return made


def numpy__accumulate(made, array, is_product) -> call:
    # Along the middle of three axes.
    outer, count, inner = array.shape
    for i in range(outer):
        for k in range(inner):
            if count > 0:
                made[i, 0, k] = array[i, 0, k]
        for j in range(1, count):
            for k in range(inner):
                if is_product:
                    made[i, j, k] = made[i, j - 1, k] * array[i, j, k]
                else:
                    made[i, j, k] = made[i, j - 1, k] + array[i, j, k]


def numpy_outer(a, b):
    return np.ravel(np.asarray(a)).reshape((-1, 1)) * np.ravel(np.asarray(b))


def numpy_trapezoid(y, x=None, dx=None):
    heights = np.asarray(y)
    widths = numpy__widths(x, dx)
    return np.sum(widths * (heights[1:] + heights[:-1]) / 2.0)


def numpy__widths(x, dx):
    if x is not None:
        return numpy_diff(x)
    return 1.0 if dx is None else dx
