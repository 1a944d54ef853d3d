"""CPython 3.11's `math` over scalars. See the compiler's `prelude` module for what it may use."""


def math_exp(x: real):
    y = _exp(x)
    if _isinf(y) and _isfinite(x):
        raise OverflowError("math range error")
    return y


def math_sqrt(x: real):
    if x < 0.0:
        raise ValueError("math domain error")
    return _sqrt(x)


def math_gcd(a: integer, b: integer):
    while b:
        a, b = b, a % b
    return abs(a)
