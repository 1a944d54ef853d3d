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


def generator__is_negative(x):
    return _signbit(x) and not _isnan(x)


def generator__is_nan(x):
    return _isnan(x)


def generator__is_not_above_zero(x):
    return x <= 0.0


def generator__is_no_probability(x):
    return not (x >= 0.0 and x <= 1.0)


def generator__is_no_probability_above_zero(x):
    return not (x > 0.0 and x <= 1.0)


def generator__is_no_probability_below_one(x):
    return not (x >= 0.0 and x < 1.0)


def generator__is_not_above_one(x):
    return not x > 1.0


def generator__is_no_rate(x):
    return not x >= 0.0


def generator__is_too_large_a_rate(x):
    # What 64 bits hold with ten deviations more.
    return not x <= 9.223372006484771e18


def generator__check_triangular(left, mode, right):
    if left > mode:
        raise ValueError("left > mode")
    if mode > right:
        raise ValueError("mode > right")
    if left == right:
        raise ValueError("left == right")


def generator__check_hypergeometric(good, bad, sample):
    if good >= 1000000000 or bad >= 1000000000:
        raise ValueError("both ngood and nbad must be less than 1000000000")
    if good + bad < sample:
        raise ValueError("ngood + nbad < nsample")


def generator__check_negative_binomial(n, p):
    # It draws from Poisson's distribution.
    if _div(1.0 - p, p) * (n + 10.0 * _sqrt(n)) > 9.223372006484771e18:
        raise ValueError("n too large or p too small, see Generator.negative_binomial Notes")
