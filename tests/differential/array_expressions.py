"""Random elementwise expressions, views and reductions over the arrays in scope, as text."""

import random
import warnings
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from .array_kinds import KINDS, ArrayType
from .expressions import Scope, expression
from .kinds import Kind
from .templates import templates


@dataclass
class ArrayScope(Scope):
    """What an expression may read, arrays among it."""

    arrays: dict[str, ArrayType] = field(default_factory=dict)

    def bind(self, name: str, made: ArrayType) -> None:
        """A new array: its elements and properties can be read."""
        self.forget(name)
        self.arrays[name] = made
        self.names |= readable(self.rng, name, made, self.of_kind(Kind.INT))

    def forget(self, name: str) -> None:
        self.arrays.pop(name, None)
        for text in [
            text for text in self.names if text.startswith((f"{name}[", f"{name}.", f"len({name})"))
        ]:
            del self.names[text]


def readable(rng: random.Random, name: str, made: ArrayType, integers: list[str]) -> dict[str, Kind]:
    """Numbers that are read from an array."""
    found = {f"{name}.size": Kind.INT, f"{name}.ndim": Kind.INT, f"{name}.itemsize": Kind.INT}
    axis = rng.randrange(made.rank)
    found |= {f"{name}.shape[{axis}]": Kind.INT, f"{name}.shape[-1]": Kind.INT, f"len({name})": Kind.INT}
    plain = [text for text in integers if text.isidentifier()]
    if made.dtype in KINDS:
        kind = KINDS[made.dtype]
        for _ in range(3):
            found[f"{name}[{indices(rng, name, made, plain)}]"] = kind
    elif made.dtype == "complex64":
        found[f"complex({name}[{indices(rng, name, made, plain)}])"] = Kind.COMPLEX
    return found


def indices(rng: random.Random, name: str, made: ArrayType, integers: list[str]) -> str:
    """One index an axis, mostly inside."""
    return ", ".join(index(rng, name, axis, integers) for axis in range(made.rank))


def index(rng: random.Random, name: str, axis: int, integers: list[str]) -> str:
    if rng.random() < 0.005:
        return rng.choice([*integers, "2", "-3", "6", "-8", "9223372036854775807"])
    if integers and rng.random() < 0.3:
        return f"{rng.choice(integers)} % {name}.shape[{axis}]"
    return rng.choice(["0", "0", "-1", f"{name}.shape[{axis}] - 1"])


UNARY = templates("""
    -{a}; ~{a}; abs({a}); +{a}; np.abs({a}); np.negative({a}); np.square({a}); np.sqrt({a}); np.floor({a});
    np.ceil({a}); np.trunc({a}); np.rint({a}); np.sign({a}); np.isnan({a}); np.isinf({a}); np.isfinite({a});
    np.logical_not({a}); np.positive({a}); {a} ** 2; {a}.real * 1; {a}.imag * 1; np.conj({a}); {a} + 1;
    {a}.copy();
    {a} * 2; {a} - 0.5; {a} * 1.5; {a} / 4; {a} // 2; {a} % 3; 1 - {a}; 2.5 - {a}; {a} & 6; {a} | 1;
    {a} ^ 5; {a} > 1; {a} <= 0; {a} == 2; {a} != 0.5; 3 < {a}; {a} >= 1.5; {a} << 2; {a} >> 1;
    np.maximum({a}, 1); np.minimum({a}, 2.5); {a} + 1j; {a} * True; np.fmin({a}, 0); np.invert({a});
    np.reciprocal({a}); np.fabs({a}); {a}.astype(np.float64); {a}.astype(np.float32); {a}.astype(np.int16);
    {a}.astype(np.uint8); {a}.astype(np.int64); {a}.astype(np.complex128); {a}.astype(np.bool_)
""")
BINARY = templates("""
    {a} + {b}; {a} - {b}; {a} * {b}; {a} + {b}; {a} - {b}; {a} * {b}; {a} / {b}; {a} // {b}; {a} % {b};
    {a} & {b}; {a} | {b}; {a} ^ {b}; {a} < {b}; {a} <= {b}; {a} > {b}; {a} >= {b}; {a} == {b}; {a} != {b};
    np.maximum({a}, {b}); np.minimum({a}, {b}); np.fmax({a}, {b}); np.fmin({a}, {b}); np.add({a}, {b});
    np.logical_and({a}, {b}); np.logical_or({a}, {b}); np.logical_xor({a}, {b}); np.fmod({a}, {b});
    np.subtract({a}, {b}); np.multiply({a}, {b}); np.true_divide({a}, {b}); np.floor_divide({a}, {b});
    np.remainder({a}, {b}); np.equal({a}, {b}); np.less({a}, {b}); np.bitwise_and({a}, {b});
    np.hypot({a}, {b}); {a} << ({b} & 3); {a} >> ({b} & 7)
""")
WITH_NUMBER = templates("""
    {a} + {s}; {s} + {a}; {a} - {s}; {s} - {a}; {a} * {s}; {s} * {a}; {a} / {s}; {s} / {a}; {a} // {s};
    {a} % {s}; {a} < {s}; {s} < {a}; {a} == {s}; {a} != {s}; np.maximum({a}, {s}); np.minimum({s}, {a});
    {a} & {s}; {s} | {a}; {a} >= {s}
""")
# What may be off by units in the last place, and is only returned.
INEXACT = templates("""
    np.exp({a}); np.sin({a}); np.cos({a}); np.tanh({a}); np.log({a}); np.log1p({a}); np.expm1({a});
    np.tan({a}); np.arctan({a}); np.arcsin({a}); np.sinh({a}); np.cosh({a}); np.log2({a}); np.log10({a});
    np.exp2({a}); np.arctan2({a}, {b}); np.hypot({a}, {b}); {a} ** {b}; np.power({a}, {b});
    {a} * {b}; {a} / {b}; np.abs({a}); np.square({a}); np.cbrt({a}); {a} * np.sin({b}); np.arcsinh({a});
    np.arctanh({a})
""")
# The numbers beside arrays, as they are to NumPy.
NUMBERS = {Kind.INT: 1, Kind.FLOAT: 1.0, Kind.SINGLE: np.float32(1), Kind.BOOL: True, Kind.COMPLEX: 1j}
REFUSED = ("float16", "longdouble", "float128", "object", "clongdouble", "complex256")
# NumPy fuses or reorders what complex numbers are made of, and compares them in an order of its own.
COMPLEX_EXACT = (
    "+",
    "-",
    ".real",
    ".imag",
    ".copy",
    "np.conj",
    "==",
    "!=",
    "astype",
    "np.add",
    "np.subtract",
    "1j",
)


@cache
def result_dtype(template: str, operands: tuple[str | Kind, ...]) -> str | None:
    """The dtype of a template of arrays or numbers, as NumPy has it; None where it refuses, or we do."""
    arrays = [np.ones(1, one) if isinstance(one, str) else NUMBERS[one] for one in operands]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = eval(template.format(a="a", b="b", s="b"), {"np": np, "a": arrays[0], "b": arrays[-1]})
    except (TypeError, OverflowError, ValueError, AttributeError):
        return None
    return None if made.dtype.name in REFUSED else made.dtype.name


def is_allowed(template: str, dtypes: tuple[str | Kind, ...], exact: bool) -> bool:
    kinds = [
        "c" if one is Kind.COMPLEX else np.dtype(one).kind if isinstance(one, str) else "" for one in dtypes
    ]
    if "sin({b})" in template and np.dtype(dtypes[-1]).itemsize == 1:
        # NumPy computes it in half precision.
        return False
    if "astype" in template and kinds[0] in "fc":
        return any(
            wide in template for wide in (("complex128",) if kinds[0] == "c" else ("float64", "complex128"))
        )
    if "c" not in kinds:
        return exact is False or "hypot" not in template
    return (not exact and "<" not in template) or any(one in template for one in COMPLEX_EXACT)


def elementwise(
    scope: ArrayScope, axes: tuple[str, ...], depth: int, suffix: str = ""
) -> tuple[str, str] | None:
    """A text of an array over the axes, and its dtype; `suffix` indexes each array of the full rank."""
    leaves = [(name, one) for name, one in scope.arrays.items() if one.axes == axes]
    if not leaves:
        return None
    rng = scope.rng
    if depth <= 0 or rng.random() < 0.1:
        name, made = rng.choice(leaves)
        return name + suffix, made.dtype
    first = elementwise(scope, axes, depth - 1, suffix)
    for _ in range(6):
        choice = rng.random()
        if choice < 0.35:
            made = applied(rng, UNARY, [first])
        elif choice < 0.55:
            made = with_number(scope, first, depth - 1)
        else:
            second = narrower(scope, axes, depth - 1, suffix) or first
            made = applied(rng, BINARY, [first, second] if rng.random() < 0.7 else [second, first])
        if made is not None:
            return made
    return first


def narrower(scope: ArrayScope, axes: tuple[str, ...], depth: int, suffix: str) -> tuple[str, str] | None:
    """Another operand: of the same axes, or one that is broadcast."""
    rng = scope.rng
    if rng.random() < 0.25 and not suffix:
        leaves = [(name, one.dtype) for name, one in scope.arrays.items() if broadcasts(one.axes, axes)]
        if leaves:
            return rng.choice(leaves)
    return elementwise(scope, axes, depth, suffix)


def broadcasts(axes: tuple[str, ...], to: tuple[str, ...]) -> bool:
    pairs = zip(reversed(axes), reversed(to), strict=False)
    return len(axes) <= len(to) and all(one in ("1", other) for one, other in pairs)


def applied(
    rng, choices: list[str], operands: list[tuple[str, str]], exact: bool = True
) -> tuple[str, str] | None:
    template = rng.choice(choices)
    texts, dtypes = zip(*operands, strict=True)
    dtype = result_dtype(template, dtypes) if is_allowed(template, dtypes, exact) else None
    return (template.format(a=texts[0], b=texts[-1]), dtype) if dtype else None


def with_number(scope: ArrayScope, array: tuple[str, str], depth: int) -> tuple[str, str] | None:
    kind = scope.rng.choice(list(NUMBERS))
    template = scope.rng.choice(WITH_NUMBER)
    if not is_allowed(template, (array[1], kind), exact=True):
        return None
    dtype = result_dtype(template, (array[1], kind))
    text = expression(scope, kind, min(depth, 1))
    # Mostly small enough for every dtype.
    text = f"({text} & 7)" if kind is Kind.INT and scope.rng.random() < 0.9 else text
    return (template.format(a=array[0], s=text), dtype) if dtype else None


def inexact_array(scope: ArrayScope, axes: tuple[str, ...], depth: int) -> tuple[str, str] | None:
    """An expression whose last step may be off; its operands are exact."""
    first, second = (elementwise(scope, axes, depth) for _ in range(2))
    return applied(scope.rng, INEXACT, [first, second], exact=False) if first else None


SLICES = [*[":"] * 3, *("1:", ":-1", "::2", "::-1", "1:3", "-2:", ":2", "3:0:-1", "2:1", "-100:100", "::-2")]


def sliced(scope: ArrayScope, made: ArrayType) -> tuple[str, ArrayType]:
    """A suffix that reads a view of the same rank."""
    parts = [scope.rng.choice(SLICES) for _ in made.axes]
    axes = tuple(
        axis if part == ":" else f"{axis}[{part}]" for axis, part in zip(made.axes, parts, strict=True)
    )
    text = ", ".join(parts)
    if made.rank > 1 and scope.rng.random() < 0.2:
        text, axes = f"..., {parts[-1]}", (*made.axes[:-1], axes[-1])
    return f"[{text}]", replace(made, axes=axes, is_contiguous=False)


def view(scope: ArrayScope, name: str) -> tuple[str, ArrayType]:
    """An expression that gives a view, or a copy with the axes of one."""
    made = scope.arrays[name]
    choices = [with_slices] * 3 + [with_new_axis, transposed, copy, flat, part]
    if made.rank > 1:
        choices += [row] * 3 + [column]
    return scope.rng.choice(choices)(scope, name, made)


def with_slices(scope: ArrayScope, name: str, made: ArrayType) -> tuple[str, ArrayType]:
    suffix, found = sliced(scope, made)
    return name + suffix, found


def row(scope: ArrayScope, name: str, made: ArrayType) -> tuple[str, ArrayType]:
    first = index(scope.rng, name, 0, [])
    return f"{name}[{first}{scope.rng.choice(['', ', ...', ', :'])}]", replace(made, axes=made.axes[1:])


def column(scope: ArrayScope, name: str, made: ArrayType) -> tuple[str, ArrayType]:
    return f"{name}[..., {index(scope.rng, name, made.rank - 1, [])}]", loose(made, made.axes[:-1])


def with_new_axis(scope: ArrayScope, name: str, made: ArrayType) -> tuple[str, ArrayType]:
    return f"{name}[{scope.rng.choice(['None', 'np.newaxis'])}, :]", loose(made, ("1", *made.axes))


def transposed(scope: ArrayScope, name: str, made: ArrayType) -> tuple[str, ArrayType]:
    return name + scope.rng.choice([".T", ".transpose()"]), loose(made, made.axes[::-1])


def copy(scope: ArrayScope, name: str, made: ArrayType) -> tuple[str, ArrayType]:
    return scope.rng.choice([f"{name}.copy()", f"np.copy({name})"]), ArrayType(made.dtype, made.axes)


def part(scope: ArrayScope, name: str, made: ArrayType) -> tuple[str, ArrayType]:
    """A part of complex numbers."""
    half = {"complex64": "float32", "complex128": "float64"}.get(made.dtype)
    if half is None:
        return copy(scope, name, made)
    return name + scope.rng.choice([".real", ".imag"]), replace(loose(made, made.axes), dtype=half)


def flat(scope: ArrayScope, name: str, made: ArrayType) -> tuple[str, ArrayType]:
    """All elements along one axis: a view if they lie in order."""
    text = scope.rng.choice([".reshape(-1)", ".ravel()", ".flatten()"])
    source = name if made.is_contiguous or text != ".reshape(-1)" else f"{name}.copy()"
    is_writable = made.is_writable or not made.is_contiguous or text == ".flatten()"
    return source + text, ArrayType(made.dtype, ("*".join(made.axes),), is_writable)


def loose(made: ArrayType, axes: tuple[str, ...]) -> ArrayType:
    return replace(made, axes=axes, is_contiguous=False)


def mixed_index(scope: ArrayScope, name: str) -> str:
    """An index of several kinds of items: integers, slices, new axes, masks and arrays of indices."""
    rng, rank = scope.rng, scope.arrays[name].rank
    items, axis = [], 0
    while axis < rank:
        made, axes = index_item(scope, name, axis)
        items.append(made)
        axis += axes
        if rng.random() < 0.1:
            break
    if rng.random() < 0.15:
        items.insert(rng.randint(0, len(items)), "None")
    if rng.random() < 0.15 or not items:
        items.insert(rng.randint(0, len(items)), "...")
    return ", ".join(items)


def index_item(scope: ArrayScope, name: str, axis: int) -> tuple[str, int]:
    """One item of an index from this axis on, and how many axes it is about."""
    rng, rank = scope.rng, scope.arrays[name].rank
    choice = rng.random()
    if choice < 0.35:
        axes = 2 if axis + 2 <= rank and rank > 2 and rng.random() < 0.5 else 1
        rest = [":" if axis <= other < axis + axes else "0" for other in range(rank)]
        return f"({name}[{', '.join(rest)}] {rng.choice(['==', '!='])} {rng.choice(['0', '1', '2'])})", axes
    indices = [other for other in scope.arrays if other.startswith("x")]
    if choice < 0.55 and indices:
        return rng.choice(indices), 1
    if choice < 0.75:
        return rng.choice(SLICES), 1
    return index(rng, name, axis, []), 1


REDUCTIONS = ["sum", "sum", "prod", "mean", "min", "max", "argmin", "argmax", "any", "all"]


def reduced(scope: ArrayScope, text: str, dtype: str, rank: int) -> tuple[str, str, int] | None:
    """A reduction, its dtype and its rank."""
    rng = scope.rng
    name = rng.choice(REDUCTIONS)
    if np.dtype(dtype).kind == "c" and name not in ("sum", "any", "all"):
        return None
    given = np.dtype(getattr(np.ones(2, dtype), name)()).name if name in ("argmin", "argmax") else None
    given = given or getattr(np.ones(2, dtype), name)().dtype.name
    if given in REFUSED:
        return None
    has_axis = rank > 1 and rng.random() < 0.6
    argument = (
        rng.choice([f"axis={rng.randint(-rank, rank - 1)}", str(rng.randrange(rank))]) if has_axis else ""
    )
    made = (
        f"{text}.{name}({argument})"
        if rng.random() < 0.6
        else f"np.{name}({', '.join(filter(None, [text, argument]))})"
    )
    return made, given, rank - 1 if has_axis else 0
