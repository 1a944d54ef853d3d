"""Builtins and methods of numbers that are loops or choices rather than one operation."""


def builtins_round(x: plain, ndigits: integer = None):
    if ndigits is None:
        return +x if _is_int(x) else int(_round_even(x))
    if _is_int(x):
        return numbers__round_int(x, ndigits)
    return _like(numbers__round_float(_double(x), ndigits), x)


def numbers__round_int(x, ndigits):
    if ndigits >= 0:
        return +x
    if ndigits < -18:
        return 0
    unit = 10 ** (-ndigits)
    # The multiple below the lowest number wraps around and back; its count does not.
    count = x // unit
    rest = x - count * unit
    is_up = rest * 2 > unit or (rest * 2 == unit and count % 2 == 1)
    return (count + is_up) * unit


def numbers__round_float(x, ndigits):
    # Beyond these, every float is its own nearest decimal, or zero.
    if not _isfinite(x) or ndigits > 323:
        return x
    if ndigits < -308:
        return _copysign(0.0, x)
    if ndigits < 0:
        scale = _pow(10.0, float(-ndigits))
        return _round_even(_div(x, scale)) * scale
    scale = _pow(10.0, float(ndigits))
    scaled = x * scale
    # From 2**53 on, neighbouring floats are further apart than these decimals.
    if not abs(scaled) < 9007199254740992.0:
        return x
    # What the product lost decides where it looks like a tie.
    lost = _fma(x, scale, -scaled)
    nearest = _round_even(scaled)
    above = scaled - nearest
    if above - 0.5 > -lost:
        nearest += 1.0
    elif above + 0.5 < -lost:
        nearest -= 1.0
    elif above - 0.5 == -lost or above + 0.5 == -lost:
        nearest = _round_even(nearest * 0.5 + above * 0.5) * 2.0
    return _copysign(_div(nearest, scale), x)


def numbers__complex_power(a, b):
    if b.imag == 0.0 and b.real == _floor(b.real) and abs(b.real) <= 100.0:
        result = numbers__integer_power(a, _integer(b.real))
    elif a == 0.0:
        if b.imag != 0.0 or b.real < 0.0:
            raise ZeroDivisionError("0.0 to a negative or complex power")
        result = _like(0.0, a)
    else:
        size, angle = abs(a), _atan2(a.imag, a.real)
        length, phase = _pow(size, b.real), angle * b.real
        if b.imag != 0.0:
            length *= _exp(-angle * b.imag)
            phase += b.imag * _log(size)
        result = _like(complex(length * _cos(phase), length * _sin(phase)), a)
    if _isinf(result):
        raise OverflowError("complex exponentiation")
    return result


def numbers__complex(a, b):
    return complex(a.real - b.imag, a.imag + b.real)


def numbers__integer_power(base, exponent):
    result = _like(1.0, base)
    factor, rest = base, abs(exponent)
    while rest > 0:
        if rest & 1:
            result *= factor
        factor *= factor
        rest >>= 1
    if exponent > 0:
        return result
    if result == 0.0:
        raise ZeroDivisionError("0.0 to a negative or complex power")
    return _div(_like(1.0, base), result)


def builtins_pow(base: integer, exp: integer, mod: integer):
    if mod == 0:
        raise ValueError("pow() 3rd argument cannot be 0")
    if exp < 0:
        raise ValueError("pow() with a modulus takes a non-negative exponent in compiled code")
    modulus = abs(mod)
    factor = base % modulus
    result = 1 % modulus
    while exp > 0:
        if exp & 1:
            result = numbers__times(result, factor, modulus)
        factor = numbers__times(factor, factor, modulus)
        exp >>= 1
    return result + mod if mod < 0 and result > 0 else result


def numbers__times(a, b, modulus):
    if modulus <= 3037000499:
        return a * b % modulus
    result = 0
    while b > 0:
        if b & 1:
            result = result - (modulus - a) if result >= modulus - a else result + a
        a = a - (modulus - a) if a >= modulus - a else a + a
        b >>= 1
    return result


def number_conjugate(x: scalar):
    return _conj(x) if _is_complex(x) else +x


def number_bit_length(x: integer):
    count = 0
    rest = abs(x)
    if rest < 0:
        return 64
    while rest:
        rest >>= 1
        count += 1
    return count


def number_bit_count(x: integer):
    count = 0
    rest = abs(x)
    while rest:
        rest = _like(rest & (rest - 1), x)
        count += 1
    return count


def number_is_integer(x: real):
    return _isfinite(x) and _floor(x) == x
