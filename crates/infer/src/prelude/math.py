"""CPython's `math` over scalars. The compiler's `prelude` module says what this text may use.

The checks are those of CPython's `Modules/mathmodule.c`: a NaN from a number is a domain error, an
infinity from a finite number is a range error, unless the point is a pole.
"""


def math__range(x, result):
    if _isinf(result) & _isfinite(x):
        raise OverflowError("math range error")
    return result


def math_acos(x: real):
    if (x < -1.0) | (x > 1.0):
        raise ValueError("math domain error")
    return _acos(x)


def math_acosh(x: real):
    if x < 1.0:
        raise ValueError("math domain error")
    return _acosh(x)


def math_asin(x: real):
    if (x < -1.0) | (x > 1.0):
        raise ValueError("math domain error")
    return _asin(x)


def math_asinh(x: real):
    return _asinh(x)


def math_atan(x: real):
    return _atan(x)


def math_atan2(y: real, x: real):
    return _atan2(y, x)


def math_atanh(x: real):
    if (x <= -1.0) | (x >= 1.0):
        raise ValueError("math domain error")
    return _atanh(x)


def math_cbrt(x: real):
    return _cbrt(x)


def math_ceil(x: plain):
    return +x if _is_int(x) else int(_ceil(x))


def math_comb(n: integer, k: integer):
    if n < 0:
        raise ValueError("n must be a non-negative integer")
    if k < 0:
        raise ValueError("k must be a non-negative integer")
    if k > n:
        return 0
    count = min(k, n - k)
    result = 1
    for i in range(1, count + 1):
        # Reduced first, so that only a result that does not fit overflows.
        common = math_gcd(result, i)
        factor = (n - count + i) // (i // common)
        result = math__times(result // common, factor)
    return result


def math__times(a, b):
    if b > 0 and a > 9223372036854775807 // b:
        raise OverflowError("the result does not fit 64 bits")
    return a * b


def math_copysign(x: real, y: real):
    return _copysign(x, y)


def math_cos(x: real):
    if _isinf(x):
        raise ValueError("math domain error")
    return _cos(x)


def math_cosh(x: real):
    return math__range(x, _cosh(x))


def math_degrees(x: real):
    return x * _like(180.0 / _pi, x)


def math_erf(x: real):
    return _erf(x)


def math_erfc(x: real):
    return _erfc(x)


def math_exp(x: real):
    return math__range(x, _exp(x))


def math_exp2(x: real):
    return math__range(x, _exp2(x))


def math_expm1(x: real):
    return math__range(x, _expm1(x))


def math_fabs(x: real):
    return abs(x)


def math_factorial(n: integer):
    if n < 0:
        raise ValueError("factorial() not defined for negative values")
    if n > 20:
        raise OverflowError("the result does not fit 64 bits")
    result = 1
    for i in range(2, n + 1):
        result *= i
    return result


def math_floor(x: plain):
    return +x if _is_int(x) else int(_floor(x))


def math_fma(x: real, y: real, z: real):
    result = _fma(x, y, z)
    if not _isfinite(result):
        if _isnan(result):
            if not (_isnan(x) | _isnan(y) | _isnan(z)):
                raise ValueError("invalid operation in fma")
        elif _isfinite(x) & _isfinite(y) & _isfinite(z):
            raise OverflowError("overflow in fma")
    return result


def math_fmod(x: real, y: real):
    if (_isinf(x) and not _isnan(y)) or (y == 0.0 and not _isnan(x)):
        raise ValueError("math domain error")
    return _fmod(x, y)


def math_frexp(x: real):
    if _isfinite(x):
        return _frexp_mantissa(x), _frexp_exponent(x)
    return x, 0


def math_gamma(x: real):
    if x == -_inf or (x <= 0.0 and x == _floor(x)):
        raise ValueError("math domain error")
    return math__range(x, _gamma(x))


def math_gcd(a: integer = None, b: integer = None):
    if a is None:
        return 0
    if b is None:
        return math__magnitude(a)
    return math__magnitude(math__divisor(a, b))


def math__divisor(a: integer, b: integer):
    while b:
        a, b = b, a % b
    return a


def math__magnitude(a):
    if a < 0 and -a < 0:
        raise OverflowError("the result does not fit 64 bits")
    return abs(a)


def math_hypot(x: real = None, y: real = None):
    if x is None:
        return 0.0
    if y is None:
        return abs(x)
    return _hypot(x, y)


def math_isclose(a: real, b: real, *, rel_tol: real = None, abs_tol: real = None):
    relative = 1e-09 if rel_tol is None else rel_tol
    absolute = 0.0 if abs_tol is None else abs_tol
    if (relative < 0.0) | (absolute < 0.0):
        raise ValueError("tolerances must be non-negative")
    if a == b:
        return True
    if _isinf(a) | _isinf(b):
        return False
    distance = abs(b - a)
    return (distance <= abs(relative * b)) | (distance <= abs(relative * a)) | (distance <= absolute)


def math_isfinite(x: real):
    return _isfinite(x)


def math_isinf(x: real):
    return _isinf(x)


def math_isnan(x: real):
    return _isnan(x)


def math_isqrt(n: integer):
    if n < 0:
        raise ValueError("isqrt() argument must be nonnegative")
    # The root of the nearest float is off by one at most; 3037000499 is the root of 2**63 - 1.
    root = min(_integer(_sqrt(float(n))), 3037000499)
    if root * root > n:
        root -= 1
    if n - root * root > 2 * root:
        root += 1
    return root


def math_lcm(a: integer = None, b: integer = None):
    if a is None:
        return 1
    if b is None:
        return math__magnitude(a)
    if a == 0 or b == 0:
        return 0
    return math__times(math__magnitude(a // math__divisor(a, b)), math__magnitude(b))


def math_ldexp(x: real, i: integer):
    return math__range(x, _ldexp(x, i))


def math_lgamma(x: real):
    if x <= 0.0 and x == _floor(x) and _isfinite(x):
        raise ValueError("math domain error")
    return math__range(x, _lgamma(x))


def math_log(x: real, base: real = None):
    if x <= 0.0:
        raise ValueError("math domain error")
    if base is None:
        return _log(x)
    if base <= 0.0:
        raise ValueError("math domain error")
    return _log(x) / _log(base)


def math_log10(x: real):
    if x <= 0.0:
        raise ValueError("math domain error")
    return _log10(x)


def math_log1p(x: real):
    if x <= -1.0:
        raise ValueError("math domain error")
    return _log1p(x)


def math_log2(x: real):
    if x <= 0.0:
        raise ValueError("math domain error")
    return _log2(x)


def math_modf(x: real):
    if _isinf(x):
        return _copysign(_like(0.0, x), x), x
    whole = _trunc(x)
    return _copysign(x - whole, x), whole


def math_nextafter(x: real, y: real):
    return _nextafter(x, y)


def math_perm(n: integer, k: integer = None):
    if k is None:
        return math_factorial(n)
    if n < 0:
        raise ValueError("n must be a non-negative integer")
    if k < 0:
        raise ValueError("k must be a non-negative integer")
    if k > n:
        return 0
    result = 1
    for i in range(n - k + 1, n + 1):
        result = math__times(result, i)
    return result


def math_pow(x: real, y: real):
    result = _pow(x, y)
    if not _isfinite(result):
        if _isfinite(x) & _isfinite(y):
            if _isnan(result) | (x == 0.0):
                raise ValueError("math domain error")
            raise OverflowError("math range error")
    return result


def math_radians(x: real):
    return x * _like(_pi / 180.0, x)


def math_remainder(x: real, y: real):
    if (_isinf(x) and not _isnan(y)) or (y == 0.0 and not _isnan(x)):
        raise ValueError("math domain error")
    return _remainder(x, y)


def math_sin(x: real):
    if _isinf(x):
        raise ValueError("math domain error")
    return _sin(x)


def math_sinh(x: real):
    return math__range(x, _sinh(x))


def math_sqrt(x: real):
    if x < 0.0:
        raise ValueError("math domain error")
    return _sqrt(x)


def math_tan(x: real):
    if _isinf(x):
        raise ValueError("math domain error")
    return _tan(x)


def math_tanh(x: real):
    return _tanh(x)


def math_trunc(x: plain):
    return +x if _is_int(x) else int(x)


def math_ulp(x: real):
    if _isnan(x):
        return x
    size = abs(x)
    if _isinf(size):
        return size
    above = _nextafter(size, _like(_inf, x))
    if _isinf(above):
        return size - _nextafter(size, _like(0.0, x))
    return above - size
