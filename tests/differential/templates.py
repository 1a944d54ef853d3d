"""What expressions are made of: texts whose letters in braces stand for expressions, by what they give.

{b}ool, {i}nt, {u}nsigned, {f}loat, {s}ingle, {z}complex; {n} is the name of a narrower integer, {e} an
integer of which no compiler knows the value: whether an exponent is constant decides a power's type.
"""

from .kinds import Kind


def templates(text: str) -> list[str]:
    """The texts between semicolons, each in brackets."""
    return [f"({one.strip()})" for one in text.split(";")]


TRUTHS = templates("""
    not {b}; not {i}; bool({i}); bool({f}); bool({z}); {z} == {z}; {z} != {f}; math.isnan({f});
    math.isinf({f}); math.isfinite({f}); np.signbit({f}); np.isnan({f}); {b} & {b}; {b} | {b}; {b} ^ {b};
    {b} == {b}; {f}.is_integer(); max({b}, {b}); math.isclose({f}, {f});
    math.isclose({f}, {f}, rel_tol=0.5); {u} < {i}; {u} == {u}; {i} >= {u}; ({i} and {i}) > 1; {s} < {s};
    {s} == {f}; math.gamma({f}) > 1.0; math.isinf(math.lgamma({f}))
""")

INTEGERS = templates("""
    {i} // {i}; {i} % {i}; {i} // {i}; {i} % {i}; {i} << ({i} & 63); {i} >> ({i} & 63); {i} << {i};
    {i} >> {i}; {i} ** 2; {i} ** 3; {i} ** ({i} & 7); {i} ** {e}; -{i}; ~{i}; +{b}; abs({i});
    min({i}, {i}); max({i}, {i}); min({i}, {i}, {i}); int({f}); round({f}); math.floor({f});
    math.ceil({f}); math.trunc({f}); int({b}); {b} + {i}; {b} * {i}; {b} + {b}; divmod({i}, {i})[0];
    divmod({i}, {i})[1]; math.gcd({i}, {i}); math.isqrt({i}); math.comb({i} & 31, {i} & 15);
    math.factorial({i} & 15); math.lcm({i}, {i} & 255); math.perm({i} & 15, {i} & 3);
    pow({i}, {i} & 31, 97); pow({i}, 3); {i} or {i}; {i} and {i}; ({i}).bit_length(); ({i}).bit_count();
    round({i}, -1); {i} - {u}; {u} * {i}; int(float({i})); math.gcd({i}, {i}, {i}); max({i}, {i}, 5);
    int({i}); ({i}).real; ({i}).conjugate(); math.frexp({f})[1]; {i} % 7; {i} // 3; {i} // -1; {i} % -5;
    {i} & 255
""")

NARROWS = templates("""
    0 + {n}; {n} + {i}; {n} * {i}; {i} - {n}; -{n} - {i}; int({n}) - {i}; {i} % {n}; {n} // {i};
    {n} & {i}; {i} ** ({n} & 3); abs({n}) + {i}
""")

UNSIGNEDS = templates("""
    {u} + {u}; {u} - {u}; {u} * {u}; {u} // {u}; {u} % {u}; {u} & {u}; {u} << ({i} & 63); {u} >> 5;
    max({u}, {u}); {u} | {u}; ~{u}; abs({u})
""")

FLOATS = templates("""
    {f} // {f}; {f} % {f}; {i} / {i}; {f} % {i}; {i} // {f}; -{f}; +{f}; abs({f}); min({f}, {f});
    max({f}, {f}); max({i}, {f}); min({f}, {i}, {f}); float({i}); float({b}); {z}.real; {z}.imag;
    math.copysign({f}, {f}); math.fmod({f}, {f}); math.atan2({f}, {f}); math.ldexp({f}, {i} & 63);
    math.remainder({f}, {f}); math.nextafter({f}, {f}); math.modf({f})[0]; math.modf({f})[1];
    math.frexp({f})[0]; math.sqrt({i}); math.exp({i} & 7); math.log({i}); math.log({f}, {f});
    divmod({f}, {f})[0]; divmod({f}, {f})[1]; round({f}, 2); round({f}, -1); round({f}, 0); np.sqrt({f});
    np.floor({f}); np.ceil({f}); np.trunc({f}); np.rint({f}); np.abs({f}); np.sign({f});
    np.maximum({f}, {f}); np.minimum({f}, {f}); np.fmax({f}, {f}); np.copysign({f}, {f}); np.square({f});
    np.heaviside({f}, {f}); np.fmod({f}, {f}); {f} and {f}; {f} or {f}; ({f}).conjugate(); {f} ** 2;
    {i} * 0.5; pow({f}, 2); {f} ** 0.5; math.pow({f}, 2.0); float({f}); float({s})
""")

SINGLES = templates("""
    {s} + {s}; {s} - {s}; {s} * {s}; {s} / {s}; -{s}; abs({s}); max({s}, {s}); np.float32({f});
    {s} % {s}; min({s}, {s}); np.sqrt({s}); math.sqrt({s})
""")

COMPLEXES = templates("""
    {z} + {z}; {z} - {z}; {z} * {z}; {z} / {z}; -{z}; {z} * {f}; {f} - {z}; complex({f}, {f});
    complex({f}); {z}.conjugate(); {z} + {i}; complex({i}, {f}); complex({z}); complex({s})
""")

REAL_FUNCTIONS = [
    *("acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh"),
    *("degrees", "exp", "expm1", "fabs", "log", "log10", "log1p", "log2"),
    *("radians", "sin", "sinh", "sqrt", "tan", "tanh", "ulp", "sqrt"),
]

# What may be off by a unit or two in the last place.
INEXACT = {
    Kind.FLOAT: templates("""
        {f} ** {f}; math.pow({f}, {f}); math.hypot({f}, {f}); math.erf({f}); math.erfc({f});
        math.cbrt({f}); abs({z}); np.exp({f}); np.log({f}); np.sin({f}); np.cos({f}); np.tan({f});
        np.tanh({f}); np.arctan2({f}, {f}); np.expm1({f}); np.log1p({f}); np.hypot({f}, {f});
        np.cbrt({f}); np.exp2({f}); np.log2({f}); np.arcsin({f}); np.power({f}, {f}); {i} ** -2;
        math.exp2({f}); {f} ** {i}; cmath.phase({z})
    """),
    Kind.COMPLEX: templates("""
        cmath.sqrt({z}); cmath.exp({z}); cmath.log({z}); cmath.sin({z}); cmath.cos({z}); cmath.tanh({z});
        {z} ** 2; {z} ** {z}; cmath.atan({z}); cmath.rect({f}, {f})
    """),
    Kind.SINGLE: templates("""
        math.sin({s}); math.exp({s}); np.tan({s}); math.log({s}); math.atan2({s}, {s})
    """),
}
