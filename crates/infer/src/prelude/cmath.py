"""CPython's `cmath`: an infinity from a finite number is a range error, an infinite angle and a pole
are domain errors."""


def cmath__range(z, result):
    if _isinf(result) and _isfinite(z):
        raise OverflowError("math range error")
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
    if _isinf(z.real) and not _isnan(z.imag):
        raise ValueError("math domain error")
    return cmath__range(z, _cos(z))


def cmath_cosh(z: complex):
    if _isinf(z.imag) and not _isnan(z.real):
        raise ValueError("math domain error")
    return cmath__range(z, _cosh(z))


def cmath_exp(z: complex):
    if _isinf(z.imag) and (_isfinite(z.real) or z.real == _inf):
        raise ValueError("math domain error")
    return cmath__range(z, _exp(z))


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
    natural = _log(z)
    return complex(natural.real / 2.302585092994046, natural.imag / 2.302585092994046)


def cmath_phase(z: complex):
    return _atan2(z.imag, z.real)


def cmath_polar(z: complex):
    return abs(z), _atan2(z.imag, z.real)


def cmath_rect(r: real, phi: real):
    if _isinf(phi) and r != 0.0 and not _isnan(r):
        raise ValueError("math domain error")
    return complex(r * _cos(phi), r * _sin(phi))


def cmath_sin(z: complex):
    if _isinf(z.real) and not _isnan(z.imag):
        raise ValueError("math domain error")
    return cmath__range(z, _sin(z))


def cmath_sinh(z: complex):
    if _isinf(z.imag) and not _isnan(z.real):
        raise ValueError("math domain error")
    return cmath__range(z, _sinh(z))


def cmath_sqrt(z: complex):
    return _sqrt(z)


def cmath_tan(z: complex):
    if _isinf(z.real) and _isfinite(z.imag):
        raise ValueError("math domain error")
    return _tan(z)


def cmath_tanh(z: complex):
    if _isinf(z.imag) and _isfinite(z.real):
        raise ValueError("math domain error")
    return _tanh(z)
