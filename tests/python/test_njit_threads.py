"""Threads: one compilation a key, and the interpreter's lock."""

import subprocess
import sys
import textwrap
import threading

from ferrule import FFI, njit


def in_threads(count, work):
    barrier = threading.Barrier(count)
    results = [None] * count

    def run(index):
        barrier.wait()
        results[index] = work(index)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_threads_that_want_the_same_code_compile_once():
    @njit
    def twice(x):
        return x + x

    assert in_threads(8, lambda index: twice(index)) == [2 * index for index in range(8)]
    assert len(twice.signatures) == 1


def test_threads_that_want_different_code():
    @njit
    def twice(x):
        return x + x

    values = [1, 1.5, 2j, True]
    assert in_threads(4, lambda index: twice(values[index])) == [2, 3.0, 4j, 2]
    assert len(twice.signatures) == 4


def test_a_compilation_that_fails_fails_for_all():
    @njit
    def wrong(x):
        return x + "one"

    def work(index):
        try:
            wrong(index)
        except Exception as error:
            return type(error).__name__
        return None

    assert in_threads(4, work) == ["TypingError"] * 4


def test_other_threads_run_while_code_without_the_lock_does():
    ffi = FFI()
    ffi.cdef("int usleep(unsigned int);")
    usleep = ffi.dlopen(None).usleep

    @njit(nogil=True)
    def wait(flag):
        for _ in range(100_000):
            if flag[0] != 0:
                return True
            usleep(100)
        return False

    flag = ffi.new("int *", 1)
    assert wait(flag)
    flag[0] = 0
    began = threading.Event()
    results = []

    def run():
        began.set()
        results.append(wait(flag))

    thread = threading.Thread(target=run)
    thread.start()
    began.wait()
    flag[0] = 1
    thread.join()
    assert results == [True]


def test_errors_without_the_lock():
    @njit(nogil=True)
    def over(x):
        return 1 // x

    def work(index):
        for _ in range(1000):
            try:
                over(0)
            except ZeroDivisionError:
                continue
            return False
        return True

    assert in_threads(4, work) == [True] * 4


def test_a_process_that_forks_while_another_thread_compiles():
    program = textwrap.dedent("""
        import os, threading
        from ferrule import njit

        # What compiling imports is imported before: CPython does not fork while a module is loaded.
        njit(lambda x: x)(1)
        functions = [njit(lambda x, n=n: x + n) for n in range(30)]
        thread = threading.Thread(target=lambda: [function(1) for function in functions])
        thread.start()
        child = os.fork()
        if child == 0:
            total = sum(function(1) for function in functions)
            os._exit(0 if total == 465 else 1)
        thread.join()
        print(os.waitpid(child, 0)[1], sum(function(1) for function in functions))
    """)
    command = [sys.executable, "-W", "ignore", "-c", program]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=120)
    assert done.stdout == "0 465\n"
