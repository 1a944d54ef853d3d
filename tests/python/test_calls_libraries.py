"""Libraries: opening, closing, names, variables, constants; real ones."""

import gc
import os
import weakref
import zlib as python_zlib
from pathlib import Path

import pytest

from ferrule import FFI


def test_names_are_looked_up_when_used(build_library, ffi):
    lib = ffi.dlopen(build_library("calls"))
    with pytest.raises(AttributeError, match="'add' is not declared"):
        _ = lib.add
    ffi.cdef("int add(int, int);")
    assert lib.add(1, 2) == 3
    assert lib.add is lib.add


def test_missing_symbols_name_the_library(build_library, ffi):
    ffi.cdef("int absent(int); extern int nowhere;")
    lib = ffi.dlopen(build_library("calls"))
    with pytest.raises(AttributeError, match=r"function 'absent' not found in library '.*libcalls\.so'"):
        _ = lib.absent
    with pytest.raises(AttributeError, match="variable 'nowhere' not found"):
        _ = lib.nowhere


def test_missing_libraries_say_why(ffi):
    with pytest.raises(OSError, match=r"/no/such/lib\.so: cannot open shared object file"):
        ffi.dlopen("/no/such/lib.so")
    with pytest.raises(OSError, match=r"find_library\(\) did not find"):
        ffi.dlopen("no-such-library")
    with pytest.raises(TypeError, match="a str, bytes, a path or None"):
        ffi.dlopen(5)


def test_ways_to_open(build_library, ffi):
    path = build_library("calls")
    ffi.cdef("int add(int, int); double cos(double);")
    for name in (path, os.fsencode(path), Path(path)):
        assert ffi.dlopen(name).add(1, 2) == 3
    assert ffi.dlopen(path, os.RTLD_LAZY).add(1, 2) == 3
    assert ffi.dlopen("m").cos(0.0) == 1.0


def test_variables_are_read_and_written(calls):
    ffi, lib = calls
    lib.counter = 8
    assert lib.counter == 8
    lib.counter = 7
    assert lib.limit == 42
    assert list(lib.table) == [1.0, 2.0, 3.0, 4.0]
    assert ffi.string(lib.greeting) == b"hello"
    lib.origin.x = 2.5
    assert lib.origin.x == 2.5
    lib.origin = [0.5, 1.5]
    with pytest.raises(TypeError, match="in variable 'limit'"):
        lib.limit = 1
    with pytest.raises(OverflowError, match="in variable 'counter'"):
        lib.counter = 2**31
    with pytest.raises(AttributeError, match="'add' is no variable"):
        lib.add = 1
    with pytest.raises(AttributeError, match="not declared"):
        lib.unknown = 1


def test_constants(ffi):
    ffi.cdef("#define SIZE 0x20\nenum { ONE = 1, TWO };")
    lib = ffi.dlopen(None)
    assert (lib.SIZE, lib.ONE, lib.TWO) == (32, 1, 2)
    assert dir(lib) == ["ONE", "SIZE", "TWO"]
    assert repr(lib) == "<Lib '<None>'>"


def test_after_dlclose_everything_raises(build_library, ffi):
    ffi.cdef("int add(int, int); extern int counter; enum { LEFT };")
    lib = ffi.dlopen(build_library("calls"))
    add = lib.add
    assert add(1, 2) == 3
    ffi.dlclose(lib)
    for attempt in (lambda: add(1, 2), lambda: lib.add, lambda: lib.counter):
        with pytest.raises(ValueError, match="closed"):
            attempt()
    with pytest.raises(ValueError, match="closed"):
        lib.counter = 1
    ffi.dlclose(lib)
    assert "closed" in repr(lib)
    with pytest.raises(TypeError, match="takes a library"):
        ffi.dlclose(5)


def test_functions_outlive_their_library_object(build_library):
    ffi = FFI()
    ffi.cdef("int add(int, int);")
    lib = ffi.dlopen(build_library("calls"))
    add, gone = lib.add, weakref.ref(lib)
    del lib, ffi
    gc.collect()
    assert gone() is None
    assert add(2, 3) == 5


def test_variables_of_a_closed_library_are_refused_and_stay_loaded(build_library):
    ffi = FFI()
    ffi.cdef("extern double table[4];")
    lib = ffi.dlopen(build_library("calls"))
    table, pointer, view = lib.table, ffi.addressof(lib, "table"), memoryview(lib.table)
    ffi.dlclose(lib)
    del lib
    gc.collect()
    for attempt in (lambda: table[0], lambda: list(table), lambda: pointer[0], lambda: memoryview(table)):
        with pytest.raises(ValueError, match=r"library '.*' has been closed"):
            attempt()
    with pytest.raises(ValueError, match="has been closed"):
        table[0] = 1.0
    assert view.tolist() == [1.0, 2.0, 3.0, 4.0]


def test_zlib_round_trip(ffi):
    ffi.cdef("""
        typedef unsigned char Bytef;
        int compress(Bytef *dest, unsigned long *size, const Bytef *source, unsigned long n);
        int uncompress(Bytef *dest, unsigned long *size, const Bytef *source, unsigned long n);
        const char *zlibVersion(void);
        unsigned long crc32(unsigned long crc, const Bytef *data, unsigned int n);
    """)
    lib = ffi.dlopen("z")
    text = bytes(range(256)) * 100
    room = ffi.new("unsigned char[]", len(text))
    size = ffi.new("unsigned long *", len(text))
    assert lib.compress(room, size, text, len(text)) == 0
    packed = bytes(list(room[0 : size[0]]))
    assert python_zlib.decompress(packed) == text
    back = bytearray(len(text))
    size[0] = len(text)
    assert lib.uncompress(back, size, packed, len(packed)) == 0
    assert back == text
    assert lib.crc32(0, text, len(text)) == python_zlib.crc32(text)
    assert ffi.string(lib.zlibVersion()).startswith(b"1.")


def test_sqlite_runs_a_query(ffi):
    ffi.cdef("""
        typedef struct sqlite3 sqlite3;
        int sqlite3_open(const char *name, sqlite3 **db);
        int sqlite3_close(sqlite3 *db);
        int sqlite3_exec(sqlite3 *db, const char *sql, int (*row)(void *, int, char **, char **), void *arg,
                         char **error);
        void sqlite3_free(void *);
    """)
    lib = ffi.dlopen("sqlite3")
    db, error = ffi.new("sqlite3 **"), ffi.new("char **")
    assert lib.sqlite3_open(b":memory:", db) == 0
    rows = []

    @ffi.callback("int(void *, int, char **, char **)", errors="raise")
    def on_row(_, count, values, names):
        rows.append({ffi.string(names[i]): ffi.string(values[i]) for i in range(count)})
        return 0

    sql = b"create table t (a, b); insert into t values (1, 'x'), (2, 'y'); select * from t;"
    assert lib.sqlite3_exec(db[0], sql, on_row, ffi.NULL, error) == 0
    assert rows == [{b"a": b"1", b"b": b"x"}, {b"a": b"2", b"b": b"y"}]
    assert lib.sqlite3_exec(db[0], b"select missing;", on_row, ffi.NULL, error) == 1
    assert ffi.string(error[0]) == b"no such column: missing"
    lib.sqlite3_free(error[0])
    assert lib.sqlite3_close(db[0]) == 0


def test_a_name_whose_hash_raises(ffi):
    class Name(str):
        __slots__ = ()

        def __hash__(self):
            raise KeyError("hash")

    ffi.cdef("int abs(int);")
    with pytest.raises(KeyError, match="hash"):
        getattr(ffi.dlopen(None), Name("abs"))


def test_arguments_that_would_fill_the_stack(ffi):
    ffi.cdef("""
        int snprintf(char *, size_t, const char *, ...);
        struct large { char bytes[2097152]; };
    """)
    libc = ffi.dlopen(None)
    assert libc.snprintf(ffi.NULL, 0, b"x", *[1] * 10_000) == 1
    with pytest.raises(OverflowError, match="more than 1048576 bytes of the stack"):
        libc.snprintf(ffi.NULL, 0, b"x", *[1] * 200_000)
    takes = ffi.cast("void(*)(struct large)", 64)
    with pytest.raises(OverflowError, match="more than 1048576 bytes of the stack"):
        takes(ffi.new("struct large *")[0])


def test_a_library_kept_by_its_ffi_is_collected():
    class Declared(FFI):
        pass

    for make in (FFI, Declared):
        ffi = make()
        ffi.cdef("int abs(int);")
        ffi.lib = ffi.dlopen(None)
        assert ffi.lib.abs(-3) == 3
        gone = weakref.ref(ffi)
        del ffi
        gc.collect()
        assert gone() is None
