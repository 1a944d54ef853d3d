"""Random expressions of one kind over the names in scope, as text."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from .kinds import Kind

LITERALS = {
    Kind.BOOL: ["True", "False"],
    Kind.INT: ["0", "1", "2", "3", "7", "-1", "-5", "63", "100", "4294967296", "9223372036854775807"],
    Kind.FLOAT: ["0.0", "-0.0", "1.0", "0.5", "-2.5", "1e-9", "3.75", "1e300", "5e-324", "math.inf", "math.pi"],
    Kind.COMPLEX: ["1j", "-2.5j", "complex(1.0, -0.0)", "(2.0 + 1j)"],
}


@dataclass
class Helper:
    """A function that the program calls: its result's kind and its parameters'."""

    name: str
    result: Kind
    parameters: list[Kind]


@dataclass
class Scope:
    """What an expression may read."""

    rng: random.Random
    names: dict[str, Kind]
    helpers: list[Helper] = field(default_factory=list)
    walruses: int = 0

    def of_kind(self, kind: Kind) -> list[str]:
        return [name for name, known in self.names.items() if known is kind]


def expression(scope: Scope, kind: Kind, depth: int) -> str:
    """An expression of a kind, in brackets unless it is a leaf."""
    rng = scope.rng
    if depth <= 0 or rng.random() < 0.12:
        return leaf(scope, kind)
    helpers = [helper for helper in scope.helpers if helper.result is kind]
    if helpers and rng.random() < 0.12:
        return called(scope, rng.choice(helpers), depth - 1)
    if rng.random() < 0.08:
        test = expression(scope, Kind.BOOL, depth - 1)
        return f"({expression(scope, kind, depth - 1)} if {test} else {expression(scope, kind, depth - 1)})"
    return MAKERS[kind](scope, depth - 1)


def leaf(scope: Scope, kind: Kind) -> str:
    names = scope.of_kind(kind)
    if names and scope.rng.random() < 0.8:
        return scope.rng.choice(names)
    if kind in LITERALS:
        return scope.rng.choice(LITERALS[kind])
    return names[0] if names else made_from_others(scope, kind)


def made_from_others(scope: Scope, kind: Kind) -> str:
    """A value of a kind that has neither literal nor name here."""
    if kind is Kind.SINGLE:
        return f"np.float32({leaf(scope, Kind.FLOAT)})"
    return leaf(scope, Kind.INT)


def called(scope: Scope, helper: Helper, depth: int) -> str:
    arguments = ", ".join(expression(scope, kind, depth) for kind in helper.parameters)
    return f"{helper.name}({arguments})"


def fill(scope: Scope, template: str, depth: int) -> str:
    """A template whose letters in braces stand for expressions: {i}nt, {f}loat, {b}ool, {z}complex, {s}ingle,
    {u}nsigned, and {e} for an integer of which no compiler knows the value: whether an exponent is constant
    decides a power's type.
    """
    while "{e}" in template:
        unknown = [name for name in scope.of_kind(Kind.INT) if name[0] in "qk"]
        template = template.replace("{e}", scope.rng.choice([*unknown, "({i} & 3)"]), 1)
    for letter, kind in LETTERS.items():
        while "{" + letter + "}" in template:
            template = template.replace("{" + letter + "}", expression(scope, kind, depth), 1)
    return template


LETTERS = {
    "i": Kind.INT,
    "f": Kind.FLOAT,
    "b": Kind.BOOL,
    "z": Kind.COMPLEX,
    "s": Kind.SINGLE,
    "u": Kind.UNSIGNED,
}

COMPARISONS = ["<", "<=", ">", ">=", "==", "!="]


def truth(scope: Scope, depth: int) -> str:
    rng = scope.rng
    choice = rng.random()
    if choice < 0.45:
        kinds = rng.choice([[Kind.INT], [Kind.FLOAT], [Kind.INT, Kind.FLOAT], [Kind.INT, Kind.BOOL, Kind.FLOAT]])
        parts = [expression(scope, rng.choice(kinds), depth)]
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            parts += [rng.choice(COMPARISONS), expression(scope, rng.choice(kinds), depth)]
        return f"({' '.join(parts)})"
    if choice < 0.7:
        operands = [expression(scope, Kind.BOOL, depth) for _ in range(rng.choice([2, 2, 3]))]
        return f"({rng.choice([' and ', ' or ']).join(operands)})"
    return fill(scope, rng.choice(TRUTHS), depth)


TRUTHS = [
    *("(not {b})", "(not {i})", "bool({i})", "bool({f})", "bool({z})", "({z} == {z})", "({z} != {f})"),
    *("math.isnan({f})", "math.isinf({f})", "math.isfinite({f})", "np.signbit({f})", "np.isnan({f})"),
    *("({b} & {b})", "({b} | {b})", "({b} ^ {b})", "({b} == {b})", "{f}.is_integer()", "max({b}, {b})"),
    *("math.isclose({f}, {f})", "math.isclose({f}, {f}, rel_tol=0.5)", "({u} < {i})", "({u} == {u})", "({i} >= {u})"),
    *("(({i} and {i}) > 1)", "({s} < {s})", "({s} == {f})"),
]


def integer(scope: Scope, depth: int) -> str:
    rng = scope.rng
    if rng.random() < 0.5:
        return fill(scope, f"({{i}} {rng.choice('+-*&|^+-*')} {{i}})", depth)
    narrow = scope.of_kind(Kind.NARROW)
    if narrow and rng.random() < 0.4:
        return fill(scope, rng.choice(NARROWS).replace("{n}", rng.choice(narrow)), depth)
    return fill(scope, rng.choice(INTEGERS), depth)


INTEGERS = [
    *("({i} // {i})", "({i} % {i})", "({i} // {i})", "({i} % {i})", "({i} << ({i} & 63))", "({i} >> ({i} & 63))"),
    *("({i} << {i})", "({i} >> {i})", "({i} ** 2)", "({i} ** 3)", "({i} ** ({i} & 7))", "({i} ** {e})"),
    *("(-{i})", "(~{i})", "(+{b})", "abs({i})", "min({i}, {i})", "max({i}, {i})", "min({i}, {i}, {i})"),
    *("int({f})", "round({f})", "math.floor({f})", "math.ceil({f})", "math.trunc({f})", "int({b})", "({b} + {i})"),
    *("({b} * {i})", "({b} + {b})", "divmod({i}, {i})[0]", "divmod({i}, {i})[1]", "math.gcd({i}, {i})"),
    *("math.isqrt({i})", "math.comb({i} & 31, {i} & 15)", "math.factorial({i} & 15)", "math.lcm({i}, {i} & 255)"),
    *("math.perm({i} & 15, {i} & 3)", "pow({i}, {i} & 31, 97)", "pow({i}, 3)", "({i} or {i})", "({i} and {i})"),
    *("({i}).bit_length()", "({i}).bit_count()", "round({i}, -1)", "({i} - {u})", "({u} * {i})", "int(float({i}))"),
    *("math.gcd({i}, {i}, {i})", "max({i}, {i}, 5)", "int({i})", "({i}).real", "({i}).conjugate()"),
    *("math.frexp({f})[1]", "({i} % 7)", "({i} // 3)", "({i} // -1)", "({i} % -5)", "({i} & 255)"),
]
NARROWS = ["(+{n})", "({n} + {i})", "({n} * {i})", "({i} - {n})", "(-{n} - {i})", "int({n}) - {i}", "({i} % {n})"]
NARROWS += ["({n} // {i})", "({n} & {i})", "({i} ** ({n} & 3))", "(abs({n}) + {i})"]


def unsigned(scope: Scope, depth: int) -> str:
    names = scope.of_kind(Kind.UNSIGNED)
    if not names:
        return expression(scope, Kind.INT, depth)
    return fill(scope, scope.rng.choice(UNSIGNEDS), depth)


UNSIGNEDS = ["({u} + {u})", "({u} - {u})", "({u} * {u})", "({u} // {u})", "({u} % {u})", "({u} & {u})"]
UNSIGNEDS += ["({u} << ({i} & 63))", "({u} >> 5)", "max({u}, {u})", "({u} | {u})", "(~{u})", "abs({u})"]


def floating(scope: Scope, depth: int) -> str:
    rng = scope.rng
    choice = rng.random()
    if choice < 0.45:
        pair = rng.choice(["{f} {f}", "{f} {f}", "{i} {f}", "{f} {i}", "{b} {f}", "{s} {f}"]).split()
        return fill(scope, f"({pair[0]} {rng.choice('+-*/+-*')} {pair[1]})", depth)
    if choice < 0.6:
        name = rng.choice(REAL_FUNCTIONS)
        return fill(scope, f"math.{name}({{f}})", depth)
    return fill(scope, rng.choice(FLOATS), depth)


REAL_FUNCTIONS = ["acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "degrees", "exp", "expm1", "fabs"]
REAL_FUNCTIONS += ["log", "log10", "log1p", "log2", "radians", "sin", "sinh", "sqrt", "tan", "tanh", "ulp", "sqrt"]

FLOATS = [
    *("({f} // {f})", "({f} % {f})", "({i} / {i})", "({f} % {i})", "({i} // {f})", "(-{f})", "(+{f})", "abs({f})"),
    *("min({f}, {f})", "max({f}, {f})", "max({i}, {f})", "min({f}, {i}, {f})", "float({i})", "float({b})", "{z}.real"),
    *("{z}.imag", "math.copysign({f}, {f})", "math.fmod({f}, {f})", "math.atan2({f}, {f})", "math.ldexp({f}, {i} & 63)"),
    *("math.remainder({f}, {f})", "math.nextafter({f}, {f})", "math.modf({f})[0]", "math.modf({f})[1]"),
    *("math.frexp({f})[0]", "math.sqrt({i})", "math.exp({i} & 7)", "math.log({i})", "math.log({f}, {f})"),
    *("divmod({f}, {f})[0]", "divmod({f}, {f})[1]", "round({f}, 2)", "round({f}, -1)", "round({f}, 0)"),
    *("np.sqrt({f})", "np.floor({f})", "np.ceil({f})", "np.trunc({f})", "np.rint({f})", "np.abs({f})", "np.sign({f})"),
    *("np.maximum({f}, {f})", "np.minimum({f}, {f})", "np.fmax({f}, {f})", "np.copysign({f}, {f})", "np.square({f})"),
    *("np.heaviside({f}, {f})", "np.fmod({f}, {f})", "({f} and {f})", "({f} or {f})", "({f}).conjugate()"),
    *("({f} ** 2)", "({i} * 0.5)", "pow({f}, 2)", "({f} ** 0.5)", "math.pow({f}, 2.0)", "float({f})"),
]


def single(scope: Scope, depth: int) -> str:
    return fill(scope, scope.rng.choice(SINGLES), depth)


SINGLES = ["({s} + {s})", "({s} - {s})", "({s} * {s})", "({s} / {s})", "(-{s})", "abs({s})", "max({s}, {s})"]
SINGLES += ["np.float32({f})", "({s} % {s})", "min({s}, {s})", "np.sqrt({s})", "math.sqrt({s})", "float({s})"]


def complex_number(scope: Scope, depth: int) -> str:
    return fill(scope, scope.rng.choice(COMPLEXES), depth)


COMPLEXES = ["({z} + {z})", "({z} - {z})", "({z} * {z})", "({z} / {z})", "(-{z})", "({z} * {f})", "({f} - {z})"]
COMPLEXES += ["complex({f}, {f})", "complex({f})", "{z}.conjugate()", "({z} + {i})", "complex({i}, {f})", "complex({z})"]

MAKERS: dict[Kind, Callable[[Scope, int], str]] = {
    Kind.BOOL: truth,
    Kind.INT: integer,
    Kind.UNSIGNED: unsigned,
    Kind.FLOAT: floating,
    Kind.SINGLE: single,
    Kind.COMPLEX: complex_number,
}

INEXACT = {
    Kind.FLOAT: [
        *("({f} ** {f})", "math.pow({f}, {f})", "math.hypot({f}, {f})", "math.gamma({f})"),
        *("math.erf({f})", "math.erfc({f})", "math.cbrt({f})", "abs({z})", "np.exp({f})", "np.log({f})", "np.sin({f})"),
        *("np.cos({f})", "np.tan({f})", "np.tanh({f})", "np.arctan2({f}, {f})", "np.expm1({f})", "np.log1p({f})"),
        *("np.hypot({f}, {f})", "np.cbrt({f})", "np.exp2({f})", "np.log2({f})", "np.arcsin({f})", "np.power({f}, {f})"),
        *("({i} ** -2)", "math.exp2({f})", "({f} ** {i})", "cmath.phase({z})"),
    ],
    Kind.COMPLEX: [
        *("cmath.sqrt({z})", "cmath.exp({z})", "cmath.log({z})", "cmath.sin({z})", "cmath.cos({z})"),
        *("cmath.tanh({z})", "({z} ** 2)", "({z} ** {z})", "cmath.atan({z})", "cmath.rect({f}, {f})"),
    ],
    Kind.SINGLE: ["math.sin({s})", "math.exp({s})", "np.tan({s})", "math.log({s})", "math.atan2({s}, {s})"],
}


def inexact(scope: Scope, kind: Kind, depth: int) -> str:
    """An expression whose last step may be off by two units in the last place; its operands are exact."""
    return fill(scope, scope.rng.choice(INEXACT[kind]), depth)
