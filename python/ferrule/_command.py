"""The command ``ferrule``."""

import argparse
import ctypes.util
import keyword
import os
import platform
import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from ferrule import _core
from ferrule._preprocessor import compiler


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : sequence of str, optional
        What follows the command's name; by default what the process was started with.

    Returns
    -------
    int
        The exit status.

    Examples
    --------
    >>> from ferrule._command import main
    >>> main(["info"])  # doctest: +ELLIPSIS
    ferrule ...
    0
    """
    words = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(words)
    try:
        status: int = options.run(options, words)
    except (_core.FFIError, OSError) as error:
        print(f"ferrule {options.command}: {error}", file=sys.stderr)
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ferrule", description="Join Python and C.")
    parser.add_argument("--version", action="version", version=f"ferrule {_core.__version__}")
    commands = parser.add_subparsers(dest="command", required=True)

    bind = commands.add_parser(
        "bind",
        help="write a Python module that declares what headers declare",
        description="Write a Python module, and its stub, that declares what headers declare. The module "
        "needs neither the headers nor a C compiler when it runs.",
        epilog="example: ferrule bind sqlite3.h -l sqlite3 -o sqlite3_c.py",
    )
    bind.add_argument(
        "headers", nargs="+", metavar="header", help="a name for #include <...>, or the path of a file"
    )
    bind.add_argument(
        "-l",
        dest="library",
        metavar="library",
        help="the library that the module opens, as for a linker (sqlite3) or by its path; by default what "
        "the process has loaded",
    )
    bind.add_argument(
        "-o", dest="output", metavar="file", help="the module; by default the first header's name with _c.py"
    )
    bind.add_argument(
        "-I",
        dest="include_dirs",
        metavar="folder",
        action="append",
        default=[],
        help="search for headers there",
    )
    bind.add_argument(
        "-D", dest="define", metavar="macro", action="append", default=[], help="define NAME or NAME=value"
    )
    bind.add_argument(
        "--also",
        metavar="pattern",
        action="append",
        default=[],
        help="declare what these included headers declare, too: curl/*.h",
    )
    bind.set_defaults(run=_bind)

    info = commands.add_parser("info", help="show versions and paths")
    info.set_defaults(run=_info)
    return parser


def _bind(options: argparse.Namespace, words: Sequence[str]) -> int:
    stem = re.sub(r"\W", "_", Path(options.headers[0]).stem)
    output = Path(options.output or f"{stem}_c.py")
    if output.suffix != ".py" or not output.stem.isidentifier() or keyword.iskeyword(output.stem):
        print(f"ferrule bind: {output} is not the name of a module", file=sys.stderr)
        return 2
    if not output.parent.is_dir():
        print(f"ferrule bind: there is no folder {output.parent} for {output.name}", file=sys.stderr)
        return 2
    library = _soname(options.library)
    module, stub, left_out = _core.bind_headers(
        options.headers,
        options.include_dirs,
        options.define,
        options.also,
        library,
        shlex.join(["ferrule", *words]),
    )
    for warning in left_out:
        print(warning, file=sys.stderr)
    if library is not None and library == options.library and not Path(library).exists():
        told = f"no library {library} is found here; the module will look for it by that name"
        print(f"ferrule bind: {told}", file=sys.stderr)
    _write(output, module)
    _write(output.with_suffix(".pyi"), stub)
    print(f"wrote {output} and {output.with_suffix('.pyi')}")
    return 0


def _soname(library: str | None) -> str | None:
    """Return what the dynamic linker knows a library by; the name given where it is not installed."""
    if library is None or os.sep in library:
        return library
    return ctypes.util.find_library(library) or library


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _info(_options: argparse.Namespace, _words: Sequence[str]) -> int:
    try:
        preprocessor = shlex.join(compiler())
    except _core.FFIError:
        preprocessor = "none"
    rows = {
        "ferrule": f"{_core.__version__}, {Path(_core.__file__).parent}",
        "LLVM": _core.llvm_version(),
        "Python": f"{platform.python_version()}, {sys.executable}",
        "system": platform.platform(),
        "C compiler for headers": preprocessor,
    }
    width = max(map(len, rows))
    for name, value in rows.items():
        print(f"{name:{width}}  {value}")
    return 0
