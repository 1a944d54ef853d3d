"""NumPy's legacy generator: the distributions of `RandomState`, from the thread's words of MT19937."""


def random__double():
    state = _random_state()
    at = _integer(state[0])
    if at < 623:
        state[0] = at + 2
        high = _double(_integer(state[at + 4]) >> 5)
        low = _double(_integer(state[at + 5]) >> 6)
        return (high * 67108864.0 + low) * 1.1102230246251565e-16
    return _random_double()


def random__word():
    state = _random_state()
    at = _integer(state[0])
    if at < 624:
        state[0] = at + 1
        return _integer(state[at + 4])
    return _random_word()


def random__below(most):
    # A number up to and with this one, which has no sign: bits are drawn until they are not above.
    if most < 0 or most > 4294967295:
        return _random_below(most)
    if most == 0:
        return 0
    mask = most | (most >> 1)
    mask |= mask >> 2
    mask |= mask >> 4
    mask |= mask >> 8
    mask |= mask >> 16
    drawn = random__word() & mask
    while drawn > most:
        drawn = random__word() & mask
    return drawn


def random__gauss() -> call:
    state = _random_state()
    kept = _random_gauss()
    if state[1] != 0:
        state[1] = 0
        return kept[0]
    x = 2.0 * random__double() - 1.0
    y = 2.0 * random__double() - 1.0
    square = x * x + y * y
    while square >= 1.0 or square == 0.0:
        x = 2.0 * random__double() - 1.0
        y = 2.0 * random__double() - 1.0
        square = x * x + y * y
    scale = _sqrt(_div(-2.0 * _log(square), square))
    kept[0] = scale * x
    state[1] = 1
    return scale * y


def random__seed(seed):
    if seed < 0 or seed > 4294967295:
        raise ValueError("Seed must be between 0 and 2**32 - 1")
    _random_seed(seed)


def random__random_sample():
    return random__double()


def random__check_uniform(low, high):
    if not _isfinite(high - low):
        raise OverflowError("Range exceeds valid bounds")


def random__uniform(low, high):
    return low + (high - low) * random__double()


def random__standard_normal():
    return random__gauss()


def random__check_normal(loc, scale):
    if _signbit(scale) and not _isnan(scale):
        raise ValueError("scale < 0")


def random__normal(loc, scale):
    return loc + scale * random__gauss()


def random__standard_exponential():
    return -_log(1.0 - random__double())


def random__check_exponential(scale):
    if _signbit(scale) and not _isnan(scale):
        raise ValueError("scale < 0")


def random__exponential(scale):
    return scale * -_log(1.0 - random__double())


def random__last(high, endpoint):
    return high if endpoint else high - _like(1, high)


def random__is_beyond(high, most, endpoint, lowest):
    if not endpoint and high == lowest:
        return False
    return random__last(high, endpoint) > most


def random__check_order(low, high, endpoint, is_negative, draws):
    # A negative upper bound of numbers without a sign is below all.
    if draws and (is_negative or low > high or (low == high and not endpoint)):
        if endpoint:
            if low == 0:
                raise ValueError("high < 0")
            raise ValueError("low > high")
        if low == 0:
            raise ValueError("high <= 0")
        raise ValueError("low >= high")


def random__fill_narrow(out, low, most, bits) -> call:
    # Numbers of few bits: as many from each word as there is room for, the lowest bits first.
    mask = most | (most >> 1)
    mask |= mask >> 2
    mask |= mask >> 4
    mask |= mask >> 8
    word = 0
    left = 0
    for i in range(len(out)):
        drawn = 0
        if most > 0:
            drawn = most + 1
            while drawn > most:
                if left < bits:
                    word = random__word()
                    left = 32
                else:
                    word >>= bits
                left -= bits
                drawn = word & mask
        out[i] = low + drawn


def random__shuffle(a) -> call:
    for i in range(len(a) - 1, 0, -1):
        j = random__below(i)
        kept = a[i]
        a[i] = a[j]
        a[j] = kept


def random__shuffle_rows(a) -> call:
    for i in range(len(a) - 1, 0, -1):
        j = random__below(i)
        if i != j:
            row = a[i]
            other = a[j]
            for place in _indices(row):
                kept = row[place]
                row[place] = other[place]
                other[place] = kept


def random__permutation(count) -> call:
    order = _empty_words(count)
    for i in range(count):
        order[i] = i
    random__shuffle(order)
    return order


def random__choice_item(a):
    if len(a) == 0:
        raise ValueError("'a' cannot be empty unless no samples are taken")
    return a[random__below(len(a) - 1)]


def random__choice_number(count):
    if count <= 0:
        raise ValueError("a must be greater than 0 unless no samples are taken")
    return random__below(count - 1)


def random__check_choice(out, count, replace):
    if not replace and len(out) > count:
        raise ValueError("Cannot take a larger sample than population when 'replace=False'")


def random__choice_items(out, a, replace):
    if len(a) == 0 and len(out) > 0:
        raise ValueError("'a' cannot be empty unless no samples are taken")
    random__check_choice(out, len(a), replace)
    random__choose_items(out, a, replace)


def random__choose_items(out, a, replace) -> call:
    if replace:
        for i in range(len(out)):
            out[i] = a[random__below(len(a) - 1)]
    else:
        order = random__permutation(len(a))
        for i in range(len(out)):
            out[i] = a[order[i]]


def random__choice_numbers(out, count, replace):
    if count <= 0 and len(out) > 0:
        raise ValueError("a must be greater than 0 unless no samples are taken")
    random__check_choice(out, count, replace)
    random__choose_numbers(out, count, replace)


def random__choose_numbers(out, count, replace) -> call:
    if replace:
        for i in range(len(out)):
            out[i] = random__below(count - 1)
    else:
        order = random__permutation(count)
        for i in range(len(out)):
            out[i] = order[i]
