"""Programs that were once compiled to something else than CPython runs."""

import pytest

from .kinds import FLOAT64, INT64
from .programs import Program
from .trials import attempt

NAN = float("nan")

# What was wrong, and the program.
PROGRAMS = {
    "a call that always raises was left out": (
        "def g(x):\n    raise ValueError('always', x)\n\ndef f(x):\n    y = g(x)\n    return 3\n",
        (INT64, [INT64]),
        [(1,)],
    ),
    "a chain that was decided went on to an operand that always raises": (
        "import math\n\ndef f(x):\n    return int(2.5 == x > 1.5 > math.log(x, -0.0))\n",
        (INT64, [FLOAT64]),
        [(1.0,)],
    ),
    "a boolean operator that was decided went on to an operand that always raises": (
        "import math\n\ndef f(x):\n    return int(x > 1.0 or math.sqrt(-1.0) > x or x < 0.0)\n",
        (INT64, [FLOAT64]),
        [(2.0,), (0.5,)],
    ),
    "after an assertion whose message always raises there was nothing": (
        "def g(x):\n    raise KeyError(x)\n\ndef f(x):\n    assert x > 0, g(x)\n    return x\n",
        (INT64, [INT64]),
        [(3,), (-3,)],
    ),
    "LLVM takes fmod to be no NaN where one operand is not infinite and the other not zero": (
        "import math\n\ndef f(x):\n    return int(math.isnan(math.fmod(x, x)))\n",
        (INT64, [FLOAT64]),
        [(NAN,), (2.0,)],
    ),
    "the parts of a complex number were added": (
        "def f(x):\n    z = complex(1.0, x)\n    return z.real + z.imag\n",
        (FLOAT64, [FLOAT64]),
        [(float("inf"),), (-0.0,)],
    ),
    "the least common multiple wrapped around": (
        "import math\n\ndef f(x):\n    return math.lcm(x, 12) + math.gcd(x, x)\n",
        (INT64, [INT64]),
        [((1 << 63) - 1,), (-(1 << 63),), (18,)],
    ),
    "the lowest numbers were rounded to the wrong ten": (
        "def f(x):\n    return round(x, -1)\n",
        (INT64, [INT64]),
        [(-9223372036854775805,), (-9223372036854775797,), (15,), (25,), (-15,), (-26,)],
    ),
    "a divisor on the way to the greatest of three had to fit 64 bits": (
        "import math\n\ndef f(x):\n    return math.gcd(0, x, 12)\n",
        (INT64, [INT64]),
        [(-(1 << 63),), (18,)],
    ),
}


@pytest.mark.parametrize(("text", "types", "calls"), PROGRAMS.values(), ids=PROGRAMS.keys())
def test_program(text, types, calls):
    found = attempt(Program(text, *types), calls, f"<differential {text!r}>")
    assert found is None, str(found)
