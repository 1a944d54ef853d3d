"""What several test files share: the C libraries of `tests/clib`, and texts compiled and interpreted."""

import importlib.util
import linecache
import subprocess
from pathlib import Path

import cffi
import numpy as np
import pytest

import ferrule
from ferrule import FFI, njit
from ferrule._command import main

from .side_by_side import declared

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


@pytest.fixture(scope="session")
def bind(tmp_path_factory):
    """Write the module that `ferrule bind` makes of its arguments, and import it."""
    folder = tmp_path_factory.mktemp("bound")

    def bind(name: str, *arguments: str):
        path = folder / f"{name}.py"
        assert main(["bind", *arguments, "-o", str(path)]) == 0
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return bind


def open_library(build_library, name: str, **options):
    """Declare what `tests/clib/<name>.h` declares, and open the library."""
    ffi = FFI()
    ffi.cdef((CLIB / f"{name}.h").read_text())
    return ffi, ffi.dlopen(build_library(name), **options)


@pytest.fixture
def ffi():
    """An FFI without declarations."""
    return FFI()


@pytest.fixture(params=[ferrule, cffi], ids=["ferrule", "cffi"])
def either(request):
    """An FFI of ferrule's, then one of cffi's, with the test file's declarations: what both have to do."""
    return declared(request.param, request.module.DECLARATIONS)


@pytest.fixture(params=[True, False], ids=["gil-released", "gil-held"])
def calls(request, build_library):
    """An FFI and the library `calls`, its functions called with and without the GIL."""
    return open_library(build_library, "calls", release_gil=request.param)


@pytest.fixture
def threads(build_library):
    """An FFI and the library `threads`."""
    return open_library(build_library, "threads")


@pytest.fixture
def wide(build_library):
    """An FFI and the library `wide`."""
    return open_library(build_library, "wide")


def defined(text: str, **names):
    """The function `f` of a text, or the function of `a`, `b` and `c` that returns an expression."""
    if not text.lstrip().startswith(("def ", "@")):
        text = f"def f(a, b=None, c=None):\n    return {text}\n"
    name = f"<test {text!r}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace = {"np": np, "njit": njit, **names}
    exec(compile(text, name, "exec"), namespace)
    return namespace["f"]


def copied(value):
    """An equal array with the same strides; anything else as it is."""
    if not isinstance(value, np.ndarray) or not value.flags.writeable:
        return value
    if value.flags.c_contiguous or value.flags.f_contiguous:
        return value.copy(order="K")
    if value.base is None or value.base.ndim != value.ndim:
        return value.copy()
    base = value.base.copy()
    offset = value.ctypes.data - value.base.ctypes.data
    return np.ndarray(value.shape, value.dtype, base, offset, value.strides)


def assert_same(got, expected):
    """Equal values, NaN equal to itself, of one dtype and shape."""
    if isinstance(expected, tuple):
        assert isinstance(got, tuple)
        assert len(got) == len(expected)
        for one, other in zip(got, expected, strict=True):
            assert_same(one, other)
        return
    if isinstance(expected, np.ndarray):
        assert isinstance(got, np.ndarray)
        assert (got.dtype, got.shape) == (expected.dtype, expected.shape)
        np.testing.assert_array_equal(got, expected)
        return
    expected = expected.item() if isinstance(expected, np.generic) else expected
    assert type(got) is type(expected)
    np.testing.assert_equal(got, expected)


@pytest.fixture
def agrees():
    """A check that a text, compiled, gives what it gives interpreted, and does the same to its arguments."""

    def check(text: str, *arguments, **names):
        interpreted, compiled = (tuple(map(copied, arguments)) for _ in range(2))
        function = defined(text, **names)
        with np.errstate(all="ignore"):
            expected = function(*interpreted)
        assert_same(njit(function)(*compiled), expected)
        for mine, theirs in zip(compiled, interpreted, strict=True):
            if isinstance(theirs, np.ndarray):
                assert_same(mine, theirs)

    return check


@pytest.fixture
def compare():
    """A check that some calls of a function, compiled, give or raise what they do interpreted."""

    def outcome(function, arguments):
        try:
            result = function(*arguments)
        except Exception as error:
            return type(error), str(error)
        return float if isinstance(result, float) else type(result), result

    def check(function, *calls):
        compiled = njit(function)
        for arguments in calls:
            assert outcome(compiled, arguments) == outcome(function, arguments)

    return check


@pytest.fixture
def compiled():
    """A text's function, compiled."""
    return lambda text, **names: njit(defined(text, **names))
