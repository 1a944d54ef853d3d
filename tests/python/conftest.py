"""What several test files share: the C libraries of `tests/clib`, compiled and declared."""

import subprocess
from pathlib import Path

import pytest

from ferrule import FFI

CLIB = Path(__file__).parent.parent / "clib"


@pytest.fixture(scope="session")
def build_library(tmp_path_factory):
    """Compile `tests/clib/<name>.c` and give the path of the shared library."""
    folder = tmp_path_factory.mktemp("clib")

    def build(name: str) -> str:
        target = folder / f"lib{name}.so"
        if not target.exists():
            command = ["cc", "-O1", "-shared", "-fPIC", "-pthread", "-o", target, CLIB / f"{name}.c"]
            subprocess.run(command, check=True)
        return str(target)

    return build


def open_library(build_library, name: str, **options):
    """Declare what `tests/clib/<name>.h` declares, and open the library."""
    ffi = FFI()
    ffi.cdef((CLIB / f"{name}.h").read_text())
    return ffi, ffi.dlopen(build_library(name), **options)


@pytest.fixture
def ffi():
    """An FFI without declarations."""
    return FFI()


@pytest.fixture(params=[True, False], ids=["gil-released", "gil-held"])
def calls(request, build_library):
    """An FFI and the library `calls`, its functions called with and without the GIL."""
    return open_library(build_library, "calls", release_gil=request.param)


@pytest.fixture
def threads(build_library):
    """An FFI and the library `threads`."""
    return open_library(build_library, "threads")
