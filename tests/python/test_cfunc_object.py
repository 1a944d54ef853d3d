"""The object that `cfunc` makes: what it offers to C, and how long the code lives."""

import ctypes
import gc
import subprocess
import sys
import textwrap
import threading
import weakref

import pytest

from ferrule import FFI, callback, cfunc, types

scipy = pytest.importorskip("scipy", reason="SciPy is not installed")
integrate = pytest.importorskip("scipy.integrate", reason="SciPy is not installed")


@cfunc("float64(float64, float64)")
def add(x, y):
    """Add two numbers."""
    return x + y


def test_calls():
    assert add(4.0, 5.0) == 9.0
    assert add.ctypes(4.0, 5.0) == 9.0


def test_names_of_the_function_are_kept():
    assert (add.__name__, add.__qualname__, add.__module__) == ("add", "add", __name__)
    assert add.__doc__ == "Add two numbers."
    assert add.__wrapped__(1, 2) == 3
    assert repr(add) == "<cfunc add (float64, float64) -> float64>"
    assert "add" in add.native_name
    assert add.signature == types.float64(types.float64, types.float64)


def test_address_is_that_of_the_callback():
    assert add.address == ctypes.cast(add.ctypes, ctypes.c_void_p).value
    assert add.address == add.address


def test_ctypes_is_a_genuine_callback():
    callback = add.ctypes
    assert isinstance(callback, ctypes._CFuncPtr)
    assert callback.restype is ctypes.c_double
    assert callback.argtypes == (ctypes.c_double, ctypes.c_double)
    assert add.ctypes is callback
    with pytest.raises(ctypes.ArgumentError):
        callback("one", 2.0)


CTYPES = [
    ("void(float32*)", None),
    ("void(CPointer(int32), voidptr)", (ctypes.POINTER(ctypes.c_int32), ctypes.c_void_p)),
    ("uint8(int8, uint16)", (ctypes.c_int8, ctypes.c_uint16)),
    ("void(char *, const double *)", (ctypes.c_char_p, ctypes.POINTER(ctypes.c_double))),
    ("void(_Bool, double **)", (ctypes.c_bool, ctypes.c_void_p)),
    ("void(unsigned long, int(*)(int))", (ctypes.c_uint64, ctypes.c_void_p)),
]


@pytest.mark.parametrize(("signature", "expected"), CTYPES[1:], ids=[one for one, _ in CTYPES[1:]])
def test_types_of_the_callback(signature, expected):
    def function(a, b):
        return 1

    def nothing(a, b):
        pass

    made = cfunc(signature)(nothing if signature.startswith("void") else function)
    assert made.ctypes.argtypes == expected


def test_callback_without_a_type_in_ctypes():
    same = cfunc("complex128(complex128)")(lambda z: z)
    if not hasattr(ctypes, "c_double_complex"):
        with pytest.raises(TypeError, match=r"ctypes has no type for `double _Complex`"):
            print(same.ctypes)


CAPSULES = [
    ("float64(float64)", "double (double)"),
    ("float64(float64, voidptr)", "double (double, void *)"),
    ("float64(intc, CPointer(float64))", "double (int, double *)"),
    ("int32(CPointer(float64), intp, CPointer(float64), voidptr)", "int (double *, long, double *, void *)"),
    ("int(const int *, const int *)", "int (const int *, const int *)"),
    ("void()", "void ()"),
]


def capsule_name(capsule):
    name = ctypes.pythonapi.PyCapsule_GetName
    name.restype, name.argtypes = ctypes.c_char_p, [ctypes.py_object]
    return name(capsule).decode()


def capsule_pointer(capsule):
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return pointer(capsule, capsule_name(capsule).encode())


@pytest.mark.parametrize(("signature", "name"), CAPSULES, ids=[name for _, name in CAPSULES])
def test_capsule_is_named_by_the_signature(signature, name):
    functions = [lambda: None, lambda a: a, lambda a, b: 1, None, lambda a, b, c, d: 1]
    count = signature.split("(", 1)[1].count(",") + (not signature.endswith("()"))
    made = cfunc(signature)(functions[count])
    assert capsule_name(made.capsule) == name
    assert capsule_pointer(made.capsule) == made.address


def integrand(t):
    return 1.0 / t**2


def test_scipy_takes_the_callback_and_the_capsule():
    compiled = cfunc("float64(float64)")(integrand)
    slow = integrate.quad(integrand, 1.0, 10.0)
    low_level = [scipy.LowLevelCallable(one) for one in (compiled.ctypes, compiled.capsule)]
    for fast in (compiled.ctypes, *low_level):
        assert integrate.quad(fast, 1.0, 10.0) == pytest.approx(slow, abs=1e-13)


def test_scipy_passes_user_data_to_the_capsule():
    scaled = cfunc("double(double, void *)")(lambda t, data: t)
    data = ctypes.cast(ctypes.pointer(ctypes.c_double(2.0)), ctypes.c_void_p)
    assert integrate.quad(scipy.LowLevelCallable(scaled.capsule, data), 0.0, 1.0)[0] == pytest.approx(0.5)


def fresh():
    """A new compiled function that nothing else refers to."""
    return cfunc("int64(int64)")(lambda n: n + 1)


def test_callback_keeps_the_code():
    callback = fresh().ctypes
    gc.collect()
    assert callback(41) == 42


def test_c_data_keeps_the_code():
    pointer = fresh().cffi
    gc.collect()
    assert pointer(41) == 42
    assert int(FFI().cast("intptr_t", add.cffi)) == add.address


def test_capsule_keeps_the_code():
    capsule = fresh().capsule
    gc.collect()
    call = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(capsule_pointer(capsule))
    assert call(41) == 42


def test_address_keeps_the_code_for_ever():
    call = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(fresh().address)
    gc.collect()
    assert call(41) == 42


def test_object_is_collected_with_what_refers_to_it():
    def build():
        def countdown(n):
            return n if n == 0 else countdown(n - 1)

        countdown = cfunc("int64(int64)")(countdown)
        return weakref.ref(countdown)

    made = build()
    gc.collect()
    assert made() is None


def test_code_that_is_gone_reports_and_returns_zero(monkeypatch):
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: seen.append(unraisable.exc_value))
    made = cfunc("int64(int64)")(lambda n: n + 1)
    line = made.__wrapped__.__code__.co_firstlineno
    # An address that was read from a callback, not from `.address`, does not keep the code.
    address = ctypes.cast(made.ctypes, ctypes.c_void_p).value
    del made
    gc.collect()
    call = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(address)
    assert (call(41), call(1)) == (0, 0)
    assert len(seen) == 2
    for part in ("<lambda>", "int64_t(int64_t)", f"{__file__}:{line}", "no longer exists"):
        assert part in str(seen[0])


def test_calls_nest_and_run_on_two_threads_at_once():
    """The object is free while its code runs: the code calls Python, which calls the object."""
    inner = []

    @callback("int64_t(int64_t)")
    def again(n):
        if n > 0:
            worker = threading.Thread(target=lambda: inner.append(outer(n - 1)))
            worker.start()
            worker.join()
        return outer(n - 1) if n > 0 else 0

    step = again

    @cfunc("int64(int64)")
    def outer(n):
        return step(n) + 1

    assert outer(2) == 3
    assert sorted(inner) == [1, 1, 2]


def test_compiled_code_calls_what_is_gone(monkeypatch):
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: seen.append(unraisable.exc_value))
    pointer = FFI().cast("int64_t(*)(int64_t)", ctypes.cast(fresh().ctypes, ctypes.c_void_p).value)
    gc.collect()
    caller = cfunc("int64(int64)")(lambda n: pointer(n) + 5)
    assert caller(1) == 5
    assert [type(error) for error in seen] == [RuntimeError]


def test_inspection():
    assert "fadd double" in add.inspect_llvm()
    assert "addsd" in add.inspect_asm()


def test_two_threads_compile_at_once():
    program = textwrap.dedent("""
        import linecache, threading
        from ferrule import cfunc

        def make(number):
            text = f"def f(x):\\n    return x + {number}\\n"
            linecache.cache[f"<made {number}>"] = (len(text), None, text.splitlines(True), f"<made {number}>")
            namespace = {}
            exec(compile(text, f"<made {number}>", "exec"), namespace)
            return cfunc("int64(int64)")(namespace["f"])(1000)

        results = {}
        def work(first):
            for number in range(first, first + 20):
                results[number] = make(number)

        threads = [threading.Thread(target=work, args=(20 * index,)) for index in range(4)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert results == {number: 1000 + number for number in range(80)}
    """)
    subprocess.run([sys.executable, "-c", program], check=True)


def test_is_used_while_another_thread_inspects_it():
    @cfunc("int64(int64)")
    def double(n):
        return 2 * n

    thread = threading.Thread(target=lambda: [double.inspect_asm() for _ in range(10)])
    thread.start()
    while thread.is_alive():
        assert double(21) == 42
        assert double.ctypes(21) == double.cffi(21) == 42
    thread.join()


def test_a_process_forks_while_a_thread_compiles():
    program = textwrap.dedent("""
        import linecache, os, signal, threading
        from ferrule import FFI, cfunc

        lines = ["def f(n):", *(f"    n = n * 3 + {number}" for number in range(400)), "    return n"]
        linecache.cache["<made>"] = (1, None, [line + "\\n" for line in lines], "<made>")
        namespace = {}
        exec(compile("\\n".join(lines), "<made>", "exec"), namespace)
        started, stop = threading.Event(), threading.Event()

        def work():
            while not stop.is_set():
                started.set()
                cfunc("int64(int64)")(namespace["f"])

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        started.wait()
        for number in range(10):
            child = os.fork()
            if child == 0:
                signal.alarm(20)
                FFI().new(f"int[3][{number + 5}]")
                cfunc("int64(int64)")(namespace["f"])
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        stop.set()
        thread.join()
    """)
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True)


def test_a_very_long_expression_compiles_on_a_small_stack():
    program = textwrap.dedent("""
        import linecache, threading
        from ferrule import cfunc

        text = "def f(n):\\n    return " + " + ".join(["n"] * 2000)
        linecache.cache["<made>"] = (len(text), None, text.splitlines(True), "<made>")
        namespace = {}
        exec(compile(text, "<made>", "exec"), namespace)
        results = []
        threading.stack_size(512 << 10)
        thread = threading.Thread(target=lambda: results.append(cfunc("int64(int64)")(namespace["f"])(2)))
        thread.start()
        thread.join()
        assert results == [4000]
    """)
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_cycle_through_what_the_code_raises_is_collected():
    def make():
        class Negative(Exception):
            pass

        @cfunc("int64(int64)")
        def root(n):
            if n < 0:
                raise Negative(n)
            return n

        with pytest.raises(Negative):
            root(-1)
        Negative.raised_by = root
        return weakref.ref(root)

    gone = make()
    gc.collect()
    assert gone() is None


def test_a_comparator_of_typed_pointers_is_passed_for_one_of_void_pointers():
    @cfunc("int(const int *a, const int *b)")
    def ascending(a, b):
        return (a[0] > b[0]) - (a[0] < b[0])

    ffi = FFI()
    ffi.cdef("void qsort(void *, size_t, size_t, int (*)(const void *, const void *));")
    numbers = ffi.new("int[]", [3, -1, 2])
    ffi.dlopen(None).qsort(numbers, 3, ffi.sizeof("int"), ascending)
    assert list(numbers) == [-1, 2, 3]


def test_a_comparator_of_other_values_is_refused():
    compare = cfunc("int(double a, double b)")(lambda a, b: (a > b) - (a < b))
    ffi = FFI()
    ffi.cdef("void qsort(void *, size_t, size_t, int (*)(const void *, const void *));")
    with pytest.raises(TypeError, match="argument 4 of void qsort"):
        ffi.dlopen(None).qsort(ffi.new("int[2]"), 2, 4, compare)
