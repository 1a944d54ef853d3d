"""CPython's `cmath`: an infinity from a finite number is a range error, a NaN from an infinity or a
pole a domain error."""


def cmath__check(z, result):
    if not _isfinite(result):
        if _isfinite(z):
            raise OverflowError("math range error")
        if _isinf(z) and _isnan(result) and not _isinf(result) and not (_isnan(z.real) | _isnan(z.imag)):
            raise ValueError("math domain error")
    return result


def cmath_acos(z: complex):
    return _acos(z)


def cmath_acosh(z: complex):
    return _acosh(z)


def cmath_asin(z: complex):
    return _asin(z)


def cmath_asinh(z: complex):
    return _asinh(z)


def cmath_atan(z: complex):
    if z.real == 0.0 and abs(z.imag) == 1.0:
        raise ValueError("math domain error")
    return _atan(z)


def cmath_atanh(z: complex):
    if z.imag == 0.0 and abs(z.real) == 1.0:
        raise ValueError("math domain error")
    return _atanh(z)


def cmath_cos(z: complex):
    return cmath__check(z, _cos(z))


def cmath_cosh(z: complex):
    return cmath__check(z, _cosh(z))


def cmath_exp(z: complex):
    return cmath__check(z, _exp(z))


def cmath_isfinite(z: complex):
    return _isfinite(z)


def cmath_isinf(z: complex):
    return _isinf(z)


def cmath_isnan(z: complex):
    return _isnan(z)


def cmath_log(z: complex, base: complex = None):
    if z == 0.0:
        raise ValueError("math domain error")
    if base is None:
        return _log(z)
    if base == 0.0:
        raise ValueError("math domain error")
    return _log(z) / _log(base)


def cmath_log10(z: complex):
    if z == 0.0:
        raise ValueError("math domain error")
    return _div(_log(z), _like(2.302585092994046, z))


def cmath_phase(z: complex):
    return _atan2(z.imag, z.real)


def cmath_polar(z: complex):
    return abs(z), _atan2(z.imag, z.real)


def cmath_rect(r: real, phi: real):
    if _isinf(phi) and r != 0.0 and not _isnan(r):
        raise ValueError("math domain error")
    return complex(r * _cos(phi), r * _sin(phi))


def cmath_sin(z: complex):
    return cmath__check(z, _sin(z))


def cmath_sinh(z: complex):
    return cmath__check(z, _sinh(z))


def cmath_sqrt(z: complex):
    return _sqrt(z)


def cmath_tan(z: complex):
    return cmath__check(z, _tan(z))


def cmath_tanh(z: complex):
    return cmath__check(z, _tanh(z))
