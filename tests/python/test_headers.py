"""Declarations as headers have them."""

import pytest

from ferrule import FFI


def test_an_asm_label_is_the_name_in_the_library():
    ffi = FFI()
    ffi.cdef("""
        size_t length(const char *text) __asm__("str" "len");
        typeof(length) measure asm("strlen");
        extern char **variables asm("environ");
        int missing(void) __asm__("no_such_symbol");
    """)
    lib = ffi.dlopen(None)
    assert (lib.length(b"four"), lib.measure(b"three")) == (4, 5)
    assert ffi.typeof(lib.measure) is ffi.typeof("size_t(*)(const char *)")
    assert lib.variables != ffi.NULL
    with pytest.raises(AttributeError, match=r"function 'missing' not found .*no_such_symbol"):
        _ = lib.missing


def test_an_overriding_declaration_overrides_the_label():
    ffi = FFI()
    ffi.cdef('int abs(int) __asm__("labs");')
    ffi.cdef('size_t strlen(const char *) __asm__("abs");')
    ffi.cdef("size_t strlen(const char *);", override=True)
    assert ffi.dlopen(None).strlen(b"abc") == 3
