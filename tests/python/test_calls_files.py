"""Python files as `FILE *`."""

import gc
import io
import os
import sys
import tempfile

import cffi
import pytest

from ferrule import FFI

DECLARATIONS = """
    int fputs(const char *text, FILE *stream);
    int fgetc(FILE *stream);
    int ferror(FILE *stream);
    int fileno(FILE *stream);
    struct holder { FILE *stream; };
"""


@pytest.fixture(params=[FFI, cffi.FFI], ids=["ferrule", "cffi"])
def stdio(request):
    """An FFI and the C library's streams; cffi's, to hold the tests against."""
    ffi = request.param()
    ffi.cdef(DECLARATIONS)
    return ffi, ffi.dlopen(None)


@pytest.mark.parametrize("mode", ["w+b", "w+"])
def test_what_c_and_python_write_stays_in_order(stdio, mode):
    _, libc = stdio
    with tempfile.TemporaryFile(mode) as file:
        first, third = (b"first ", b"third") if "b" in mode else ("first ", "third")
        file.write(first)
        assert libc.fputs(b"second ", file) >= 0
        file.write(third)
        file.seek(0)
        assert file.read() in (b"first second third", "first second third")


def test_what_python_appends_and_c_appends(stdio, tmp_path):
    _, libc = stdio
    path = tmp_path / "log"
    path.write_bytes(b"zero ")
    with path.open("ab") as file:
        file.write(b"one ")
        libc.fputs(b"two ", file)
        file.write(b"three")
    assert path.read_bytes() == b"zero one two three"


def test_a_file_that_python_only_reads_is_not_written(stdio, tmp_path):
    _, libc = stdio
    (tmp_path / "text").write_bytes(b"abc")
    with (tmp_path / "text").open("rb") as file:
        assert libc.fputs(b"x", file) < 0
        assert libc.ferror(file) != 0
        assert libc.fgetc(file) == ord("a")
    with tempfile.TemporaryFile("rb") as file:
        assert libc.fputs(b"x", file) < 0


def test_one_stream_for_one_file(stdio, tmp_path):
    ffi, libc = stdio
    file = (tmp_path / "text").open("wb")
    stream = ffi.cast("FILE *", file)
    assert ffi.cast("FILE *", file) == stream
    descriptor = libc.fileno(stream)
    assert libc.fileno(file) == descriptor != file.fileno()
    box = ffi.new("struct holder *", [stream])
    assert libc.fputs(b"abc", box.stream) >= 0
    del stream, box
    file.close()
    del file
    gc.collect()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


@pytest.mark.parametrize(
    ("make", "error"),
    [
        ("io.StringIO()", io.UnsupportedOperation),
        ("closed()", ValueError),
        ("5", TypeError),
        ("'x'", TypeError),
        ("None", TypeError),
        ("ffi.new('int *')", TypeError),
    ],
)
def test_what_is_no_file(stdio, make, error):
    ffi, libc = stdio

    def closed():
        with tempfile.TemporaryFile() as file:
            return file

    with pytest.raises(error):
        libc.fputs(b"x", eval(make, {"io": io, "ffi": ffi, "closed": closed}))


def test_streams_are_null_only_by_name(ffi):
    ffi.cdef(DECLARATIONS)
    libc = ffi.dlopen(None)
    with pytest.raises(TypeError, match=r"expected a pointer for 'FILE \*', got None"):
        libc.fgetc(None)
    # A file goes into a call, not into memory: nothing would keep it.
    with pytest.raises(TypeError, match=r"expected a pointer for 'FILE \*'"):
        ffi.new("struct holder *", [sys.stdout])


def test_a_cast_keeps_the_stream(ffi):
    ffi.cdef(DECLARATIONS)
    libc = ffi.dlopen(None)
    reader, writer = os.pipe()
    file = os.fdopen(writer, "wb")
    stream = ffi.cast("FILE *", file)
    file.close()
    del file
    gc.collect()
    assert libc.fputs(b"still there", stream) >= 0
    assert os.read(reader, 100) == b"still there"
    del stream
    gc.collect()
    assert os.read(reader, 100) == b""
    os.close(reader)


def test_named_temporary_files(ffi):
    ffi.cdef(DECLARATIONS)
    libc = ffi.dlopen(None)
    with tempfile.NamedTemporaryFile("w+") as file:
        file.write("a")
        libc.fputs(b"b", file)
        file.seek(0)
        assert file.read() == "ab"


def test_a_descriptor_that_is_none(ffi):
    ffi.cdef(DECLARATIONS)

    class File:
        def flush(self):
            pass

        def fileno(self):
            return -1

    with pytest.raises(OSError, match="cannot make a FILE"):
        ffi.dlopen(None).fgetc(File())
