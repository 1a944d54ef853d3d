"""Types of compiled code, under Numba's names.

A type called with types is a signature, ``float64(float64, CPointer(int32))``; called with a number
it converts that number as compiled code does, ``uint8(300) == 44``; indexed with slices it is the type
of arrays of it, ``float64[:, ::1]``.
"""

from __future__ import annotations

from ferrule._core import (
    Array,
    CPointer,
    NamedTuple,
    NamedUniTuple,
    Signature,
    Tuple,
    Type,
    UniTuple,
    from_dtype,
    make_c_struct,
    named_types,
)

# What `typing` calls so, without the cost of importing it.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_known = named_types()


class Record:
    """Types of records, under Numba's names."""

    @staticmethod
    def make_c_struct(fields: Iterable[tuple[str, Type]]) -> Type:
        """Return the type of a struct that is laid out as C lays it out; see `make_c_struct`."""
        return make_c_struct(fields)


def Optional(dtype: Type) -> Type:  # noqa: N802 - Numba's name
    """Refuse: a value that may be ``None`` has no type of its own yet."""
    raise NotImplementedError(f"types.Optional({dtype}) is not supported yet")


int8: Type = _known["int8"]
int16: Type = _known["int16"]
int32: Type = _known["int32"]
int64: Type = _known["int64"]
uint8: Type = _known["uint8"]
uint16: Type = _known["uint16"]
uint32: Type = _known["uint32"]
uint64: Type = _known["uint64"]
i1: Type = _known["i1"]
i2: Type = _known["i2"]
i4: Type = _known["i4"]
i8: Type = _known["i8"]
u1: Type = _known["u1"]
u2: Type = _known["u2"]
u4: Type = _known["u4"]
u8: Type = _known["u8"]
byte: Type = _known["byte"]
char: Type = _known["char"]
uchar: Type = _known["uchar"]
short: Type = _known["short"]
ushort: Type = _known["ushort"]
intc: Type = _known["intc"]
uintc: Type = _known["uintc"]
int_: Type = _known["int_"]
uint: Type = _known["uint"]
long_: Type = _known["long_"]
ulong: Type = _known["ulong"]
longlong: Type = _known["longlong"]
ulonglong: Type = _known["ulonglong"]
intp: Type = _known["intp"]
uintp: Type = _known["uintp"]
size_t: Type = _known["size_t"]
ssize_t: Type = _known["ssize_t"]
float32: Type = _known["float32"]
float64: Type = _known["float64"]
f4: Type = _known["f4"]
f8: Type = _known["f8"]
double: Type = _known["double"]
complex64: Type = _known["complex64"]
complex128: Type = _known["complex128"]
c8: Type = _known["c8"]
c16: Type = _known["c16"]
boolean: Type = _known["boolean"]
bool_: Type = _known["bool_"]
b1: Type = _known["b1"]
void: Type = _known["void"]
none: Type = _known["none"]
voidptr: Type = _known["voidptr"]
unicode_type: Type = _known["unicode_type"]

__all__ = [
    "Array",
    "CPointer",
    "NamedTuple",
    "NamedUniTuple",
    "Optional",
    "Record",
    "Signature",
    "Tuple",
    "Type",
    "UniTuple",
    "b1",
    "bool_",
    "boolean",
    "byte",
    "c8",
    "c16",
    "char",
    "complex64",
    "complex128",
    "double",
    "f4",
    "f8",
    "float32",
    "float64",
    "from_dtype",
    "i1",
    "i2",
    "i4",
    "i8",
    "int8",
    "int16",
    "int32",
    "int64",
    "int_",
    "intc",
    "intp",
    "long_",
    "longlong",
    "make_c_struct",
    "none",
    "short",
    "size_t",
    "ssize_t",
    "u1",
    "u2",
    "u4",
    "u8",
    "uchar",
    "uint",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "uintc",
    "uintp",
    "ulong",
    "ulonglong",
    "unicode_type",
    "ushort",
    "void",
    "voidptr",
]
