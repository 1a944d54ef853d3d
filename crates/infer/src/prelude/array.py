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


def array_extreme(a, like, is_least):
    if len(a) == 0:
        if is_least:
            raise ValueError("zero-size array to reduction operation minimum which has no identity")
        raise ValueError("zero-size array to reduction operation maximum which has no identity")
    best = a[0]
    for i in range(1, len(a)):
        x = a[i]
        if _is_complex(x):
            # By the real part, then by the other; the first with a NaN in it stays.
            best = numpy_minimum(best, x) if is_least else numpy_maximum(best, x)
            if _isnan(best):
                break
        else:
            is_beyond = x < best if is_least else x > best
            if _is_float(x):
                best = _select(is_beyond | _isnan(x), x, best)
                if _isnan(best):
                    break
            else:
                best = _select(is_beyond, x, best)
    return best


def array_place_of_extreme(a, like, is_least):
    if len(a) == 0:
        if is_least:
            raise ValueError("attempt to get argmin of an empty sequence")
        raise ValueError("attempt to get argmax of an empty sequence")
    at = 0
    best = a[0]
    if _is_complex(best):
        return array__place_of_complex(a, is_least)
    if _is_float(best):
        if _isnan(best):
            return 0
    for i in range(1, len(a)):
        x = a[i]
        if x < best if is_least else x > best:
            best = x
            at = i
        elif _is_float(x):
            if _isnan(x):
                return i
    return at


def array__place_of_complex(a, is_least):
    # The first with a NaN in it, else by the real part, then by the other.
    best = a[0]
    at = 0
    for i in range(len(a)):
        x = a[i]
        if _isnan(x):
            return i
        if is_least:
            is_beyond = x.real < best.real or (x.real == best.real and x.imag < best.imag)
        else:
            is_beyond = x.real > best.real or (x.real == best.real and x.imag > best.imag)
        if is_beyond:
            best = x
            at = i
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


def array_count_true(mask):
    count = 0
    for place in _indices(mask):
        count += mask[place]
    return count


def array_positions(mask):
    # Where the mask is true, counted along all of its axes.
    chosen = mask.ravel()
    out = _empty_words(array_count_true(chosen))
    at = 0
    for i in range(len(chosen)):
        if chosen[i]:
            out[at] = i
            at += 1
    return out


def array_positions_along(positions, inner, length):
    out = _empty_words(len(positions))
    for i in range(len(positions)):
        out[i] = _floormod(_floordiv(positions[i], inner), length)
    return out


def array_take_mask(a, mask):
    items = a.ravel()
    chosen = mask.ravel()
    out = _empty_like(items, array_count_true(chosen))
    at = 0
    for i in range(len(chosen)):
        if chosen[i]:
            out[at] = items[i]
            at += 1
    return out


def array_put_mask(a, mask, values):
    given = values.ravel()
    at = 0
    for place in _indices(a):
        if mask[place]:
            a[place] = given[at if len(given) > 1 else 0]
            at += 1


def array_dot_vectors(a, b):
    total = _like(0, _zero_of(a))
    for i in range(len(a)):
        total += a[i] * b[i]
    return _like(total, _zero_of(a))


def array_dot_matrix_vector(a, b):
    rows, columns = a.shape
    out = _empty_like(b, rows)
    for i in range(rows):
        total = _like(0, _zero_of(b))
        for j in range(columns):
            total += a[i, j] * b[j]
        out[i] = total
    return out


def array_dot_vector_matrix(a, b):
    rows, columns = b.shape
    out = _zeros_like(a, columns)
    for i in range(rows):
        for j in range(columns):
            out[j] += a[i] * b[i, j]
    return out


def array_dot_matrices(a, b):
    rows, inner = a.shape
    columns = b.shape[1]
    out = _zeros_like(a, rows, columns)
    for i in range(rows):
        for k in range(inner):
            x = a[i, k]
            for j in range(columns):
                out[i, j] += x * b[k, j]
    return out


def array__is_for_blas(rows, inner, columns):
    # Small ones are as fast without the call; BLAS counts in 32 bits.
    if rows <= 8 and inner <= 8 and columns <= 8:
        return False
    if rows == 0 or inner == 0 or columns == 0:
        return False
    return max(rows, inner, columns) <= 2147483647


def array_blas_vectors(a, b, function, kind) -> call:
    if not array__is_for_blas(1, len(a), 1):
        return array_dot_vectors(a, b)
    out = _empty_like(a, 1)
    _blas_vectors(function, kind, len(a), _data(a), _data(b), _data(out))
    return out[0]


def array_blas_matrix_vector(a, b, function, kind) -> call:
    rows, columns = a.shape
    if not array__is_for_blas(rows, columns, 1):
        return array_dot_matrix_vector(a, b)
    out = _empty_like(b, rows)
    # The matrix is the first operand.
    _blas_vector(function, (kind & 3) | (kind & 8), rows, columns, _data(a), _data(b), _data(out))
    return out


def array_blas_vector_matrix(a, b, function, kind) -> call:
    rows, columns = b.shape
    if not array__is_for_blas(rows, columns, 1):
        return array_dot_vector_matrix(a, b)
    out = _empty_like(a, columns)
    # The transposed matrix is the one of the other order.
    _blas_vector(function, (kind & 3) | (8 - 2 * (kind & 4)), columns, rows, _data(b), _data(a), _data(out))
    return out


def array_blas_matrices(a, b, function, kind) -> call:
    rows, inner = a.shape
    columns = b.shape[1]
    if not array__is_for_blas(rows, inner, columns):
        return array_dot_matrices(a, b)
    out = _empty_like(a, rows, columns)
    _blas_matrices(function, kind, rows, columns, inner, _data(a), _data(b), _data(out))
    return out


def array_builtin_extreme(a, is_least):
    if len(a) == 0:
        if is_least:
            raise ValueError("min() arg is an empty sequence")
        raise ValueError("max() arg is an empty sequence")
    best = a[0]
    for i in range(1, len(a)):
        best = _select(a[i] < best if is_least else a[i] > best, a[i], best)
    return best
