"""Memory that C data uses and gives back, for a checker of memory to watch.

All allocations are malloc's: a read of what was released, a byte beyond a buffer, a destructor that runs
twice or a list that is left half made is seen.
"""

import gc
import sys
from array import array
from collections.abc import Callable

import ferrule
from ferrule import FFI

ffi = FFI()
ffi.cdef("""
    struct point { int x, y; };
    struct open { int count; int items[]; };
    struct pair { int *first; int *both[2]; };
    void *malloc(size_t size);
    void free(void *pointer);
    size_t strlen(const char *text);
    size_t wcslen(const wchar_t *text);
    struct sized { int count; int items[0]; };
    void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));
""")
libc = ffi.dlopen(None)
new = ffi.new_allocator(libc.malloc, libc.free, should_clear_after_alloc=False)


def refused(error: type[Exception], *uses: Callable[[], object]) -> None:
    """See that each use raises."""
    for use in uses:
        try:
            use()
        except error:
            continue
        raise AssertionError(f"no {error.__name__}")


def destroyed() -> None:
    """Use memory of malloc, release it, and try to use it."""
    points = ffi.gc(ffi.cast("struct point *", libc.malloc(16)), libc.free)
    second = points + 1
    second.y = points[0].x = 5
    view = memoryview(ffi.buffer(points, 16))
    ffi.release(points)
    assert view[0] == 5
    refused(ValueError, lambda: points.x, lambda: second.y, lambda: points[0], lambda: ffi.buffer(points))
    view.release()
    refused(ValueError, lambda: points.x, lambda: setattr(second, "y", 1), lambda: ffi.unpack(points, 1))


def allocated() -> None:
    """Fill memory of an allocator to its last byte."""
    opened = new("struct open *", [3, [1, 2, 3]])
    assert ffi.unpack(opened.items, 3) == [1, 2, 3]
    text = new("char[]", b"some text")
    assert ffi.string(text) == b"some text"
    assert ffi.buffer(text)[:] == b"some text\0"
    refused(IndexError, lambda: ffi.unpack(text, 11), lambda: ffi.buffer(text, 11), lambda: opened.items[3])
    refused(TypeError, lambda: new("int[]", [1, "two"]))
    with new("int[4]", [4, 3, 2, 1]) as numbers:
        numbers[1:3] = [7, 8]
        ffi.memmove(numbers + 1, numbers, 12)
        assert list(numbers) == [4, 4, 7, 8]
    refused(ValueError, lambda: numbers[0], lambda: list(numbers), lambda: libc.free(numbers))


def borrowed() -> None:
    """Sort the memory of an array while it is released."""
    numbers = array("i", [5, 1, 4, 2, 3])
    data = ffi.from_buffer("int[]", numbers, require_writable=True)

    @ffi.callback("int(const void *, const void *)")
    def compare(a: FFI.CData, b: FFI.CData) -> object:
        ffi.release(data)
        return ffi.cast("int *", a)[0] - ffi.cast("int *", b)[0]

    libc.qsort(data, len(numbers), 4, compare)
    assert numbers.tolist() == [1, 2, 3, 4, 5]
    numbers.extend(range(1000))
    refused(ValueError, lambda: data[0], lambda: libc.strlen(ffi.cast("char *", data)))


def passed() -> None:
    """Pass texts and lists that live as long as the call, some of them half made when they are refused."""
    for text in ("", "text", "\U00012345" * 100):
        assert libc.wcslen(text) == len(text)
    refused(TypeError, lambda: libc.wcslen(b"text"), lambda: libc.wcslen(["a", 1]), lambda: libc.strlen("a"))
    truths = ffi.callback("int(_Bool *)", lambda start: start[0] + start[1])
    assert truths(b"\1\0") == truths([True, False]) == 1
    refused(ValueError, lambda: truths(b"\2"))
    header = ffi.cast("struct sized *", ffi.new("int[4]", [3, 1, 2, 3]))
    assert [header.items[index] for index in range(header.count)] == [1, 2, 3]
    refused(IndexError, lambda: header.items[3])


def called_back() -> None:
    """Fail in callbacks, and call some that are gone."""

    def fails(*_: object) -> object:
        raise LookupError("no result")

    point = ffi.callback("struct point(int)", lambda number: [number, "two"], onerror=lambda *_: [7, 8])
    assert point(1).y == 8
    assert ffi.callback("int(int)", fails, onerror=lambda *_: 5)(1) == 5
    refused(LookupError, lambda: ferrule.callback("int(int)", fails)(1))
    sorts = ferrule.callback("int(const void *, const void *)", fails)
    refused(LookupError, lambda: libc.qsort(array("i", [3, 1, 2]), 3, 4, sorts))
    gone = [int(ffi.cast("intptr_t", ffi.callback("int(int)", fails, error=number))) for number in range(50)]
    hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        assert [ffi.cast("int(*)(int)", address)(1) for address in gone] == list(range(50))
    finally:
        sys.unraisablehook = hook


def written_while_released() -> None:
    """Release memory in the middle of an assignment to it."""
    memory = ffi.gc(ffi.cast("int *", libc.malloc(4)), libc.free)

    class Releases:
        def __index__(self) -> int:
            ffi.release(memory)
            return 3

    memory[0] = Releases()
    refused(ValueError, lambda: memory[0])


def cycles() -> None:
    """Leave cycles through destructors, views, buffers and handles to the collector."""

    class Owner:
        memory: object
        view: object

    for _ in range(20):
        owner = Owner()
        memory = ffi.gc(
            ffi.cast("struct point *", libc.malloc(8)), lambda pointer, _owner=owner: libc.free(pointer)
        )
        owner.memory = [memory[0], memory + 1, ffi.buffer(memory), ffi.new_handle(owner)]
        owner.view = memoryview(ffi.buffer(memory))
    del owner, memory
    gc.collect()


def passed_in_lists() -> None:
    """Pass lists and structs of pointers to C, which empties the lists and releases what was in them."""

    def memory(value: int) -> object:
        return ffi.gc(ffi.cast("int *", libc.malloc(8)), libc.free) if value else ffi.new("int[2]", [1, 2])

    pointers = [memory(0), memory(1), memory(1)]
    pair = {"first": memory(1), "both": (memory(1), ffi.NULL)}

    @ffi.callback("int(int **, struct pair)")
    def use(items: FFI.CData, given: FFI.CData) -> int:
        for pointer in (*pointers[1:], pair["first"]):
            ffi.release(pointer)
        pointers.clear()
        pair.clear()
        gc.collect()
        items[1][0] = items[2][1] = given.first[0] = given.both[0][0] = items[0][1]
        return items[1][0] + given.both[0][0]

    assert use(pointers, pair) == 4
    released = memory(1)
    ffi.release(released)
    refused(ValueError, lambda: use([released], pair))


PARTS = (
    destroyed,
    allocated,
    borrowed,
    passed,
    called_back,
    written_while_released,
    cycles,
    passed_in_lists,
)


def main() -> None:
    """Run all of them, more than once: what was freed is used again."""
    for _ in range(5):
        for part in PARTS:
            part()


if __name__ == "__main__":
    main()
