"""Prints the seconds that the declarations of headers take: `cdef_header.py ferrule|cffi HEADER...`.

The declarations are those of a module written by `ferrule bind`, without what cffi does not know: `va_list`,
128-bit integers, and values of constants that are not literals. What counts is processor time.
"""

import re
import sys
import time

from ferrule import _core

if sys.argv[1] == "cffi":
    from cffi import FFI
else:
    from ferrule import FFI

UNKNOWN = re.compile(r"\bva_list\b|\b__int128|\b_Float|\bsizeof\b|= [^,}]*[()?]|\basm\b")


def declarations(headers: list[str]) -> str:
    """Return the C text of a module that declares the headers."""
    module, _, _ = _core.bind_headers(headers, [], [], [], None, "bench")
    text = module.split('r"""\n', 1)[1].split('\n"""\n)', 1)[0]
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    statements = re.findall(r"[^;{]*(?:\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}[^;]*)?;", text)
    return "".join(statement for statement in statements if not UNKNOWN.search(statement))


text = declarations(sys.argv[2:])
FFI().cdef("int warm_up(void);")
ffi = FFI()
began = time.process_time()
ffi.cdef(text)
print(time.process_time() - began)
