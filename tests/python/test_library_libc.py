"""The C library through plain declarations, held against Python's own view of the system."""

import errno
import os
import pwd
import random

import numpy as np
import pytest

from ferrule import FFI

DECLARATIONS = """
    void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));
    void *bsearch(const void *key, const void *base, size_t count, size_t size,
                  int (*compare)(const void *, const void *));
    int snprintf(char *out, size_t size, const char *format, ...);
    long strtol(const char *text, char **end, int base);

    typedef struct DIR DIR;
    struct dirent {
        unsigned long d_ino;
        long d_off;
        unsigned short d_reclen;
        unsigned char d_type;
        char d_name[256];
    };
    DIR *opendir(const char *name);
    struct dirent *readdir(DIR *dir);
    int closedir(DIR *dir);

    typedef unsigned int uid_t;
    typedef unsigned int gid_t;
    struct passwd {
        char *pw_name, *pw_passwd;
        uid_t pw_uid;
        gid_t pw_gid;
        char *pw_gecos, *pw_dir, *pw_shell;
    };
    struct passwd *getpwnam(const char *name);

    struct timespec { long tv_sec, tv_nsec; };
    struct stat {
        unsigned long st_dev, st_ino, st_nlink;
        unsigned int st_mode, st_uid, st_gid, padding;
        unsigned long st_rdev;
        long st_size, st_blksize, st_blocks;
        struct timespec st_atim, st_mtim, st_ctim;
        long reserved[3];
    };
    struct FTW { int base, level; };
    int nftw(const char *path, int (*visit)(const char *, const struct stat *, int, struct FTW *),
             int descriptors, int flags);
"""


@pytest.fixture(scope="module")
def libc():
    """An FFI with the declarations, and the C library."""
    ffi = FFI()
    ffi.cdef(DECLARATIONS)
    return ffi, ffi.dlopen(None)


def test_qsort_and_bsearch(libc):
    ffi, lib = libc

    @ffi.callback("int(const int *, const int *)")
    def compare(a, b):
        return (a[0] > b[0]) - (a[0] < b[0])

    numbers = random.Random(5).sample(range(-5000, 5000), 1000)
    array = ffi.new("int[]", numbers)
    lib.qsort(array, len(array), ffi.sizeof("int"), compare)
    assert list(array) == sorted(numbers)
    for wanted in numbers[:20]:
        found = lib.bsearch(ffi.new("int *", wanted), array, len(array), ffi.sizeof("int"), compare)
        assert ffi.cast("int *", found) - (array + 0) == sorted(numbers).index(wanted)
    missing = ffi.new("int *", 10_000)
    assert lib.bsearch(missing, array, len(array), ffi.sizeof("int"), compare) == ffi.NULL


def test_qsort_of_structs_and_of_numpys_memory(libc):
    ffi, lib = libc
    ffi.cdef("struct item { double weight; int id; };", override=True)

    @ffi.callback("int(const struct item *, const struct item *)")
    def by_weight(a, b):
        return (a.weight > b.weight) - (a.weight < b.weight)

    weights = np.random.default_rng(4).standard_normal(200)
    items = ffi.new("struct item[]", [(weight, index) for index, weight in enumerate(weights)])
    lib.qsort(items, len(items), ffi.sizeof("struct item"), by_weight)
    assert [item.id for item in items] == list(np.argsort(weights))
    records = np.asarray(items).copy()[::-1].copy()
    lib.qsort(records, len(records), records.itemsize, by_weight)
    np.testing.assert_array_equal(records, np.asarray(items))


@pytest.mark.parametrize(
    ("format", "arguments", "expected"),
    [
        (b"%d %5.2f|%s|%c", (42, 3.14159, b"text", b"x"), b"42  3.14|text|x"),
        (b"%ld %lu %llx", (-(2**60), 2**40, 255), b"-1152921504606846976 1099511627776 ff"),
        (b"%.3s%*d", (b"abcdef", 5, 7), b"abc    7"),
        (b"%g %g %g %g %g %g %g %g %g", tuple(map(float, range(9))), b"0 1 2 3 4 5 6 7 8"),
        (b"%d%d%d%d%d%d%d%d", tuple(range(8)), b"01234567"),
        (b"%%", (), b"%"),
    ],
)
def test_snprintf(libc, format, arguments, expected):
    ffi, lib = libc
    out = ffi.new("char[100]")
    given = [int(one) if isinstance(one, bool) else one for one in arguments]
    if format.endswith(b"%c"):
        given[-1] = ffi.cast("int", given[-1][0])
    assert lib.snprintf(out, 100, format, *given) == len(expected)
    assert ffi.string(out) == expected
    assert lib.snprintf(out, 3, format, *given) == len(expected)
    assert ffi.string(out) == expected[:2]


def test_strtol_and_errno(libc):
    ffi, lib = libc
    end = ffi.new("char **")
    text = ffi.new("char[]", b"  -0x1Fz")
    ffi.errno = 0
    assert lib.strtol(text, end, 0) == -31
    assert ffi.string(end[0]) == b"z"
    assert end[0] - text == 7
    assert ffi.errno == 0
    assert lib.strtol(b"99999999999999999999", ffi.NULL, 10) == 2**63 - 1
    assert ffi.errno == errno.ERANGE
    ffi.errno = 0
    lib.strtol(b"1", ffi.NULL, 99)
    assert ffi.errno == errno.EINVAL


def test_readdir(libc, tmp_path):
    ffi, lib = libc
    names = {f"file {number}é".encode() for number in range(300)}
    for name in names:
        (tmp_path / name.decode()).touch()
    directory = lib.opendir(str(tmp_path).encode())
    found = set()
    while (entry := lib.readdir(directory)) != ffi.NULL:
        found.add(ffi.string(entry.d_name))
        if entry.d_name[0] != b".":
            assert entry.d_ino == (tmp_path / ffi.string(entry.d_name).decode()).stat().st_ino
    assert lib.closedir(directory) == 0
    assert found == names | {b".", b".."}
    ffi.errno = 0
    assert lib.opendir(b"/does/not/exist") == ffi.NULL
    assert ffi.errno == errno.ENOENT


def test_getpwnam(libc):
    ffi, lib = libc
    expected = pwd.getpwuid(os.getuid())
    entry = lib.getpwnam(expected.pw_name.encode())
    assert entry != ffi.NULL
    assert (entry.pw_uid, entry.pw_gid) == (expected.pw_uid, expected.pw_gid)
    for name in ("pw_name", "pw_dir", "pw_shell", "pw_gecos"):
        assert ffi.string(getattr(entry, name)).decode() == getattr(expected, name)
    assert lib.getpwnam(b"no such user, surely") == ffi.NULL


def test_nftw(libc, tmp_path):
    ffi, lib = libc
    for number in range(3):
        folder = tmp_path / f"folder{number}" / "inner"
        folder.mkdir(parents=True)
        (folder / "file").write_bytes(b"x" * (number + 1))
    seen = {}

    @ffi.callback("int(const char *, const struct stat *, int, struct FTW *)")
    def visit(path, stat, flag, where):
        path = ffi.string(path).decode()
        assert os.path.basename(path) == path[where.base :]
        seen[path] = (where.level, stat.st_size if flag == 0 else None)
        return 0

    assert lib.nftw(str(tmp_path).encode(), visit, 20, 1) == 0
    expected = {}
    for folder, _folders, files in os.walk(tmp_path):
        level = len(os.path.relpath(folder, tmp_path).split(os.sep)) if folder != str(tmp_path) else 0
        expected[folder] = (level, None)
        for name in files:
            path = os.path.join(folder, name)
            expected[path] = (level + 1, os.stat(path).st_size)
    assert seen == expected

    @ffi.callback("int(const char *, const struct stat *, int, struct FTW *)")
    def stop(path, stat, flag, where):
        return 7

    assert lib.nftw(str(tmp_path).encode(), stop, 20, 1) == 7
