"""Python functions that C calls: values, errors, threads, lifetime."""

import functools
import gc
import os
import subprocess
import sys
import textwrap
import weakref

import pytest

import ferrule


@pytest.fixture
def unraisable(monkeypatch):
    """The exceptions that could not be raised."""
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: seen.append(args.exc_value))
    return seen


def test_scalars_and_structs_go_both_ways(calls):
    ffi, lib = calls
    assert lib.apply(ffi.callback("double(double)", lambda x: x * 2), 1.5) == 3.0
    assert lib.apply_int(ffi.callback("int(int)", lambda x: -x), 7) == -7
    swap = ffi.callback("point(point)", lambda p: {"x": p.y, "y": p.x})
    assert lib.apply_point(swap, [1, 2]).x == 2.0
    assert lib.apply_rgb(ffi.callback("rgb(rgb)", lambda c: [c.b, c.g, c.r]), [1, 2, 3]).r == 3
    assert lib.apply_three(ffi.callback("three(three)", lambda t: [t.c, t.a, t.b]), [1, 2, 3]).a == 3
    echo = ffi.callback("DataPoint(DataPoint)", lambda d: d)
    data = lib.apply_data(echo, [5, 0.5])
    assert (data.num, data.dnum) == (5, 0.5)
    assert float(lib.apply_long(ffi.callback("long double(long double)", lambda x: x), 0.1)) == 0.1
    complex_echo = ffi.callback("double _Complex(double _Complex)", lambda z: z * 1j)
    assert lib.apply_complex(complex_echo, 2) == 2j


def test_many_arguments(calls):
    ffi, lib = calls
    seen = []
    signature = "long(long, int, short, signed char, long, int, short, signed char, long)"
    nine = ffi.callback(signature, lambda *args: seen.append(args) or 3)
    assert lib.apply_nine(nine) == 3
    assert seen == [(1, -2, 3, -4, 5, -6, 7, -8, 9)]
    doubles = ffi.callback("double(" + ", ".join(["double"] * 12) + ")", lambda *args: sum(args))
    assert lib.apply_twelve(doubles) == 78.0


def test_qsort(ffi):
    ffi.cdef("void qsort(void *base, size_t n, size_t size, int (*compare)(const void *, const void *));")
    numbers = ffi.new("int[]", [5, 3, 9, -1])

    @ffi.callback("int(const void *, const void *)")
    def compare(a, b):
        a, b = ffi.cast("const int *", a)[0], ffi.cast("const int *", b)[0]
        return (a > b) - (a < b)

    ffi.dlopen(None).qsort(numbers, len(numbers), 4, compare)
    assert list(numbers) == [-1, 3, 5, 9]


def test_called_from_python_and_shown(ffi):
    @ffi.callback("int(int)")
    def double(x):
        return 2 * x

    assert double(21) == 42
    assert "calling <function" in repr(double)
    assert ffi.typeof(double) is ffi.typeof("int(*)(int)")


def test_reported_errors_give_the_error_value(calls, unraisable):
    ffi, lib = calls

    def fail(x):
        raise ValueError(x)

    assert lib.apply_int(ffi.callback("int(int)", fail), 5) == 0
    assert lib.apply_int(ffi.callback("int(int)", fail, -1), 6) == -1
    assert lib.apply_int(ffi.callback("int(int)", lambda _: "text", error=9), 7) == 9
    assert [type(error) for error in unraisable] == [ValueError, ValueError, TypeError]
    assert "in the result of a callback" in str(unraisable[2])


def test_onerror_may_answer(calls, unraisable):
    ffi, lib = calls
    seen = []

    def fail(x):
        raise ValueError(x)

    def answer(kind, value, trace):
        seen.append((kind, value.args, trace is not None))
        return 77

    assert lib.apply_int(ffi.callback("int(int)", fail, onerror=answer), 5) == 77
    assert lib.apply_int(ffi.callback("int(int)", fail, error=3, onerror=lambda *_: None), 5) == 3
    assert seen == [(ValueError, (5,), True)]
    assert unraisable == []
    assert lib.apply_int(ffi.callback("int(int)", fail, onerror=lambda *_: 1 / 0), 5) == 0
    assert [type(error) for error in unraisable] == [ValueError, ZeroDivisionError]


def test_raised_errors_come_out_of_the_call(calls):
    _, lib = calls
    ran = []

    @ferrule.callback("int(int)")
    def fail(x):
        ran.append(x)
        raise LookupError("mine", x)

    with pytest.raises(LookupError) as caught:
        lib.call_twice(fail)
    assert caught.value.args == ("mine", 1)
    assert ran == [1]
    assert caught.value.__notes__ == ["1 later callback of the same C call did not run"]
    assert caught.traceback[-1].name == "fail"
    assert lib.add(1, 2) == 3


def test_a_barrier_keeps_an_inner_error_from_the_outer_call(calls, unraisable):
    _, lib = calls

    @ferrule.callback("int(int)")
    def inner(x):
        raise ValueError(x)

    @ferrule.callback("int(int)")
    def outer(x):
        with pytest.raises(ValueError, match="10"):
            lib.apply_int(inner, x * 10)
        return x + 1

    assert lib.apply_int(outer, 1) == 2

    @ferrule.callback("int(int)")
    def passing(x):
        return lib.apply_int(inner, x)

    with pytest.raises(ValueError, match="4"):
        lib.apply_int(passing, 4)
    assert unraisable == []


def test_a_foreign_thread(threads, unraisable):
    ffi, lib = threads
    assert lib.from_thread(ffi.callback("int(int)", lambda x: x + 1), 4) == 5

    @ferrule.callback("int(int)", error=-7)
    def fail(x):
        raise ValueError(x)

    assert lib.from_thread(fail, 4) == -7
    assert [type(error) for error in unraisable] == [ValueError]


def test_c_that_takes_the_lock_itself(build_library, ffi):
    ffi.cdef("int with_and_without(int (*step)(int), int argument);")
    lib = ffi.dlopen(build_library("locking"))
    step = ffi.callback("int(int)", lambda x: x + 1)
    assert lib.with_and_without(step, 1) == 22
    # Each call in turn gives the lock up and takes it.
    nested = ffi.callback("int(int)", lambda x: lib.with_and_without(step, x))
    assert lib.with_and_without(nested, 1) == 242


def test_errno_survives_the_round_trip(calls):
    ffi, lib = calls
    seen = []

    @ffi.callback("void(void)")
    def look():
        seen.append(ffi.errno)
        ffi.errno = 33

    ffi.errno = 22
    lib.call_void(look)
    assert seen == [22]
    assert ffi.errno == 33
    ffi.errno = 0


def test_a_dropped_callback_reports_and_returns_its_error_value(calls, unraisable):
    ffi, lib = calls
    pointer = ffi.cast("int(*)(int)", ffi.callback("int(int)", lambda x: x, error=42))
    gc.collect()
    assert lib.apply_int(pointer, 1) == 42
    (error,) = unraisable
    assert "int(int)" in str(error)
    assert "test_callbacks_python.py" in str(error)


def test_a_callback_may_drop_itself_while_it_runs(calls):
    ffi, lib = calls
    box = []

    def drop(x):
        box.clear()
        gc.collect()
        return x + 1

    box.append(ffi.callback("int(int)", drop))
    assert lib.apply_int(ffi.cast("int(*)(int)", box[0]), 5) == 6


def test_cycles_are_collected(ffi):
    class Holder:
        pass

    holder = Holder()

    def function(x, holder=holder):
        return holder.callback(x)

    holder.callback = ffi.callback("int(int)", function)
    gone = weakref.ref(holder)
    del holder, function
    gc.collect()
    assert gone() is None


def test_what_is_no_callback(ffi):
    with pytest.raises(NotImplementedError, match="a callback cannot be variadic"):
        ffi.callback("int(int, ...)", lambda x: x)
    with pytest.raises(TypeError, match="expected a function ctype, got 'int'"):
        ffi.callback("int", lambda x: x)
    with pytest.raises(TypeError, match="not callable"):
        ffi.callback("int(int)", 5)
    with pytest.raises(TypeError, match="'onerror' argument is not callable"):
        ffi.callback("int(int)", abs, onerror=5)
    with pytest.raises(TypeError, match="in the value of 'error'"):
        ffi.callback("int(int)", abs, error="x")
    with pytest.raises(ValueError, match='"raise" or "report"'):
        ffi.callback("int(int)", abs, errors="ignore")


def test_signatures_use_the_names_of_an_ffi(ffi):
    ffi.cdef("typedef struct { int x; } box;")

    @ferrule.callback("int(box)", ffi=ffi)
    def unbox(b):
        return b.x

    assert unbox([5]) == 5


def test_thousands_alive_at_once(ffi):
    def make(count):
        return [ffi.callback("int(int)", lambda x, n=n: x + n) for n in range(count)]

    many = make(10_000)
    assert len({int(ffi.cast("uintptr_t", one)) for one in many}) == 10_000
    assert [one(1) for one in many] == list(range(1, 10_001))
    # Half of them go; those that stay and those that come do not mix.
    del many[::2]
    gc.collect()
    more = make(5000)
    assert [one(1) for one in many] == list(range(2, 10_001, 2))
    assert [one(2) for one in more] == list(range(2, 5002))


def test_thousands_in_cycles_are_collected(ffi):
    class Owner:
        def __init__(self, n):
            self.n = n
            self.callback = ffi.callback("int(int)", self.answer)

        def answer(self, x):
            return x + self.n

    owners = [Owner(n) for n in range(2000)]
    alive = [weakref.ref(owner) for owner in owners]
    assert [owner.callback(1) for owner in owners[:3]] == [1, 2, 3]
    owners.clear()
    gc.collect()
    assert not any(reference() for reference in alive)


def test_a_callback_dropped_while_an_exception_is_raised(ffi):
    def take(*_):
        pass

    with pytest.raises(ZeroDivisionError):
        take(ffi.callback("int(int)", functools.partial(int)), 1 / 0)


def test_a_callable_called_through_a_callback_that_is_dropped(ffi, unraisable):
    class Callable:
        def __call__(self, x):
            return x

        def __getattr__(self, name):
            return call(5)

        def __del__(self):
            answers.append(call(6))

    answers = []
    call = int
    made = ffi.callback("int(int)", Callable())
    call = ffi.cast("int(*)(int)", ffi.cast("uintptr_t", made))
    del made
    assert answers == [0]
    assert ["`Callable`" in str(error) for error in unraisable] == [True]


def test_c_data_offered_for_one_call_lives_as_long_as_the_call(calls):
    ffi, lib = calls

    class Offer:
        @property
        def cffi(self):
            return ffi.callback("int(int)", lambda x: x + 1)

    assert lib.apply_int(Offer(), 3) == 4


def test_c_calls_after_the_interpreter_has_ended():
    program = """
        import ctypes
        from ferrule import FFI

        ffi = FFI()
        ffi.cdef("int on_exit(void (*)(int, void *), void *);")
        callback = ffi.callback("void(int, void *)", lambda status, data: None)
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(callback))
        ffi.dlopen(None).on_exit(callback, ffi.NULL)
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})


def test_a_decorator_kept_by_what_it_keeps_is_collected(ffi):
    class Owner:
        def answer(self, *_):
            return 1

    owner = Owner()
    owner.callback = ffi.callback("int(int)", onerror=owner.answer)
    assert owner.callback(lambda x: x + 1)(2) == 3
    gone = weakref.ref(owner)
    del owner
    gc.collect()
    assert gone() is None
