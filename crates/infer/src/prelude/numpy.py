"""NumPy's scalar-wise functions: they never raise, and have NumPy's result types."""


def numpy_exp(x: number):
    return _exp(x)


def numpy_exp2(x: number):
    if _is_complex(x):
        scale = _like(0.6931471805599453, x.real)
        return _exp(_like(complex(x.real * scale, x.imag * scale), x))
    return _exp2(x)


def numpy_expm1(x: number):
    if _is_complex(x):
        half = _sin(x.imag * _like(0.5, x.imag))
        real = _expm1(x.real) * _cos(x.imag) - _like(2.0, half) * half * half
        return _like(complex(real, _sin(x.imag) * _exp(x.real)), x)
    return _expm1(x)


def numpy_log(x: number):
    return _log(x)


def numpy_log2(x: number):
    return numpy__scaled_log(x, 1.4426950408889634) if _is_complex(x) else _log2(x)


def numpy_log10(x: number):
    return numpy__scaled_log(x, 0.4342944819032518) if _is_complex(x) else _log10(x)


def numpy__scaled_log(x, scale):
    natural = _log(x)
    factor = _like(scale, natural.real)
    return _like(complex(natural.real * factor, natural.imag * factor), x)


def numpy_log1p(x: number):
    if _is_complex(x):
        # Not exact near the circle around -1, as NumPy's.
        real = x.real + _like(1.0, x.real)
        return _like(complex(_log(_hypot(real, x.imag)), _atan2(x.imag, real)), x)
    return _log1p(x)


def numpy_sqrt(x: number):
    return _sqrt(x)


def numpy_cbrt(x: real):
    return _cbrt(x)


def numpy_sin(x: number):
    return _sin(x)


def numpy_cos(x: number):
    return _cos(x)


def numpy_tan(x: number):
    return _tan(x)


def numpy_arcsin(x: number):
    return _asin(x)


def numpy_arccos(x: number):
    return _acos(x)


def numpy_arctan(x: number):
    return _atan(x)


def numpy_sinh(x: number):
    return _sinh(x)


def numpy_cosh(x: number):
    return _cosh(x)


def numpy_tanh(x: number):
    return _tanh(x)


def numpy_arcsinh(x: number):
    return _asinh(x)


def numpy_arccosh(x: number):
    return _acosh(x)


def numpy_arctanh(x: number):
    return _atanh(x)


def numpy_arctan2(y: real, x: real):
    return _atan2(y, x)


def numpy_hypot(x: real, y: real):
    return _hypot(x, y)


def numpy_copysign(x: real, y: real):
    return _copysign(x, y)


def numpy_nextafter(x: real, y: real):
    return _nextafter(x, y)


def numpy_ldexp(x: real, i: integer):
    return _ldexp(x, i)


def numpy_frexp(x: real):
    return numpy__frexp_mantissa(x), numpy__frexp_exponent(x)


def numpy__frexp_mantissa(x: real):
    return _frexp_mantissa(x) if _isfinite(x) else x


def numpy__frexp_exponent(x: real):
    return _frexp_exponent(x) if _isfinite(x) else 0


def numpy_modf(x: real):
    return numpy__modf_fraction(x), numpy__modf_whole(x)


def numpy__modf_fraction(x: real):
    return _copysign(_select(_isinf(x), _like(0.0, x), x - _trunc(x)), x)


def numpy__modf_whole(x: real):
    return _trunc(x)


def numpy_floor(x: plain):
    return x if _is_int(x) else _floor(x)


def numpy_ceil(x: plain):
    return x if _is_int(x) else _ceil(x)


def numpy_trunc(x: plain):
    return x if _is_int(x) else _trunc(x)


def numpy_fix(x: plain):
    return x if _is_int(x) else _trunc(x)


def numpy_rint(x: number):
    if _is_complex(x):
        return _like(complex(_round_even(x.real), _round_even(x.imag)), x)
    return _round_even(x)


def numpy_round(x: scalar, decimals: integer = None):
    count = 0 if decimals is None else decimals
    if _is_int(x):
        if count >= 0:
            return x
        scale = _pow(10.0, float(-count))
        return _like(_round_even(_div(_double(x), scale)) * scale, x)
    if _is_complex(x):
        return _like(complex(numpy__rounded(x.real, count), numpy__rounded(x.imag, count)), x)
    return numpy__rounded(x, count)


def numpy__rounded(x, decimals):
    if decimals == 0:
        return _round_even(x)
    scale = _like(_pow(10.0, float(abs(decimals))), x)
    if decimals < 0:
        return _round_even(_div(x, scale)) * scale
    return _div(_round_even(x * scale), scale)


def numpy_around(x: scalar, decimals: integer = None):
    return numpy_round(x, decimals)


def numpy_absolute(x: scalar):
    return abs(x)


def numpy_fabs(x: real):
    return abs(x)


def numpy_sign(x: scalar):
    if _is_complex(x):
        # Towards an infinity along its axis; two of them have no direction.
        size = abs(x)
        one = _like(1.0, size)
        zero = _like(0.0, size)
        real = _select(_isinf(x.real), _copysign(one, x.real), _select(_isinf(size), zero, _div(x.real, size)))
        imag = _select(_isinf(x.imag), _copysign(one, x.imag), _select(_isinf(size), zero, _div(x.imag, size)))
        unit = _select(size == 0.0, _like(0.0, x), _like(complex(real, imag), x))
        is_none = _isnan(size) | (_isinf(x.real) & _isinf(x.imag))
        return _select(is_none, _like(complex(_nan, _nan), x), unit)
    if _is_float(x):
        unit = _select(x == 0.0, _like(0.0, x), _copysign(_like(1.0, x), x))
        return _select(_isnan(x), x, unit)
    return _like(int(x > 0) - int(x < 0), x)


def numpy_maximum(a: scalar, b: scalar):
    if _is_complex(a):
        return _select(_isnan(a) | numpy_greater_equal(a, b), a, b)
    if _is_float(a):
        return _select((a >= b) | _isnan(a), a, b)
    return max(a, b)


def numpy_minimum(a: scalar, b: scalar):
    if _is_complex(a):
        return _select(_isnan(a) | numpy_less_equal(a, b), a, b)
    if _is_float(a):
        return _select((a <= b) | _isnan(a), a, b)
    return min(a, b)


def numpy_fmax(a: scalar, b: scalar):
    if _is_complex(a):
        return _select(_isnan(b) | numpy_greater_equal(a, b), a, b)
    if _is_float(a):
        return _select((a >= b) | _isnan(b), a, b)
    return max(a, b)


def numpy_fmin(a: scalar, b: scalar):
    if _is_complex(a):
        return _select(_isnan(b) | numpy_less_equal(a, b), a, b)
    if _is_float(a):
        return _select((a <= b) | _isnan(b), a, b)
    return min(a, b)


def numpy_clip(x: scalar, low: scalar, high: scalar):
    return numpy_minimum(numpy_maximum(x, low), high)


def numpy_add(a: scalar, b: scalar):
    return _like(a + b, a)


def numpy_subtract(a: scalar, b: scalar):
    return _like(a - b, a)


def numpy_multiply(a: scalar, b: scalar):
    return _like(a * b, a)


def numpy_divide(a: number, b: number):
    if _is_complex(a):
        zero = abs(b.real)
        by_zero = _like(complex(_div(a.real, zero), _div(a.imag, zero)), a)
        return _select(b == 0.0, by_zero, _div(a, b))
    return _div(a, b)


def numpy_floor_divide(a: plain, b: plain):
    if _is_float(a):
        return _div(a, b) if b == 0.0 else _floordiv(a, b)
    return _like(0, a) if b == 0 else _like(a // b, a)


def numpy_remainder(a: plain, b: plain):
    if _is_float(a):
        return _like(_nan, a) if b == 0.0 else _floormod(a, b)
    return _like(0, a) if b == 0 else _like(a % b, a)


def numpy_divmod(a: plain, b: plain):
    return numpy_floor_divide(a, b), numpy_remainder(a, b)


def numpy_fmod(a: plain, b: plain):
    if _is_float(a):
        return _fmod(a, b)
    if b == 0:
        return _like(0, a)
    rest = a % b
    return _like(rest - b if rest != 0 and (a < 0) != (b < 0) else rest, a)


def numpy_power(a: scalar, b: scalar):
    if _is_int(a):
        if b < 0:
            raise ValueError("Integers to negative integer powers are not allowed.")
        return _like(a**b, a)
    if _is_complex(a):
        return numpy__complex_power(a, b)
    return _pow(a, b)


def numpy__complex_power(a, b) -> call:
    if b == 0.0:
        return _like(1.0, a)
    if a == 0.0:
        return _like(0.0, a) if b.real > 0.0 else _like(complex(_nan, _nan), a)
    if b.imag == 0.0 and abs(b.real) < 100.0 and b.real == _floor(b.real):
        if b.real < 0.0:
            return numpy_divide(_like(1.0, a), numpy__integer_power(a, _integer(-b.real)))
        if b.real == 1.0:
            return a
        if b.real == 2.0:
            return a * a
        return a * (a * a) if b.real == 3.0 else numpy__integer_power(a, _integer(b.real))
    return _pow(a, b)


def numpy__integer_power(base, exponent):
    result = _like(1.0, base)
    factor, rest = base, exponent
    while rest > 0:
        if rest & 1:
            result *= factor
        rest >>= 1
        if rest > 0:
            factor *= factor
    return result


def numpy_negative(x: scalar):
    return _like(-x, x)


def numpy_positive(x: scalar):
    return x


def numpy_square(x: scalar):
    return _like(x * x, x)


def numpy_reciprocal(x: scalar):
    if _is_int(x):
        # Of zero what C makes of infinity: the lowest number where it has 32 bits or more.
        lowest = _like(-_inf, x)
        of_zero = lowest if lowest < -32768 else _like(0, x)
        return of_zero if x == 0 else _like(int(x == 1) - int(x == -1), x)
    if _is_complex(x):
        # By the larger part first, as R. L. Smith divides.
        is_real_larger = abs(x.imag) <= abs(x.real)
        larger = _select(is_real_larger, x.real, x.imag)
        smaller = _select(is_real_larger, x.imag, x.real)
        ratio = _div(smaller, larger)
        one = _like(1.0, ratio)
        divisor = larger + smaller * ratio
        real = _div(_select(is_real_larger, one, ratio), divisor)
        imag = _div(_select(is_real_larger, -ratio, -one), divisor)
        return _like(complex(real, imag), x)
    return _div(_like(1.0, x), x)


def numpy_isnan(x: number):
    return _isnan(x)


def numpy_isinf(x: number):
    return _isinf(x)


def numpy_isfinite(x: number):
    return _isfinite(x)


def numpy_signbit(x: real):
    return _signbit(x)


def numpy_deg2rad(x: real):
    return x * _div(_like(_pi, x), _like(180.0, x))


def numpy_radians(x: real):
    return x * _div(_like(_pi, x), _like(180.0, x))


def numpy_rad2deg(x: real):
    return x * _div(_like(180.0, x), _like(_pi, x))


def numpy_degrees(x: real):
    return x * _div(_like(180.0, x), _like(_pi, x))


def numpy_logaddexp(a: real, b: real):
    if a == b:
        return a + _like(0.6931471805599453, a)
    if a > b:
        return a + _log1p(_exp(b - a))
    if b > a:
        return b + _log1p(_exp(a - b))
    return a - b


def numpy_logaddexp2(a: real, b: real):
    scale = _like(1.4426950408889634, a)
    if a == b:
        return a + _like(1.0, a)
    if a > b:
        return a + scale * _log1p(_exp2(b - a))
    if b > a:
        return b + scale * _log1p(_exp2(a - b))
    return a - b


def numpy_heaviside(x: real, at_zero: real):
    step = _select(x == 0.0, at_zero, _select(x < 0.0, _like(0.0, x), _like(1.0, x)))
    return _select(_isnan(x), x, step)


def numpy_sinc(x: real):
    turn = _like(_pi, x) * x
    return _select(x == 0.0, _like(1.0, x), _div(_sin(turn), turn))


def numpy_spacing(x: real):
    if not _isfinite(x):
        return _like(_nan, x)
    away = _copysign(_like(_inf, x), _select(x == 0.0, _like(1.0, x), x))
    return _nextafter(x, away) - x


def numpy_real(x: scalar):
    return x.real


def numpy_imag(x: scalar):
    return x.imag


def numpy_conjugate(x: scalar):
    return _conj(x) if _is_complex(x) else x


def numpy_angle(x: number):
    return _atan2(x.imag, x.real)


def numpy_logical_and(a: scalar, b: scalar):
    return bool(a) & bool(b)


def numpy_logical_or(a: scalar, b: scalar):
    return bool(a) | bool(b)


def numpy_logical_xor(a: scalar, b: scalar):
    return bool(a) ^ bool(b)


def numpy_logical_not(x: scalar):
    return not x


def numpy_equal(a: scalar, b: scalar):
    return a == b


def numpy_not_equal(a: scalar, b: scalar):
    return a != b


def numpy__has_nan_beside(a, b):
    return _isnan(a.imag) | _isnan(b.imag)


def numpy_less(a: scalar, b: scalar):
    # Complex numbers: by the real parts, or where those are equal by the others.
    if _is_complex(a):
        by_real = (a.real < b.real) & (not numpy__has_nan_beside(a, b))
        return by_real | ((a.real == b.real) & (a.imag < b.imag))
    return a < b


def numpy_less_equal(a: scalar, b: scalar):
    if _is_complex(a):
        by_real = (a.real < b.real) & (not numpy__has_nan_beside(a, b))
        return by_real | ((a.real == b.real) & (a.imag <= b.imag))
    return a <= b


def numpy_greater(a: scalar, b: scalar):
    return numpy_less(b, a)


def numpy_greater_equal(a: scalar, b: scalar):
    return numpy_less_equal(b, a)


def numpy__mixed_equal(a, b):
    # The first has a sign, the second has none.
    return (a >= 0) & (_like(a, b) == b)


def numpy__mixed_not_equal(a, b):
    return (a < 0) | (_like(a, b) != b)


def numpy__mixed_less(a, b):
    return (a < 0) | (_like(a, b) < b)


def numpy__mixed_less_equal(a, b):
    return (a < 0) | (_like(a, b) <= b)


def numpy__mixed_greater(a, b):
    return (a >= 0) & (_like(a, b) > b)


def numpy__mixed_greater_equal(a, b):
    return (a >= 0) & (_like(a, b) >= b)


def numpy_bitwise_and(a: integer, b: integer):
    return a & b


def numpy_bitwise_or(a: integer, b: integer):
    return a | b


def numpy_bitwise_xor(a: integer, b: integer):
    return a ^ b


def numpy_invert(x: integer):
    return ~x


def numpy_bitwise_count(x: integer):
    # The ones of ever wider groups of bits are added.
    rest = abs(x)
    pairs = rest - ((rest >> 1) & 0x5555555555555555)
    fours = (pairs & 0x3333333333333333) + ((pairs >> 2) & 0x3333333333333333)
    bytes_ = (fours + (fours >> 4)) & 0x0F0F0F0F0F0F0F0F
    return ((bytes_ * 0x0101010101010101) >> 56) & 127


def numpy_gcd(a: integer, b: integer):
    return abs(math__divisor(a, b))


def numpy_lcm(a: integer, b: integer):
    return _like(0, a) if a == 0 or b == 0 else abs(a) // abs(math__divisor(a, b)) * abs(b)


def numpy_left_shift(a: integer, b: integer):
    return _shl(a, _select((b < 0) | (b > 63), _like(64, b), b))


def numpy_right_shift(a: integer, b: integer):
    return _shr(a, _select((b < 0) | (b > 63), _like(64, b), b))
