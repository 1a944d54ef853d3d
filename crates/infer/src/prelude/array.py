"""What is done with arrays and needs loops: reductions, masks, products.

A result annotated `call` makes a function of its own instead of being expanded at the call. Indices
here are right by construction: nothing checks them.
"""


def array_sum_integers(a, like):
    total = like
    for i in range(len(a)):
        total += a[i]
    return _like(total, like)


def array_sum_floats(a, like):
    return _like(like + array__pairwise(a, 0, len(a)), like)


def array__pairwise(a, start, count) -> call:
    """The sum in the order of NumPy's `pairwise_sum`: eight running sums of up to 128 items."""
    if count < 8:
        total = _like(-0.0, a[start])
        for i in range(count):
            total += a[start + i]
        return total
    if count <= 128:
        a0 = a[start]
        a1 = a[start + 1]
        a2 = a[start + 2]
        a3 = a[start + 3]
        a4 = a[start + 4]
        a5 = a[start + 5]
        a6 = a[start + 6]
        a7 = a[start + 7]
        whole = count - count % 8
        for i in range(8, whole, 8):
            at = start + i
            a0 += a[at]
            a1 += a[at + 1]
            a2 += a[at + 2]
            a3 += a[at + 3]
            a4 += a[at + 4]
            a5 += a[at + 5]
            a6 += a[at + 6]
            a7 += a[at + 7]
        total = ((a0 + a1) + (a2 + a3)) + ((a4 + a5) + (a6 + a7))
        for i in range(whole, count):
            total += a[start + i]
        return total
    half = count // 2
    half -= half % 8
    return array__pairwise(a, start, half) + array__pairwise(a, start + half, count - half)


def array_mean_floats(a, like):
    return _like(_div(array_sum_floats(a, like), _like(len(a), like)), like)


def array_mean_integers(a, like):
    total = like
    for i in range(len(a)):
        total += a[i]
    return _div(total, _like(len(a), like))


def array_prod(a, like):
    total = _like(1, like)
    for i in range(len(a)):
        total *= a[i]
    return _like(total, like)


def array_min_integers(a, like):
    if len(a) == 0:
        raise ValueError("zero-size array to reduction operation minimum which has no identity")
    best = a[0]
    for i in range(1, len(a)):
        best = _select(a[i] < best, a[i], best)
    return best


def array_max_integers(a, like):
    if len(a) == 0:
        raise ValueError("zero-size array to reduction operation maximum which has no identity")
    best = a[0]
    for i in range(1, len(a)):
        best = _select(a[i] > best, a[i], best)
    return best


def array_min_floats(a, like):
    if len(a) == 0:
        raise ValueError("zero-size array to reduction operation minimum which has no identity")
    best = a[0]
    for i in range(1, len(a)):
        x = a[i]
        best = _select((x < best) | _isnan(x), x, best)
        if _isnan(best):
            break
    return best


def array_max_floats(a, like):
    if len(a) == 0:
        raise ValueError("zero-size array to reduction operation maximum which has no identity")
    best = a[0]
    for i in range(1, len(a)):
        x = a[i]
        best = _select((x > best) | _isnan(x), x, best)
        if _isnan(best):
            break
    return best


def array_argmin(a, like):
    if len(a) == 0:
        raise ValueError("attempt to get argmin of an empty sequence")
    at = 0
    best = a[0]
    if _is_float(best):
        if _isnan(best):
            return 0
    for i in range(1, len(a)):
        x = a[i]
        if x < best:
            best = x
            at = i
        elif _is_float(x):
            if _isnan(x):
                return i
    return at


def array_argmax(a, like):
    if len(a) == 0:
        raise ValueError("attempt to get argmax of an empty sequence")
    at = 0
    best = a[0]
    if _is_float(best):
        if _isnan(best):
            return 0
    for i in range(1, len(a)):
        x = a[i]
        if x > best:
            best = x
            at = i
        elif _is_float(x):
            if _isnan(x):
                return i
    return at


def array_any(a, like):
    for i in range(len(a)):
        if a[i] != like:
            return True
    return False


def array_all(a, like):
    for i in range(len(a)):
        if a[i] == like:
            return False
    return True


def array_linspace(start, stop, num):
    if num < 0:
        raise ValueError("Number of samples must be non-negative.")
    out = _empty_floats(num)
    if num == 1:
        out[0] = start
    if num > 1:
        delta = stop - start
        step = _div(delta, float(num - 1))
        if step == 0.0:
            for i in range(num):
                out[i] = _div(float(i), float(num - 1)) * delta + start
        else:
            for i in range(num):
                out[i] = float(i) * step + start
        out[num - 1] = stop
    return out


def array_arange_count(start, stop, step):
    if step == 0:
        raise ZeroDivisionError("division by zero")
    if step > 0:
        return 0 if stop <= start else _floordiv(stop - start - 1, step) + 1
    return 0 if stop >= start else _floordiv(start - stop - 1, -step) + 1


def array_arange_float_count(start, stop, step):
    if step == 0.0:
        raise ZeroDivisionError("float division by zero")
    count = _ceil(_double(_div(stop - start, step)))
    if _isnan(count):
        raise ValueError("arange: cannot compute length")
    if count <= 0.0:
        return 0
    if count >= 9.0e18:
        raise ValueError("Maximum allowed size exceeded")
    return _integer(count)


def array_arange_item(start, step, i):
    # The second item is start + step as it is rounded; the others follow by that difference.
    return start + _like(i, start) * ((start + step) - start)


def array_fill_diagonal(a, k):
    rows, columns = a.shape
    for i in range(rows):
        j = i + k
        if j >= 0 and j < columns:
            a[i, j] = 1


def array_positions(mask):
    count = 0
    for i in range(len(mask)):
        count += mask[i]
    out = _empty_words(count)
    at = 0
    for i in range(len(mask)):
        if mask[i]:
            out[at] = i
            at += 1
    return out


def array_take_mask(a, mask):
    items = a.ravel()
    chosen = mask.ravel()
    count = 0
    for i in range(len(chosen)):
        count += chosen[i]
    out = _empty_like(items, count)
    at = 0
    for i in range(len(chosen)):
        if chosen[i]:
            out[at] = items[i]
            at += 1
    return out


def array_put_mask(a, mask, values):
    chosen = mask.ravel()
    count = 0
    for i in range(len(chosen)):
        count += chosen[i]
    given = values.ravel()
    if len(given) != 1 and len(given) != count:
        raise ValueError("NumPy boolean array indexing assignment cannot assign input values to the output values")
    at = 0
    for place in _indices(a):
        if mask[place]:
            a[place] = given[at if len(given) > 1 else 0]
            at += 1


def array_dot_vectors(a, b):
    if len(a) != len(b):
        raise ValueError("shapes are not aligned: the vectors are not of one length")
    total = _like(0, _zero_of(a))
    for i in range(len(a)):
        total += a[i] * b[i]
    return _like(total, _zero_of(a))


def array_dot_matrix_vector(a, b):
    rows, columns = a.shape
    if columns != len(b):
        raise ValueError("shapes are not aligned: the rows of the matrix are not as long as the vector")
    out = _empty_like(b, rows)
    for i in range(rows):
        total = _like(0, _zero_of(b))
        for j in range(columns):
            total += a[i, j] * b[j]
        out[i] = total
    return out


def array_dot_vector_matrix(a, b):
    rows, columns = b.shape
    if rows != len(a):
        raise ValueError("shapes are not aligned: the columns of the matrix are not as long as the vector")
    out = _zeros_like(a, columns)
    for i in range(rows):
        for j in range(columns):
            out[j] += a[i] * b[i, j]
    return out


def array_dot_matrices(a, b):
    rows, inner = a.shape
    other, columns = b.shape
    if inner != other:
        raise ValueError("shapes are not aligned: the rows of the first are not as long as the columns of the second")
    out = _zeros_like(a, rows, columns)
    for i in range(rows):
        for k in range(inner):
            x = a[i, k]
            for j in range(columns):
                out[i, j] += x * b[k, j]
    return out


def array_builtin_min(a):
    if len(a) == 0:
        raise ValueError("min() arg is an empty sequence")
    best = a[0]
    for i in range(1, len(a)):
        best = _select(a[i] < best, a[i], best)
    return best


def array_builtin_max(a):
    if len(a) == 0:
        raise ValueError("max() arg is an empty sequence")
    best = a[0]
    for i in range(1, len(a)):
        best = _select(a[i] > best, a[i], best)
    return best
