"""Random statements over the names in scope, as indented lines."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from .expressions import Scope, expression, fill, inexact, leaf
from .kinds import Kind
from .templates import INEXACT

INDENT = "    "
ASSIGNABLE = [Kind.BOOL, Kind.INT, Kind.INT, Kind.FLOAT, Kind.FLOAT, Kind.COMPLEX]
AUGMENTED = {
    Kind.INT: ["+", "-", "*", "&", "|", "^", "%", "//", ">>", "+", "-"],
    Kind.FLOAT: ["+", "-", "*", "/", "%", "//", "+", "-", "*"],
    Kind.COMPLEX: ["+", "-", "*", "/"],
}
LOOPS = 2
EXCEPTIONS = ["ValueError", "ArithmeticError", "KeyError", "IndexError", "RuntimeError", "OverflowError"]


@dataclass
class Body:
    """Where statements are made: what may be read, what is returned, how deep."""

    scope: Scope
    result: Kind
    depth: int = 3
    loops: int = 0
    counter: list[int] | None = None
    is_entry: bool = True
    stores: "tuple[Callable[[Body], list[str]], ...]" = ()

    def fresh(self, prefix: str) -> str:
        """A name that nothing has yet."""
        self.counter[0] += 1
        return f"{prefix}{self.counter[0]}"

    def inner(self, in_loop: bool = False) -> "Body":
        """A nested suite: what it binds first is not bound after it."""
        scope = replace(self.scope, names=dict(self.scope.names))
        return replace(self, scope=scope, depth=self.depth - 1, loops=self.loops + in_loop)

    def expression(self, kind: Kind, depth: int = 3) -> str:
        return expression(self.scope, kind, depth)


def suite(body: Body, count: int) -> list[str]:
    """Statements one after the other, indented by one step."""
    lines = []
    for _ in range(count):
        lines += statement(body)
    return [INDENT + line for line in lines]


def statement(body: Body) -> list[str]:
    rng = body.scope.rng
    choices = [*PLAIN, *body.stores]
    if body.depth > 0:
        choices += [branch, branch, branch, returned]
        if body.loops < LOOPS:
            choices += [for_loop, for_loop, while_loop]
    if body.loops:
        choices += [left]
    return rng.choice(choices)(body)


def target(body: Body, kind: Kind) -> str:
    """A variable to assign: a known one of that kind, or a new one."""
    rng = body.scope.rng
    known = [name for name in body.scope.of_kind(kind) if name[0] in "pv"]
    return rng.choice(known) if known and rng.random() < 0.6 else body.fresh("v")


def assign(body: Body) -> list[str]:
    kind = body.scope.rng.choice(ASSIGNABLE)
    value, name = body.expression(kind), target(body, kind)
    body.scope.names[name] = kind
    return [f"{name} = {value}"]


def augmented(body: Body) -> list[str]:
    kind = body.scope.rng.choice([Kind.INT, Kind.FLOAT, Kind.COMPLEX])
    known = [name for name in body.scope.of_kind(kind) if name[0] in "pv"]
    if not known:
        return assign(body)
    name = body.scope.rng.choice(known)
    return [f"{name} {body.scope.rng.choice(AUGMENTED[kind])}= {body.expression(kind, 2)}"]


def unpack(body: Body) -> list[str]:
    rng = body.scope.rng
    kind = rng.choice([Kind.INT, Kind.FLOAT])
    first, second = body.fresh("v"), body.fresh("v")
    right = fill(body.scope, {Kind.INT: "divmod({i}, {i})", Kind.FLOAT: "divmod({f}, {f})"}[kind], 2)
    if rng.random() < 0.6:
        right = f"{body.expression(kind, 2)}, {body.expression(kind, 2)}"
    body.scope.names |= {first: kind, second: kind}
    return [f"{first}, {second} = {right}"]


def swap(body: Body) -> list[str]:
    names = [name for name in body.scope.of_kind(Kind.INT) if name[0] in "pv"]
    if len(names) < 2:
        return assign(body)
    first, second = body.scope.rng.sample(names, 2)
    return [f"{first}, {second} = {second}, {first}"]


def walrus(body: Body) -> list[str]:
    name = body.fresh("v")
    kind = body.scope.rng.choice([Kind.INT, Kind.FLOAT])
    head = f"if ({name} := {body.expression(kind, 2)}) > {body.expression(kind, 1)}:"
    body.scope.names[name] = kind
    return [head, *suite(body.inner(), 1)]


def asserted(body: Body) -> list[str]:
    rng = body.scope.rng
    message = rng.choice(["", ', "not so"', f", {body.expression(Kind.INT, 1)}"])
    return [f"assert {body.expression(Kind.BOOL, 2)} or {body.expression(Kind.BOOL, 1)}{message}"]


def raised(body: Body) -> list[str]:
    rng = body.scope.rng
    arguments = rng.choice(["", '"text"', '"at", {i}', "{f}, {b}", '{i}, {z}, "end"'])
    call = fill(body.scope, f"{rng.choice(EXCEPTIONS)}({arguments})", 1)
    test = f"{body.expression(Kind.BOOL, 2)} and {body.expression(Kind.BOOL, 1)}"
    return [f"if {test}:", f"{INDENT}raise {call if arguments else call[:-2]}"]


def returned(body: Body) -> list[str]:
    return [f"if {body.expression(Kind.BOOL, 2)}:", INDENT + last(body)]


def last(body: Body) -> str:
    """The end of a function. Only what leaves the program may be inexact."""
    scope, rng = body.scope, body.scope.rng
    is_inexact = body.is_entry and body.result in INEXACT and rng.random() < 0.3
    return f"return {inexact(scope, body.result, 2) if is_inexact else body.expression(body.result)}"


def branch(body: Body) -> list[str]:
    rng = body.scope.rng
    kind = rng.choice([Kind.BOOL, Kind.BOOL, Kind.BOOL, Kind.INT, Kind.FLOAT])
    lines = [f"if {body.expression(kind, 2)}:", *suite(body.inner(), rng.randint(1, 3))]
    for _ in range(rng.choice([0, 0, 0, 1, 2])):
        lines += [f"elif {body.expression(Kind.BOOL, 2)}:", *suite(body.inner(), 1)]
    if rng.random() < 0.5:
        lines += ["else:", *suite(body.inner(), rng.randint(1, 2))]
    return lines


def chained(body: Body) -> list[str]:
    kind = body.scope.rng.choice(ASSIGNABLE)
    value, first, second = body.expression(kind, 2), target(body, kind), body.fresh("v")
    body.scope.names |= {first: kind, second: kind}
    return [f"{first} = {second} = {value}"]


def pair(body: Body) -> list[str]:
    """A tuple that stays one."""
    kinds = [body.scope.rng.choice(ASSIGNABLE) for _ in range(2)]
    values, name = [body.expression(kind, 2) for kind in kinds], body.fresh("t")
    body.scope.names |= {f"{name}[{index}]": kind for index, kind in enumerate(kinds)}
    return [f"{name} = ({', '.join(values)})"]


def widened(body: Body) -> list[str]:
    """A variable that starts as an integer and becomes a float; the last line says so to CPython."""
    name = body.fresh("v")
    loop = f"for {body.fresh('k')} in range({fill(body.scope, body.scope.rng.choice(RANGES), 1)}):"
    lines = [f"{name} = 0", loop, f"{INDENT}{name} += {body.expression(Kind.FLOAT, 2)}"]
    body.scope.names[name] = Kind.FLOAT
    return [*lines, f"{name} = float({name})"]


def perhaps(body: Body) -> list[str]:
    """A variable that is bound on one path only."""
    rng = body.scope.rng
    unknown = [name for name in body.scope.of_kind(Kind.INT) if name[0] in "qk"]
    if not unknown:
        return assign(body)
    kind, name = rng.choice(ASSIGNABLE), body.fresh("u")
    lines = [f"if {rng.choice(unknown)} % 4:", f"{INDENT}{name} = {leaf(body.scope, kind)}"]
    body.scope.names[name] = kind
    return lines


PLAIN = [*[assign] * 5, *[augmented] * 4, *[unpack, walrus, asserted, raised] * 2]
PLAIN += [swap, chained, pair, widened, perhaps]

RANGES = [
    *("{i} & 7", "{i} % 5", "3", "{i} % 4, {i} % 9", "{i} & 7, -3, -2", "5, {i} % 6, -1", "0, 10, {i} % 4"),
    *("{i} % 3, {i} & 15, ({i} & 3) - 2", "-3, 3", "9223372036854775800, 9223372036854775807, 3"),
    "10, 0, -3",
]


def for_loop(body: Body) -> list[str]:
    rng = body.scope.rng
    name = body.fresh("k")
    inner = body.inner(in_loop=True)
    head = f"for {name} in range({fill(body.scope, rng.choice(RANGES), 1)}):"
    inner.scope.names[name] = Kind.INT
    return [head, *suite(inner, rng.randint(1, 3)), *otherwise(body)]


def while_loop(body: Body) -> list[str]:
    """A loop that a counter ends."""
    rng = body.scope.rng
    name = body.fresh("n")
    inner = body.inner(in_loop=True)
    inner.scope.names[name] = Kind.INT
    head = f"while ({name} := {name} + 1) < {rng.randint(1, 8)} and {body.expression(Kind.BOOL, 2)}:"
    lines = [f"{name} = 0", head, *suite(inner, rng.randint(1, 3))]
    return [*lines, *otherwise(body)]


def otherwise(body: Body) -> list[str]:
    return ["else:", *suite(body.inner(), 1)] if body.scope.rng.random() < 0.25 else []


def left(body: Body) -> list[str]:
    rng = body.scope.rng
    return [f"if {body.expression(Kind.BOOL, 2)}:", INDENT + rng.choice(["break", "continue"])]
