"""NumPy's scalar-wise functions: they never raise, and have NumPy's result types."""


def numpy_exp(x: number):
    return _exp(x)


def numpy_exp2(x: real):
    return _exp2(x)


def numpy_expm1(x: real):
    return _expm1(x)


def numpy_log(x: number):
    return _log(x)


def numpy_log2(x: real):
    return _log2(x)


def numpy_log10(x: real):
    return _log10(x)


def numpy_log1p(x: real):
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
    if _isfinite(x):
        return _frexp_mantissa(x), _frexp_exponent(x)
    return x, 0


def numpy_modf(x: real):
    whole = _trunc(x)
    fraction = _copysign(_select(_isinf(x), _like(0.0, x), x - whole), x)
    return fraction, whole


def numpy_floor(x: real):
    return _floor(x)


def numpy_ceil(x: real):
    return _ceil(x)


def numpy_trunc(x: real):
    return _trunc(x)


def numpy_fix(x: real):
    return _trunc(x)


def numpy_rint(x: real):
    return _round_even(x)


def numpy_round(x: plain, decimals: integer = None):
    if decimals is None:
        return x if _is_int(x) else _round_even(x)
    if _is_int(x):
        return _like(numbers__round_int(x, decimals), x)
    scale = _like(_pow(10.0, float(abs(decimals))), x)
    if decimals < 0:
        return _round_even(_div(x, scale)) * scale
    return _div(_round_even(x * scale), scale)


def numpy_absolute(x: scalar):
    return abs(x)


def numpy_fabs(x: real):
    return abs(x)


def numpy_sign(x: scalar):
    if _is_complex(x):
        size = abs(x)
        return _select(size == 0.0, _like(0.0, x), _div(x, _like(size, x)))
    if _is_float(x):
        unit = _select(x == 0.0, _like(0.0, x), _copysign(_like(1.0, x), x))
        return _select(_isnan(x), x, unit)
    return _like(int(x > 0) - int(x < 0), x)


def numpy_maximum(a: plain, b: plain):
    if _is_float(a):
        return _select((a >= b) | _isnan(a), a, b)
    return max(a, b)


def numpy_minimum(a: plain, b: plain):
    if _is_float(a):
        return _select((a <= b) | _isnan(a), a, b)
    return min(a, b)


def numpy_fmax(a: plain, b: plain):
    if _is_float(a):
        return _select((a >= b) | _isnan(b), a, b)
    return max(a, b)


def numpy_fmin(a: plain, b: plain):
    if _is_float(a):
        return _select((a <= b) | _isnan(b), a, b)
    return min(a, b)


def numpy_clip(x: plain, low: plain, high: plain):
    return numpy_minimum(numpy_maximum(x, low), high)


def numpy_add(a: scalar, b: scalar):
    return _like(a + b, a)


def numpy_subtract(a: scalar, b: scalar):
    return _like(a - b, a)


def numpy_multiply(a: scalar, b: scalar):
    return _like(a * b, a)


def numpy_divide(a: number, b: number):
    return _div(a, b)


def numpy_floor_divide(a: plain, b: plain):
    if _is_float(a):
        return _div(a, b) if b == 0.0 else _floordiv(a, b)
    return _like(0 if b == 0 else a // b, a)


def numpy_remainder(a: plain, b: plain):
    if _is_float(a):
        return _like(_nan, a) if b == 0.0 else _floormod(a, b)
    return _like(0 if b == 0 else a % b, a)


def numpy_fmod(a: plain, b: plain):
    if _is_float(a):
        return _fmod(a, b)
    if b == 0:
        return _like(0, a)
    rest = a % b
    return _like(rest - b if rest != 0 and (a < 0) != (b < 0) else rest, a)


def numpy_power(a: scalar, b: scalar):
    if _is_int(a):
        return _like(a**b, a)
    if _is_complex(a):
        return _select(b == 0.0, _like(1.0, a), _pow(a, b))
    return _pow(a, b)


def numpy_negative(x: scalar):
    return _like(-x, x)


def numpy_positive(x: scalar):
    return x


def numpy_square(x: scalar):
    return _like(x * x, x)


def numpy_reciprocal(x: number):
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
    return x * _like(_pi / 180.0, x)


def numpy_radians(x: real):
    return x * _like(_pi / 180.0, x)


def numpy_rad2deg(x: real):
    return x * _like(180.0 / _pi, x)


def numpy_degrees(x: real):
    return x * _like(180.0 / _pi, x)


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
    return _nextafter(x, _copysign(_like(_inf, x), x)) - x


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


def numpy_less(a: plain, b: plain):
    return a < b


def numpy_less_equal(a: plain, b: plain):
    return a <= b


def numpy_greater(a: plain, b: plain):
    return a > b


def numpy_greater_equal(a: plain, b: plain):
    return a >= b


def numpy_bitwise_and(a: integer, b: integer):
    return a & b


def numpy_bitwise_or(a: integer, b: integer):
    return a | b


def numpy_bitwise_xor(a: integer, b: integer):
    return a ^ b


def numpy_invert(x: integer):
    return ~x


def numpy_gcd(a: integer, b: integer):
    return abs(math__divisor(a, b))


def numpy_lcm(a: integer, b: integer):
    return 0 if a == 0 or b == 0 else abs(a // math__divisor(a, b) * b)


def numpy_left_shift(a: integer, b: integer):
    return _shl(a, _select((b < 0) | (b > 63), _like(64, b), b))


def numpy_right_shift(a: integer, b: integer):
    return _shr(a, _select((b < 0) | (b > 63), _like(64, b), b))
