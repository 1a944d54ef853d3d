"""`print` in compiled functions writes what Python's `print` writes, where it writes."""

import io
import sys
import threading
from contextlib import redirect_stdout

import numpy as np
import pytest

from ferrule import njit
from ferrule.errors import TypingError


def printed(function, *args):
    """What a call writes to `sys.stdout`."""
    with redirect_stdout(io.StringIO()) as stream:
        function(*args)
    return stream.getvalue()


def everything(x):
    print(x)
    print("value:", x, (x, "text", (x,)), None)
    print(x, x, sep=", ", end=".\n")
    print(sep=None, end=None)
    print()
    print('é ñ "quoted" {}', True, sep="")
    print(x, end="")


@pytest.mark.parametrize(
    "value",
    [
        0,
        -(2**63),
        2**64 - 1,
        True,
        False,
        1.5,
        -0.0,
        1e300,
        float("nan"),
        float("-inf"),
        1.5 - 2j,
        np.int8(-3),
        np.arange(5),
        np.arange(12.0).reshape(3, 4),
        np.asfortranarray(np.arange(12, dtype=np.int16).reshape(3, 4)),
        np.arange(24)[::-2],
        np.array([True, False]),
        np.zeros((0, 3)),
        np.array(3.5),
        np.array([1 + 2j, 3], np.complex64),
        np.arange(5000),
    ],
    ids=lambda value: str(value)[:12],
)
def test_values_print_as_in_python(value):
    expected = value.item() if isinstance(value, np.generic) else value
    assert printed(njit(everything), value) == printed(everything, expected)


def test_numbers_of_single_precision_have_its_digits():
    def elements(a):
        print(a[0], a[1])
        print((a[0],))

    for dtype in (np.float32, np.complex64):
        a = np.array([1.1, -2.75], dtype)
        assert printed(njit(elements), a) == printed(elements, a)


def test_strings_that_are_arguments():
    def greet(name, n):
        print("hello", name, n)

    assert printed(njit(greet), "you", 3) == "hello you 3\n"


def test_print_in_loops_and_callees():
    @njit
    def line(i):
        print("line", i)
        return i + 1

    @njit
    def lines(n):
        total = 0
        for i in range(n):
            total += line(i)
        print(total)

    assert printed(lines, 3) == "line 0\nline 1\nline 2\n6\n"


def test_without_the_interpreters_lock():
    @njit(nogil=True)
    def lines(n):
        for i in range(n):
            print(i, end=" ")

    with redirect_stdout(io.StringIO()) as stream:
        threads = [threading.Thread(target=lines, args=(50,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(map(int, stream.getvalue().split())) == sorted([*range(50)] * 4)


class Broken(io.StringIO):
    """A stream that fails at its third write."""

    count = 0

    def write(self, text):
        """Fail at the third."""
        self.count += 1
        if self.count == 3:
            raise OSError("no more room")
        return super().write(text)


@pytest.mark.parametrize("nogil", [False, True])
def test_an_exception_of_the_stream_ends_the_function(nogil):
    @njit(nogil=nogil)
    def lines(n):
        for i in range(n):
            print(i)

    stream = Broken()
    with redirect_stdout(stream), pytest.raises(OSError, match="no more room"):
        lines(5)
    assert stream.getvalue() == "0\n"


def test_an_array_that_is_printed_stays_whole():
    kept = []
    options = np.get_printoptions()
    np.set_printoptions(formatter={"int": lambda item: kept.append(item) or str(item)})
    try:

        @njit
        def temporary(n):
            print(np.arange(n) * 2)

        assert printed(temporary, 4) == "[0 2 4 6]\n"
    finally:
        np.set_printoptions(**options)
    assert set(kept) == {0, 2, 4, 6}


def test_memory_comes_back():
    @njit
    def show(a):
        print(a)

    a = np.arange(10)
    count = sys.getrefcount(a)
    for _ in range(100):
        printed(show, a)
    assert sys.getrefcount(a) == count


def test_what_cannot_be_printed_is_named():
    @njit
    def module(x):
        print(np)

    with pytest.raises(TypingError, match="cannot be printed"):
        module(1)


def test_sep_is_known_when_compiling():
    @njit
    def number(x):
        print(x, sep=x)

    with pytest.raises(TypingError, match="between or after what is printed"):
        number(1)


def test_an_exception_of_the_stream_can_be_caught():
    @njit
    def lines(n):
        failed = 0
        for i in range(n):
            try:
                print(i)
            except OSError:
                failed += 1
        return failed

    stream = Broken()
    with redirect_stdout(stream):
        assert lines(4) == 1
    assert "0\n" in stream.getvalue()
    assert "3\n" in stream.getvalue()
