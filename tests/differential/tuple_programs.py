"""Random functions of tuples, named ones too, and of what may be `None`."""

import random
from dataclasses import dataclass, field

from .expressions import Scope, expression
from .jit_program import HEAD, JitProgram, NumberParameter, Parameter, without_return
from .kinds import BOOL, COMPLEX128, FLOAT64, INT64, Kind, Type
from .programs import program
from .statements import INDENT, Body, assign, last, suite
from .trials import tolerance

ITEMS = [Kind.INT, Kind.INT, Kind.INT, Kind.FLOAT, Kind.FLOAT, Kind.BOOL, Kind.COMPLEX]
TYPES = {Kind.INT: INT64, Kind.FLOAT: FLOAT64, Kind.BOOL: BOOL, Kind.COMPLEX: COMPLEX128}
ORDERED = (Kind.INT, Kind.FLOAT)
HELPERS = """
Point = namedtuple("Point", "x y")
Rest = namedtuple("Rest", "x y z", defaults=(7, 0.5))
CORNER = Rest(1)


@njit
def pair(a, b):
    return a + b, a - b


@njit
def first(*args):
    return args[0], len(args)


@njit
def swapped(t):
    return t[1], t[0]


@njit
def moved(p, by):
    return Point(p.x + by, p.y - by)


@njit
def found(items, wanted):
    for index, item in enumerate(items):
        if item == wanted:
            return index
    return None


@njit
def present(x, otherwise=None):
    if x is None:
        return otherwise
    return x

"""


@dataclass(frozen=True)
class TupleParameter:
    """A tuple of numbers."""

    kinds: tuple[Kind, ...]

    def argument(self, rng: random.Random, lengths: dict[str, int]) -> str:
        items = [NumberParameter(TYPES[kind]).argument(rng, lengths) for kind in self.kinds]
        return f"({', '.join(items)},)"


@dataclass
class TupleScope(Scope):
    """What an expression may read, tuples among it."""

    tuples: dict[str, tuple[Kind, ...]] = field(default_factory=dict)
    # Names of what only a result can show.
    results: list[str] = field(default_factory=list)

    def bind(self, name: str, kinds: tuple[Kind, ...]) -> None:
        """A new tuple: its items, and what is said about it, can be read."""
        self.tuples[name] = kinds
        self.names = {text: kind for text, kind in self.names.items() if name not in text}
        self.names[f"len({name})"] = Kind.INT
        for index, kind in enumerate(kinds):
            self.names[f"{name}[{self.rng.choice([index, index - len(kinds)])}]"] = kind
        integers = [text for text in self.of_kind(Kind.INT) if text.isidentifier()]
        if len(set(kinds)) == 1 and integers:
            self.names[f"{name}[{self.rng.choice(integers)} % {len(kinds)}]"] = kinds[0]
            if kinds[0] in ORDERED:
                self.names |= {f"{one}({name})": kinds[0] for one in ("sum", "min", "max")}
                self.names |= {f"({self.rng.choice(integers)} in {name})": Kind.BOOL}
            if self.rng.random() < 0.1:
                self.names[f"{name}[{self.rng.choice(integers)}]"] = kinds[0]
        if all(kind in ORDERED for kind in kinds):
            self.compared(name, kinds)

    def compared(self, name: str, kinds: tuple[Kind, ...]) -> None:
        """The order of two tuples, also of different lengths, and their equality."""
        for other, others in self.tuples.items():
            if all(kind in ORDERED for kind in others):
                operator = self.rng.choice(["<", "<=", ">", ">=", "==", "!="])
                self.names[f"({other} {operator} {name})"] = Kind.BOOL


@dataclass
class TupleBody(Body):
    """Where statements about tuples are made."""

    scope: TupleScope

    def inner(self, in_loop: bool = False) -> "TupleBody":
        inner = super().inner(in_loop)
        inner.scope.tuples = dict(self.scope.tuples)
        inner.scope.results = list(self.scope.results)
        return inner

    def pick(self, is_uniform: bool = False) -> str | None:
        found = [name for name, kinds in self.scope.tuples.items() if not is_uniform or len(set(kinds)) == 1]
        return self.scope.rng.choice(found) if found else None

    def items(self, kinds: tuple[Kind, ...]) -> str:
        """A tuple of new items."""
        return "(" + ", ".join(expression(self.scope, kind, 1) for kind in kinds) + ",)"


def random_kinds(rng: random.Random) -> tuple[Kind, ...]:
    if rng.random() < 0.5:
        return (rng.choice([Kind.INT, Kind.FLOAT]),) * rng.randint(1, 4)
    return tuple(rng.choice(ITEMS) for _ in range(rng.randint(1, 4)))


def packed(body: TupleBody) -> list[str]:
    rng = body.scope.rng
    kinds, name = random_kinds(rng), body.fresh("t")
    value = body.items(kinds)
    if rng.random() < 0.2:
        value = f"({value} if {body.expression(Kind.BOOL, 1)} else {body.items(kinds)})"
    body.scope.bind(name, kinds)
    return [f"{name} = {value}"]


def replaced(body: TupleBody) -> list[str]:
    """A known tuple gets other items of the same types."""
    name = body.pick()
    if name is None or name[0] != "t":
        return packed(body)
    return [f"{name} = {body.items(body.scope.tuples[name])}"]


def joined(body: TupleBody) -> list[str]:
    first, second, name = body.pick(), body.pick(), body.fresh("t")
    if first is None:
        return packed(body)
    kinds, others = body.scope.tuples[first], body.scope.tuples[second]
    if body.scope.rng.random() < 0.4:
        others = random_kinds(body.scope.rng)
        second = body.items(others)
    body.scope.bind(name, kinds + others)
    return [f"{name} = {first} + {second}"]


def sliced(body: TupleBody) -> list[str]:
    source, name = body.pick(), body.fresh("t")
    if source is None:
        return packed(body)
    kinds = body.scope.tuples[source]
    bounds = body.scope.rng.choice(
        [slice(1, None), slice(None, -1), slice(0, 2), slice(None, None, -1), slice(-2, None)]
    )
    if not kinds[bounds]:
        return packed(body)
    parts = ["" if part is None else str(part) for part in (bounds.start, bounds.stop)]
    step = "" if bounds.step is None else f":{bounds.step}"
    body.scope.bind(name, kinds[bounds])
    return [f"{name} = {source}[{':'.join(parts)}{step}]"]


def unpacked(body: TupleBody) -> list[str]:
    source = body.pick()
    if source is None:
        return packed(body)
    kinds = body.scope.tuples[source]
    names = [body.fresh("v") for _ in kinds]
    body.scope.names |= dict(zip(names, kinds, strict=True))
    return [f"{', '.join(names)}, = {source}"]


def nested(body: TupleBody) -> list[str]:
    """A tuple in a tuple, and out of it again."""
    source, whole, inner, rest = body.pick(), body.fresh("n"), body.fresh("t"), body.fresh("v")
    if source is None:
        return packed(body)
    value = body.expression(Kind.INT, 1)
    body.scope.bind(inner, body.scope.tuples[source])
    body.scope.names |= {
        rest: Kind.INT,
        f"{whole}[1]": Kind.INT,
        f"{whole}[0][0]": body.scope.tuples[source][0],
    }
    return [f"{whole} = ({source}, {value})", f"{inner}, {rest} = {whole}"]


def looped(body: TupleBody) -> list[str]:
    rng, source, item, count = body.scope.rng, body.pick(is_uniform=True), body.fresh("y"), body.fresh("k")
    if source is None:
        return packed(body)
    kind, inner = body.scope.tuples[source][0], body.inner(in_loop=True)
    head, bound = rng.choice(
        [
            (f"{item} in {source}", {item: kind}),
            (f"{item} in reversed({source})", {item: kind}),
            (f"{count}, {item} in enumerate({source})", {item: kind, count: Kind.INT}),
            (f"{item}, {count} in zip({source}, range(3))", {item: kind, count: Kind.INT}),
            (f"{count} in range(len({source}))", {count: Kind.INT, f"{source}[{count}]": kind}),
        ]
    )
    inner.scope.names |= bound
    return [f"for {head}:", *suite(inner, rng.randint(1, 2))]


def called(body: TupleBody) -> list[str]:
    """What the helpers give."""
    rng, name, scope = body.scope.rng, body.fresh("t"), body.scope
    kind = rng.choice([Kind.INT, Kind.FLOAT])
    first, second = (expression(scope, kind, 1) for _ in range(2))
    pairs = [one for one, kinds in scope.tuples.items() if len(kinds) == 2]
    choice = rng.choice(["pair", "first", "swapped", "star"] if pairs else ["pair", "first"])
    if choice == "pair":
        made, text = (kind, kind), f"pair({first}, {second})"
    elif choice == "first":
        made, text = (kind, Kind.INT), f"first({first}{rng.choice(['', f', {second}', ', 1.5, True'])})"
    else:
        source = rng.choice(pairs)
        kinds = scope.tuples[source]
        made, text = kinds[::-1], f"swapped({source})"
        if choice == "star":
            made, text = (kinds[0], Kind.INT), f"first(*{source})"
    scope.bind(name, made)
    return [f"{name} = {text}"]


def named(body: TupleBody) -> list[str]:
    """A named tuple."""
    rng, name = body.scope.rng, body.fresh("d")
    kind = rng.choice([Kind.INT, Kind.FLOAT])
    first, second, third = (expression(body.scope, kind, 1) for _ in range(3))
    text = rng.choice(
        [
            f"Point({first}, {second})",
            f"Point(y={first}, x={second})",
            f"moved(Point({first}, {second}), {third})",
            f"Point({first}, {second})._replace({rng.choice('xy')}={third})",
            f"Point._make(({first}, {second}))",
            f"(Point({first}, {second}) if {body.expression(Kind.BOOL, 1)} else Point({third}, {third}))",
        ]
    )
    body.scope.bind(name, (kind, kind))
    body.scope.names |= {f"{name}.x": kind, f"{name}.y": kind, f"({name}.count({first}))": Kind.INT}
    return [f"{name} = {text}"]


def with_defaults(body: TupleBody) -> list[str]:
    """A named tuple of which the class has some items, or that a global is."""
    rng, name = body.scope.rng, body.fresh("d")
    kind = rng.choice([Kind.INT, Kind.FLOAT])
    value = expression(body.scope, kind, 1)
    kinds, text = rng.choice(
        [
            ((kind, Kind.INT, Kind.FLOAT), f"Rest({value})"),
            ((kind, Kind.INT, kind), f"Rest({value}, z={value})"),
            ((Kind.INT, kind, Kind.FLOAT), f"CORNER._replace(y={value})"),
        ]
    )
    body.scope.bind(name, kinds)
    for field_name, field_kind in zip("xyz", kinds, strict=True):
        body.scope.names[f"{name}.{field_name}"] = field_kind
    return [f"{name} = {text}"]


def looped_named(body: TupleBody) -> list[str]:
    """A named tuple that a loop carries, of which an item widens."""
    name, loop = body.fresh("d"), body.fresh("k")
    first = body.expression(Kind.INT, 1)
    body.scope.bind(name, (Kind.INT, Kind.FLOAT))
    return [
        f"{name} = Point({first}, {first})",
        f"for {loop} in range(2):",
        f"{INDENT}{name} = Point({name}.x + {loop}, {name}.y * 0.5)",
    ]


def optional(body: TupleBody) -> list[str]:
    """What may be `None`: asked, replaced, checked."""
    rng, name, scope = body.scope.rng, body.fresh("o"), body.scope
    kind = rng.choice([Kind.INT, Kind.FLOAT])
    value, other = (expression(scope, kind, 1) for _ in range(2))
    test = body.expression(Kind.BOOL, 1)
    tuples = [one for one, kinds in scope.tuples.items() if set(kinds) <= {Kind.INT}]
    ways = [
        [f"{name} = {value} if {test} else None"],
        [f"{name} = None", f"if {test}:", f"{INDENT}{name} = {value}"],
        [f"{name} = None", "for _ in range(2):", f"{INDENT}{name} = {value} if {name} is None else None"],
    ]
    if tuples and kind is Kind.INT:
        ways.append([f"{name} = found({rng.choice(tuples)}, {value})"])
    lines = rng.choice(ways)
    scope.names |= {
        f"({name} is None)": Kind.BOOL,
        f"({name} == {other})": Kind.BOOL,
        f"({other} if {name} is None else {name})": kind,
        f"({name} or {other})": kind,
        f"({name} is not None and {name} > {other})": Kind.BOOL,
        f"(present({name}, {other}))": kind,
    }
    if rng.random() < 0.3:
        lines = [*lines, f"if {name} is None:", f"{INDENT}{name} = {other}"]
        scope.names[name] = kind
    elif rng.random() < 0.4:
        whole = body.fresh("n")
        lines = [*lines, f"{whole} = ({name}, {value})"]
        scope.names |= {f"({whole}[0] is None)": Kind.BOOL, f"{whole}[1]": kind}
        body.scope.results.append(whole)
    return lines


def summed(body: TupleBody) -> list[str]:
    """A tuple that a loop carries."""
    name, loop = body.fresh("t"), body.fresh("k")
    kinds = (Kind.INT, Kind.FLOAT)
    start = body.items(kinds)
    body.scope.bind(name, kinds)
    step = body.items(kinds)
    return [
        f"{name} = {start}",
        f"for {loop} in range(3):",
        f"{INDENT}{name} = ({name}[0] + {loop}, {name}[1] * 0.5)",
        f"{name} = {step}",
    ]


STATEMENTS = (
    *[packed] * 3,
    *[joined, unpacked, looped, called, named, optional] * 2,
    replaced,
    sliced,
    nested,
    with_defaults,
    looped_named,
    summed,
    assign,
)


def tuple_program(rng: random.Random) -> JitProgram:
    scope, parameters = TupleScope(rng, {}), list[Parameter]()
    names = []
    for index in range(rng.randint(1, 2)):
        kinds = random_kinds(rng)
        parameters.append(TupleParameter(kinds))
        names.append(f"s{index}")
        scope.bind(names[-1], kinds)
    for index in range(rng.randint(0, 2)):
        one: Type = rng.choice([INT64, INT64, FLOAT64, BOOL])
        parameters.append(NumberParameter(one))
        names.append(f"{rng.choice('pq')}{index}")
        scope.names[names[-1]] = one.kind
    body = TupleBody(scope, rng.choice(list(TYPES)), counter=[0], is_entry=False, stores=STATEMENTS * 3)
    lines = suite(body, rng.randint(1, 6))
    ending = last(body)
    if rng.random() < 0.6:
        lines = [without_return(line) for line in lines]
        value = body.pick() or "()"
        ending = "return " + rng.choice(
            [
                value,
                f"({value}, {body.expression(Kind.INT, 1)})",
                f"{value} + {body.items((Kind.FLOAT,))}",
                f"({', '.join([*scope.results, value])},)",
                f"{value} if {body.expression(Kind.BOOL, 1)} else None",
            ]
        )
    head = ["from collections import namedtuple", *HEAD, *HELPERS.split("\n"), f"def f({', '.join(names)}):"]
    return JitProgram("\n".join([*head, *lines, INDENT + ending, ""]), parameters)


def scalar_program(rng: random.Random) -> JitProgram:
    """A function of numbers, as those that are compiled for C."""
    made = program(rng)
    text = made.text.replace("import numpy as np", "import numpy as np\nfrom ferrule import njit", 1)
    return JitProgram(text, [NumberParameter(one) for one in made.parameters], tolerance(made))
