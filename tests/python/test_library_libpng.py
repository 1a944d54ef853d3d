"""libpng through its header, bound as it is: images through memory, through callbacks, and broken ones."""

import zlib

import numpy as np
import pytest

from ferrule import callback

WIDTH, HEIGHT = 31, 17


@pytest.fixture(scope="module")
def png(bind):
    return bind("png_c", "png.h", "-l", "png", "--also", "pngconf.h")


@pytest.fixture(scope="module")
def pixels():
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    channels = [rows * 7, columns * 5, rows ^ columns, 255 - rows * columns % 256]
    return np.stack(channels, axis=-1).astype(np.uint8)


def image_of(png, **fields):
    return png.ffi.new("png_image *", {"version": png.PNG_IMAGE_VERSION, **fields})


def written(png, pixels):
    """The file that the simplified API makes of pixels."""
    ffi = png.ffi
    image = image_of(png, width=WIDTH, height=HEIGHT, format=png.PNG_FORMAT_RGBA)
    size = ffi.new("png_alloc_size_t *")
    write = png.png_image_write_to_memory
    assert write(image, ffi.NULL, size, 0, pixels, 0, ffi.NULL) == 1
    memory = bytearray(size[0])
    assert write(image, memory, size, 0, pixels, 0, ffi.NULL) == 1, ffi.string(image.message)
    return bytes(memory[: size[0]])


def test_the_library_is_the_headers(png):
    assert png.ffi.string(png.png_get_libpng_ver(png.ffi.NULL)) == png.PNG_LIBPNG_VER_STRING
    assert png.png_access_version_number() == png.PNG_LIBPNG_VER
    assert png.png_get_io_ptr.__doc__.startswith("png_voidp png_get_io_ptr(png_const_structrp png_ptr);")


def test_pixels_come_back(png, pixels):
    ffi = png.ffi
    file = written(png, pixels)
    assert file.startswith(b"\x89PNG\r\n\x1a\n")
    assert png.png_sig_cmp(file, 0, 8) == 0
    # The size, and the checksum of the chunk that says it, as zlib of Python's has it.
    assert file[16:24] == WIDTH.to_bytes(4, "big") + HEIGHT.to_bytes(4, "big")
    assert int.from_bytes(file[29:33], "big") == zlib.crc32(file[12:29])
    image = image_of(png)
    assert png.png_image_begin_read_from_memory(image, file, len(file)) == 1
    assert (image.width, image.height, image.format) == (WIDTH, HEIGHT, png.PNG_FORMAT_RGBA)
    again = np.zeros_like(pixels)
    background = ffi.new("png_color *", {"red": 1, "green": 2, "blue": 3})
    assert png.png_image_finish_read(image, background, again, 0, ffi.NULL) == 1
    assert np.array_equal(again, pixels)
    # Another format is made while reading: grey, of the three colours.
    image = image_of(png)
    assert png.png_image_begin_read_from_memory(image, file, len(file)) == 1
    image.format = png.PNG_FORMAT_GRAY
    grey = bytearray(WIDTH * HEIGHT)
    assert png.png_image_finish_read(image, background, grey, 0, ffi.NULL) == 1
    assert len(set(grey)) > 20


def test_a_broken_file_is_an_error_and_not_a_jump(png, pixels):
    ffi = png.ffi
    file = bytearray(written(png, pixels))
    image = image_of(png)
    assert png.png_image_begin_read_from_memory(image, b"no picture at all", 17) == 0
    assert image.warning_or_error & png.PNG_IMAGE_ERROR
    assert b"Not a PNG file" in ffi.string(image.message)
    # One bit of the pixels is wrong: the error comes while they are read.
    file[70] ^= 1
    image = image_of(png)
    assert png.png_image_begin_read_from_memory(image, bytes(file), len(file)) == 1
    room = bytearray(png.ffi.sizeof("png_byte") * 4 * WIDTH * HEIGHT)
    assert png.png_image_finish_read(image, ffi.NULL, room, 0, ffi.NULL) == 0
    assert ffi.string(image.message)
    # png_image_free may be called once more, and does nothing then.
    png.png_image_free(image)
    assert image.opaque == ffi.NULL


class Rows:
    """An image read row by row, its bytes given by a callback."""

    def __init__(self, png, file):
        self.png, self.file, self.place, self.warnings = png, file, 0, []
        ffi = png.ffi
        # What libpng does after an error has no way back through Python, so that no file of these has one: it
        # would end the process. Warnings come back.
        self.error = ffi.callback("void(png_structp, png_const_charp)", lambda structure, message: None)
        self.warn = callback("void(png_structp, png_const_charp)", self.warned, ffi=ffi)
        self.give = callback("void(png_structp, png_bytep, size_t)", self.given, ffi=ffi)
        self.handle = ffi.new_handle(self)
        version = png.PNG_LIBPNG_VER_STRING
        self.structure = png.png_create_read_struct(version, self.handle, self.error, self.warn)
        self.info = png.png_create_info_struct(self.structure)
        png.png_set_read_fn(self.structure, self.handle, self.give)

    def given(self, structure, memory, size):
        reader = self.png.ffi.from_handle(self.png.png_get_io_ptr(structure))
        self.png.ffi.memmove(memory, reader.file[reader.place : reader.place + size], size)
        reader.place += size

    def warned(self, structure, message):
        self.warnings.append(self.png.ffi.string(message))

    def read(self):
        png, ffi = self.png, self.png.ffi
        png.png_read_info(self.structure, self.info)
        height = png.png_get_image_height(self.structure, self.info)
        array = np.zeros((height, png.png_get_rowbytes(self.structure, self.info)), np.uint8)
        rows = ffi.new("png_byte *[]", [ffi.from_buffer("png_byte[]", row) for row in array])
        png.png_read_image(self.structure, rows)
        png.png_read_end(self.structure, self.info)
        return array

    def close(self):
        ffi = self.png.ffi
        pointers = ffi.new("png_structp[2]", [self.structure]), ffi.new("png_infop *", self.info)
        self.png.png_destroy_read_struct(pointers[0], pointers[1], ffi.NULL)
        assert (pointers[0][0], pointers[1][0]) == (ffi.NULL, ffi.NULL)


def test_rows_read_through_a_callback(png, pixels):
    file = written(png, pixels)
    reader = Rows(png, file)
    assert np.array_equal(reader.read().reshape(pixels.shape), pixels)
    assert reader.place == len(file)
    sizes, kinds = png.ffi.new("png_uint_32[2]"), png.ffi.new("int[5]")
    places = [sizes, sizes + 1, *(kinds + number for number in range(5))]
    assert png.png_get_IHDR(reader.structure, reader.info, *places) == 1
    assert list(sizes) == [WIDTH, HEIGHT]
    assert list(kinds[0:3]) == [8, png.PNG_COLOR_TYPE_RGBA, png.PNG_INTERLACE_NONE]
    reader.close()


def test_a_warning_comes_to_its_callback(png, pixels):
    file = written(png, pixels)
    # A text chunk with a wrong checksum, before the last chunk.
    wrong = file[:-12] + b"\0\0\0\x03tEXta\0b\0\0\0\0" + file[-12:]
    reader = Rows(png, wrong)
    assert np.array_equal(reader.read().reshape(pixels.shape), pixels)
    assert reader.warnings
    assert all(b"CRC" in warning for warning in reader.warnings)
    reader.close()


def test_rows_written_through_callbacks(png, pixels):
    ffi = png.ffi
    file, flushed = bytearray(), []

    @callback("void(png_structp, png_bytep, size_t)", ffi=ffi)
    def write(structure, memory, size):
        file.extend(ffi.buffer(memory, size))

    @callback("void(png_structp)", ffi=ffi)
    def flush(structure):
        flushed.append(png.png_get_current_row_number(structure))

    structure = png.png_create_write_struct(png.PNG_LIBPNG_VER_STRING, ffi.NULL, ffi.NULL, ffi.NULL)
    info = png.png_create_info_struct(structure)
    png.png_set_write_fn(structure, ffi.NULL, write, flush)
    png.png_set_IHDR(
        structure,
        info,
        WIDTH,
        HEIGHT,
        8,
        png.PNG_COLOR_TYPE_RGBA,
        png.PNG_INTERLACE_NONE,
        png.PNG_COMPRESSION_TYPE_DEFAULT,
        png.PNG_FILTER_TYPE_DEFAULT,
    )
    text = ffi.new("png_text *", {"compression": png.PNG_TEXT_COMPRESSION_NONE})
    text.key, text.text = key, value = ffi.new("char[]", b"Title"), ffi.new("char[]", b"Slopes")
    png.png_set_text(structure, info, text, 1)
    png.png_set_flush(structure, 5)
    png.png_write_info(structure, info)
    for row in pixels:
        png.png_write_row(structure, row)
    png.png_write_end(structure, info)
    png.png_destroy_write_struct(ffi.new("png_structp *", structure), ffi.new("png_infop *", info))
    assert flushed
    assert b"tEXtTitle\0Slopes" in file
    assert (ffi.string(key), ffi.string(value)) == (b"Title", b"Slopes")
    image = image_of(png, format=png.PNG_FORMAT_RGBA)
    assert png.png_image_begin_read_from_memory(image, bytes(file), len(file)) == 1
    again = np.zeros_like(pixels)
    assert png.png_image_finish_read(image, ffi.NULL, again, 0, ffi.NULL) == 1
    assert np.array_equal(again, pixels)
