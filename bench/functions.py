"""Modules of functions to compile, each function another one, as a user's file holds them."""

import importlib.util
from string import Template
from types import ModuleType

import peers

HEAD = Template('''"""Functions to compile."""

import numpy as np
from $package import carray
''')

ADD = Template('''

def function_$n(x, y):
    """Add two numbers."""
    return x + y
''')

CALLBACK = Template('''

def function_$n(in_, out, m, n):
    """Write twice an array of C's to another."""
    in_array = carray(in_, (m, n))
    out_array = carray(out, (m, n))
    for i in range(m):
        for j in range(n):
            out_array[i, j] = 2 * in_array[i, j]
''')

MANDELBROT = Template('''

def function_$n(out, limit):
    """Count the steps until z*z + c leaves the circle of radius 2."""
    height, width = out.shape
    rise, run = 2.0 / height, 3.0 / width
    for i in range(height):
        for j in range(width):
            c = complex(j * run - 2.0, i * rise - 1.0)
            z = 0j
            count = 0
            while count < limit and z.real * z.real + z.imag * z.imag <= 4.0:
                z = z * z + c
                count += 1
            out[i, j] = count
''')

LONG_HEAD = Template("""

def function_$n(a, out):
    total = 0.0""")

# Ten lines.
LONG_PART = Template("""
    factor = $part.5
    count = $part
    for i in range(a.size):
        x = a[i] * factor
        if x > total:
            total += np.sqrt(x) - $n
            count += 1
        else:
            total -= x / (x * x + $part.0)
    out[$part] = total + count""")

LONG_END = """
    return total
"""


def lines_long(lines: int) -> Template:
    """Return the template of a function of so many lines."""
    parts = [LONG_PART.safe_substitute(part=part) for part in range(lines // 10)]
    return Template("".join([LONG_HEAD.template, *parts, LONG_END]))


def module(package: str, name: str, template: Template, count: int) -> ModuleType:
    """Write a module of so many functions for one of the packages, and import it."""
    peers.BUILD.mkdir(parents=True, exist_ok=True)
    path = peers.BUILD / f"{name}_{package}.py"
    functions = "".join(template.substitute(n=n) for n in range(count))
    path.write_text(HEAD.substitute(package=package) + functions)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made
