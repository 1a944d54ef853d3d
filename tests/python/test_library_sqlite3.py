"""SQLite through plain declarations, held against Python's own module."""

import sqlite3

import pytest

from ferrule import FFI

DECLARATIONS = """
    typedef struct sqlite3 sqlite3;
    typedef struct sqlite3_stmt sqlite3_stmt;
    typedef struct sqlite3_context sqlite3_context;
    typedef struct Mem sqlite3_value;
    typedef long long sqlite3_int64;
    typedef void (*sqlite3_destructor_type)(void *);

    #define SQLITE_OK 0
    #define SQLITE_ERROR 1
    #define SQLITE_ABORT 4
    #define SQLITE_ROW 100
    #define SQLITE_DONE 101
    #define SQLITE_UTF8 1
    #define SQLITE_INTEGER 1
    #define SQLITE_FLOAT 2
    #define SQLITE_TEXT 3
    #define SQLITE_BLOB 4
    #define SQLITE_NULL 5
    #define SQLITE_CONFIG_LOG 16

    const char *sqlite3_libversion(void);
    int sqlite3_config(int, ...);
    int sqlite3_shutdown(void);
    int sqlite3_open(const char *filename, sqlite3 **db);
    int sqlite3_close(sqlite3 *db);
    const char *sqlite3_errmsg(sqlite3 *db);
    int sqlite3_exec(sqlite3 *db, const char *sql, int (*callback)(void *, int, char **, char **), void *arg,
                     char **errmsg);
    void sqlite3_free(void *);
    int sqlite3_prepare_v2(sqlite3 *db, const char *sql, int size, sqlite3_stmt **statement,
                           const char **tail);
    int sqlite3_step(sqlite3_stmt *);
    int sqlite3_reset(sqlite3_stmt *);
    int sqlite3_finalize(sqlite3_stmt *);
    int sqlite3_bind_int64(sqlite3_stmt *, int, sqlite3_int64);
    int sqlite3_bind_double(sqlite3_stmt *, int, double);
    int sqlite3_bind_text(sqlite3_stmt *, int, const char *, int, sqlite3_destructor_type);
    int sqlite3_bind_blob(sqlite3_stmt *, int, const void *, int, sqlite3_destructor_type);
    int sqlite3_bind_null(sqlite3_stmt *, int);
    int sqlite3_column_count(sqlite3_stmt *);
    int sqlite3_column_type(sqlite3_stmt *, int);
    const char *sqlite3_column_name(sqlite3_stmt *, int);
    sqlite3_int64 sqlite3_column_int64(sqlite3_stmt *, int);
    double sqlite3_column_double(sqlite3_stmt *, int);
    const unsigned char *sqlite3_column_text(sqlite3_stmt *, int);
    const void *sqlite3_column_blob(sqlite3_stmt *, int);
    int sqlite3_column_bytes(sqlite3_stmt *, int);
    int sqlite3_create_function(sqlite3 *db, const char *name, int count, int encoding, void *app,
                                void (*function)(sqlite3_context *, int, sqlite3_value **),
                                void (*step)(sqlite3_context *, int, sqlite3_value **),
                                void (*final)(sqlite3_context *));
    double sqlite3_value_double(sqlite3_value *);
    void sqlite3_result_double(sqlite3_context *, double);
    void sqlite3_result_error(sqlite3_context *, const char *, int);
"""

ROWS = [(1, 0.5, "héllo", b"\0\1\2"), (-(2**62), -1e300, "", b"x" * 3000), (3, None, None, None)]


@pytest.fixture(scope="module")
def sqlite():
    """An FFI with SQLite's declarations, and SQLite."""
    ffi = FFI()
    ffi.cdef(DECLARATIONS)
    return ffi, ffi.dlopen("libsqlite3.so.0")


class Database:
    """A database, closed at the end of the block."""

    def __init__(self, ffi, lib, path: bytes = b":memory:"):
        self.ffi, self.lib = ffi, lib
        handle = ffi.new("sqlite3 **")
        assert lib.sqlite3_open(path, handle) == lib.SQLITE_OK
        self.handle = handle[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        assert self.lib.sqlite3_close(self.handle) == self.lib.SQLITE_OK

    def error(self) -> bytes:
        return self.ffi.string(self.lib.sqlite3_errmsg(self.handle))

    def run(self, sql: bytes) -> int:
        return self.lib.sqlite3_exec(self.handle, sql, self.ffi.NULL, self.ffi.NULL, self.ffi.NULL)

    def prepare(self, sql: bytes):
        statement = self.ffi.new("sqlite3_stmt **")
        status = self.lib.sqlite3_prepare_v2(self.handle, sql, len(sql), statement, self.ffi.NULL)
        assert status == self.lib.SQLITE_OK, self.error()
        return statement[0]

    def bind(self, statement, row) -> None:
        lib, copy = self.lib, self.ffi.cast("sqlite3_destructor_type", -1)
        for number, value in enumerate(row, 1):
            if value is None:
                status = lib.sqlite3_bind_null(statement, number)
            elif isinstance(value, int):
                status = lib.sqlite3_bind_int64(statement, number, value)
            elif isinstance(value, float):
                status = lib.sqlite3_bind_double(statement, number, value)
            elif isinstance(value, str):
                text = value.encode()
                status = lib.sqlite3_bind_text(statement, number, text, len(text), copy)
            else:
                status = lib.sqlite3_bind_blob(statement, number, value, len(value), copy)
            assert status == lib.SQLITE_OK, self.error()

    def column(self, statement, index: int):
        lib, ffi = self.lib, self.ffi
        kind = lib.sqlite3_column_type(statement, index)
        size = lib.sqlite3_column_bytes(statement, index)
        if kind == lib.SQLITE_INTEGER:
            return lib.sqlite3_column_int64(statement, index)
        if kind == lib.SQLITE_FLOAT:
            return lib.sqlite3_column_double(statement, index)
        if kind == lib.SQLITE_TEXT:
            return ffi.string(lib.sqlite3_column_text(statement, index), size).decode()
        if kind == lib.SQLITE_BLOB:
            blob = ffi.cast("char *", lib.sqlite3_column_blob(statement, index))
            return bytes(blob[0:size])
        return None

    def rows(self, sql: bytes) -> list:
        statement = self.prepare(sql)
        count = self.lib.sqlite3_column_count(statement)
        found = []
        while (status := self.lib.sqlite3_step(statement)) == self.lib.SQLITE_ROW:
            found.append(tuple(self.column(statement, index) for index in range(count)))
        assert status == self.lib.SQLITE_DONE, self.error()
        assert self.lib.sqlite3_finalize(statement) == self.lib.SQLITE_OK
        return found


def test_rows_are_those_that_python_reads(sqlite, tmp_path):
    path = tmp_path / "rows.db"
    with Database(*sqlite, str(path).encode()) as database:
        lib = database.lib
        assert database.run(b"create table rows (id integer, x real, name text, data blob)") == lib.SQLITE_OK
        statement = database.prepare(b"insert into rows values (?, ?, ?, ?)")
        for row in ROWS:
            database.bind(statement, row)
            assert lib.sqlite3_step(statement) == lib.SQLITE_DONE
            assert lib.sqlite3_reset(statement) == lib.SQLITE_OK
        assert lib.sqlite3_finalize(statement) == lib.SQLITE_OK
        assert database.rows(b"select * from rows order by rowid") == ROWS
    connection = sqlite3.connect(path)
    assert connection.execute("select * from rows order by rowid").fetchall() == ROWS
    connection.execute("insert into rows values (7, 7.5, 'seven', x'0700')")
    connection.commit()
    connection.close()
    with Database(*sqlite, str(path).encode()) as database:
        assert database.rows(b"select * from rows where id = 7") == [(7, 7.5, "seven", b"\7\0")]


def test_a_function_of_sql_is_a_callback(sqlite):
    ffi, lib = sqlite

    @ffi.callback("void(sqlite3_context *, int, sqlite3_value **)")
    def hypotenuse(context, count, values):
        squares = sum(lib.sqlite3_value_double(values[index]) ** 2 for index in range(count))
        if squares < 0.5:
            lib.sqlite3_result_error(context, b"too small", -1)
        else:
            lib.sqlite3_result_double(context, squares**0.5)

    with Database(ffi, lib) as database:
        null = ffi.NULL
        status = lib.sqlite3_create_function(
            database.handle, b"hypotenuse", -1, lib.SQLITE_UTF8, null, hypotenuse, null, null
        )
        assert status == lib.SQLITE_OK
        assert database.rows(b"select hypotenuse(3, 4), hypotenuse(2, 3, 6), hypotenuse(-1)") == [(5, 7, 1)]
        statement = database.prepare(b"select hypotenuse(0, 0)")
        assert lib.sqlite3_step(statement) == lib.SQLITE_ERROR
        assert database.error() == b"too small"
        assert lib.sqlite3_finalize(statement) == lib.SQLITE_ERROR


def test_rows_come_to_a_callback_that_may_stop_them(sqlite):
    ffi, lib = sqlite
    seen = []

    @ffi.callback("int(void *, int, char **, char **)")
    def row(limit, count, values, names):
        seen.append({ffi.string(names[i]): ffi.string(values[i]) for i in range(count)})
        return int(len(seen) == ffi.cast("int *", limit)[0])

    with Database(ffi, lib) as database:
        limit, message = ffi.new("int *", 2), ffi.new("char **")
        sql = b"select 1 as a, 'x' as b union select 2, 'y' union select 3, 'z'"
        assert lib.sqlite3_exec(database.handle, sql, row, limit, message) == lib.SQLITE_ABORT
        assert seen == [{b"a": b"1", b"b": b"x"}, {b"a": b"2", b"b": b"y"}]
        assert ffi.string(message[0]) == b"query aborted"
        lib.sqlite3_free(message[0])


def test_errors_come_to_a_callback(sqlite):
    ffi, lib = sqlite
    logged = []

    @ffi.callback("void(void *, int, const char *)")
    def log(_data, code, text):
        logged.append((code, ffi.string(text)))

    assert lib.sqlite3_shutdown() == lib.SQLITE_OK
    assert lib.sqlite3_config(lib.SQLITE_CONFIG_LOG, log, ffi.NULL) == lib.SQLITE_OK
    try:
        with Database(ffi, lib) as database:
            assert database.run(b"selec 1") == lib.SQLITE_ERROR
            assert database.error() == b'near "selec": syntax error'
        assert logged == [(lib.SQLITE_ERROR, b'near "selec": syntax error in "selec 1"')]
    finally:
        lib.sqlite3_shutdown()
        lib.sqlite3_config(lib.SQLITE_CONFIG_LOG, ffi.NULL, ffi.NULL)
