"""Use that crashes where references, sizes or threads are taken on trust."""

import subprocess
import sys
import threading

import pytest

from ferrule import FFI

LONG = 50_000


def test_a_long_row_of_handles_is_freed():
    ffi = FFI()
    handle = ffi.new_handle(None)
    for _ in range(LONG):
        handle = ffi.new_handle(handle)
    first = ffi.from_handle(handle)
    del handle
    assert isinstance(ffi.from_handle(first), FFI.CData)


def test_a_long_row_of_callbacks_is_freed():
    ffi = FFI()
    innermost = callback = ffi.callback("int(int)", abs)
    for _ in range(LONG // 5):
        callback = ffi.callback("int(int)", callback)
    del callback
    assert innermost(-1) == 1


def test_memory_that_was_lent_again_and_again_is_given_back():
    ffi = FFI()
    memory = bytearray(4)
    lent = ffi.buffer(ffi.from_buffer(memory))
    for _ in range(LONG):
        lent = ffi.buffer(ffi.from_buffer(lent))
    lent[0:4] = b"abcd"
    assert memory == b"abcd"
    del lent
    memory.extend(b"ef")
    assert memory == b"abcdef"


def test_many_destructors_run_in_order_on_a_small_stack():
    ffi = FFI()
    ended = []
    held = []

    def work():
        guarded = ffi.new("int *", 7)
        for place in range(2000):
            guarded = ffi.gc(guarded, lambda _, place=place: ended.append(place))
        held.append((guarded[0], memoryview(ffi.buffer(guarded)).nbytes))
        del guarded

    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert held == [(7, 4)]
    assert ended == list(range(2000))[::-1]


def test_weak_references_to_a_long_row_are_gone_with_it():
    import weakref

    ffi = FFI()
    handle, seen = None, []
    for _ in range(100):
        handle = ffi.new_handle(handle)
        seen.append(weakref.ref(handle))
    del handle
    assert [reference() for reference in seen] == [None] * 100


def test_an_opaque_struct_that_turns_out_too_large_for_its_memory_is_not_used():
    ffi = FFI()
    ffi.cdef("struct later; struct fits;")
    memory = [ffi.new("char[4]", b"abcd"), ffi.from_buffer(bytearray(b"abcd"))]
    references = [ffi.cast("struct later *", place)[0] for place in memory]
    fitting = [ffi.cast("struct fits *", place)[0] for place in memory]
    ffi.cdef("struct later { char text[5]; }; struct fits { char text[4]; };")
    take = ffi.callback("void(struct later)", lambda value: None)
    room = ffi.new("struct later *")
    for reference in references:

        def write(target=reference):
            target.text = b"x"

        def assign(value=reference):
            room[0] = value

        uses = [
            lambda value=reference: value.text,
            lambda value=reference: take(value),
            lambda value=reference: ffi.new("struct later *", value),
            lambda value=reference: memoryview(value),
            lambda value=reference: ffi.addressof(value)[0],
            write,
            assign,
        ]
        for use in uses:
            with pytest.raises(IndexError):
                use()
    assert [ffi.string(reference.text) for reference in fitting] == [b"abcd", b"abcd"]


def test_arrays_of_const_are_const_as_a_whole():
    ffi = FFI()
    ffi.cdef("struct s { const int fixed[3]; };")
    grid = ffi.new("const int[2][3]", [[1, 2, 3], [4, 5, 6]])
    record = ffi.new("struct s *", [[7, 8, 9]])

    def write_field():
        record.fixed = [0]

    def write_item():
        grid[0] = [0]

    def write_slice():
        grid[0:1] = [[0]]

    def write_bytes():
        ffi.buffer(grid)[0] = b"x"

    def move():
        ffi.memmove(grid, b"xxxx", 4)

    for write in [write_field, write_item, write_slice, write_bytes, move]:
        with pytest.raises(TypeError, match=r"const|read-only"):
            write()
    assert [list(row) for row in grid] == [[1, 2, 3], [4, 5, 6]]
    assert list(record.fixed) == [7, 8, 9]


def test_a_dict_that_its_own_names_change_is_an_initialiser():
    ffi = FFI()
    ffi.cdef("struct s { int *p; int n; }; ")

    class Name(str):
        __slots__ = ()

        def __hash__(self):
            if len(fields) < 3:
                fields["more"] = 0
            return str.__hash__(self)

        def __eq__(self, other):
            return str.__eq__(self, other)

    callback = ffi.callback("int(struct s)", lambda value: value.n)
    fields = {}
    fields[Name("n")] = 1
    fields.pop("more", None)
    fields["p"] = ffi.NULL
    assert callback(fields) == 1


THREADS = """
import sys, threading, time
from ferrule import FFI

ffi = FFI()
ffi.cdef("void qsort(void *, size_t, size_t, int (*)(const void *, const void *));")
lib = ffi.dlopen(None)
pause = lambda *_: time.sleep(0.001)


class Busy:
    # Goes when the interpreter is ending, and lets the others ask for its lock meanwhile.

    def __del__(self):
        sum(range(3_000_000))


busy = Busy()
fail = ffi.callback("int(int)", lambda x: 1 / 0, onerror=pause)
wait = ffi.callback("int(const void *, const void *)", lambda a, b: pause() or 0)
once = iter(range(10**9))
slow = ffi.new_allocator(lambda size: pause() or ffi.new("char[]", size), pause)
failing = ffi.callback("int(int)", lambda x: 1 / 0)
sys.unraisablehook = pause
started = threading.Barrier(8)


def work(step):
    step()
    started.wait()
    while True:
        step()


steps = [
    lambda: lib.qsort(ffi.new("int[8]"), 8, 4, wait),
    lambda: ffi.gc(ffi.new("int *"), pause),
    lambda: ffi.release(ffi.gc(ffi.new("int *"), pause)),
    lambda: fail(1),
    lambda: failing(1),
    lambda: ffi.init_once(pause, next(once)),
    lambda: slow("int[4]"),
]
for step in steps:
    threading.Thread(target=work, args=(step,), daemon=True).start()
started.wait()
"""


def test_the_interpreter_ends_while_other_threads_are_in_callbacks():
    ended = subprocess.run(
        [sys.executable, "-c", THREADS], check=False, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stderr) == (0, "")


COLLECTOR = """
import gc
import ferrule

made = ferrule.FFI, lambda: ferrule.cfunc("int32(int32)")(lambda x: x + 1), lambda: ferrule.njit(lambda x: x)
# No dict comes from those that the interpreter keeps.
kept = [[make() for make in made], [{} for _ in range(200)]]
gc.set_threshold(40)
for make in made:
    for count in range(42):
        # The collector starts one step later each time.
        gc.collect()
        kept.append([set() for _ in range(count)])
        kept.append(make())
"""


def test_the_collector_runs_while_an_object_is_made():
    ended = subprocess.run(
        [sys.executable, "-c", COLLECTOR], check=False, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stderr) == (0, "")
