"""`release`, `with`, `gc`, handles: how long C data may be used, side by side with cffi."""

import ctypes
import gc
import subprocess
import sys
import textwrap
import threading
import weakref

import cffi
import numpy as np
import pytest

import ferrule

DECLARATIONS = """
    struct point { int x, y; };
    struct open { int count; int items[]; };
    void *malloc(size_t size);
    void free(void *pointer);
    size_t strlen(const char *text);
    int abs(int number);
    void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));
"""


def declared(module):
    ffi = module.FFI()
    ffi.cdef(DECLARATIONS)
    return ffi, ffi.dlopen(None)


@pytest.fixture
def mine():
    """An FFI with the declarations, and the C library."""
    return declared(ferrule)


@pytest.fixture(params=[ferrule, cffi], ids=["ferrule", "cffi"])
def both(request):
    """The same of ferrule and of cffi: what both have to do."""
    return declared(request.param)


def test_a_destructor_gets_the_original_once(both):
    ffi, _ = both
    called = []
    original = ffi.new("int *", 5)
    guarded = ffi.gc(original, called.append)
    assert guarded == original
    assert guarded[0] == 5
    del guarded
    gc.collect()
    assert len(called) == 1
    assert called[0] is original


def test_a_destructor_runs_at_release_and_not_again(both):
    ffi, _ = both
    called = []
    guarded = ffi.gc(ffi.new("int *", 5), called.append)
    ffi.release(guarded)
    assert len(called) == 1
    ffi.release(guarded)
    del guarded
    assert len(called) == 1


def test_destructors_nest(both):
    ffi, _ = both
    order = []
    inner = ffi.gc(ffi.new("int *", 5), lambda _: order.append("inner"))
    outer = ffi.gc(inner, lambda pointer: order.append(("outer", pointer is not None)))
    del inner
    assert order == []
    del outer
    assert order == [("outer", True), "inner"]


def test_a_destructor_is_taken_away(both):
    ffi, _ = both
    called = []
    guarded = ffi.gc(ffi.new("int *", 5), called.append)
    assert ffi.gc(guarded, None) is None
    del guarded
    gc.collect()
    assert called == []
    with pytest.raises(TypeError):
        ffi.gc(ffi.new("int *"), None)


def test_the_size_is_an_integer(both):
    ffi, _ = both
    for size in (0, 10, -1):
        ffi.gc(ffi.new("int *"), str, size)
    assert ffi.gc(ffi.new("int *", 1), str, size=4)[0] == 1
    with pytest.raises(TypeError):
        ffi.gc(ffi.new("int *"), str, "4")
    with pytest.raises(TypeError):
        ffi.gc(5, str)


def test_what_a_destructor_raises_is_reported(both, monkeypatch):
    ffi, _ = both
    reported = []
    monkeypatch.setattr(sys, "unraisablehook", reported.append)

    def passed_by():
        guarded = ffi.gc(ffi.new("int *"), lambda _: 1 / 0)
        return {}[guarded]

    with pytest.raises(KeyError):  # which is not replaced
        passed_by()
    gc.collect()
    assert [one.exc_type for one in reported] == [ZeroDivisionError]
    ffi.gc(ffi.new("int *"), 5)
    assert [one.exc_type for one in reported] == [ZeroDivisionError, TypeError]


def test_a_cycle_through_a_destructor_is_collected(both):
    ffi, _ = both
    values = []

    class Owner:
        pass

    owner = Owner()
    owner.memory = ffi.gc(ffi.new("int *", 7), lambda pointer, owner=owner: values.append(pointer[0]))
    alive = weakref.ref(owner)
    del owner
    assert values == []
    gc.collect()
    assert values == [7]
    assert alive() is None


def test_a_cycle_through_a_view_is_collected(mine):
    ffi, _ = mine
    values = []

    class Owner:
        pass

    owner = Owner()
    guarded = ffi.gc(ffi.new("struct point *", [7, 8]), lambda pointer, owner=owner: values.append(pointer.y))
    owner.first, owner.next = guarded[0], guarded + 1
    alive = weakref.ref(owner)
    del owner, guarded
    gc.collect()
    assert values == [8]
    assert alive() is None


def test_destructors_run_when_the_interpreter_ends():
    program = """
        from {module} import FFI
        ffi = FFI()
        ffi.cdef("void *malloc(size_t size); void free(void *pointer);")
        libc = ffi.dlopen(None)
        one = ffi.gc(libc.malloc(10), lambda pointer: print("destroyed", pointer != None))
        two = ffi.gc(libc.malloc(10), libc.free)
    """
    outputs = [
        subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program).format(module=module)],
            capture_output=True,
            text=True,
            check=True,
        )
        for module in ("ferrule", "cffi")
    ]
    assert outputs[0].stdout == outputs[1].stdout == "destroyed True\n"
    assert outputs[0].stderr == ""


def test_a_function_pointer_with_a_destructor_is_called(both):
    ffi, libc = both
    called = []
    guarded = ffi.gc(libc.abs, called.append)
    assert guarded(-3) == 3
    ffi.release(guarded)
    assert called == [libc.abs]


def test_with_releases_at_the_end(both):
    ffi, _ = both
    called = []
    with ffi.gc(ffi.new("int *", 5), called.append) as guarded:
        assert guarded[0] == 5
        assert called == []
    assert len(called) == 1
    with ffi.new("int[3]", [1, 2, 3]) as numbers:
        assert list(numbers) == [1, 2, 3]


def test_what_cannot_be_released_is_refused(both):
    ffi, libc = both
    point = ffi.new("struct point *")
    for data in (
        ffi.cast("int *", 0),
        ffi.cast("int", 0),
        point[0],
        ffi.new("int[3]")[0:2],
        ffi.new_handle(3),
        libc.abs,
        ffi.callback("int(int)", abs),
        ffi.NULL,
    ):
        with pytest.raises(ValueError, match=r"new\(\), (ffi\.)?gc\(\)"):
            ffi.release(data)
        with pytest.raises(ValueError, match=r"new\(\), (ffi\.)?gc\(\)"), data:
            pass
    with pytest.raises(TypeError):
        ffi.release(5)


def uses(ffi, libc, p):
    """What reads or writes the memory of an `int *` or `int[]`, or gives it to C."""
    target = ffi.new("int[2]")
    holder = ffi.new("int **")
    return {
        "read": lambda: p[0],
        "write": lambda: p.__setitem__(0, 1),
        "slice": lambda: p[0:1],
        "write a slice": lambda: p.__setitem__(slice(0, 1), [1]),
        "iterate": lambda: list(p),
        "read through a moved pointer": lambda: (p + 1)[-1],
        "read through a cast": lambda: ffi.cast("char *", p)[0],
        "store": lambda: holder.__setitem__(0, ffi.cast("int *", p)),
        "argument": lambda: libc.free(p),
        "argument by cast": lambda: libc.strlen(ffi.cast("char *", p)),
        "copy a slice": lambda: target.__setitem__(slice(0, 2), p),
        "string": lambda: ffi.string(ffi.cast("char *", p)),
        "gc": lambda: ffi.gc(p, str),
        "with": lambda: p.__enter__(),
    }


@pytest.mark.parametrize("kind", ["new", "gc", "from_buffer"])
def test_every_use_after_release_raises(mine, kind):
    ffi, libc = mine
    p = {
        "new": lambda: ffi.new("int[]", [1, 2]),
        "gc": lambda: ffi.gc(ffi.new("int[]", [1, 2]), str),
        "from_buffer": lambda: ffi.from_buffer("int[]", bytearray(8)),
    }[kind]()
    before = hash(p), len(p), ffi.sizeof(p), ffi.typeof(p), int(ffi.cast("uintptr_t", p))
    view = p[0:2]
    ffi.release(p)
    for name, use in uses(ffi, libc, p).items():
        with pytest.raises(ValueError, match=r"cdata '.*' (was|is in memory of .* that was) released"):
            print(name, use())
    for use in (lambda: view[0], lambda: view.__setitem__(0, 1), lambda: list(view), lambda: libc.free(view)):
        with pytest.raises(ValueError, match=r"cdata 'int\[\]' is in memory of cdata 'int\[\]' that was rel"):
            use()
    # The address is still known.
    assert (hash(p), len(p), ffi.sizeof(p), ffi.typeof(p), int(ffi.cast("uintptr_t", p))) == before
    assert p == view
    assert bool(p)
    assert "RELEASED" in repr(p)
    assert "RELEASED" in repr(view)


def test_structs_after_release_raise(mine):
    ffi, _ = mine
    for point in (ffi.new("struct point *"), ffi.gc(ffi.new("struct point *"), str)):
        part = point[0]
        ffi.release(point)
        for use in (lambda p=point: p.x, lambda p=part: p.x, lambda p=point: setattr(p, "x", 1)):
            with pytest.raises(ValueError, match="struct point"):
                use()
        with pytest.raises(ValueError, match="released"):
            ffi.new("struct point *", part)


def test_a_scalar_with_a_destructor_is_not_read_after_release(mine):
    ffi, _ = mine
    number = ffi.gc(ffi.cast("int", 5), str)
    assert int(number) == 5
    ffi.release(number)
    for use in (int, float, bool, hash, lambda x: x == 5, lambda x: ffi.cast("int", x)):
        with pytest.raises(ValueError, match="cdata 'int' was released"):
            use(number)


def test_a_release_reaches_what_was_made_from_it(mine):
    ffi, _ = mine
    base = ffi.gc(ffi.new("int *", 5), str)
    above = ffi.gc(base, str)
    ffi.release(base)
    with pytest.raises(ValueError, match=r"is in memory of cdata 'int \*' that was released"):
        print(above[0])


def test_memory_released_while_it_is_written_is_freed_after(mine):
    ffi, libc = mine
    freed = []

    def free(pointer):
        freed.append(pointer)
        libc.free(pointer)

    memory = ffi.gc(ffi.cast("int *", libc.malloc(64)), free)

    class Releases:
        def __index__(self):
            ffi.release(memory)
            freed.append("index done")
            return 3

    memory[0] = Releases()
    assert freed[0] == "index done"
    assert len(freed) == 2
    with pytest.raises(ValueError, match="was released"):
        print(memory[0])


def test_a_callback_releases_the_memory_that_c_sorts(mine):
    ffi, libc = mine
    numbers = bytearray(b"\x03\0\0\0\x01\0\0\0\x02\0\0\0")
    memory = ffi.from_buffer("int[]", numbers)
    refusals = []

    @ffi.callback("int(const void *, const void *)")
    def compare(a, b):
        ffi.release(memory)
        with pytest.raises(BufferError):  # C still works in it
            numbers.append(0)
        refusals.append(1)
        return ffi.cast("int *", a)[0] - ffi.cast("int *", b)[0]

    libc.qsort(memory, 3, 4, compare)
    assert refusals
    assert numbers == b"\x01\0\0\0\x02\0\0\0\x03\0\0\0"
    numbers.append(0)


def test_many_threads_release_and_read(mine):
    ffi, libc = mine
    freed = []
    outcomes = set()

    def work(memory, start):
        start.wait()
        for _ in range(200):
            try:
                outcomes.add(libc.strlen(ffi.cast("char *", memory)))
            except ValueError:
                outcomes.add("released")
                break
        ffi.release(memory)

    for _ in range(20):
        memory = ffi.gc(libc.malloc(16), lambda pointer: (freed.append(pointer), libc.free(pointer)))
        ffi.cast("char *", memory)[0] = b"\0"
        start = threading.Barrier(4)
        threads = [threading.Thread(target=work, args=(memory, start)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(freed) == 20
    assert outcomes <= {0, "released"}


@pytest.mark.parametrize("view_of", [memoryview, np.asarray, np.from_dlpack])
def test_a_view_of_other_tools_keeps_released_memory(mine, view_of):
    ffi, libc = mine
    freed = []

    def free(pointer):
        freed.append(pointer)
        libc.free(pointer)

    memory = ffi.new_allocator(libc.malloc, free)("int[]", [1, 2, 3])
    view = view_of(memory)
    ffi.release(memory)
    assert freed == []
    assert list(view) == [1, 2, 3]
    with pytest.raises(ValueError, match="was released"):
        memory[0] = 1
    with pytest.raises(ValueError, match="was released"):
        memoryview(memory)
    del view
    assert len(freed) == 1


def test_an_address_that_was_given_away_lasts_as_long_as_the_object(mine):
    ffi, libc = mine
    freed = []
    new = ffi.new_allocator(libc.malloc, lambda pointer: (freed.append(1), libc.free(pointer)))
    memory = new("int[]", [1, 2])
    interface = memory.__array_interface__
    ffi.release(memory)
    assert freed == []
    assert list((ctypes.c_int * 2).from_address(interface["data"][0])) == [1, 2]
    del memory
    assert freed == [1]


def test_read_only_memory_is_offered_as_such(mine):
    ffi, _ = mine
    data = ffi.from_buffer("int[]", b"12345678")
    assert memoryview(data).readonly
    assert not np.asarray(data).flags.writeable
    assert data.__array_interface__["data"][1] is True
    with pytest.raises(BufferError):
        ffi.from_buffer("char[]", data, require_writable=True)


def test_weak_references_go_with_the_object(both):
    ffi, _ = both
    gone = []
    for make in (
        lambda: ffi.new("int *"),
        lambda: ffi.cast("int", 4),
        lambda: ffi.gc(ffi.new("int *"), str),
        lambda: ffi.from_buffer(b"abc"),
        lambda: ffi.new_handle(3),
    ):
        data = make()
        reference = weakref.ref(data, gone.append)
        assert reference() is data
        del data
        assert reference() is None
    assert len(gone) == 5
    by_data = weakref.WeakKeyDictionary()
    key = ffi.new("int *")
    by_data[key] = "value"
    assert by_data[key] == "value"
    del key
    assert len(by_data) == 0


def test_nothing_is_left_behind(mine):
    ffi, libc = mine
    exporter, thing = bytearray(100), object()
    before = sys.getrefcount(exporter), sys.getrefcount(thing), sys.getrefcount(libc.free)

    def rounds(count):
        for _ in range(count):
            ffi.release(ffi.gc(libc.malloc(1000), libc.free))
            guarded = ffi.gc(ffi.cast("struct point *", libc.malloc(1000)), libc.free)
            guarded[0].x = (guarded + 1)[0].y = 1
            with ffi.from_buffer("int[]", exporter) as numbers:
                numbers[3:5] = [1, 2]
            ffi.from_handle(ffi.new_handle(thing))

    rounds(1000)
    first = resident()
    rounds(100_000)
    gc.collect()
    assert resident() - first < 4_000_000
    assert (sys.getrefcount(exporter), sys.getrefcount(thing), sys.getrefcount(libc.free)) == before


def resident():
    """Bytes of memory that the process has."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def test_memory_stays_while_a_compiled_function_has_it():
    ffi = ferrule.FFI()
    memory = bytearray(b"abc")
    numbers = ffi.from_buffer("uint8_t[]", memory)

    @ferrule.callback("void(void)")
    def let_go():
        ffi.release(numbers)
        with pytest.raises(BufferError):
            memory.append(0)

    @ferrule.njit
    def after(numbers, let_go):
        let_go()
        return numbers[0]

    assert after(numbers, let_go) == ord("a")
    memory.append(0)
    with pytest.raises(ValueError, match="released"):
        numbers[0]
    with pytest.raises((TypeError, ValueError)):
        after(numbers, let_go)


def test_memory_stays_as_long_as_a_compiled_function_that_has_its_address():
    ffi = ferrule.FFI()
    memory = bytearray(b"abc")
    numbers = ffi.from_buffer("uint8_t[]", memory)

    @ferrule.njit
    def first():
        return numbers[0]

    assert first() == ord("a")
    ffi.release(numbers)
    with pytest.raises(BufferError):
        memory.append(0)
    assert first() == ord("a")
    with pytest.raises(ValueError, match="released"):
        numbers[0]
