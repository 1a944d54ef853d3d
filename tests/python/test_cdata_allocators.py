"""`new_allocator`, handles, `init_once`, side by side with cffi."""

import gc
import threading
import weakref

import cffi
import pytest

import ferrule


def declared(module):
    ffi = module.FFI()
    ffi.cdef("""
        struct point { int x, y; };
        struct open { int count; int items[]; };
        void *malloc(size_t size);
        void free(void *pointer);
    """)
    return ffi, ffi.dlopen(None)


@pytest.fixture
def mine():
    """An FFI with the declarations, and the C library."""
    return declared(ferrule)


@pytest.fixture(params=[ferrule, cffi], ids=["ferrule", "cffi"])
def both(request):
    """The same of ferrule and of cffi: what both have to do."""
    return declared(request.param)


def test_an_allocator_makes_and_frees(both):
    ffi, libc = both
    sizes, freed = [], []

    def alloc(size):
        sizes.append(size)
        return libc.malloc(size)

    def free(pointer):
        freed.append(pointer)
        libc.free(pointer)

    new = ffi.new_allocator(alloc, free)
    numbers = new("int[]", [1, 2, 3])
    assert list(numbers[0:3]) == [1, 2, 3]
    point = new("struct point *", {"y": 5})
    assert (point.x, point[0].y) == (0, 5)
    opened = new("struct open *", [2, [7, 8]])
    assert opened.items[1] == 8
    text = new("char[]", b"abc")
    assert ffi.string(text) == b"abc"
    assert sizes == [12, 8, 12, 4]
    del point, opened
    ffi.release(text)
    assert len(freed) == 3
    ffi.gc(numbers, None)
    libc.free(numbers)
    del numbers
    assert len(freed) == 3


def test_what_an_allocator_may_be(both):
    ffi, libc = both
    assert ffi.new_allocator()("int *", 4)[0] == 4
    with pytest.raises(TypeError):
        ffi.new_allocator(free=libc.free)
    freed = []
    owned = ffi.new_allocator(lambda size: ffi.new("char[]", size), freed.append, False)
    point = owned("struct point *", [5])
    assert point[0].x == 5
    with pytest.raises(TypeError):
        owned("struct point *", 5)
    assert [ffi.sizeof(memory) for memory in freed] == [8]
    for alloc, error in (
        (lambda size: ffi.NULL, MemoryError),
        (lambda size: 5, TypeError),
        (lambda size: ffi.cast("int", 5), TypeError),
        (lambda size: {}[size], KeyError),
    ):
        with pytest.raises(error):
            ffi.new_allocator(alloc)("int *")


def test_an_allocator_with_too_little_is_found_out(mine):
    ffi, _ = mine
    frozen = ffi.from_buffer(b"12345678")
    for memory, error in ((ffi.new("char[3]"), ValueError), (frozen, TypeError)):
        with pytest.raises(error, match=r"alloc\(\) returned cdata 'char\["):
            ffi.new_allocator(lambda size, memory=memory: memory)("int *")
    numbers = ffi.new_allocator(lambda size: ffi.new("char[]", size))("int[2]")
    with pytest.raises(IndexError):
        print((numbers + 2)[0])
    assert repr(numbers) == "<cdata 'int[2]' owning 8 bytes>"


def test_memory_that_is_not_cleared(mine):
    ffi, _ = mine
    memory = bytearray(b"\xff" * 8)
    for clears, expected in ((False, -1), (True, 0)):
        new = ffi.new_allocator(lambda size: ffi.from_buffer(memory), None, clears)
        assert new("int[2]")[1] == expected


def test_handles(both):
    ffi, _ = both
    thing = ["anything"]
    one, two = ffi.new_handle(thing), ffi.new_handle(thing)
    assert one != two
    assert ffi.from_handle(one) is thing
    assert ffi.from_handle(ffi.cast("void *", int(ffi.cast("uintptr_t", two)))) is thing
    assert ffi.from_handle(ffi.cast("char *", two)) is thing
    assert repr(one) == "<cdata 'void *' handle to ['anything']>"
    assert ffi.typeof(one) is ffi.typeof("void *")
    for wrong in (ffi.cast("int *", 8), 5, ffi.cast("long", 8)):
        with pytest.raises(TypeError):
            ffi.from_handle(wrong)
    with pytest.raises(RuntimeError, match="NULL"):
        ffi.from_handle(ffi.NULL)


def test_a_handle_that_is_gone_is_refused(mine):
    ffi, _ = mine
    values = []
    for _ in range(100):
        handle = ffi.new_handle(object())
        values.append(int(ffi.cast("uintptr_t", handle)))
        del handle
    assert len(set(values)) == 100
    for value in [*values, 8, 1 << 40]:
        with pytest.raises(ValueError, match="not a handle that is alive"):
            ffi.from_handle(ffi.cast("void *", value))
    with pytest.raises(IndexError):
        print(ffi.cast("char *", ffi.new_handle(3))[0])


def test_a_handle_in_a_cycle_is_collected(both):
    ffi, _ = both

    class Owner:
        pass

    owner = Owner()
    owner.handle = ffi.new_handle(owner)
    alive = weakref.ref(owner)
    del owner
    gc.collect()
    assert alive() is None


def test_a_function_runs_once(both):
    ffi, _ = both
    assert ffi.init_once(lambda: [1], "tag") == [1]
    assert ffi.init_once(lambda: 2, "tag") is ffi.init_once(lambda: 3, "tag")
    assert ffi.init_once(func=lambda: 2, tag=("another", 1)) == 2
    with pytest.raises(ZeroDivisionError):
        ffi.init_once(lambda: 1 / 0, "failing")
    assert ffi.init_once(lambda: 3, "failing") == 3
    with pytest.raises(TypeError):
        ffi.init_once(lambda: 3, [])
    with pytest.raises(TypeError):
        ffi.init_once(5, "not callable")


def test_a_function_that_asks_for_itself_is_refused(mine):
    ffi, _ = mine
    with pytest.raises(RuntimeError, match="'tag' is running already"):
        ffi.init_once(lambda: ffi.init_once(lambda: 1, "tag"), "tag")
    assert ffi.init_once(lambda: ffi.init_once(lambda: 1, "inner"), "tag") == 1


def test_threads_wait_for_the_one_that_runs(both):
    ffi, _ = both
    running, results, attempts = [], [], []
    start = threading.Barrier(8)
    inside, go = threading.Event(), threading.Event()

    def work():
        attempts.append(1)
        if len(attempts) == 1:
            raise LookupError  # another thread takes over
        running.append(threading.get_ident())
        inside.set()
        go.wait()
        return "done"

    def ask():
        start.wait()
        try:
            results.append(ffi.init_once(work, "tag"))
        except LookupError:
            results.append("failed")

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    inside.wait()
    assert results in ([], ["failed"])
    go.set()
    for thread in threads:
        thread.join()
    assert len(running) == 1
    assert sorted(results) == ["done"] * 7 + ["failed"]
