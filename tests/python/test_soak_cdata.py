"""Mistakes with C data, calls and callbacks made a hundred thousand times: nothing of them stays behind.

A round is a function that makes one of each kind of mistake. Memory may not grow by as much as one small
object a round, and the reference counts of what took part are in the end what they were.
"""

import array
import gc
import itertools
import sys
import weakref

import pytest

import ferrule
from ferrule import FFI
from ferrule.cffi import CDefError

ROUNDS = 100_000
MOST = 3 << 20
# What a callback that is gone leaves: its address, which answers for good if C calls it.
ADDRESS = 120

DECLARATIONS = """
    struct point { int x, y; };
    struct open { int count; int items[]; };
    struct tree { struct point corners[2]; union { int number; char text[8]; }; const int fixed; };
    int abs(int number);
    size_t strlen(const char *text);
    void *malloc(size_t size);
    void free(void *pointer);
    void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));
    double strtod(const char *text, char **end);
"""


class Wrong:
    """What raises wherever it is asked for a value."""

    def __index__(self):
        raise LookupError("no index")

    def __float__(self):
        raise LookupError("no float")

    def __iter__(self):
        yield 1
        raise LookupError("no more")


WRONG = Wrong()
ENDLESS = itertools.repeat(5)
MISTAKES = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, BufferError, RuntimeError)


def refused(*uses):
    """See that each use raises one of the exceptions of wrong uses."""
    for use in uses:
        try:
            use()
        except MISTAKES:
            continue
        raise AssertionError("a mistake was taken")


class Subject:
    """An FFI, its C library, and objects that all rounds share."""

    def __init__(self):
        self.ffi = FFI()
        self.ffi.cdef(DECLARATIONS)
        self.libc = self.ffi.dlopen(None)
        self.thing, self.items, self.memory = object(), [1, 2, 3], bytearray(64)
        self.text, self.numbers = b"some text", array.array("i", [3, 1, 2])

    def shared(self):
        """What is passed in, and what is asked for counts."""
        shared = (self.thing, self.items, self.memory, self.text, self.numbers, WRONG, ENDLESS)
        return (*shared, self.libc.malloc, self.libc.free, refused)

    def counts(self):
        """Return the reference counts of what is shared."""
        gc.collect()
        return [sys.getrefcount(one) for one in self.shared()]


def resident():
    """Bytes of memory that the process has."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def soak(make_round, rounds=ROUNDS, addresses=0):
    """Run rounds, and see that they leave nothing behind but so many addresses of callbacks each."""
    subject = Subject()
    one_round = make_round(subject)
    for _ in range(1000):
        one_round()
    counts, first = subject.counts(), resident()
    for _ in range(rounds):
        one_round()
    assert subject.counts() == counts
    assert resident() - first < MOST + addresses * ADDRESS * rounds


def new_that_fails(subject):
    new, items, thing = subject.ffi.new, subject.items, subject.thing
    types = [subject.ffi.typeof(name) for name in ("int[]", "int[2]", "struct point *", "struct tree *")]
    opened, pair, point, tree = types

    return lambda: refused(
        lambda: new(opened, [1, 2, thing]),
        lambda: new(opened, WRONG),
        lambda: new(pair, items),
        lambda: new(point, {"x": 1, "z": thing}),
        lambda: new(point, [1, 2**40]),
        lambda: new(tree, {"corners": [[1, 2], [3, WRONG]]}),
        lambda: new(tree, {"text": b"far too long a text"}),
        lambda: new("struct open *", [1, ("a",)]),
        lambda: new("char[]", "text"),
        lambda: new("int", 5),
    )


def assignments_that_fail(subject):
    ffi, items, thing = subject.ffi, subject.items, subject.thing
    numbers, tree = ffi.new("int[4]"), ffi.new("struct tree *")
    wide, pointer = ffi.new("wchar_t[4]"), ffi.new("void **")

    return lambda: refused(
        lambda: numbers.__setitem__(0, 2**40),
        lambda: numbers.__setitem__(0, thing),
        lambda: numbers.__setitem__(0, WRONG),
        lambda: numbers.__setitem__(9, 1),
        lambda: numbers.__setitem__(slice(0, 2), items),
        lambda: numbers.__setitem__(slice(0, 2), ENDLESS),
        lambda: numbers.__setitem__(slice(0, 2), WRONG),
        lambda: wide.__setitem__(slice(0, 2), "too long"),
        lambda: setattr(tree, "corners", [[1, 2], [thing]]),
        lambda: setattr(tree, "fixed", 1),
        lambda: setattr(tree, "missing", thing),
        lambda: setattr(tree.corners[0], "x", WRONG),
        lambda: pointer.__setitem__(0, thing),
        lambda: ffi.memmove(numbers, subject.text, 20),
        lambda: ffi.cast("int", thing),
        lambda: ffi.cast("double", WRONG),
    )


def reads_that_fail(subject):
    ffi = subject.ffi
    numbers, null = ffi.new("int[4]"), ffi.cast("int *", 0)
    truth = ffi.cast("_Bool *", ffi.new("unsigned char *", 7))
    buffer = ffi.buffer(numbers)

    return lambda: refused(
        lambda: null[0],
        lambda: ffi.string(ffi.cast("char *", null)),
        lambda: numbers[4],
        lambda: numbers[-1],
        lambda: numbers[2:9],
        lambda: (numbers + 2)[2],
        lambda: truth[0],
        lambda: numbers.x,
        lambda: numbers - truth,
        lambda: float(numbers),
        lambda: len(null),
        lambda: iter(null),
        lambda: ffi.unpack(numbers, 5),
        lambda: ffi.string(numbers),
        lambda: buffer[99],
        lambda: ffi.buffer(numbers, 99),
        lambda: memoryview(null),
        lambda: ffi.addressof(numbers, "x"),
        lambda: ffi.offsetof("struct point", "z"),
    )


def calls_that_fail(subject):
    ffi, libc, thing = subject.ffi, subject.libc, subject.thing
    null = ffi.cast("int(*)(int)", 0)
    compare = ffi.callback("int(const void *, const void *)", lambda a, b: 0)
    floats = array.array("f", [1.0])

    return lambda: refused(
        lambda: null(1),
        lambda: libc.abs(),
        lambda: libc.abs(1, 2),
        lambda: libc.abs(number=1),
        lambda: libc.abs(2**31),
        lambda: libc.abs(WRONG),
        lambda: libc.abs(thing),
        lambda: libc.strlen("text"),
        lambda: libc.strlen([b"a", thing]),
        lambda: libc.strtod(subject.text, [subject.text]),
        lambda: libc.strtod(subject.text, floats),
        lambda: libc.qsort(subject.numbers, 3, 4, thing),
        lambda: libc.qsort(subject.numbers, 3, WRONG, compare),
        lambda: libc.missing,
    )


def callbacks_that_fail(subject):
    ffi, thing = subject.ffi, subject.thing

    def raises(number):
        raise LookupError(number, thing)

    def takes(*triple):
        return None

    failing = [
        ffi.callback("int(int)", raises, error=5),
        ffi.callback("int(int)", lambda number: thing),
        ffi.callback("void(int)", lambda number: thing),
        ffi.callback("int(int)", raises, onerror=takes),
        ffi.callback("int(int)", raises, onerror=lambda *triple: thing),
        ffi.callback("int(int)", raises, onerror=raises),
        ffi.callback("struct point(int)", lambda number: [number, thing]),
        ferrule.callback("int(int)", raises),
        ferrule.callback("double(double)", lambda number: WRONG),
    ]

    def one_round():
        for one in failing[:-2]:
            one(3)
        refused(lambda: failing[-2](3), lambda: failing[-1](3.0))

    return one_round


def callbacks_made_and_dropped(subject):
    ffi, libc, numbers, thing = subject.ffi, subject.libc, subject.numbers, subject.thing
    seen = []

    def one_round():
        compare = ffi.callback(
            "int(const void *, const void *)", lambda a, b, thing=thing: seen.append(thing) or 0
        )
        libc.qsort(numbers, 3, 4, compare)
        seen.clear()
        refused(lambda: ffi.callback("int(int)", thing), lambda: ffi.callback("int(int)", abs, error="x"))

    return one_round


def memory_that_was_released(subject):
    ffi, libc, memory, thing = subject.ffi, subject.libc, subject.memory, subject.thing

    def one_round():
        owned, borrowed = ffi.new("int[4]"), ffi.from_buffer("int[]", memory)
        taken, handle = ffi.gc(libc.malloc(100), libc.free), ffi.new_handle(thing)
        view, pointer = borrowed[1:3], ffi.cast("int *", taken)
        number = ffi.cast("void *", int(ffi.cast("intptr_t", handle)))
        assert ffi.from_handle(number) is thing
        del handle
        for one in (owned, borrowed, taken):
            ffi.release(one)
        refused(
            lambda: owned[0],
            lambda: list(borrowed),
            lambda: view[0],
            lambda: pointer[0],
            lambda: libc.free(taken),
            lambda: libc.strlen(ffi.cast("char *", pointer)),
            lambda: ffi.unpack(view, 1),
            lambda: ffi.memmove(memory, owned, 1),
            lambda: ffi.from_handle(number),
            lambda: ffi.release(pointer),
        )

    return one_round


def memory_that_is_not_had(subject):
    ffi, libc, thing, text = subject.ffi, subject.libc, subject.thing, subject.text
    freed = []

    def fails(size):
        raise LookupError(size, thing)

    raising = ffi.new_allocator(fails)
    null = ffi.new_allocator(lambda size: ffi.NULL)
    small = ffi.new_allocator(lambda size: ffi.new("char[1]"))
    wrong = ffi.new_allocator(lambda size: thing)
    good = ffi.new_allocator(libc.malloc, lambda pointer: freed.append(libc.free(pointer)))

    def one_round():
        refused(
            lambda: raising("int[4]"),
            lambda: small("int[4]"),
            lambda: wrong("int[4]"),
            lambda: good("int[4]", [1, thing]),
            lambda: ffi.from_buffer("int[]", "text"),
            lambda: ffi.from_buffer("int[9]", text),
            lambda: ffi.from_buffer("int", text),
            lambda: ffi.from_buffer(thing),
            lambda: ffi.gc(thing, libc.free),
            lambda: ffi.from_handle(ffi.NULL + 16),
            lambda: ffi.from_buffer("char[]", text, require_writable=True),
        )
        with pytest.raises(MemoryError):
            null("int[4]")
        assert len(freed) == 1
        freed.clear()

    return one_round


def cycles(subject):
    ffi, libc = subject.ffi, subject.libc

    class Owner:
        pass

    def one_round():
        owner = Owner()
        owner.callback = ffi.callback("int(int)", lambda number, owner=owner: number)
        owner.raising = ferrule.callback("int(int)", lambda number, owner=owner: number)
        owner.memory = ffi.gc(libc.malloc(100), lambda pointer, owner=owner: libc.free(pointer))
        owner.views = [ffi.cast("int *", owner.memory) + 1, ffi.buffer(owner.memory, 4)]
        owner.handle = ffi.new_handle(owner)
        owner.again = ffi.new_handle([owner.handle, owner])
        owner.keys = weakref.WeakKeyDictionary({owner.memory: owner.memory})

    return one_round


def texts_that_fail(subject):
    ffi = subject.ffi
    number = itertools.count()

    def fails(use):
        with pytest.raises(CDefError):
            use()

    def one_round():
        n = next(number)
        fails(lambda: ffi.cdef(f"struct s{n} {{ int a; struct s{n} b; }}; enum {{ E{n} }};"))
        fails(lambda: ffi.typeof(f"struct s{n} (*)(int, unknown{n})"))
        fails(lambda: ffi.new(f"int[{n} - {n} - 1]"))

    return one_round


@pytest.mark.parametrize(
    "make_round",
    [
        new_that_fails,
        assignments_that_fail,
        reads_that_fail,
        calls_that_fail,
        memory_that_was_released,
        memory_that_is_not_had,
    ],
)
def test_a_mistake_leaves_nothing_behind(make_round):
    soak(make_round)


@pytest.mark.parametrize(("make_round", "addresses"), [(callbacks_made_and_dropped, 1), (cycles, 2)])
def test_a_callback_leaves_no_more_than_its_address(make_round, addresses):
    soak(make_round, ROUNDS, addresses)


def test_a_failing_callback_leaves_nothing_behind(monkeypatch):
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: None)
    soak(callbacks_that_fail)


def test_a_wrong_text_leaves_nothing_behind():
    soak(texts_that_fail, ROUNDS // 10)
