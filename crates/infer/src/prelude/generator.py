"""NumPy's `Generator`: its distributions, from the functions of a bit generator."""


def generator__random(bits):
    return _bits_double(bits)


def generator__check_uniform(low, high):
    if not _isfinite(high - low):
        raise OverflowError("high - low range exceeds valid bounds")
    if _signbit(high - low):
        raise ValueError("high - low < 0")


def generator__uniform(bits, low, high):
    return low + (high - low) * _bits_double(bits)


def generator__below(bits, most):
    # A number up to and with this one, which has no sign: Lemire's multiplication.
    if most < 0 or most >= 4294967295:
        return _bits_below(bits, most)
    if most == 0:
        return 0
    count = most + 1
    product = _bits_word(bits) * count
    rest = product & 4294967295
    if rest < count:
        least = (4294967295 - most) % count
        while rest < least:
            product = _bits_word(bits) * count
            rest = product & 4294967295
    return (product >> 32) & 4294967295


def generator__check_integers(low, high, endpoint):
    if endpoint:
        if low > high:
            if low == 0:
                raise ValueError("high < 0")
            raise ValueError("low > high")
    elif low >= high:
        if low == 0:
            raise ValueError("high <= 0")
        raise ValueError("low >= high")


def generator__integers(bits, low, high, endpoint):
    last = high if endpoint else high - 1
    return low + generator__below(bits, last - low)


def generator__place(bits, last):
    # Up to and with the last, not as `integers` draws, but as the legacy generator shuffles.
    mask = last | (last >> 1)
    mask |= mask >> 2
    mask |= mask >> 4
    mask |= mask >> 8
    mask |= mask >> 16
    drawn = _bits_word(bits) & mask
    while drawn > last:
        drawn = _bits_word(bits) & mask
    return drawn


def generator__shuffle(bits, a) -> call:
    for i in range(len(a) - 1, 0, -1):
        j = generator__place(bits, i)
        kept = a[i]
        a[i] = a[j]
        a[j] = kept


def generator__shuffle_rows(bits, a) -> call:
    if a.size > 0:
        for i in range(len(a) - 1, 0, -1):
            j = generator__place(bits, i)
            if i != j:
                row = a[i]
                other = a[j]
                for place in _indices(row):
                    kept = row[place]
                    row[place] = other[place]
                    other[place] = kept


def generator__permutation(bits, count) -> call:
    order = _empty_words(count)
    for i in range(count):
        order[i] = i
    generator__shuffle(bits, order)
    return order
