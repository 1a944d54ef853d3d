"""The peers that are built: the C library, a C extension written by hand, and cffi's compiled mode."""

import ctypes
import functools
import importlib
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import ModuleType
from typing import Any

import cffi

from ferrule import FFI

C = Path(__file__).parent / "c"
BUILD = Path(__file__).parents[1] / "build" / f"bench-{sys.implementation.cache_tag}"
LIBRARY = BUILD / "libcalls.so"
FLAGS = ("-O3", "-shared", "-fPIC")


@functools.cache
def declarations() -> str:
    """Return the C declarations of the library."""
    return (C / "calls.h").read_text()


@functools.cache
def library() -> str:
    """Return the path of the C library, built."""
    BUILD.mkdir(parents=True, exist_ok=True)
    _cc("-o", str(LIBRARY), str(C / "calls.c"), "-lm")
    return str(LIBRARY)


@functools.cache
def with_ctypes() -> ctypes.CDLL:
    """Return the C library as ctypes opens it."""
    return ctypes.CDLL(library())


@functools.cache
def handwritten(released: bool) -> ModuleType:
    """Return the C extension written by hand, built; it calls the same library, the lock released or held."""
    name = "handwritten_released" if released else "handwritten"
    target = BUILD / f"{name}{sysconfig.get_config_var('EXT_SUFFIX')}"
    flags = [
        f"-I{sysconfig.get_path('include')}",
        f"-Wl,-rpath,{BUILD}",
        *(["-DRELEASED"] if released else []),
    ]
    _cc(*flags, "-o", str(target), str(C / "handwritten.c"), library())
    return _imported(name)


@functools.cache
def compiled_cffi() -> ModuleType:
    """Return cffi's compiled module of the same declarations, calling the same library."""
    library()
    ffi = cffi.FFI()
    ffi.cdef(declarations())
    folder = str(BUILD)
    ffi.set_source(
        "calls_cffi",
        '#include "calls.h"',
        include_dirs=[str(C)],
        libraries=["calls"],
        library_dirs=[folder],
        runtime_library_dirs=[folder],
        extra_compile_args=["-O3"],
    )
    ffi.compile(tmpdir=folder)
    return _imported("calls_cffi")


@functools.cache
def kernel_ffi() -> FFI:
    """Return ferrule's FFI with the declarations of the kernels."""
    ffi = FFI()
    ffi.cdef((C / "kernels.h").read_text())
    return ffi


@functools.cache
def kernels(compiler: str, *flags: str) -> Any:
    """Return the kernels as `gcc` or `clang` builds them, called with the interpreter's lock held."""
    BUILD.mkdir(parents=True, exist_ok=True)
    target = BUILD / f"lib{'_'.join(['kernels', compiler, *flags])}.so"
    command = newest_clang() if compiler == "clang" else compiler
    sources = [str(C / name) for name in ("kernels.c", "generators.c")]
    options = [*FLAGS, "-march=native", *flags, "-o", str(target)]
    subprocess.run([command, *options, *sources, "-lm"], check=True)
    return kernel_ffi().dlopen(str(target), release_gil=False)


@functools.cache
def newest_clang() -> str:
    """Return the clang of the newest LLVM that is installed."""
    found = {int(path.parts[3][5:]): path for path in Path("/usr/lib").glob("llvm-[0-9]*/bin/clang")}
    return str(found[max(found)]) if found else "clang"


def _cc(*arguments: str) -> None:
    subprocess.run(["cc", *FLAGS, *arguments], check=True)


def _imported(name: str) -> ModuleType:
    if str(BUILD) not in sys.path:
        sys.path.insert(0, str(BUILD))
    importlib.invalidate_caches()
    return importlib.import_module(name)
