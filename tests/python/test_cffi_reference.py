"""What cffi's reference shows of its in-line mode, as programs that run under cffi and ferrule."""

import os
import tempfile

import pytest

from .side_by_side import Examples, compare, shown

EXAMPLES = Examples()
example = EXAMPLES.add


# The reference.


@example
def types_are_compared_by_identity(FFI):
    ffi = FFI()
    ffi.cdef("typedef struct { int a; } foo_t;")
    pointer = ffi.new("foo_t *")
    kinds = [ffi.typeof(text) for text in ("int", "int *", "int[4]", "foo_t", "int(*)(foo_t *, ...)", "void")]
    return (
        ffi.typeof(pointer) is ffi.typeof("foo_t*"),
        ffi.typeof("foo_t*").item is ffi.typeof("foo_t"),
        [(kind.kind, kind.cname) for kind in kinds],
        [one.cname for one in kinds[4].args],
        kinds[2].length,
        isinstance(pointer, ffi.CData),
        isinstance(kinds[0], ffi.CType),
    )


@example
def declarations_written_by_getctype(FFI):
    ffi = FFI()
    calls = [("char[80]", "a"), ("int", "*"), ("int[5]", "*"), ("int", "[3]"), ("int(*)(long)", "")]
    return [ffi.getctype(*call) for call in calls]


@example
def sizes_and_places(FFI):
    ffi = FFI()
    ffi.cdef("struct in { char c; int i[4]; }; struct out { short s; struct in parts[2]; };")
    out = ffi.new("struct out *")
    return (
        ffi.sizeof("struct out"),
        ffi.alignof("struct in"),
        ffi.offsetof("struct out", "parts", 1, "i", 2),
        ffi.addressof(out[0], "parts", 1, "i", 2) - ffi.cast("int *", out),
        ffi.addressof(out.parts[0]) == ffi.addressof(out, "parts", 0),
    )


@example
def enums_by_name_and_number(FFI):
    ffi = FFI()
    ffi.cdef("typedef enum { RED, GREEN = 5, BLUE } color_t; struct paint { color_t color; };")
    lib, green = ffi.dlopen(None), ffi.cast("color_t", 5)
    paint = ffi.new("struct paint *", [lib.BLUE])
    color = ffi.typeof("color_t")
    return (
        lib.BLUE,
        int(green),
        ffi.string(green),
        paint.color,
        sorted(color.elements.items()),
        color.relements["RED"],
    )


@example
def memory_of_malloc(FFI):
    ffi = FFI()
    ffi.cdef("void *malloc(size_t size); void free(void *memory);")
    libc = ffi.dlopen(None)
    memory = libc.malloc(5 * ffi.sizeof("int"))
    try:
        numbers = ffi.cast("int[5]", memory)
        numbers[0:5] = range(5)
        return list(numbers), ffi.cast("int *", memory)[3]
    finally:
        libc.free(memory)


@example
def a_file_by_hand(FFI):
    ffi = FFI()
    ffi.cdef("FILE *fdopen(int, const char *); int fclose(FILE *); int fputs(const char *, FILE *);")
    libc = ffi.dlopen(None)
    with tempfile.TemporaryFile() as file:
        file.write(b"Python, ")
        file.flush()
        stream = libc.fdopen(os.dup(file.fileno()), b"w")
        libc.fputs(b"C, ", stream)
        libc.fclose(stream)
        libc.fputs(b"both", file)
        file.seek(0)
        return file.read(), shown(ffi.typeof(stream))


@example
def what_an_included_ffi_declared(FFI):
    base, ffi = FFI(), FFI()
    base.cdef("typedef struct { int n; } item_t; enum { LIMIT = 3 };")
    ffi.include(base)
    ffi.cdef("struct list { item_t items[3]; };")
    made = ffi.new("struct list *", [[base.new("item_t *", [7])[0]]])
    return (
        made.items[0].n,
        ffi.typeof("item_t") is base.typeof("item_t"),
        ffi.dlopen(None).LIMIT,
        ffi.list_types(),
    )


# Memory, and Python objects that travel through C.


@example
def an_object_behind_a_handle(FFI):
    ffi = FFI()

    class Widget:
        def __init__(self):
            self.events = []
            self.handle = ffi.new_handle(self)

    @ffi.callback("int(int, void *)")
    def notice(event, handle):
        ffi.from_handle(handle).events.append(event)
        return len(ffi.from_handle(handle).events)

    widget = Widget()
    counts = notice(7, widget.handle), notice(8, widget.handle)
    return counts, widget.events, ffi.from_handle(widget.handle) is widget


@example
def memory_that_is_freed_by_a_function(FFI):
    ffi = FFI()
    freed = []
    memory = ffi.gc(ffi.new("int *", 5), lambda pointer: freed.append(pointer[0]))
    seen = memory[0]
    with memory:
        memory[0] = 6
    kept = ffi.gc(ffi.new("int *", 9), freed.append)
    return seen, freed, ffi.gc(kept, None) is None


@example
def an_allocator_of_ones_own(FFI):
    ffi = FFI()
    ffi.cdef("void *malloc(size_t size); void free(void *memory);")
    libc = ffi.dlopen(None)
    allocate = ffi.new_allocator(libc.malloc, libc.free)
    with allocate("int[]", 5) as numbers:
        numbers[4] = 3
        return list(numbers)


@example
def memory_of_other_objects(FFI):
    ffi = FFI()
    array = bytearray(b"abcdefgh")
    with ffi.from_buffer("uint16_t[]", array) as numbers:
        numbers[0] = 0x4241
        return len(numbers), bytes(array)


@example
def what_is_done_once(FFI):
    ffi = FFI()
    calls = []

    def start():
        calls.append(1)
        return 42

    return ffi.init_once(start, "init"), ffi.init_once(start, "init"), calls


@pytest.mark.parametrize("name", EXAMPLES)
def test_both_see_the_same(name, capfd):
    compare(EXAMPLES[name], capfd)
