"""`choice` as NumPy's generators draw it: the numbers of the items. `bits` is a bit generator, or `None` for the
thread's own words."""


def choice__double(bits):
    if bits is None:
        return random__double()
    return _bits_double(bits)


def choice__fault(p, tolerance) -> call:
    # What is wrong with probabilities, by a number: NaN, a negative one, another sum than 1. Kahan's sum.
    total = 0.0
    lost = 0.0
    is_negative = False
    for i in range(len(p)):
        x = p[i] - lost
        more = total + x
        lost = (more - total) - x
        total = more
        is_negative = is_negative or p[i] < 0.0
    if _isnan(total):
        return 1
    if is_negative:
        return 2
    if abs(total - 1.0) > tolerance:
        return 3
    return 0


def choice__ends(p) -> call:
    # Where the share of each item ends, of 1 in all.
    ends = _empty_floats(len(p))
    total = 0.0
    for i in range(len(p)):
        total += p[i]
        ends[i] = total
    for i in range(len(p)):
        ends[i] = _div(ends[i], total)
    return ends


def choice__place(ends, x):
    low = 0
    high = len(ends)
    while low < high:
        middle = (low + high) >> 1
        if ends[middle] <= x:
            low = middle + 1
        else:
            high = middle
    return low


def choice__weighted(out, bits, p, replace):
    if replace:
        choice__weighted_any(out, bits, p)
    else:
        positive = 0
        for i in range(len(p)):
            if p[i] > 0.0:
                positive += 1
        if positive < len(out):
            raise ValueError("Fewer non-zero entries in p than size")
        choice__weighted_distinct(out, bits, p)


def choice__weighted_any(out, bits, p) -> call:
    ends = choice__ends(p)
    for i in range(len(out)):
        out[i] = choice__place(ends, choice__double(bits))


def choice__weighted_distinct(out, bits, p) -> call:
    # In rounds: as many are drawn as are missing, and what was found has no share in the next round.
    shares = p.copy()
    found = 0
    while found < len(out):
        ends = choice__ends(shares)
        for _ in range(len(out) - found):
            at = choice__place(ends, choice__double(bits))
            if shares[at] != 0.0:
                shares[at] = 0.0
                out[found] = at
                found += 1


def choice__numbers(out, bits, count, replace, shuffle) -> call:
    if replace:
        for i in range(len(out)):
            out[i] = generator__below(bits, count - 1)
    elif count > 10000 and len(out) > count // (50 if shuffle else 20):
        choice__tail(out, bits, count)
    else:
        choice__floyd(out, bits, count)
        if shuffle:
            choice__shuffle(out, bits, 1)


def choice__shuffle(a, bits, first):
    for i in range(len(a) - 1, first - 1, -1):
        j = generator__below(bits, i)
        kept = a[j]
        a[j] = a[i]
        a[i] = kept


def choice__tail(out, bits, count) -> call:
    # The end of all numbers, of which only the end is shuffled.
    order = _empty_words(count)
    for i in range(count):
        order[i] = i
    first = count - len(out)
    choice__shuffle(order, bits, first if first > 1 else 1)
    for i in range(len(out)):
        out[i] = order[first + i]


def choice__floyd(out, bits, count) -> call:
    # Floyd's algorithm: a number that is there already gives way to the largest so far. What is there is known from
    # a table with open addressing.
    wanted = len(out)
    mask = int(1.2 * wanted)
    mask |= mask >> 1
    mask |= mask >> 2
    mask |= mask >> 4
    mask |= mask >> 8
    mask |= mask >> 16
    mask |= mask >> 32
    table = np.full(mask + 1, -1)
    for i in range(wanted):
        last = count - wanted + i
        drawn = generator__below(bits, last)
        at = drawn & mask
        while table[at] != -1 and table[at] != drawn:
            at = (at + 1) & mask
        if table[at] != -1:
            drawn = last
            at = drawn & mask
            while table[at] != -1:
                at = (at + 1) & mask
        table[at] = drawn
        out[i] = drawn
