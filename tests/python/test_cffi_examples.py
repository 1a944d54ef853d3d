"""What cffi's documentation shows of `ffi` and `lib`, as programs that run under cffi and ferrule."""

import os
import weakref

import pytest

from .side_by_side import Examples, compare, shown

EXAMPLES = Examples()
example = EXAMPLES.add


# The overview.


@example
def a_call_of_printf(FFI):
    ffi = FFI()
    ffi.cdef("int printf(const char *format, ...);  int fflush(void *stream);  // as the manual has them")
    libc = ffi.dlopen(None)
    world = ffi.new("char[]", b"world")
    count = libc.printf(b"hi there, %s.\n", world)
    libc.fflush(ffi.NULL)
    return count


@example
def an_image_of_structs(FFI):
    ffi = FFI()
    ffi.cdef("typedef struct { unsigned char r, g, b; } pixel_t;")
    image = ffi.new("pixel_t[]", 800 * 600)
    image[100].r, image[100].g, image[100].b = 255, 192, 128
    pixel = image[100]
    return len(image), ffi.sizeof(image), (pixel.r, pixel.g, pixel.b), image[99].r, shown(image)


# Working with pointers, structures and arrays.


@example
def what_new_owns(FFI):
    ffi = FFI()
    texts = ["int *", "int[10]", "char *", "char **", "char[3]"]
    return [shown(ffi.new(text)) for text in texts], shown(ffi.new("char[]", b"foobar"))


@example
def a_dictionary_keeps_what_a_struct_points_to(FFI):
    ffi = FFI()
    ffi.cdef("struct bar { int n; }; struct foo { struct bar *first, *second; };")
    kept = weakref.WeakKeyDictionary()

    def make():
        foo = ffi.new("struct foo *")
        first, second = ffi.new("struct bar *", [1]), ffi.new("struct bar *", [2])
        foo.first, foo.second = first, second
        kept[foo] = (first, second)
        return foo

    foo = make()
    seen = foo.first.n, foo.second.n, len(kept)
    del foo
    return seen, len(kept)


@example
def a_pointer_to_a_pointer(FFI):
    ffi = FFI()
    ffi.cdef("char *strsep(char **text, const char *delimiters);")
    libc = ffi.dlopen(None)
    text = ffi.new("char[]", b"hello, world")
    place = ffi.new("char **", text)
    first = ffi.string(libc.strsep(place, b","))
    return first, ffi.string(place[0]), place[0] - text, shown(place)


@example
def results_through_pointers(FFI):
    ffi = FFI()
    ffi.cdef("double frexp(double x, int *exponent); double modf(double x, double *whole);")
    libm = ffi.dlopen("m")
    exponent, parts = ffi.new("int *"), ffi.new("double[2]")
    fraction = libm.frexp(48.0, exponent)
    parts[0] = libm.modf(3.25, parts + 1)
    return fraction, exponent[0], list(parts)


@example
def a_handle_that_only_c_looks_into(FFI):
    ffi = FFI()
    ffi.cdef("""
        typedef ... stream_t;
        stream_t *open_memstream(char **text, size_t *size);
        int fputs(const char *text, stream_t *stream);
        int fclose(stream_t *stream);
        void free(void *memory);
    """)
    libc = ffi.dlopen(None)
    text, size = ffi.new("char **"), ffi.new("size_t *")
    stream = libc.open_memstream(text, size)
    libc.fputs(b"written", stream)
    libc.fclose(stream)
    seen = ffi.string(text[0]), size[0], shown(ffi.typeof(stream)), bool(stream), stream == ffi.NULL
    libc.free(text[0])
    try:
        ffi.new("stream_t *")
    except TypeError:
        return seen
    return None


@example
def numbers_as_c_data(FFI):
    ffi = FFI()
    number = ffi.cast("int", 42)
    pointer = ffi.cast("void *", -16)
    return (
        shown(number),
        int(number),
        int(ffi.cast("intptr_t", pointer)),
        int(ffi.cast("uintptr_t", pointer)),
        ffi.cast("void *", int(ffi.cast("uintptr_t", pointer))) == pointer,
        int(ffi.cast("unsigned char", 300)),
        ffi.string(ffi.cast("char", 65)),
        float(ffi.cast("float", 0.1)),
        number == 42,
        [shown(ffi.cast(name, 1)) for name in ("short", "double", "_Bool", "wchar_t", "uint8_t")],
    )


@example
def structs_from_lists_and_dicts(FFI):
    ffi = FFI()
    ffi.cdef("typedef struct { int x, y; } foo_t;")
    by_place, by_name = ffi.new("foo_t *", [1, 2]), ffi.new("foo_t *", {"y": 1, "x": 2})
    copy = ffi.new("foo_t *", by_name[0])
    by_name.x = 9
    return [(one.x, one.y) for one in (by_place, by_name, copy, copy[0])], shown(by_place), shown(by_place[0])


@example
def text_in_arrays(FFI):
    ffi = FFI()
    text = ffi.new("char[]", b"hello")
    before = shown(text), len(text), text[5]
    text[0] = b"H"
    wide = ffi.new("wchar_t[]", "größer")
    return (
        before,
        ffi.string(text),
        ffi.string(text, 2),
        len(wide),
        ffi.string(wide),
        list(ffi.new("char[3]", b"ab")),
    )


@example
def arrays_and_their_lengths(FFI):
    ffi = FFI()
    filled, zeroed = ffi.new("int[]", [1, 2, 3, 4]), ffi.new("int[]", 1000)
    return len(filled), sum(filled), len(zeroed), sum(zeroed), len(ffi.new("int[1000]")), ffi.sizeof(zeroed)


@example
def structs_that_end_in_an_array(FFI):
    ffi = FFI()
    ffi.cdef("typedef struct { int x; int y[]; } foo_t;")
    made = [ffi.new("foo_t *", given) for given in ([5, [6, 7, 8]], [5, 3], {"y": 3})]
    return [(one.x, len(one.y), list(one.y), ffi.sizeof(one[0])) for one in made]


@example
def assignment_to_a_whole(FFI):
    ffi = FFI()
    ffi.cdef("struct foo { int x, y, z; char a[5]; };")
    rows = ffi.new("int[5][5]")
    rows[2] = [10, 20]
    foo = ffi.new("struct foo *", [1, 2, 3, b"-----"])
    foo[0] = {"x": 10, "z": 20}
    foo.a = b"abc"
    return list(rows[2]), list(rows[1]), (foo.x, foo.y, foo.z), list(foo.a)


@example
def slices(FFI):
    ffi = FFI()
    numbers = ffi.new("int[10]", list(range(10)))
    part = numbers[2:5]
    part[0] = 20
    numbers[7:9] = [70, 80]
    numbers[0:3] = numbers[5:8]
    outcome = []
    for start, stop in ((3, 2), (0, 11), (-1, 2)):
        try:
            outcome.append(list(numbers[start:stop]))
        except IndexError:
            outcome.append("IndexError")
    return list(numbers), len(part), shown(part), ffi.typeof(part) is ffi.typeof("int[]"), outcome


@example
def arithmetic_and_comparison(FFI):
    ffi = FFI()
    numbers = ffi.new("long[6]", [3, 1, 4, 1, 5, 9])
    third = numbers + 2
    same = ffi.cast("void *", numbers)
    return (
        third[0],
        (third - 1)[0],
        third - numbers,
        third > numbers,
        same == numbers,
        hash(same) == hash(same + 0),
    )


# Calls.


@example
def an_argument_vector(FFI):
    ffi = FFI()
    ffi.cdef("extern int optind; int getopt(int argc, char *const argv[], const char *options);")
    libc = ffi.dlopen(None)
    libc.optind = 0  # glibc forgets the word that it was in, which may be gone
    words = [ffi.new("char[]", word) for word in (b"program", b"-v", b"-x", b"rest")]
    argv = ffi.new("char *[]", words)
    seen = [libc.getopt(len(argv), argv, b"vx") for _ in range(3)]
    libc.optind = 0
    return seen, libc.getopt(2, words[:2], b"v"), ffi.string(argv[3])


@example
def numbers_that_do_not_fit(FFI):
    ffi = FFI()
    ffi.cdef("unsigned short htons(unsigned short host); int abs(int number);")
    libc = ffi.dlopen(None)
    outcome = [libc.htons(1), libc.abs(-3)]
    for call, argument in (
        (libc.htons, 70000),
        (libc.htons, -1),
        (libc.abs, 2**31),
        (libc.abs, "3"),
        (libc.abs, 1.5),
    ):
        try:
            outcome.append(call(argument))
        except (OverflowError, TypeError) as error:
            outcome.append(type(error).__name__)
    return outcome


@example
def strings_and_arrays_as_arguments(FFI):
    ffi = FFI()
    ffi.cdef(
        "size_t strlen(const char *); size_t wcslen(const wchar_t *);"
        "int memcmp(const void *, const void *, size_t);"
    )
    libc = ffi.dlopen(None)
    return (
        libc.strlen(b"hello"),
        libc.memcmp(b"ab", ffi.new("int *", 0x6261), 2),
        libc.wcslen(ffi.new("wchar_t[]", "four")),
    )


@example
def a_list_of_structs_as_an_argument(FFI):
    ffi = FFI()
    ffi.cdef(
        "struct pollfd { int fd; short events, revents; };"
        "int poll(struct pollfd *fds, unsigned long count, int wait);"
    )
    libc = ffi.dlopen(None)
    reader, writer = os.pipe()
    os.write(writer, b"x")
    fds = ffi.new("struct pollfd[2]", [{"fd": reader, "events": 1}, [writer, 4]])
    ready = libc.poll(fds, 2, 0), [one.revents for one in fds]
    listed = libc.poll([{"fd": reader, "events": 1}], 1, 0)
    os.close(reader)
    os.close(writer)
    return ready, listed


@example
def a_struct_comes_back(FFI):
    ffi = FFI()
    ffi.cdef("struct division { int quot, rem; }; struct division div(int numerator, int denominator);")
    result = ffi.dlopen(None).div(17, 5)
    return result.quot, result.rem, shown(result)


@example
def more_arguments_than_declared(FFI):
    ffi = FFI()
    ffi.cdef("int snprintf(char *to, size_t size, const char *format, ...);")
    libc = ffi.dlopen(None)
    to = ffi.new("char[100]")
    given = [ffi.cast("int", 42), ffi.cast("long", -43), ffi.cast("double", 1.5), ffi.new("char[]", b"text")]
    count = libc.snprintf(to, 100, b"%d %ld %.2f %s", *given)
    small = libc.snprintf(to + 50, 50, b"%d %c", ffi.cast("short", -7), ffi.cast("char", b"x"))
    return count, ffi.string(to), small, ffi.string(to + 50)


@example
def errno_after_a_call(FFI):
    ffi = FFI()
    ffi.cdef("int close(int descriptor);")
    libc = ffi.dlopen(None)
    ffi.errno = 0
    failed = libc.close(-1)
    seen = ffi.errno
    ffi.errno = 7
    return failed, seen, ffi.errno


@example
def variables_of_a_library(FFI):
    ffi = FFI()
    ffi.cdef("extern int opterr; extern char **environ;")
    libc = ffi.dlopen(None)
    address = ffi.addressof(libc, "opterr")
    libc.opterr = 3
    through = address[0]
    address[0] = 1
    return through, libc.opterr, b"=" in ffi.string(libc.environ[0]), shown(ffi.typeof(libc.environ))


@example
def a_closed_library(FFI):
    ffi = FFI()
    ffi.cdef("double cos(double);")
    lib = ffi.dlopen("libm.so.6", ffi.RTLD_NOW | ffi.RTLD_LOCAL)
    before = lib.cos(0.0)
    ffi.dlclose(lib)
    ffi.dlclose(lib)
    return before


# Callbacks.


@example
def a_decorated_function(FFI):
    ffi = FFI()

    @ffi.callback("int(int, int)")
    def add(x, y):
        return x + y

    return add(3, 4), shown(ffi.typeof(add)), "calling <function" in repr(add), bool(add)


@example
def a_comparison_for_qsort(FFI):
    ffi = FFI()
    ffi.cdef("void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));")
    numbers = ffi.new("int[]", [5, -2, 9, 0])

    @ffi.callback("int(const void *, const void *)")
    def compare(a, b):
        x, y = ffi.cast("int *", a)[0], ffi.cast("int *", b)[0]
        return (x > y) - (x < y)

    ffi.dlopen(None).qsort(numbers, len(numbers), ffi.sizeof("int"), compare)
    return list(numbers)


@example
def functions_in_structs(FFI):
    ffi = FFI()
    ffi.cdef("struct ops { int (*apply)(int, void *); void *data; };")
    number = ffi.new("int *", 30)

    @ffi.callback("int(int, void *)")
    def apply(x, data):
        return x + ffi.cast("int *", data)[0]

    ops = ffi.new("struct ops *", {"apply": apply, "data": number})
    return ops.apply(12, ops.data), ops.apply == apply, ffi.new("struct ops *").apply == ffi.NULL


@example
def errors_in_callbacks(FFI):
    ffi = FFI()
    seen = []

    def notice(exception, value, traceback):
        seen.append((exception.__name__, str(value), traceback is not None))
        return None if len(seen) == 1 else 8

    @ffi.callback("int(int)", error=42, onerror=notice)
    def fails(x):
        raise ValueError(x)

    return fails(1), fails(2), seen


@example
def windows_words_mean_nothing_elsewhere(FFI):
    ffi = FFI()
    ffi.cdef("struct table { int (__stdcall *add)(int, int); }; int __cdecl abs(int);")
    add = ffi.callback("int(__stdcall *)(int, int)", lambda x, y: x + y)
    return ffi.new("struct table *", [add]).add(1, 2), ffi.dlopen(None).abs(-4)


@pytest.mark.parametrize("name", EXAMPLES)
def test_both_see_the_same(name, capfd):
    compare(EXAMPLES[name], capfd)
