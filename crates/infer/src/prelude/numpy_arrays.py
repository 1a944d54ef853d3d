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


def numpy_cumsum(a):
    flat = np.ravel(np.asarray(a))
    total = flat[:0].sum()
    sums = np.full(len(flat), total)
    for i in range(len(flat)):
        total += flat[i]
        sums[i] = total
    return sums


def numpy_cumprod(a):
    flat = np.ravel(np.asarray(a))
    product = flat[:0].prod()
    products = np.full(len(flat), product)
    for i in range(len(flat)):
        product *= flat[i]
        products[i] = product
    return products


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
