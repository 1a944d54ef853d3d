"""Builds somelib.c, the library that the examples call, with the C compiler of the machine."""

import subprocess
from pathlib import Path

HERE = Path(__file__).parent
LIBRARY = HERE.parent / "build" / "libsomelib.so"


def build() -> str:
    """Return the path of the shared library, built if it is missing or old."""
    source = HERE / "somelib.c"
    if not LIBRARY.exists() or LIBRARY.stat().st_mtime < source.stat().st_mtime:
        LIBRARY.parent.mkdir(exist_ok=True)
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", LIBRARY, source], check=True)
    return str(LIBRARY)
