"""Random functions of arrays and numbers."""

import random

from .array_expressions import ArrayScope, elementwise, inexact_array, mixed_index, reduced
from .array_kinds import DTYPES, LAYOUTS, USUAL, ArrayParameter, ArrayType, Layout
from .array_statements import STATEMENTS, ArrayBody
from .jit_program import HEAD, JitProgram, NumberParameter, Parameter, without_return
from .kinds import BOOL, COMPLEX128, FLOAT32, FLOAT64, INT64, UINT64, Kind
from .outcomes import UNITS
from .statements import INDENT, last, suite

AXES = [("n",)] * 6 + [("m", "n")] * 5 + [("l", "m", "n")]
OTHER_AXES = [("1", "n"), ("m", "1"), ("m",), ("n",), ("l", "1", "n"), ("n", "n")]
NUMBERS = [INT64, INT64, INT64, FLOAT64, FLOAT64, BOOL, COMPLEX128, FLOAT32, UINT64]
RESULTS = [Kind.INT, Kind.INT, Kind.FLOAT, Kind.FLOAT, Kind.BOOL, Kind.COMPLEX]


def array_parameter(rng: random.Random, axes: tuple[str, ...]) -> ArrayParameter:
    dtype = rng.choice(USUAL) if rng.random() < 0.6 else rng.choice(DTYPES)
    layout = rng.choice(LAYOUTS)
    made = ArrayType(dtype, axes, layout.is_writable, layout in (Layout.C, Layout.READ_ONLY))
    return ArrayParameter(made, layout)


def array_program(rng: random.Random) -> JitProgram:
    main = rng.choice(AXES)
    chosen = [main] * rng.randint(1, 3) + [rng.choice(OTHER_AXES) for _ in range(rng.choice([0, 0, 1]))]
    parameters: dict[str, Parameter] = {
        f"a{index}": array_parameter(rng, axes) for index, axes in enumerate(chosen)
    }
    if rng.random() < 0.3:
        parameters["x0"] = ArrayParameter(
            ArrayType("int64", ("k",), is_writable=False), Layout.C, is_index=True
        )
    for index in range(rng.randint(0, 2)):
        parameters[f"{rng.choice('ppq')}{index}"] = NumberParameter(rng.choice(NUMBERS))
    scope = ArrayScope(rng, {})
    for name, one in parameters.items():
        if isinstance(one, NumberParameter):
            scope.names[name] = one.type.kind
    for name, one in parameters.items():
        if isinstance(one, ArrayParameter):
            scope.bind(name, one.type)
    body = ArrayBody(scope, rng.choice(RESULTS), depth=2, counter=[0], is_entry=False, stores=STATEMENTS * 3)
    lines = suite(body, rng.randint(1, 3))
    ending, units = result(rng, body)
    if ending:
        lines = [without_return(line) for line in lines]
    head = f"def f({', '.join(parameters)}):"
    text = "\n".join([*HEAD, head, *lines, INDENT + (ending or last(body)), ""])
    return JitProgram(text, list(parameters.values()), units)


def result(rng: random.Random, body: ArrayBody) -> tuple[str, float]:
    """The last line where it returns an array, or several values, and by how many units it may be off."""
    scope, choice = body.scope, rng.random()
    name = body.pick()
    axes = scope.arrays[name].axes
    if choice < 0.15:
        made = inexact_array(scope, axes, 2)
        return (f"return {made[0]}", UNITS) if made else (f"return {name}", 0.0)
    if choice < 0.45:
        return f"return {elementwise(scope, axes, 3)[0]}", 0.0
    if choice < 0.6:
        text, dtype = elementwise(scope, axes, 2)
        made = reduced(scope, text, dtype, len(axes))
        return f"return {made[0] if made else text}", 0.0
    if choice < 0.7:
        return f"return {name}, {body.expression(body.result, 2)}", 0.0
    if choice < 0.8:
        return f"return {name}[{mixed_index(scope, name)}]", 0.0
    return "", 0.0
