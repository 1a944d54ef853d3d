"""The command ``ferrule``, and the modules that it writes, used on real libraries."""

import ast
import importlib.util
import os
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from scipy import special

import ferrule
from ferrule import callback
from ferrule._command import main

PACKAGE = str(Path(ferrule.__file__).parents[1])
MODULES = {
    "sqlite3_c": ["sqlite3.h", "-l", "sqlite3"],
    "zlib_c": ["zlib.h", "-l", "z"],
    "hyperg_c": ["gsl/gsl_sf_hyperg.h", "-l", "gsl"],
    "stdio_c": ["stdio.h"],
    "png_c": ["png.h", "-l", "png", "--also", "pngconf.h"],
    "curl_c": ["curl/curl.h", "-l", "curl"],
    "ssl_c": ["openssl/ssl.h", "-l", "ssl"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bind")
    for name, arguments in MODULES.items():
        assert main(["bind", *arguments, "-o", str(folder / f"{name}.py")]) == 0
    return folder


@pytest.fixture
def load(folder, monkeypatch):
    """Import a module that was written, where there is no compiler."""
    monkeypatch.setenv("PATH", str(folder))

    def load(name):
        spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.mark.parametrize("name", MODULES)
def test_every_name_is_declared_and_typed(load, folder, name):
    module = load(name)
    assert module.__all__[:-2] == sorted(module.__all__[:-2])
    assert len(set(module.__all__)) == len(module.__all__) > 20
    assert set(module.__all__) <= set(dir(module))
    stub = ast.parse((folder / f"{name}.pyi").read_text())
    typed = {node.name for node in stub.body if isinstance(node, ast.FunctionDef)}
    typed |= {node.target.id for node in stub.body if isinstance(node, ast.AnnAssign)}
    assert set(module.__all__) == {one for one in typed if not one.startswith("_")} | {
        one for one in module.__all__ if one.startswith("_")
    }
    missing = [one for one in module.__all__ if not hasattr(module, one)]
    # A header may be of more than the library was built with.
    assert len(missing) < len(module.__all__) / 20, missing
    with pytest.raises(AttributeError, match=f"module '{name}' has no attribute 'no_such_name'"):
        _ = module.no_such_name


def test_mypy(folder):
    program = folder / "program.py"
    program.write_text(
        "import hyperg_c, sqlite3_c, stdio_c, zlib_c\n"
        "reveal_type(sqlite3_c.sqlite3_libversion_number())\n"
        "reveal_type(zlib_c.crc32(0, b'text', 4))\n"
        "reveal_type(zlib_c.zlibVersion())\n"
        "reveal_type(hyperg_c.gsl_sf_hyperg_0F1(1.0, 2.0))\n"
        "stdio_c.snprintf(bytearray(9), 9, b'%d', 3)\n"
        "sqlite3_c.sqlite3_sleep('soon')\n"
        "sqlite3_c.sqlite3_sleep()\n"
        "zlib_c.no_such_function()\n"
        "zlib_c.crc32(0, 'text', 4)\n"
        "zlib_c.deflate(zlib_c.ffi.new('z_stream *'), zlib_c.Z_FINISH)\n"
        "zlib_c.adler32_combine(1, 2, [3])\n"
        "with open('f') as file: stdio_c.fileno(file); stdio_c.fclose(b'f')\n"
        "sqlite3_c.sqlite3_close(b'database')\n"
        "sqlite3_c.sqlite3_busy_handler(sqlite3_c.ffi.NULL, lambda data, count: 0, b'')\n"
    )
    sources = [f"{name}.py" for name in MODULES] + [f"{name}.pyi" for name in MODULES]
    environment = {**os.environ, "MYPYPATH": PACKAGE}

    def mypy(*arguments):
        command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", "cache", *arguments]
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    stubs = mypy(*(source for source in sources if source.endswith(".pyi")))
    assert stubs.returncode == 0, stubs.stdout
    # Without the stubs beside them, the modules themselves are what is checked.
    modules = folder / "modules"
    modules.mkdir()
    for name in MODULES:
        (modules / f"{name}.py").write_text((folder / f"{name}.py").read_text())
    alone = mypy(*(f"modules/{name}.py" for name in MODULES))
    assert alone.returncode == 0, alone.stdout
    lines = mypy("program.py").stdout.splitlines()
    told = [line.split(": ", 2)[2] for line in lines[:-1]]
    assert told == [
        'Revealed type is "int"',
        'Revealed type is "int"',
        'Revealed type is "ferrule._core.CData"',
        'Revealed type is "float"',
        'Argument 1 to "sqlite3_sleep" has incompatible type "str"; expected "int"  [arg-type]',
        'Too few arguments for "sqlite3_sleep"  [call-arg]',
        'Module has no attribute "no_such_function"  [attr-defined]',
        'Argument 2 to "crc32" has incompatible type "str"; '
        'expected "CData | Buffer | list[Any] | tuple[Any, ...]"  [arg-type]',
        'Argument 3 to "adler32_combine" has incompatible type "list[int]"; expected "int"  [arg-type]',
        'Argument 1 to "fclose" has incompatible type "bytes"; expected "CData | IO[Any]"  [arg-type]',
        'Argument 1 to "sqlite3_close" has incompatible type "bytes"; expected "CData"  [arg-type]',
        'Argument 2 to "sqlite3_busy_handler" has incompatible type "Callable[[Any, Any], int]"; '
        'expected "CData | CFunc"  [arg-type]',
    ]


def test_constants_and_members_have_the_headers_comments(folder):
    stub = (folder / "zlib_c.pyi").read_text()
    heading = "# Allowed flush values; see deflate() and inflate() below for details\n"
    assert f"\n\n{heading}Z_NO_FLUSH: Final = 0\nZ_PARTIAL_FLUSH: Final = 1\n" in stub
    assert 'Z_ASCII: Final = 1\n"""for compatibility with 1.2.2 and earlier"""\n' in stub
    assert "\n#     uInt avail_in;  /* number of bytes available at next_in */\n" in stub
    assert (
        "\n    uInt avail_in;  /* number of bytes available at next_in */\n"
        in (folder / "zlib_c.py").read_text()
    )
    stub = (folder / "curl_c.pyi").read_text()
    assert 'CURLOPT_URL: Final = 10002\n"""The full URL to get/put"""\n' in stub
    assert "\n# curlfiletype: enumeration of file types\nCURLFILETYPE_FILE: Final = 0\n" in stub
    # A comment that only repeats the value says nothing.
    assert "\nCURLE_FAILED_INIT: Final = 2\nCURLE_URL_MALFORMAT: Final = 3\n" in stub
    stub = (folder / "sqlite3_c.pyi").read_text()
    assert 'SQLITE_BUSY: Final = 5\n"""The database file is locked"""\n' in stub
    assert "\n# CAPI3REF: Result Codes\n" in stub


COMMENTED = """
$
#define A@ 1 $

$
int f@(void); $
$
enum { E@ $ };
struct s@ {
    int a; $
};
"""


def test_no_comment_breaks_a_module(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hostile = [
        "ends with \\",
        'quotes \'\'\' """ "',
        "a return\rimport os",
        "ä € 漢 \x0c",
        "# ruff: noqa",
        "%s {x}",
    ]
    declared = [
        COMMENTED.replace("$", f"/* {comment} */").replace("@", str(number))
        for number, comment in enumerate(hostile)
    ]
    (tmp_path / "own.h").write_text("".join(declared), newline="")
    assert main(["bind", "./own.h"]) == 0
    names = {f"{letter}{number}" for letter in "AEf" for number in range(len(hostile))} | {"ffi", "lib"}
    for path in ("own_c.py", "own_c.pyi"):
        tree = ast.parse((tmp_path / path).read_text())
        assert not any(isinstance(node, ast.Import) for node in tree.body)
    spec = importlib.util.spec_from_file_location("own_c", "own_c.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert set(module.__all__) == names
    assert (module.E0, module.A5, module.ffi.sizeof("struct s5")) == (0, 1, 4)


def test_ruff_finds_nothing(folder):
    modules = [str(folder / f"{name}.{ending}") for name in MODULES for ending in ("py", "pyi")]
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", *modules]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout


def test_long_declarations_are_cut_at_commas(folder):
    for name in MODULES:
        text = (folder / f"{name}.py").read_text() + (folder / f"{name}.pyi").read_text()
        declarations = [line for line in text.splitlines() if line.endswith((");", ":")) and ", " in line]
        assert len(declarations) > 10
        assert [line for line in declarations if len(line) > 100 and not line.startswith("#")] == []


def test_sqlite(load):
    s = load("sqlite3_c")
    ffi = s.ffi
    handle = ffi.new("sqlite3 **")
    assert s.sqlite3_open(b":memory:", handle) == s.SQLITE_OK
    db = handle[0]

    @callback("void(sqlite3_context *, int, sqlite3_value **)", ffi=ffi)
    def half(context, count, values):
        s.sqlite3_result_double(context, s.sqlite3_value_double(values[0]) / count / 2)

    null = ffi.NULL
    create = s.sqlite3_create_function_v2
    assert create(db, b"half", 1, s.SQLITE_UTF8, null, half, null, null, null) == s.SQLITE_OK
    assert s.sqlite3_exec(db, b"create table t (number, name)", null, null, null) == s.SQLITE_OK
    statement = ffi.new("sqlite3_stmt **")
    for number, name in ((3, b"three"), (8, b"eight")):
        assert s.sqlite3_prepare_v2(db, b"insert into t values (?, ?)", -1, statement, null) == s.SQLITE_OK
        assert s.sqlite3_bind_int64(statement[0], 1, number) == s.SQLITE_OK
        assert s.sqlite3_bind_text(statement[0], 2, name, -1, s.SQLITE_TRANSIENT) == s.SQLITE_OK
        assert s.sqlite3_step(statement[0]) == s.SQLITE_DONE
        s.sqlite3_finalize(statement[0])
    query = b"select name, half(number) from t order by number"
    assert s.sqlite3_prepare_v2(db, query, -1, statement, null) == s.SQLITE_OK
    rows = []
    while s.sqlite3_step(statement[0]) == s.SQLITE_ROW:
        text = ffi.string(ffi.cast("char *", s.sqlite3_column_text(statement[0], 0)))
        rows.append((text, s.sqlite3_column_double(statement[0], 1)))
    assert rows == [(b"three", 1.5), (b"eight", 4.0)]
    s.sqlite3_finalize(statement[0])
    assert s.sqlite3_close(db) == s.SQLITE_OK
    assert ffi.string(s.sqlite3_libversion()) == s.SQLITE_VERSION
    assert "Opening A New Database Connection" in s.sqlite3_open.__doc__
    assert s.sqlite3_open is s.sqlite3_open


def test_zlib(load):
    z = load("zlib_c")
    ffi = z.ffi
    text = bytes(range(256)) * 400
    stream = ffi.new("z_stream *")
    size = ffi.sizeof("z_stream")
    assert z.deflateInit_(stream, z.Z_BEST_COMPRESSION, z.ZLIB_VERSION, size) == z.Z_OK
    plain, packed = ffi.new("Bytef[]", text), ffi.new("Bytef[]", len(text))
    stream.next_in, stream.avail_in = plain, len(text)
    stream.next_out, stream.avail_out = packed, len(packed)
    assert z.deflate(stream, z.Z_FINISH) == z.Z_STREAM_END
    assert z.deflateEnd(stream) == z.Z_OK
    compressed = bytes(packed[0 : stream.total_out])
    assert zlib.decompress(compressed) == text

    stream = ffi.new("z_stream *")
    assert z.inflateInit_(stream, z.ZLIB_VERSION, size) == z.Z_OK
    again, source = ffi.new("Bytef[]", len(text)), ffi.new("Bytef[]", compressed)
    stream.next_in, stream.avail_in = source, len(compressed)
    stream.next_out, stream.avail_out = again, 1000
    assert z.inflate(stream, z.Z_NO_FLUSH) == z.Z_OK
    stream.avail_out = len(text) - 1000
    assert z.inflate(stream, z.Z_FINISH) == z.Z_STREAM_END
    assert z.inflateEnd(stream) == z.Z_OK
    assert bytes(again[0 : len(text)]) == text


def test_gsl(load):
    gsl = load("hyperg_c")
    result = gsl.ffi.new("gsl_sf_result *")
    assert gsl.gsl_sf_hyperg_2F1_e(0.5, 1.5, 2.5, 0.25, result) == 0
    assert result.val == pytest.approx(special.hyp2f1(0.5, 1.5, 2.5, 0.25), rel=1e-13)
    assert 0 < result.err < 1e-14
    small = gsl.ffi.new("gsl_sf_result_e10 *", {"val": 2.5, "err": 0.5, "e10": 1})
    assert gsl.gsl_sf_result_smash_e(small, result) == 0
    assert (result.val, result.err) == pytest.approx((25.0, 5.0))


def test_stdio(load, tmp_path):
    c = load("stdio_c")
    buffer = c.ffi.new("char[30]")
    assert c.snprintf(buffer, 30, b"%s is %.3f", b"pi", c.ffi.cast("double", 3.14159)) == 11
    assert c.ffi.string(buffer) == b"pi is 3.142"
    path = bytes(tmp_path / "file")
    file = c.fopen(path, b"w")
    assert c.fputs(b"12 words", file) >= 0
    assert c.fclose(file) == 0
    number = c.ffi.new("int *")
    file = c.fopen(path, b"r")
    assert c.fscanf(file, b"%d", number) == 1
    assert (number[0], c.ftell(file), c.EOF) == (12, 2, -1)
    c.fclose(file)
    # A variable is read each time.
    assert c.stdout == c.lib.stdout


def test_constants_that_use_the_sign_bit(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["bind", "sys/mount.h"]) == 0
    spec = importlib.util.spec_from_file_location("mount_c", "mount_c.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (module.MS_NOUSER, module.MS_RDONLY) == (-(2**31), 1)


def test_the_command_says_what_is_wrong(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["bind", "no_such.h"]) == 1
    assert "No such file" in capsys.readouterr().err
    (tmp_path / "wrong.h").write_text("\nint f(;\n")
    assert main(["bind", "./wrong.h"]) == 1
    assert "wrong.h:2:7" in capsys.readouterr().err
    assert main(["bind", "zlib.h", "-o", "not-a-module.py"]) == 2
    assert "not-a-module.py is not the name of a module" in capsys.readouterr().err
    assert main(["bind", "zlib.h", "-o", "class.py"]) == 2
    assert "class.py is not the name of a module" in capsys.readouterr().err
    assert main(["bind", "zlib.h", "-o", "missing/zlib_c.py"]) == 2
    assert "there is no folder missing for zlib_c.py" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["bind"])
    assert list(tmp_path.glob("*.py*")) == []


def test_a_library_that_is_not_there_is_told(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own-part.1.h").write_text("int own(void);\n")
    assert main(["bind", "./own-part.1.h", "-l", "no_such"]) == 0
    told = capsys.readouterr()
    assert (
        told.err
        == "ferrule bind: no library no_such is found here; the module will look for it by that name\n"
    )
    assert told.out == "wrote own_part_1_c.py and own_part_1_c.pyi\n"
    assert 'lib = ffi.dlopen("no_such")' in (tmp_path / "own_part_1_c.py").read_text()


def test_what_is_left_out_is_told(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.h").write_text(
        "_Float16 f(int);\n#ifdef LEVEL\nenum { LEVELS = LEVEL };\n#endif\nint abs(int);\n"
    )
    assert main(["bind", "own.h", "-D", "LEVEL=7", "-I", "."]) == 0
    told = capsys.readouterr()
    assert "`f` is left out: `_Float16` is not supported" in told.err
    assert told.out == "wrote own_c.py and own_c.pyi\n"
    spec = importlib.util.spec_from_file_location("own_c", "own_c.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (module.__all__, module.LEVELS, module.abs(-3)) == (["LEVELS", "abs", "ffi", "lib"], 7, 3)
    assert "ferrule bind own.h -D LEVEL=7 -I ." in module.__doc__


def test_python_m_ferrule():
    command = [sys.executable, "-m", "ferrule", "info"]
    outcome = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": PACKAGE}, capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stderr
    for word in (ferrule.__version__, PACKAGE, "LLVM", sys.executable):
        assert word in outcome.stdout
