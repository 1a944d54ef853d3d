"""zlib through plain declarations, held against Python's own."""

import random
import zlib

import pytest

from ferrule import FFI

DECLARATIONS = """
    typedef unsigned char Bytef;
    typedef unsigned int uInt;
    typedef unsigned long uLong;
    typedef uLong uLongf;
    typedef void *voidpf;
    typedef voidpf (*alloc_func)(voidpf opaque, uInt items, uInt size);
    typedef void (*free_func)(voidpf opaque, voidpf address);
    struct internal_state;
    typedef struct z_stream_s {
        const Bytef *next_in;
        uInt avail_in;
        uLong total_in;
        Bytef *next_out;
        uInt avail_out;
        uLong total_out;
        const char *msg;
        struct internal_state *state;
        alloc_func zalloc;
        free_func zfree;
        voidpf opaque;
        int data_type;
        uLong adler;
        uLong reserved;
    } z_stream;

    #define Z_NO_FLUSH 0
    #define Z_FINISH 4
    #define Z_OK 0
    #define Z_STREAM_END 1
    #define Z_DATA_ERROR (-3)

    const char *zlibVersion(void);
    uLong crc32(uLong crc, const Bytef *buf, uInt len);
    uLong compressBound(uLong sourceLen);
    int compress2(Bytef *dest, uLongf *destLen, const Bytef *source, uLong sourceLen, int level);
    int uncompress(Bytef *dest, uLongf *destLen, const Bytef *source, uLong sourceLen);
    int deflateInit_(z_stream *strm, int level, const char *version, int stream_size);
    int deflate(z_stream *strm, int flush);
    int deflateEnd(z_stream *strm);
    int inflateInit_(z_stream *strm, const char *version, int stream_size);
    int inflate(z_stream *strm, int flush);
    int inflateEnd(z_stream *strm);
"""

SIZE = 10_000_000
CHUNK = 64 * 1024


@pytest.fixture(scope="module")
def z():
    """An FFI with zlib's declarations, and zlib."""
    ffi = FFI()
    ffi.cdef(DECLARATIONS)
    return ffi, ffi.dlopen("libz.so.1")


@pytest.fixture(scope="module")
def text():
    """Ten megabytes that compress, but not to nothing."""
    words = random.Random(3).choices(
        [b"pointer ", b"struct ", b"callback ", b"buffer\n", b"\0\xff"], k=2_000_000
    )
    return b"".join(words)[:SIZE]


def started(ffi, lib, name: str, *options):
    stream = ffi.new("z_stream *")
    start = getattr(lib, f"{name}Init_")
    assert start(stream, *options, lib.zlibVersion(), ffi.sizeof("z_stream")) == lib.Z_OK
    return stream


def pumped(ffi, lib, step, stream, given: bytes) -> bytes:
    """What a stream makes of some bytes, in chunks on both sides."""
    source, out = ffi.new("Bytef[]", given), ffi.new("Bytef[]", CHUNK)
    parts = []
    position, status = 0, lib.Z_OK
    while status != lib.Z_STREAM_END:
        if stream.avail_in == 0:
            count = min(CHUNK, len(given) - position)
            stream.next_in, stream.avail_in = source + position, count
            position += count
        stream.next_out, stream.avail_out = out, CHUNK
        status = step(stream, lib.Z_FINISH if position == len(given) else lib.Z_NO_FLUSH)
        assert status in {lib.Z_OK, lib.Z_STREAM_END, -5}, stream.msg
        parts.append(bytes(out)[: CHUNK - stream.avail_out])
    return b"".join(parts)


def test_streams_take_ten_megabytes_there_and_back(z, text):
    ffi, lib = z
    packing = started(ffi, lib, "deflate", 6)
    packed = pumped(ffi, lib, lib.deflate, packing, text)
    assert (packing.total_in, packing.total_out) == (SIZE, len(packed))
    assert lib.deflateEnd(packing) == lib.Z_OK
    assert packed == zlib.compress(text, 6)
    unpacking = started(ffi, lib, "inflate")
    assert pumped(ffi, lib, lib.inflate, unpacking, packed) == text
    assert unpacking.adler == zlib.adler32(text)
    assert lib.inflateEnd(unpacking) == lib.Z_OK


def test_whole_buffers(z, text):
    ffi, lib = z
    room = ffi.new("uLongf *", lib.compressBound(SIZE))
    packed = bytearray(room[0])
    assert lib.compress2(packed, room, text, SIZE, 1) == lib.Z_OK
    del packed[room[0] :]
    assert zlib.decompress(packed) == text
    room[0] = SIZE
    unpacked = bytearray(SIZE)
    assert lib.uncompress(unpacked, room, bytes(packed), len(packed)) == lib.Z_OK
    assert unpacked == text
    assert lib.crc32(0, text, SIZE) == zlib.crc32(text)


def test_what_is_broken_says_so(z):
    ffi, lib = z
    stream = started(ffi, lib, "inflate")
    source, out = ffi.new("Bytef[]", b"this is no stream"), ffi.new("Bytef[]", 100)
    stream.next_in, stream.avail_in = source, 17
    stream.next_out, stream.avail_out = out, 100
    assert lib.inflate(stream, lib.Z_FINISH) == lib.Z_DATA_ERROR
    assert ffi.string(stream.msg) == b"incorrect header check"
    assert lib.inflateEnd(stream) == lib.Z_OK


def test_memory_comes_from_callbacks(z):
    ffi, lib = z
    blocks = {}

    @ffi.callback("alloc_func")
    def allocate(opaque, items, size):
        block = ffi.new("char[]", items * size)
        address = ffi.cast("void *", block)
        blocks[int(ffi.cast("uintptr_t", address))] = block
        return address

    @ffi.callback("free_func")
    def free(opaque, address):
        del blocks[int(ffi.cast("uintptr_t", address))]

    stream = ffi.new("z_stream *", {"zalloc": allocate, "zfree": free})
    assert lib.deflateInit_(stream, 9, lib.zlibVersion(), ffi.sizeof("z_stream")) == lib.Z_OK
    assert len(blocks) > 1
    assert zlib.decompress(pumped(ffi, lib, lib.deflate, stream, b"abc" * 1000)) == b"abc" * 1000
    lib.deflateEnd(stream)
    assert not blocks
