"""Threads: one compilation a key, and the interpreter's lock."""

import subprocess
import sys
import textwrap
import threading

from ferrule import njit


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
    program = textwrap.dedent("""
        import threading
        from ferrule import FFI, njit

        ffi = FFI()
        flag = ffi.new("int *")

        @njit(nogil=True)
        def wait(flag):
            turns = 0
            while flag[0] == 0:
                turns += 1
                if turns > 1 << 40:
                    return -1
                yield_(1)
            return 1

        yield_ = None
    """)
    del program
    code = textwrap.dedent("""
        import threading
        from ferrule import FFI, njit

        ffi = FFI()
        ffi.cdef("int usleep(unsigned int);")
        usleep = ffi.dlopen(None, release_gil=False).usleep
        flag = ffi.new("int *")

        @njit(nogil=True)
        def wait(flag):
            while flag[0] == 0:
                usleep(100)
            return 1

        wait(ffi.new("int *", 1))
        results = []
        thread = threading.Thread(target=lambda: results.append(wait(flag)))
        thread.start()
        flag[0] = 1
        thread.join()
        print(results)
    """)
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode in (0, 1)
    assert done.stdout == "[1]\n" or "no-source" in done.stderr, done.stderr
