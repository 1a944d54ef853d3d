"""What a C compiler's preprocessor makes of a header."""

import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from ferrule._core import CDefError, FFIError

# What is looked for on the path where $CC says nothing.
COMPILERS = ("cc", "gcc", "clang")
# How the package ziglang starts one.
ZIG = ("-m", "ziglang", "cc")
# The folders of a compiler that does not tell them.
USUAL_SEARCH = ("/usr/local/include", "/usr/include")


def compiler() -> list[str]:
    """Return the words that start a C compiler: ``$CC``, one on the path, or ziglang's."""
    chosen = shlex.split(os.environ.get("CC", ""))
    if chosen:
        if shutil.which(chosen[0]) is None:
            raise FFIError(f"the C compiler that $CC names is not there: {chosen[0]}")
        return chosen
    for name in COMPILERS:
        if shutil.which(name) is not None:
            return [name]
    if importlib.util.find_spec("ziglang") is not None:
        return [sys.executable, *ZIG]
    raise FFIError(
        "reading a header takes a C compiler's preprocessor, and there is none: neither $CC nor "
        f"{', '.join(COMPILERS)} on the path, nor the ziglang package; install gcc or clang, or type "
        f"`{Path(sys.executable).name} -m pip install ziglang`"
    )


class Preprocessor:
    """Headers with the options that they are read with."""

    def __init__(
        self,
        headers: Iterable[str],
        include_dirs: Iterable[str | os.PathLike[str]],
        define: Mapping[str, object] | Iterable[str],
    ) -> None:
        self._headers = list(headers)
        self._includes = "".join(f"#include {_quoted(header)}\n" for header in self._headers)
        self._options = [f"-I{os.fspath(folder)}" for folder in include_dirs]
        if isinstance(define, Mapping):
            define = [name if value is None else f"{name}={value}" for name, value in define.items()]
        self._options += [f"-D{macro}" for macro in define]
        self._compiler = compiler()

    def text(self) -> tuple[str, list[str]]:
        """Return the headers' text with comments and macros, and the folders that the compiler searches."""
        outcome = self._run(self._includes, "-dD", "-CC", "-v")
        return outcome.stdout, _search(outcome.stderr)

    def values(self, macros: Iterable[str]) -> str:
        """Return the text whose last lines are ``"NAME" = value`` for each macro."""
        lines = "".join(f'"{name}" = {name}\n' for name in macros)
        return self._run(self._includes + lines).stdout if lines else ""

    def _run(self, source: str, *options: str) -> subprocess.CompletedProcess[str]:
        command = [*self._compiler, "-E", *options, *self._options, "-x", "c", "-"]
        # In the C locale the folders are listed under the words that are looked for.
        environment = {**os.environ, "LC_ALL": "C"}
        with tempfile.TemporaryDirectory(prefix="ferrule-") as folder:
            if tuple(self._compiler[1:]) == ZIG:
                # It makes a file of its input, and wants a home to keep it in.
                environment["ZIG_GLOBAL_CACHE_DIR"] = folder
            outcome = subprocess.run(
                command,
                input=source,
                check=False,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                env=environment,
            )
        if outcome.returncode != 0:
            lines = outcome.stderr.splitlines()
            reason = [line for line in lines if "error: " in line] or lines[-3:]
            raise CDefError(f"{' and '.join(self._headers)} cannot be preprocessed:\n" + "\n".join(reason))
        return outcome


def _quoted(header: str) -> str:
    """Return a header as ``#include`` takes it: a path of a file that is there, or a name to search for."""
    path = Path(header)
    is_path = path.is_absolute() or header.startswith(("./", "../"))
    if is_path or path.is_file():
        if not path.is_file():
            raise FileNotFoundError(f"there is no header {header}")
        return f'"{path.absolute()}"'
    return f"<{header}>"


def _search(report: str) -> list[str]:
    """Return the folders that a compiler searches, from what it says with ``-v``."""
    _, start, listed = report.partition("#include <...> search starts here:\n")
    listed, end, _ = listed.partition("End of search list.")
    if not start or not end:
        return list(USUAL_SEARCH)
    return [
        line.strip().removesuffix(" (framework directory)") for line in listed.splitlines() if line.strip()
    ]
