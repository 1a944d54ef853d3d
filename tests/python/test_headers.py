"""Declarations as headers have them, and `cdef_header`."""

import importlib.util
import os
import shutil
import subprocess
import sys

import pytest

from ferrule import FFI
from ferrule.cffi import CDefError, FFIError

CLANG = shutil.which("clang-22") or "clang"


def headers(folder, **texts):
    """Write headers into a folder: `name` as ``name.h``."""
    for name, text in texts.items():
        (folder / f"{name}.h").write_text(text)
    return str(folder / f"{next(iter(texts))}.h")


def test_an_asm_label_is_the_name_in_the_library():
    ffi = FFI()
    ffi.cdef("""
        size_t length(const char *text) __asm__("str" "len");
        typeof(length) measure asm("strlen");
        extern char **variables asm("environ");
        int missing(void) __asm__("no_such_symbol");
    """)
    lib = ffi.dlopen(None)
    assert (lib.length(b"four"), lib.measure(b"three")) == (4, 5)
    assert ffi.typeof(lib.measure) is ffi.typeof("size_t(*)(const char *)")
    assert lib.variables != ffi.NULL
    with pytest.raises(AttributeError, match=r"function 'missing' not found .*no_such_symbol"):
        _ = lib.missing


def test_an_overriding_declaration_overrides_the_label():
    ffi = FFI()
    ffi.cdef('int abs(int) __asm__("labs");')
    ffi.cdef('size_t strlen(const char *) __asm__("abs");')
    ffi.cdef("size_t strlen(const char *);", override=True)
    assert ffi.dlopen(None).strlen(b"abc") == 3


SYSTEM = {
    "sqlite3.h": ("sqlite3", {"SQLITE_OK", "SQLITE_TRANSIENT", "sqlite3_open", "sqlite3_step"}),
    "zlib.h": ("z", {"Z_BEST_SPEED", "ZLIB_VERSION", "deflateInit_", "crc32"}),
    "stdio.h": (None, {"EOF", "BUFSIZ", "snprintf", "stdout", "fopen", "FILENAME_MAX"}),
    "stdlib.h": (None, {"qsort", "strtol", "RAND_MAX", "EXIT_FAILURE"}),
    "string.h": (None, {"strlen", "memcpy", "strtok_r"}),
    "math.h": ("m", {"sin", "sqrtf", "lgamma", "M_PI", "INFINITY", "HUGE_VAL", "FP_NAN"}),
    "png.h": ("png", {"PNG_LIBPNG_VER_STRING", "png_create_read_struct", "PNG_COLOR_TYPE_RGBA"}),
    "curl/curl.h": (None, {"CURLOPT_URL", "curl_easy_init", "CURLE_OK", "LIBCURL_VERSION_NUM"}),
    "openssl/ssl.h": (None, {"SSL_new", "SSL_OP_NO_TLSv1_3", "SSL_ERROR_ZERO_RETURN", "EVP_sha256"}),
    "errno.h": (None, {"ENOENT", "EINPROGRESS", "EHWPOISON"}),
    "poll.h": (None, {"poll", "POLLIN", "POLLHUP"}),
    "regex.h": (None, {"regcomp", "regexec", "REG_EXTENDED", "REG_NOMATCH"}),
    "limits.h": (None, {"CHAR_BIT", "LONG_MAX", "PATH_MAX"}),
    "stdint.h": (None, {"INT32_MAX", "SIZE_MAX"}),
    "sys/socket.h": (None, {"socketpair", "SOCK_STREAM", "SO_REUSEADDR", "AF_UNIX"}),
    "sys/mount.h": (None, {"mount", "MS_NOUSER", "MS_RDONLY"}),
    "sys/resource.h": (None, {"getrlimit", "RLIMIT_NOFILE", "RUSAGE_SELF"}),
    "gsl/gsl_sf_hyperg.h": ("gsl", {"gsl_sf_hyperg_2F1_e", "gsl_sf_result_smash_e"}),
    "gsl/gsl_integration.h": (
        "gsl",
        {"gsl_integration_qags", "GSL_INTEG_GAUSS61", "gsl_integration_workspace_alloc"},
    ),
}


@pytest.mark.parametrize("header", SYSTEM)
def test_headers_of_libraries(header):
    library, names = SYSTEM[header]
    ffi = FFI()
    assert ffi.cdef_header(header) == []
    declared = set(dir(ffi.dlopen(library)))
    assert names <= declared
    # What only the system's headers have is not there.
    assert not {"getpid", "pthread_create", "isalpha", "__bswap_16", "__STDC__", "_STDIO_H"} & declared


def test_headers_may_have_declarations_in_common():
    ffi = FFI()
    for header in SYSTEM:
        assert ffi.cdef_header(header) == []
    ffi.cdef_header("sqlite3.h")
    assert ffi.sizeof("z_stream") == 112
    assert ffi.typeof("sqlite3_callback") is ffi.typeof("int(*)(void *, int, char **, char **)")


def test_the_c_library():
    ffi = FFI()
    ffi.cdef_header("stdio.h")
    ffi.cdef_header("math.h")
    lib = ffi.dlopen("libm.so.6")
    buffer = ffi.new("char[40]")
    assert lib.snprintf(buffer, 40, b"%d %s", ffi.cast("int", 7), b"seven") == 7
    assert ffi.string(buffer) == b"7 seven"
    number = ffi.new("int *")
    # glibc's header renames sscanf.
    assert lib.sscanf(b"0x11", b"%i", number) == 1
    assert number[0] == 17
    constants = (lib.EOF, lib.SEEK_END, lib.M_PI, lib.INFINITY)
    assert constants == (-1, 2, 3.141592653589793, float("inf"))
    assert lib.hypot(3.0, 4.0) == 5.0


def test_the_c_library_finds_what_a_pattern_matches():
    ffi = FFI()
    ffi.cdef_header("regex.h")
    lib = ffi.dlopen(None)
    pattern, found = ffi.new("regex_t *"), ffi.new("regmatch_t[2]")
    assert lib.regcomp(pattern, b"b(a+)n", lib.REG_EXTENDED) == 0
    assert pattern.re_nsub == 1
    assert lib.regexec(pattern, b"a baaan", 2, found, 0) == 0
    assert [(one.rm_so, one.rm_eo) for one in found] == [(2, 7), (3, 6)]
    assert lib.regexec(pattern, b"nothing", 0, ffi.NULL, 0) == lib.REG_NOMATCH
    lib.regfree(pattern)


def test_macros(tmp_path):
    path = headers(
        tmp_path,
        own="""
            #include <limits.h>
            #define OWN_H
            #define BITS(n) (1u << (n))
            #define ALL (BITS(3) | BITS(4))
            #define MOST UINT_MAX
            #define LETTER 'a'
            #define HALF (1.0f / 2)
            #define TINY 0x1p-3
            #define TEXT "tab\\t" "\\x41\\101"
            #define SIZE (sizeof(struct pair) + sizeof(int *))
            #define CAST ((unsigned char)300)
            #define NOWHERE ((struct pair *)-1)
            #define SECOND (FIRST + 1)
            #define HIGHEST (1 << 31)
            #define GONE 1
            #undef GONE
            #define CALL call(1)
            #define TYPE unsigned int
            #define STATEMENT do { } while (0);
            #define alias call
            enum { FIRST = 10 };
            struct pair { double a, b; };
            int call(int);
        """,
    )
    ffi = FFI()
    assert ffi.cdef_header(path) == []
    lib = ffi.dlopen(None)
    assert dir(lib) == sorted(
        [
            "ALL",
            "MOST",
            "LETTER",
            "HALF",
            "TINY",
            "TEXT",
            "SIZE",
            "CAST",
            "NOWHERE",
            "SECOND",
            "HIGHEST",
            "FIRST",
            "call",
        ]
    )
    assert (lib.ALL, lib.MOST, lib.LETTER, lib.CAST) == (24, 2**32 - 1, 97, 44)
    assert (lib.HALF, lib.TINY, lib.TEXT, lib.SIZE, lib.SECOND) == (0.5, 0.125, b"tab\tAA", 24, 11)
    assert lib.HIGHEST == -(2**31)
    assert ffi.cast("uintptr_t", lib.NOWHERE) == ffi.cast("uintptr_t", -1)
    assert ffi.typeof(lib.NOWHERE) is ffi.typeof("struct pair *")
    with pytest.raises(AttributeError, match="'HALF' is no variable"):
        lib.HALF = 1.0
    with pytest.raises(AttributeError, match="'GONE' is not declared"):
        _ = lib.GONE


def test_constants_are_included():
    base, user = FFI(), FFI()
    base.cdef_header("zlib.h")
    user.include(base)
    assert user.dlopen(None).ZLIB_VERSION == base.dlopen("z").ZLIB_VERSION


def test_folders_and_macros_of_the_caller(tmp_path):
    (tmp_path / "inc").mkdir()
    (tmp_path / "own").mkdir()
    headers(tmp_path / "inc", part="typedef int part_t; int part_function(void);\n#define PART 1\n")
    path = headers(
        tmp_path / "own", whole="#include <part.h>\npart_t whole(void);\n#define LEVEL (OWN_LEVEL + 0)\n"
    )
    ffi = FFI()
    with pytest.raises(CDefError, match=r"whole.h cannot be preprocessed:\n.*part.h: No such file"):
        ffi.cdef_header(path)
    ffi.cdef_header(path, include_dirs=[tmp_path / "inc"], define={"OWN_LEVEL": 3, "OTHER": None})
    # The folder is one that is searched for all: only what is needed comes from it.
    assert dir(ffi.dlopen(None)) == ["LEVEL", "whole"]
    assert ffi.dlopen(None).LEVEL == 3
    ffi = FFI()
    ffi.cdef_header(path, include_dirs=[os.fspath(tmp_path / "inc")], define=["OWN_LEVEL=4"], also=["par*.h"])
    assert dir(ffi.dlopen(None)) == ["LEVEL", "PART", "part_function", "whole"]


def test_headers_of_one_folder_belong_together(tmp_path):
    (tmp_path / "sub").mkdir()
    headers(tmp_path / "sub", detail="int detail(void);\n")
    path = headers(tmp_path, main='#include "sub/detail.h"\n#include "next.h"\n', next="int next(void);\n")
    ffi = FFI()
    ffi.cdef_header(path)
    assert dir(ffi.dlopen(None)) == ["detail", "next"]


def test_what_is_not_supported_is_left_out_alone(tmp_path):
    path = headers(
        tmp_path,
        vectors="""
            typedef float v4 __attribute__((vector_size(16)));
            v4 add(v4, v4);
            _Float16 narrow(_Float16 x);
            int abs(int);
        """,
    )
    ffi = FFI()
    warnings = ffi.cdef_header(path)
    assert [warning.title.split("`")[1] for warning in warnings] == ["v4", "narrow", "add"]
    assert {warning.severity for warning in warnings} == {"warning"}
    assert (warnings[2].id, warnings[2].filename, warnings[2].lineno) == ("c-left-out", path, 3)
    lib = ffi.dlopen(None)
    assert (dir(lib), lib.abs(-2)) == (["abs"], 2)


def test_mistakes_have_their_place_in_the_header_and_change_nothing(tmp_path):
    path = headers(tmp_path, wrong="\nint right(void);\nint f(unknown *);\n#define A 1\nint g(int;\n")
    ffi = FFI()
    with pytest.raises(CDefError) as caught:
        ffi.cdef_header(path)
    places = [(one.id, one.filename, one.lineno) for one in caught.value.diagnostics]
    assert places == [("c-unknown-type", path, 3), ("c-syntax", path, 5)]
    assert dir(ffi.dlopen(None)) == []


def test_what_contradicts_earlier_declarations_is_refused(tmp_path):
    ffi = FFI()
    ffi.cdef("struct tm { int other; }; int abs(long);")
    with pytest.raises(CDefError, match=r"`struct tm` is defined twice"):
        ffi.cdef_header("time.h")
    with pytest.raises(CDefError, match="`abs` is declared again as the function"):
        ffi.cdef_header("stdlib.h")
    assert ffi.sizeof("struct tm") == 4


def test_comments_are_docstrings(tmp_path):
    path = headers(
        tmp_path,
        documented="""
/**
 * The length
 * of a text; see also memchr().
 */
extern size_t
strlen(const char *text); /* not this */
int abs(int number); // the amount
int rand(void);
""",
    )
    ffi = FFI()
    ffi.cdef_header(path, define=["size_t=unsigned long"])
    lib = ffi.dlopen(None)
    docs = [function.__doc__.split("\n\n")[:-1] for function in (lib.strlen, lib.abs, lib.rand)]
    assert docs == [
        ["unsigned long strlen(const char *text);", "The length\nof a text; see also memchr()."],
        ["int abs(int number);", "the amount"],
        ["int rand(void);"],
    ]


def test_the_compiler_is_the_one_that_is_there(tmp_path, monkeypatch):
    path = headers(tmp_path, tiny="int tiny(void);\n")
    monkeypatch.setenv("CC", "no-such-compiler -m32")
    with pytest.raises(FFIError, match=r"that \$CC names is not there: no-such-compiler"):
        FFI().cdef_header(path)
    monkeypatch.delenv("CC")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        FFIError, match=r"neither \$CC nor cc, gcc, clang on the path, nor the ziglang package"
    ):
        FFI().cdef_header(path)


# Stands in for the package where it is not installed. Like zig, it makes a file of its input, names that file
# in its markers, and wants to be told where to put it.
STAND_IN = """
import os, sys
assert sys.argv[1] == "cc" and sys.argv[-1] == "-"
path = os.path.join(os.environ["ZIG_GLOBAL_CACHE_DIR"], "0123-stdin.c")
with open(path, "w") as file:
    file.write(sys.stdin.read())
os.environ["PATH"] = os.defpath
os.execvp("gcc", ["gcc", *sys.argv[2:-1], path])
"""


def test_ziglang_is_taken_where_there_is_no_compiler(tmp_path):
    path = headers(tmp_path, tiny="/** Tiny. */\nint tiny(void);\n#define SMALL (1 + 1) /* small */\n")
    if importlib.util.find_spec("ziglang") is None:
        (tmp_path / "ziglang").mkdir()
        (tmp_path / "ziglang" / "__main__.py").write_text(STAND_IN)
        (tmp_path / "ziglang" / "__init__.py").touch()
    code = f"""
from ferrule import FFI
for header in ({path!r}, "zlib.h", "errno.h"):
    ffi = FFI()
    assert ffi.cdef_header(header) == []
    lib = ffi.dlopen("z")
    print([name for name in dir(lib) if name in {{"tiny", "SMALL", "crc32", "Z_OK", "ENOENT"}}])
assert ffi.cdef_header({path!r}) == [] and lib.SMALL == 2
"""
    package = os.path.dirname(os.path.dirname(sys.modules["ferrule"].__file__))
    environment = {"PATH": str(tmp_path), "PYTHONPATH": f"{tmp_path}:{package}"}
    outcome = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert outcome.stderr == ""
    assert outcome.stdout == "['SMALL', 'tiny']\n['Z_OK', 'crc32']\n['ENOENT']\n"


@pytest.mark.parametrize("header", ["sqlite3.h", "math.h", "openssl/ssl.h"])
def test_clang(header, monkeypatch):
    monkeypatch.setenv("CC", CLANG)
    ffi = FFI()
    assert ffi.cdef_header(header) == []
    assert SYSTEM[header][1] <= set(dir(ffi.dlopen(None)))


def test_a_header_that_is_not_there():
    with pytest.raises(CDefError, match=r"no_such\.h cannot be preprocessed:\n.*No such file"):
        FFI().cdef_header("no_such.h")
    with pytest.raises(FileNotFoundError, match=r"there is no header \./no_such\.h"):
        FFI().cdef_header("./no_such.h")
