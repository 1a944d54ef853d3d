"""`mode` and `transparent_union`, as system headers have them, against gcc and clang."""

import itertools
import re
import subprocess

import pytest

from ferrule import FFI, cfunc, njit
from ferrule.cffi import CDefError

TYPES = {
    "char": "char",
    "signed char": "schar",
    "unsigned char": "uchar",
    "short": "short",
    "unsigned short": "ushort",
    "int": "int",
    "unsigned int": "uint",
    "long": "long",
    "unsigned long": "ulong",
    "long long": "llong",
    "unsigned long long": "ullong",
    "__int128": "i128",
    "unsigned __int128": "u128",
    "float": "float",
    "double": "double",
    "long double": "ldouble",
    "float _Complex": "cfloat",
    "double _Complex": "cdouble",
    "long double _Complex": "cldouble",
    "_Bool": "bool",
    "void *": "pointer",
    "struct s": "struct",
}
BASES = ["int", "unsigned", "char", "unsigned char", "_Bool", "long long", "wchar_t", "float", "double"]
BASES += ["_Complex float", "void *", "struct s", "const short"]
# The last two are modes of types that ferrule does not have.
MODES = ["QI", "HI", "SI", "DI", "TI", "SF", "DF", "XF", "SC", "DC", "XC", "byte", "__word__", "pointer"]
MODES += ["unwind_word", "TF", "V4SI"]


def compiled(folder, text, *options, compiler="gcc"):
    """Compile a text; give the compiler's messages."""
    (folder / "text.c").write_text(text)
    command = [compiler, "-std=gnu11", "-O1", *options, "text.c"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_modes_are_those_of_gcc(tmp_path):
    ours, refused = {}, []
    for number, (base, mode) in enumerate(itertools.product(BASES, MODES)):
        declaration = f"typedef {base} t{number} __attribute__((mode({mode})));"
        ffi = FFI()
        ffi.cdef("struct s { int a; };")
        try:
            ffi.cdef(declaration)
        except CDefError as error:
            refused.append((declaration, error))
        else:
            name = ffi.getctype(f"t{number}").replace("const ", "")
            ours[declaration] = (TYPES[name], ffi.sizeof(f"t{number}"), ffi.alignof(f"t{number}"))
    assert len(ours) > 60
    generic = ", ".join(f'{name}: "{short}"' for name, short in TYPES.items())
    head = "#include <stddef.h>\n#include <stdio.h>\nstruct s { int a; };\n"
    text = body = ""
    for number, declaration in enumerate(ours):
        name = f"t{number}_"
        text += re.sub(r" t\d+ ", f" {name} ", declaration) + "\n"
        body += f'printf("%s ", _Generic(*({name} *)0, {generic}));\n'
        body += f'printf("%zu %zu\\n", sizeof({name}), _Alignof({name}));\n'
    outcome = compiled(tmp_path, f"{head}{text}int main(void) {{\n{body}}}\n", "-o", "modes")
    assert outcome.returncode == 0, outcome.stderr
    answers = subprocess.run(
        tmp_path / "modes", capture_output=True, text=True, check=True
    ).stdout.splitlines()
    theirs = [(name, int(size), int(align)) for name, size, align in map(str.split, answers)]
    assert dict(zip(ours, theirs, strict=True)) == ours

    # What is refused, gcc refuses too, or it is of a type that ferrule does not have.
    lines = [declaration for declaration, _ in refused]
    outcome = compiled(tmp_path, head + "\n".join(lines), "-fsyntax-only")
    wrong = {
        int(line) - head.count("\n") - 1 for line in re.findall(r"text\.c:(\d+):\d+: error", outcome.stderr)
    }
    for number, (declaration, error) in enumerate(refused):
        assert number in wrong or re.search(r"the mode `(TF|V4SI)` is not supported", str(error)), declaration


def test_where_a_mode_may_stand():
    ffi = FFI()
    ffi.cdef("""
        typedef unsigned short __attribute__((__mode__(__DI__))) before;
        struct s { int x __attribute__((mode(QI))), y; unsigned __attribute__((mode(HI))) z; };
        typedef int f(int a __attribute__((mode(DI))), int (*)(int __attribute__((mode(HI)))));
        enum small { ONE, TWO } __attribute__((mode(QI)));
        enum __attribute__((mode(DI))) large { MINUS = -1 };
        enum plain { HUNDRED = 100 };
        typedef enum plain plain_t __attribute__((mode(HI)));
        typedef int aligned_t __attribute__((aligned(16)));
        typedef aligned_t narrow __attribute__((mode(HI)));
    """)
    assert ffi.typeof("before") is ffi.typeof("unsigned long")
    assert [(name, field.type.cname) for name, field in ffi.typeof("struct s").fields] == [
        ("x", "signed char"),
        ("y", "int"),
        ("z", "unsigned short"),
    ]
    assert ffi.sizeof("struct s") == 12
    assert [ffi.sizeof(name) for name in ("enum small", "enum large", "enum plain", "plain_t")] == [
        1,
        8,
        4,
        2,
    ]
    assert ffi.typeof("enum small").elements == {0: "ONE", 1: "TWO"}
    assert ffi.string(ffi.cast("plain_t", 100)) == "HUNDRED"
    assert (ffi.sizeof("narrow"), ffi.alignof("narrow")) == (2, 2)
    assert ffi.sizeof("int __attribute__((mode(TI)))") == 16


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("int f(void) __attribute__((mode(DI)));", r"`int\(void\)` in mode `DI`"),
        ("int __attribute__((mode(SI))) *p;", r"`int \*` in mode `SI`"),
        ("typedef int t[3] __attribute__((mode(QI)));", r"`int\[3\]` in mode `QI`"),
        ("struct s { int a; } __attribute__((mode(QI)));", "a mode for a bit-field, struct or union"),
        ("struct s { int a __attribute__((mode(QI))) : 3; };", "a mode for a bit-field, struct or union"),
        ("struct s { int a : 3 __attribute__((mode(QI))); };", "a mode for a bit-field, struct or union"),
        ("enum e { A = 300 } __attribute__((mode(QI)));", "in mode `QI` does not hold its values"),
        ("enum e { A } __attribute__((mode(SF)));", "an enum in mode `SF`"),
        ("enum e { A } __attribute__((mode(TI)));", "an enum of 16 bytes is not supported"),
        ("int x __attribute__((mode(WXYZ)));", "the mode `WXYZ` is not supported"),
        ("int x __attribute__((mode));", r"expected `\(`"),
        ("int x __attribute__((mode(3)));", "expected the name of a mode"),
    ],
)
def test_modes_that_make_no_sense(text, message):
    ffi = FFI()
    with pytest.raises(CDefError, match=message):
        ffi.cdef(text)
    assert ffi.list_types() == ([], [], [])


# The members of unions, the first of which speaks for all where gcc lets it.
UNIONS = [
    "int *a; float *b;",
    "int a; float b;",
    "float a; int b;",
    "float a;",
    "double a;",
    "double a; double b;",
    "long a; double b;",
    "struct two a; long b;",
    "struct two a; void *b;",
    "long b; struct two a;",
    "struct four a; __int128 b;",
    "struct words a; __int128 b;",
    "__int128 a; long double b;",
    "long double a;",
    "double _Complex a; struct words b;",
    "long a[1]; double b;",
    "long a[2]; struct four b;",
    "float a[2]; long b;",
    "struct one a; double b;",
    "struct one a; long b;",
    "char a[3];",
    "char a[3]; char b[5];",
    "struct big a;",
    "struct big a; struct huge b;",
    "long a; struct big b;",
    "union { struct two a; long b; } c; void *d;",
    "unsigned a : 32; float b;",
    "unsigned a : 5; float b;",
    "char a; char b[1];",
    "short a; struct { char x, y; } b;",
]
STRUCTS = """
struct two { float x, y; };
struct four { float a, b, c, d; };
struct words { long x, y; };
struct one { double x; };
struct big { long a, b, c; };
struct huge { long a[5]; };
"""
# clang asks for the size and alignment of the first member, and not for the kind of register that holds it.
DISPUTED = {
    "struct two a; long b;",
    "struct two a; void *b;",
    "struct four a; __int128 b;",
    "struct words a; __int128 b;",
    "float a[2]; long b;",
    "struct one a; long b;",
    "struct one a; double b;",
    "unsigned a : 5; float b;",
    "struct big a; struct huge b;",
    "char a[3]; char b[5];",
}
# How many bytes travel where it is not all of them: gcc passes no more than the first member.
TRAVELLING = {"long double a;": 10, "char a[3]; char b[5];": 3, "struct big a; struct huge b;": 24}
COMPILERS = ("gcc", "clang-22")
PARAMETERS = {
    "early": "int n, {} u, double d, long z",
    "late": "long a, long b, long c, long d, long e, long f, {} u, double x, long z",
}


def union(number):
    return f"typedef union {{ {UNIONS[number]} }} u{number} __attribute__((transparent_union));\n"


def functions(number):
    """C functions that take the union, and call a function with it: declarations, and bodies."""
    declarations = bodies = ""
    for name, pattern in PARAMETERS.items():
        parameters = pattern.format(f"u{number}")
        names = ", ".join(part.split()[-1] for part in parameters.split(","))
        total = names.replace(" u,", "").replace(",", " +")
        take = f"double {name}{number}({parameters}, void *out)"
        call = f"double call_{name}{number}({parameters}, double (*function)({parameters}))"
        declarations += f"{take};\n{call};\n"
        bodies += f"{take} {{ memcpy(out, &u, sizeof u); return {total}; }}\n"
        bodies += f"{call} {{ return function({names}); }}\n"
    return declarations, bodies


@pytest.fixture(scope="module")
def libraries(tmp_path_factory):
    """By compiler, a library of all functions, and the unions that it takes for ordinary ones."""
    folder = tmp_path_factory.mktemp("unions")
    everything = range(len(UNIONS))
    lines = STRUCTS.replace("\n", " ") + "\n" + "".join(map(union, everything))
    text = f"{lines}#include <string.h>\n{''.join(functions(number)[1] for number in everything)}"
    made = {}
    for compiler in COMPILERS:
        library = folder / f"{compiler}.so"
        outcome = compiled(folder, text, "-shared", "-fPIC", "-o", library, compiler=compiler)
        assert outcome.returncode == 0, outcome.stderr
        warnings = re.findall(r"text\.c:(\d+):\d+: warning: .*transparent", outcome.stderr)
        made[compiler] = library, {int(line) - 2 for line in warnings}
    return made


@pytest.mark.parametrize("number", range(len(UNIONS)), ids=UNIONS)
def test_transparent_unions_are_passed_as_their_first_member(number, libraries, tmp_path):
    members = UNIONS[number]
    ffi = FFI()
    is_ignored = {compiler: number in libraries[compiler][1] for compiler in COMPILERS}
    ffi.cdef(STRUCTS)
    if is_ignored["gcc"]:
        with pytest.raises(CDefError, match="`transparent_union` where the first member is not passed like"):
            ffi.cdef(union(number))
        # In a header, the attribute is ignored as gcc does it.
        (tmp_path / "union.h").write_text(STRUCTS + union(number))
        assert ffi.cdef_header(str(tmp_path / "union.h")) == []
    else:
        ffi.cdef(union(number))
    ffi.cdef(functions(number)[0])
    size = ffi.sizeof(f"u{number}")
    # The first bytes are those of a long double.
    image = (bytes(range(1, 8)) + b"\xbf\x12\x40" + bytes(6) + bytes(range(1, 30)))[:size]
    travelling = TRAVELLING.get(members, size)
    value = ffi.new(f"u{number} *")
    ffi.buffer(value)[:] = image
    seen = []

    def early(n, u, d, z):
        seen.append(bytes(ffi.buffer(ffi.addressof(u)))[:travelling])
        return n + d + z

    def late(a, b, c, d, e, f, u, x, z):
        return a + b + c + d + e + f + early(0, u, x, z)

    cases = {early: (5, value[0], 0.25, 70), late: (1, 2, 3, 4, 5, 6, value[0], 0.5, 70)}
    assert (len(set(is_ignored.values())) == 2) == (members in DISPUTED)
    for compiler in ("gcc",) if members in DISPUTED else COMPILERS:
        lib = ffi.dlopen(str(libraries[compiler][0]))
        for function, arguments in cases.items():
            name, total = function.__name__, sum(one for one in arguments if not isinstance(one, ffi.CData))
            out = bytearray(size)
            assert getattr(lib, f"{name}{number}")(*arguments, out) == total
            assert out[:travelling] == image[:travelling]
            pointer = ffi.callback(f"double(*)({PARAMETERS[name].format(f'u{number}')})", function)
            assert getattr(lib, f"call_{name}{number}")(*arguments, pointer) == total
            assert seen.pop() == image[:travelling]


def test_members_are_taken_in_place_of_the_union(tmp_path):
    ffi = FFI()
    ffi.cdef("""
        struct sockaddr { unsigned short family; char data[14]; };
        struct other { unsigned short family; };
        typedef union { const struct sockaddr *any; const struct other *other; const char *text; } address_t
            __attribute__((__transparent_union__));
        union tagged { long number; const char *text; };
        typedef union tagged tagged_t __attribute__((transparent_union));
        int family(address_t);
        long number(tagged_t);
        long plain(union tagged);
    """)
    text = "typedef union { void *a; } u __attribute__((transparent_union));\n"
    text += "int family(u x) { return *(unsigned short *)x.a; }\nlong number(long x) { return x; }\n"
    assert compiled(tmp_path, text, "-shared", "-fPIC", "-o", "members.so").returncode == 0
    lib = ffi.dlopen(str(tmp_path / "members.so"))
    assert lib.family(ffi.new("struct sockaddr *", {"family": 5})) == 5
    assert lib.family(ffi.new("struct other *", {"family": 6})) == 6
    assert lib.family(b"A\0") == 65
    assert lib.family({"text": ffi.new("char[]", b"B\0")}) == 66
    seven = ffi.new("struct other *", [7])
    assert lib.family(ffi.new("address_t *", {"other": seven})[0]) == 7
    assert lib.number(12) == 12
    assert lib.number(ffi.NULL) == 0
    wanted = "'const struct sockaddr *' or 'const struct other *' or 'const char *'"
    with pytest.raises(TypeError, match=re.escape(f"{wanted} for the transparent 'address_t', got 'x'")):
        lib.family("x")
    with pytest.raises(TypeError, match=r"transparent 'tagged_t', got 1\.5"):
        lib.number(1.5)
    # The attribute of a typedef says nothing of the union that it names.
    assert ffi.typeof("tagged_t") is not ffi.typeof("union tagged")
    with pytest.raises(CDefError, match="`transparent_union` on a struct"):
        ffi.cdef("struct t { int a; } __attribute__((transparent_union));")


def test_compiled_code_and_ctypes_pass_a_transparent_union_as_c_does(tmp_path):
    text = """
        struct two { float x, y; };
        typedef union { struct two a; long b; } pair __attribute__((transparent_union));
        typedef union { long a[1]; double b; } list __attribute__((transparent_union));
    """
    bodies = """
        double weigh(pair p, long n) { return n + p.a.x + 10 * p.a.y; }
        double call(double (*f)(pair, long), pair p, long n) { return f(p, n); }
        long first(list p) { return p.a[0]; }
    """
    assert compiled(tmp_path, text + bodies, "-shared", "-fPIC", "-o", "pairs.so").returncode == 0
    ffi = FFI()
    ffi.cdef(text + re.sub(r"\{ return.*", ";", bodies))
    lib = ffi.dlopen(str(tmp_path / "pairs.so"))
    pair = ffi.new("pair *", {"a": (1.0, 2.0)})
    assert njit(lambda pair: lib.weigh(pair[0], 3))(pair) == 24.0

    @cfunc("double(pair, long)", ffi=ffi)
    def weigh(p, n):
        return p.a.y * n

    assert lib.call(weigh, pair[0], 3) == 6.0
    function = lib.weigh.ctypes
    two = function.argtypes[0](1.0, 2.0)
    assert (two.y, function(two, 3)) == (2.0, 24.0)
    with pytest.raises(TypeError, match="ctypes has no type for `list`"):
        _ = lib.first.ctypes


def test_system_headers_use_both(tmp_path):
    ffi = FFI()
    assert ffi.cdef_header("sys/types.h") == []
    assert ffi.sizeof("register_t") == 8
    ffi = FFI()
    assert ffi.cdef_header("sys/socket.h", define=["_GNU_SOURCE"]) == []
    lib = ffi.dlopen(None)
    pair = ffi.new("int[2]")
    assert lib.socketpair(lib.AF_UNIX, lib.SOCK_STREAM, 0, pair) == 0
    name = ffi.new("struct sockaddr *")
    size = ffi.new("socklen_t *", ffi.sizeof("struct sockaddr"))
    assert lib.getsockname(pair[0], name, size) == 0
    assert name.sa_family == 1
    for descriptor in pair:
        assert lib.shutdown(descriptor, 2) == 0
    ffi.cdef_header("unistd.h")
    for descriptor in pair:
        assert ffi.dlopen(None).close(descriptor) == 0
