"""A folder listed with readdir_r of the C library that is already part of the process."""

import os

from ferrule.cffi import FFI

ffi = FFI()
ffi.cdef("""
    typedef void DIR;
    typedef long ino_t;
    typedef long off_t;

    struct dirent {
        ino_t          d_ino;       /* inode number */
        off_t          d_off;       /* offset to the next dirent */
        unsigned short d_reclen;    /* length of this record */
        unsigned char  d_type;      /* type of file; not supported
                                       by all file system types */
        char           d_name[256]; /* filename */
    };

    DIR *opendir(const char *name);
    int readdir_r(DIR *dirp, struct dirent *entry, struct dirent **result);
    int closedir(DIR *dirp);
""")

# Load symbols from the current process (Python).
lib = ffi.dlopen(None)
print(f"Loaded lib {lib}")

path = b"/usr"
directory = lib.opendir(path)
if not directory:
    raise RuntimeError("opendir failed")

# Allocate the pointers passed to readdir_r.
entry = ffi.new("struct dirent*")
result = ffi.new("struct dirent**")

found = []
while True:
    if lib.readdir_r(directory, entry, result):
        raise RuntimeError("readdir_r failed")
    if result[0] == ffi.NULL:
        break
    found.append(ffi.string(entry.d_name).decode())
    print("Found: " + found[-1])

lib.closedir(directory)
assert set(found) == {".", "..", *os.listdir(path.decode())}
