"""Random C structs, and programs that read and write them through pointers and by value."""

import random
from dataclasses import dataclass, field

from .expressions import Scope
from .kinds import INT64, Kind, Type
from .memory import C_TYPES
from .statements import INDENT, Body, last, suite

INTEGERS = [name for name, one in C_TYPES.items() if one.kind in (Kind.INT, Kind.UNSIGNED, Kind.NARROW)]
COPIES = ["a.one = b.many[q0 & 1]", "a[1] = b[0]", "b[q0 & 1] = s", "b.many[0] = a[1].one"]
RESULTS = ["int64_t", "double", "_Bool", "int32_t"]


@dataclass
class Place:
    """A number in memory: how it is written, and its type."""

    text: str
    type: Type

    def read(self) -> tuple[str, Kind]:
        """An expression of a kind that other expressions are made of: small types are widened."""
        if self.type.kind is Kind.SINGLE:
            return f"({self.text} + 0.0)", Kind.FLOAT
        if self.type.kind in (Kind.NARROW, Kind.UNSIGNED):
            return f"({self.text} + 0)", Kind.INT
        return self.text, self.type.kind

    @property
    def written(self) -> Kind:
        """The kind of what is stored here."""
        return Kind.INT if self.type.kind in (Kind.NARROW, Kind.UNSIGNED) else self.read()[1]


@dataclass
class Record:
    """A struct: its declaration, and the paths to the numbers in it."""

    name: str
    members: list[str] = field(default_factory=list)
    paths: list[tuple[str, Type]] = field(default_factory=list)

    @property
    def declaration(self) -> str:
        return f"struct {self.name} {{ {'; '.join(self.members)}; }};"


def record(rng: random.Random, name: str, inner: Record | None) -> Record:
    """A struct of numbers, arrays, bit-fields and, if there is one, an inner struct and an array of them."""
    made = Record(name)
    for index in range(rng.randint(2, 5)):
        add_numbers(rng, made, f"m{index}")
    if inner is not None:
        made.members += [f"struct {inner.name} one", f"struct {inner.name} many[2]"]
        for path, type_ in inner.paths:
            made.paths += [(f".{where}{path}", type_) for where in ("one", "many[0]", "many[q0 & 1]")]
    rng.shuffle(made.members)
    return made


def add_numbers(rng: random.Random, made: Record, name: str) -> None:
    """A member that is a number, an array of them or a bit-field."""
    choice = rng.random()
    if choice < 0.3:
        c_type = rng.choice(INTEGERS)
        bits = rng.randint(2, C_TYPES[c_type].bits - 1)
        made.members.append(f"{c_type} {name} : {bits}")
        made.paths.append((f".{name}", C_TYPES[c_type]))
        return
    c_type = rng.choice(list(C_TYPES))
    if choice < 0.5:
        made.members.append(f"{c_type} {name}[3]")
        made.paths += [(f".{name}[{index}]", C_TYPES[c_type]) for index in ("0", "2", "q0 & 1")]
    else:
        made.members.append(f"{c_type} {name}")
        made.paths.append((f".{name}", C_TYPES[c_type]))


@dataclass
class MemoryProgram:
    """A text that defines `f(a, b, s, x, q0, p1)`: two arrays of structs, a struct, an array of numbers, an
    integer and a float.
    """

    declarations: str
    text: str
    signature: str
    result: Type
    item: str
    places: list[Place]


def memory_program(rng: random.Random) -> MemoryProgram:
    inner = record(rng, "inner", None)
    outer = record(rng, "outer", inner)
    item, result = rng.choice(list(C_TYPES)), rng.choice(RESULTS)
    roots = ["a", "a[1]", "b", "b[q0 & 1]", "(b + 1)"]
    places = [Place(root + path, type_) for root in roots for path, type_ in outer.paths]
    places += [Place(f"x[{index}]", C_TYPES[item]) for index in ("0", "3", "q0 & 3", "-q0 & 3")]
    values = [Place(f"s{path}", type_) for path, type_ in outer.paths]
    parameters = f"struct outer *, struct outer *, struct outer, {item} *, int64_t, double"
    body = Body(scope(rng, places + values), C_TYPES[result].kind, counter=[0])
    if body.result is Kind.NARROW:
        body.result = Kind.INT
    body.stores = (*[stored(places)] * 8, copied)
    lines = ["def f(a, b, s, x, q0, p1):", *suite(body, rng.randint(2, 6)), INDENT + last(body)]
    text = "\n".join(["import cmath", "import math", "import numpy as np", "", *lines, ""])
    declarations = f"{inner.declaration}\n{outer.declaration}"
    signature = f"{result}({parameters})"
    return MemoryProgram(declarations, text, signature, C_TYPES[result], item, places)


def scope(rng: random.Random, places: list[Place]) -> Scope:
    """The numbers in memory, each as something to read."""
    names = {"q0": INT64.kind, "p1": Kind.FLOAT}
    return Scope(rng, names | dict(place.read() for place in rng.sample(places, min(8, len(places)))))


def stored(places: list[Place]):
    """Statements that write one of these places."""

    def statement(body: Body) -> list[str]:
        rng = body.scope.rng
        place = rng.choice(places)
        if place.written is Kind.INT and rng.random() < 0.2:
            return [f"{place.text} = {body.expression(Kind.FLOAT)}"]
        operator = rng.choice(["=", "=", "=", "+=", "-="]) if place.written is not Kind.BOOL else "="
        return [f"{place.text} {operator} {body.expression(place.written)}"]

    return statement


def copied(body: Body) -> list[str]:
    """A struct is copied as a whole."""
    return [body.scope.rng.choice(COPIES)]
