"""Random statements about arrays, as indented lines; those about numbers are of `statements`."""

from dataclasses import dataclass, replace

import numpy as np

from .array_expressions import (
    ArrayScope,
    elementwise,
    indices,
    loose,
    mixed_index,
    reduced,
    sliced,
    view,
)
from .array_kinds import KINDS, ArrayType
from .expressions import expression
from .kinds import Kind
from .statements import Body, assign, otherwise, suite

STORED = {"b": Kind.BOOL, "i": Kind.INT, "u": Kind.INT, "f": Kind.FLOAT, "c": Kind.COMPLEX}
AUGMENTED = ["+", "-", "*", "+", "-", "*", "&", "|", "^", "/", "//", "%"]


@dataclass
class ArrayBody(Body):
    """Where statements about arrays are made."""

    scope: ArrayScope

    def inner(self, in_loop: bool = False) -> "ArrayBody":
        inner = super().inner(in_loop)
        inner.scope.arrays = dict(self.scope.arrays)
        return inner

    def pick(self, writable: bool = False) -> str | None:
        """The name of an array."""
        found = [name for name, one in self.scope.arrays.items() if one.is_writable or not writable]
        return self.scope.rng.choice(found) if found else None

    def number(self, dtype: str, depth: int = 2) -> str:
        """A number to store where the dtype is."""
        return self.expression(STORED[np.dtype(dtype).kind], depth)

    def known_integers(self) -> list[str]:
        return [text for text in self.scope.of_kind(Kind.INT) if text.isidentifier()]


def store_element(body: ArrayBody) -> list[str]:
    name = body.pick(writable=True)
    if name is None:
        return assign(body)
    made = body.scope.arrays[name]
    rng = body.scope.rng
    place = indices(rng, name, made, body.known_integers())
    if rng.random() < 0.04:
        place = ", ".join(rng.choice(["0", "-1", "3", "-4", "7"]) for _ in made.axes)
    operator = ""
    if made.dtype not in ("bool", "complex64") and body.scope.rng.random() < 0.4:
        operator = body.scope.rng.choice("+-*")
    return [f"{name}[{place}] {operator}= {body.number(made.dtype)}"]


def store_slice(body: ArrayBody) -> list[str]:
    """A number or an array for a part of an array, or for all of it."""
    rng, name = body.scope.rng, body.pick(writable=True)
    if name is None:
        return assign(body)
    made = body.scope.arrays[name]
    suffix, _ = ("[...]", made) if rng.random() < 0.2 else sliced(body.scope, made)
    if rng.random() < 0.3:
        return [f"{name}{suffix} = {body.number(made.dtype)}"]
    other = suffix if rng.random() < 0.9 else sliced(body.scope, made)[0]
    value = elementwise(body.scope, made.axes, 2, other)
    if rng.random() < 0.05:
        # Of another shape, which may not fit; an index for too many axes would be refused when compiled.
        another = body.pick()
        other_type = body.scope.arrays[another]
        has_suffix = rng.random() < 0.5 and len(other_type.axes) >= len(made.axes)
        value = another + suffix * has_suffix, other_type.dtype
    return stored(body, name + suffix, made.dtype, value)


def stored(body: ArrayBody, target: str, dtype: str, value: tuple[str, str]) -> list[str]:
    """Assigned, or combined in place; what NumPy refuses to convert is stored as a number instead."""
    text, given = value
    rng = body.scope.rng
    operator = rng.choice(AUGMENTED) if rng.random() < 0.35 else ""
    if operator and augments(dtype, operator, given):
        return [f"{target} {operator}= {text}"]
    if np.can_cast(given, dtype, "same_kind"):
        return [f"{target} = {text}"]
    return [f"{target} = {body.number(dtype)}"]


def augments(dtype: str, operator: str, given: str) -> bool:
    """Whether NumPy has the operation in place; with complex numbers the last bits are left open."""
    if np.dtype(dtype).kind == "c" and operator not in "+-":
        return False
    try:
        with np.errstate(all="ignore"):
            exec(f"a {operator}= b", {"a": np.ones(1, dtype), "b": np.ones(1, given)})
    except TypeError:
        return False
    return True


def augment_whole(body: ArrayBody) -> list[str]:
    rng, name = body.scope.rng, body.pick(writable=True)
    if name is None:
        return assign(body)
    made = body.scope.arrays[name]
    value = elementwise(body.scope, made.axes, 2)
    operator = rng.choice(AUGMENTED)
    return [f"{name} {operator}= {value[0]}"] if augments(made.dtype, operator, value[1]) else assign(body)


def masked(body: ArrayBody) -> list[str]:
    """A store where a mask is true: a number, or the same places of another array."""
    rng, name = body.scope.rng, body.pick(writable=True)
    if name is None:
        return assign(body)
    made = body.scope.arrays[name]
    mask = mask_for(body, made.axes)
    same = [
        other for other, one in body.scope.arrays.items() if one.axes == made.axes and one.dtype == made.dtype
    ]
    if rng.random() < 0.35:
        return [f"{name}[{mask}] = {rng.choice(same)}[{mask}]"]
    if made.dtype in ("float64", "int64") and rng.random() < 0.3:
        return [f"{name}[{mask}] {rng.choice('+-*')}= {'2' if made.dtype == 'int64' else '1.5'}"]
    return [f"{name}[{mask}] = {body.number(made.dtype)}"]


def mask_for(body: ArrayBody, axes: tuple[str, ...]) -> str:
    text, dtype = elementwise(body.scope, axes, 1)
    return text if dtype == "bool" else f"({text} {body.scope.rng.choice(['==', '!='])} 1)"


def scattered(body: ArrayBody) -> list[str]:
    """A store at the places of an array of indices."""
    name, index = body.pick(writable=True), index_array(body)
    if name is None or index is None:
        return assign(body)
    made = body.scope.arrays[name]
    if body.scope.rng.random() < 0.3:
        return [f"{name}[{index}] = {name}[{index}[::-1]]"]
    return [f"{name}[{index}] = {body.number(made.dtype)}"]


def stored_at_mixed(body: ArrayBody) -> list[str]:
    """A store at places that items of several kinds name."""
    rng, name = body.scope.rng, body.pick(writable=True)
    if name is None:
        return assign(body)
    made, place = body.scope.arrays[name], mixed_index(body.scope, name)
    if made.dtype in ("float64", "int64") and rng.random() < 0.3:
        return [f"{name}[{place}] {rng.choice('+-*')}= {'2' if made.dtype == 'int64' else '1.5'}"]
    if rng.random() < 0.4:
        return [f"{name}[{place}] = {name}[{mixed_index(body.scope, name) if rng.random() < 0.2 else place}]"]
    return [f"{name}[{place}] = {body.number(made.dtype)}"]


def index_array(body: ArrayBody) -> str | None:
    found = [name for name in body.scope.arrays if name.startswith("x")]
    return body.scope.rng.choice(found) if found else None


def selected(body: ArrayBody) -> list[str]:
    """A new array of the elements that a mask or an array of indices names."""
    rng, name, index = body.scope.rng, body.pick(), index_array(body)
    made, fresh = body.scope.arrays[name], body.fresh("w")
    if index is not None and rng.random() < 0.5:
        choice = rng.random()
        text, axes = f"{name}[{index}]", ("k", *made.axes[1:])
        if made.rank == 2 and choice < 0.4:
            text, axes = f"{name}[:, {index}]", (made.axes[0], "k")
        body.scope.bind(fresh, ArrayType(made.dtype, axes))
        return [f"{fresh} = {text}"]
    text = f"{name}[{mask_for(body, made.axes)}]"
    body.scope.bind(fresh, ArrayType(made.dtype, (f"{fresh}?",)))
    return [f"{fresh} = {text}"]


def looked_at(body: ArrayBody) -> list[str]:
    """A view."""
    name, fresh = body.pick(), body.fresh("w")
    text, made = view(body.scope, name)
    if made.rank > 3:
        return assign(body)
    body.scope.bind(fresh, made)
    return [f"{fresh} = {text}"]


def computed(body: ArrayBody) -> list[str]:
    """A new array from an elementwise expression; a known name may get it, whatever it was."""
    rng = body.scope.rng
    made = body.scope.arrays[body.pick()]
    text, dtype = elementwise(body.scope, made.axes, 3)
    if text in body.scope.arrays:
        return looked_at(body)
    again = [
        name
        for name, one in body.scope.arrays.items()
        if name[0] == "w" and one == ArrayType(dtype, made.axes)
    ]
    fresh = rng.choice(again) if again and rng.random() < 0.5 else body.fresh("w")
    body.scope.bind(fresh, ArrayType(dtype, made.axes))
    return [f"{fresh} = {text}"]


CREATED = [
    *("np.zeros({shape}, np.{dtype})", "np.ones({shape}, np.{dtype})", "np.zeros_like({like})"),
    *(
        "np.ones_like({like})",
        "np.full({shape}, {number})",
        "np.full_like({like}, {number})",
        "np.zeros({shape})",
    ),
    *("np.ones({shape}, dtype=np.{dtype})", "np.array({like})", "np.asarray({like})", "np.copy({like})"),
]
RANGES = [
    ("np.arange({i})", "int64"),
    ("np.arange({i}, 7)", "int64"),
    ("np.arange({i}, -3, -2)", "int64"),
    ("np.arange({i} + 0.5)", "float64"),
    ("np.arange(0.0, 2.0, 0.25)", "float64"),
    ("np.linspace(0.0, 8.0, {i})", "float64"),
    ("np.linspace(-1.0, 1.0, 5)", "float64"),
    ("np.array([{i}, 2, -3])", "int64"),
    ("np.array([0.5, {f}])", "float64"),
    ("np.array((1.5, {f}, 2.0))", "float64"),
    ("np.array([{i}, {f}])", "float64"),
]


def created(body: ArrayBody) -> list[str]:
    rng, name, fresh = body.scope.rng, body.pick(), body.fresh("w")
    like = body.scope.arrays[name]
    if rng.random() < 0.35:
        text, dtype = rng.choice(RANGES)
        integer = f"({expression(body.scope, Kind.INT, 1)} & 7)"
        text = text.replace("{i}", integer).replace("{f}", expression(body.scope, Kind.FLOAT, 1))
        body.scope.bind(fresh, ArrayType(dtype, (f"{fresh}?",)))
        return [f"{fresh} = {text}"]
    text, dtype, number = (
        rng.choice(CREATED),
        rng.choice(["float64", "int32", "uint8", "float32"]),
        Kind.FLOAT,
    )
    if "full" in text:
        dtype, number = "float64", STORED[np.dtype(like.dtype).kind]
    if "like" in text:
        dtype = like.dtype
    elif "dtype" not in text:
        dtype = "float64"
    if "full(" in text:
        number = Kind.FLOAT
    value = expression(body.scope, number, 1)
    is_view = text.startswith("np.asarray")
    body.scope.bind(fresh, like if is_view else ArrayType(dtype, like.axes))
    return [f"{fresh} = {text.format(shape=f'{name}.shape', like=name, dtype=dtype, number=value)}"]


def with_out(body: ArrayBody) -> list[str]:
    """A ufunc that writes to an array."""
    rng, name = body.scope.rng, body.pick(writable=True)
    if name is None:
        return assign(body)
    made = body.scope.arrays[name]
    first, second = (elementwise(body.scope, made.axes, 1) for _ in range(2))
    for function in rng.sample(["add", "subtract", "multiply", "maximum", "minimum", "true_divide"], 3):
        given = {"float64": "float64", "float32": "float32"}.get(made.dtype)
        if given == first[1] == second[1]:
            return [f"np.{function}({first[0]}, {second[0]}, {rng.choice(['out=', ''])}{name})"]
    return computed(body)


def number_from(body: ArrayBody) -> list[str]:
    """A number reduced from an array."""
    made = body.scope.arrays[body.pick()]
    text, dtype = elementwise(body.scope, made.axes, 1)
    found = reduced(body.scope, text, dtype, made.rank)
    if found is None or found[1] not in KINDS or KINDS[found[1]] is Kind.NARROW:
        return assign(body)
    fresh = body.fresh("w" if found[2] else "r")
    if found[2]:
        body.scope.bind(fresh, ArrayType(found[1], tuple(f"{fresh}?{axis}" for axis in range(found[2]))))
    else:
        body.scope.names[fresh] = KINDS[found[1]]
    return [f"{fresh} = {found[0]}"]


def over_indices(body: ArrayBody) -> list[str]:
    rng, name, loop = body.scope.rng, body.pick(), body.fresh("k")
    axis = rng.randrange(body.scope.arrays[name].rank)
    head = rng.choice(
        [f"range({name}.shape[{axis}])", f"range(len({name}))", f"range({name}.shape[{axis}] - 1, -1, -1)"]
    )
    inner = body.inner(in_loop=True)
    inner.scope.names[loop] = Kind.INT
    for other, one in list(inner.scope.arrays.items()):
        if one.dtype in KINDS and rng.random() < 0.7:
            places = [loop if index == min(axis, one.rank - 1) else "0" for index in range(one.rank)]
            inner.scope.names[f"{other}[{', '.join(places)}]"] = KINDS[one.dtype]
    return [f"for {loop} in {head}:", *suite(inner, rng.randint(1, 3)), *otherwise(body)]


def over_items(body: ArrayBody) -> list[str]:
    """A loop over elements or rows, alone, numbered or beside another's."""
    rng, name, loop = body.scope.rng, body.pick(), body.fresh("y")
    other, count = body.pick(), body.fresh("k")
    inner = body.inner(in_loop=True)
    form = rng.choice(["{a}", "{a}", "enumerate", "zip", "flat", "ndenumerate", "ndindex"])
    if form == "ndindex":
        made = body.scope.arrays[name]
        inner.scope.names[f"{loop}[0]"] = Kind.INT
        if rng.random() < 0.3:
            return [f"for {loop} in np.ndindex(2, 3):", *suite(inner, rng.randint(1, 2))]
        inner.scope.names |= {f"{name}[{loop}]": KINDS[made.dtype]} if made.dtype in KINDS else {}
        head = f"for {loop} in np.ndindex({name}.shape):"
        return [head, *suite(inner, rng.randint(1, 2))]
    is_flat = form in ("flat", "ndenumerate")
    bind_item(inner, name, loop, is_flat)
    head = {
        "{a}": f"for {loop} in {name}:",
        "enumerate": f"for {count}, {loop} in enumerate({name}{rng.choice(['', ', 1'])}):",
        "zip": f"for {loop}, {loop}b in zip({name}, {other}):",
        "flat": f"for {loop} in {name}.flat:",
        "ndenumerate": f"for {count}, {loop} in np.ndenumerate({name}):",
    }[form]
    if form == "zip":
        bind_item(inner, other, f"{loop}b", is_flat=False)
    if form == "enumerate":
        inner.scope.names[count] = Kind.INT
    if form == "ndenumerate":
        inner.scope.names[f"{count}[0]"] = Kind.INT
    return [head, *suite(inner, rng.randint(1, 2))]


def bind_item(inner: ArrayBody, name: str, loop: str, is_flat: bool) -> None:
    made = inner.scope.arrays[name]
    if made.rank > 1 and not is_flat:
        inner.scope.bind(loop, loose(replace(made), made.axes[1:]))
    elif made.dtype in KINDS:
        inner.scope.names[loop] = KINDS[made.dtype]


STATEMENTS = (
    *[store_element] * 4,
    *[store_slice, computed, over_indices, number_from] * 3,
    *[masked, looked_at, over_items] * 2,
    *[augment_whole, scattered, stored_at_mixed, selected, created, with_out],
)
