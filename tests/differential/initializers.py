"""Random C types, and values to initialise them with: most are right, some are not."""

import random
from dataclasses import dataclass, field
from typing import Any

SMALL = ("char", "signed char", "unsigned char", "short", "unsigned short", "_Bool", "wchar_t")
LARGE = ("int", "unsigned int", "long", "unsigned long", "uint8_t", "int64_t", "float", "double")
SCALARS = (*SMALL, *LARGE)
POINTERS = ("int *", "char *", "void *", "double *")
BIT_FIELDS = ("int", "unsigned int", "signed char")
FLOATS = (0.0, 1.5, -2.25, 3, 1e300)
INTEGERS = (0, 1, 5, 100, -1, 200, 40_000, 70_000, 2**31, 2**63)
# What fits nowhere, or where one would not think so.
ODD = (
    None,
    "text",
    "é",
    b"xx",
    b"",
    1.5,
    -1,
    2**70,
    [],
    [1, 2, 3],
    {},
    {"nope": 1},
    (),
    True,
    b"a",
    1e400,
    [[1]],
    [None],
)
NULL = object()
RECORDS = 12


@dataclass(frozen=True)
class Scalar:
    """A number, a character or a pointer."""

    name: str
    bits: int | None = None


@dataclass(frozen=True)
class Array:
    """An array of scalars; without a length it is open."""

    item: str
    length: int | None


@dataclass(frozen=True)
class Record:
    """A struct or a union."""

    name: str
    fields: tuple[tuple[str, Any], ...]
    is_open: bool


@dataclass
class Generator:
    """Declares records, then makes types and initialisers."""

    rng: random.Random
    records: list[Record] = field(default_factory=list)
    declarations: str = ""

    def __post_init__(self) -> None:
        for number in range(RECORDS):
            self.declare(number)

    def declare(self, number: int) -> None:
        """Add a struct or a union of the others."""
        rng = self.rng
        kind = rng.choice(("struct", "struct", "struct", "union"))
        fields = [(f"f{index}", self.member(kind)) for index in range(rng.randint(1, 5))]
        is_open = kind == "struct" and rng.random() < 0.15
        if is_open:
            fields.append(("open", Array(rng.choice(SCALARS), None)))
        name = f"{kind} r{number}"
        self.records.append(Record(name, tuple(fields), is_open))
        self.declarations += f"{name} {{ {' '.join(declared(*each) for each in fields)} }};\n"

    def member(self, kind: str) -> Scalar | Array | Record:
        """Return the type of a member."""
        rng, closed = self.rng, [record for record in self.records if not record.is_open]
        chosen = rng.random()
        if chosen < 0.2 and kind == "struct":
            return Scalar(rng.choice(BIT_FIELDS), bits=rng.randint(1, 8))
        if chosen < 0.4:
            return Array(rng.choice(SCALARS), rng.randint(1, 4))
        if chosen < 0.55 and closed:
            return rng.choice(closed)
        return Scalar(rng.choice(POINTERS if chosen < 0.65 else SCALARS))

    def case(self) -> tuple[str, Any]:
        """Return a type for `new`, and an initialiser."""
        rng, chosen = self.rng, self.rng.random()
        record = rng.choice(self.records)
        if chosen < 0.2 and not record.is_open:
            length = rng.choice((None, 1, 2, 3))
            items = [self.value(record) for _ in range(rng.randint(0, length or 3))]
            return f"{record.name}[{length or ''}]", items
        if chosen < 0.7:
            return f"{record.name} *", self.value(record)
        if chosen < 0.85:
            array = Array(rng.choice(SCALARS), rng.choice((None, 1, 3)))
            return f"{array.item}[{array.length or ''}]", self.value(array)
        scalar = Scalar(rng.choice(SCALARS))
        return f"{scalar.name} *", self.value(scalar)

    def value(self, kind: Scalar | Array | Record) -> Any:
        """Return an initialiser."""
        if self.rng.random() < 0.06:
            return self.rng.choice(ODD)
        if isinstance(kind, Scalar):
            return self.number(kind)
        return self.items(kind) if isinstance(kind, Array) else self.parts(kind)

    def number(self, kind: Scalar) -> Any:
        rng = self.rng
        if kind.name in POINTERS:
            return NULL
        if kind.bits is not None:
            half = 2 ** (kind.bits - 1)
            return rng.randint(-4 * half, 4 * half) if rng.random() < 0.3 else rng.randint(0, half - 1)
        if kind.name == "char":
            return bytes([rng.randrange(256)])
        if kind.name == "wchar_t":
            return rng.choice("aé€")
        if kind.name == "_Bool":
            return rng.choice((0, 1, True, False))
        return rng.choice(FLOATS if kind.name in ("float", "double") else INTEGERS)

    def items(self, kind: Array) -> Any:
        rng, room = self.rng, 4 if kind.length is None else kind.length
        count = rng.randint(0, room + (rng.random() < 0.12))
        if kind.item == "char" and rng.random() < 0.5:
            return bytes(rng.randrange(256) for _ in range(count))
        if kind.item == "wchar_t" and rng.random() < 0.5:
            return "".join(rng.choice("aé€😀") for _ in range(count))
        if kind.length is None and rng.random() < 0.3:
            return rng.randint(0, 5)
        items = [self.value(Scalar(kind.item)) for _ in range(count)]
        return rng.choice((items, tuple(items)))

    def parts(self, kind: Record) -> Any:
        rng, fields = self.rng, kind.fields
        count = rng.randint(0, len(fields) + (rng.random() < 0.1))
        # cffi leaves a short text of wide characters without an end, for what is below to show through.
        is_wide = any(isinstance(of, Array) and of.item == "wchar_t" for _, of in fields)
        if kind.name.startswith("union") and (is_wide or rng.random() < 0.8):
            count = min(count, 1)
        if rng.random() < 0.5:
            return [self.value(of) for _, of in (*fields, *fields)[:count]]
        return {name: self.value(of) for name, of in rng.sample(fields, min(count, len(fields)))}


def declared(name: str, kind: Scalar | Array | Record) -> str:
    """Return the declaration of a member."""
    if isinstance(kind, Array):
        return f"{kind.item} {name}[{'' if kind.length is None else kind.length}];"
    bits = getattr(kind, "bits", None)
    return f"{kind.name} {name}{'' if bits is None else f' : {bits}'};"


def with_null(value: Any, null: object) -> Any:
    """Return an initialiser with a package's own null pointers."""
    if value is NULL:
        return null
    if isinstance(value, (list, tuple)):
        return type(value)(with_null(item, null) for item in value)
    if isinstance(value, dict):
        return {name: with_null(item, null) for name, item in value.items()}
    return value
