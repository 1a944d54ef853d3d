"""Types of compiled code, under Numba's names.

A type called with types is a signature, ``float64(float64, CPointer(int32))``; called with a number
it converts that number as compiled code does, ``uint8(300) == 44``; indexed with slices it is the type
of arrays of it, ``float64[:, ::1]``.
"""

from __future__ import annotations

from ferrule._core import (
    Signature,
    Type,
    array_type,
    from_dtype,
    literal_type,
    make_c_struct,
    named_tuple_type,
    named_types,
    named_uni_tuple_type,
    optional_type,
    pointer_type,
    tuple_type,
    uni_tuple_type,
)
from ferrule.function_type import FunctionType

# What `typing` calls so, without the cost of importing it.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any
    from typing import Literal as _Choice


# The classes hold nothing: a typing function asks `isinstance(x, types.Integer)`.


class Number(Type):
    """Types of numbers."""

    __slots__ = ()


class Integer(Number):
    """Types of integers.

    Examples
    --------
    >>> from ferrule import types
    >>> isinstance(types.uint8, types.Integer), types.uint8.bitwidth, types.uint8.signed
    (True, 8, False)
    """

    __slots__ = ()


class Float(Number):
    """Types of real numbers."""

    __slots__ = ()


class Complex(Number):
    """Types of complex numbers."""

    __slots__ = ()


class Boolean(Type):
    """The type of truth values."""

    __slots__ = ()


class Opaque(Type):
    """Types of what compiled code only passes on."""

    __slots__ = ()


class NoneType(Opaque):
    """The type of ``None``."""

    __slots__ = ()


class RawPointer(Opaque):
    """The type of a pointer to nothing in particular."""

    __slots__ = ()


class CPointer(Type):
    """The type of a pointer to `dtype`.

    Parameters
    ----------
    dtype : Type
        What it points to, which is a type that C has.

    Examples
    --------
    >>> from ferrule import types
    >>> types.CPointer(types.int8)
    int8*
    """

    __slots__ = ()

    def __new__(cls, dtype: Type) -> Any:
        """Return the type."""
        return pointer_type(dtype)


class Record(Type):
    """Types of records: structs of C, structured dtypes of NumPy.

    Examples
    --------
    >>> from ferrule import types
    >>> cell = types.Record.make_c_struct([("density", types.float64), ("count", types.int32)])
    >>> cell.typeof("count")
    int32
    """

    __slots__ = ()

    @staticmethod
    def make_c_struct(fields: Iterable[tuple[str, Type]]) -> Type:
        """Return the type of a struct that is laid out as C lays it out; see `make_c_struct`."""
        return make_c_struct(fields)

    def typeof(self, key: str) -> Type:
        """Return the type of a field; `KeyError` if there is none of that name."""
        return dict(self.members)[key]


class Array(Type):
    """Types of arrays, also written ``dtype[:, ::1]``.

    Parameters
    ----------
    dtype : Type
        What they hold: a number, a bool or a record.
    ndim : int
        How many axes they have.
    layout : {"C", "F", "A"}
        How elements follow each other: the last axis fastest, the first, or in any way.
    readonly : bool, default False
        Whether their elements may only be read.
    aligned : bool, default True
        Whether each element lies at a multiple of its alignment.

    Raises
    ------
    TypeError
        If no array holds the type.
    ValueError
        If the number of axes or the layout is none.

    Examples
    --------
    >>> from ferrule import types
    >>> types.Array(types.float64, 2, "C", readonly=True)
    readonly array(float64, 2d, C)
    >>> types.Array(types.float64, 1, "A") == types.float64[:]
    True
    """

    __slots__ = ()

    def __new__(
        cls,
        dtype: Type,
        ndim: int,
        layout: _Choice["C", "F", "A"],
        readonly: bool = False,
        aligned: bool = True,
    ) -> Any:
        """Return the type."""
        return array_type(dtype, ndim, layout, readonly, aligned)


class BaseTuple(Type):
    """Types of tuples, with or without names for their items.

    Examples
    --------
    >>> from ferrule import types
    >>> pair = types.Tuple((types.int64, types.float64))
    >>> len(pair), pair[1], list(pair)
    (2, float64, [int64, float64])
    """

    __slots__ = ()

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Type]:
        return iter(self.types)


class BaseAnonymousTuple(BaseTuple):
    """Types of tuples without names for their items."""

    __slots__ = ()


class Tuple(BaseAnonymousTuple):
    """Types of tuples with items of several types.

    Parameters
    ----------
    types : iterable of Type
        A type for each item. If it is always the same, the type is a `UniTuple`.

    Examples
    --------
    >>> from ferrule import types
    >>> types.Tuple((types.int64, types.float64))
    Tuple(int64, float64)
    """

    __slots__ = ()

    def __new__(cls, types: Iterable[Type]) -> Any:
        """Return the type."""
        return tuple_type(types)


class UniTuple(BaseAnonymousTuple):
    """Types of tuples with items of one type.

    Parameters
    ----------
    dtype : Type
        The type of every item.
    count : int
        How many there are, at most 1000.

    Examples
    --------
    >>> from ferrule import types
    >>> types.UniTuple(types.int64, 3)
    UniTuple(int64 x 3)
    """

    __slots__ = ()

    def __new__(cls, dtype: Type, count: int) -> Any:
        """Return the type."""
        return uni_tuple_type(dtype, count)


class BaseNamedTuple(BaseTuple):
    """Types of classes that `collections.namedtuple` made."""

    __slots__ = ()


class NamedTuple(BaseNamedTuple):
    """The type of a class that `collections.namedtuple` made.

    Parameters
    ----------
    types : iterable of Type
        A type for each field. If it is always the same, the type is a `NamedUniTuple`.
    cls : type
        The class.

    Examples
    --------
    >>> from collections import namedtuple
    >>> from ferrule import types
    >>> types.NamedTuple((types.int64, types.float64), namedtuple("Point", "x y"))
    Point(int64, float64)
    """

    __slots__ = ()

    def __new__(new, types: Iterable[Type], cls: type[tuple[Any, ...]]) -> Any:
        """Return the type."""
        return named_tuple_type(types, cls)


class NamedUniTuple(BaseNamedTuple):
    """The type of a class that `collections.namedtuple` made, all fields of one type.

    Parameters
    ----------
    dtype : Type
        The type of every field.
    count : int
        How many there are.
    cls : type
        The class.

    Examples
    --------
    >>> from collections import namedtuple
    >>> from ferrule import types
    >>> types.NamedUniTuple(types.int64, 2, namedtuple("Point", "x y"))
    Point(int64, int64)
    """

    __slots__ = ()

    def __new__(new, dtype: Type, count: int, cls: type[tuple[Any, ...]]) -> Any:
        """Return the type."""
        return named_uni_tuple_type(dtype, count, cls)


class UnicodeType(Type):
    """The type of strings."""

    __slots__ = ()


class Literal(Type):
    """Types of constants, which are what `literal_value` says.

    Examples
    --------
    >>> from ferrule import types
    >>> three = types.literal(3)
    >>> three, three.literal_value, three.literal_type, isinstance(three, types.Integer)
    (Literal[int](3), 3, int64, True)
    """

    __slots__ = ()


class IntegerLiteral(Literal, Integer):
    """The type of an integer that is known when compiling."""

    __slots__ = ()


class BooleanLiteral(Literal, Boolean):
    """The type of a truth value that is known when compiling."""

    __slots__ = ()


class StringLiteral(Literal):
    """The type of a string that is known when compiling."""

    __slots__ = ()


class Omitted(Type):
    """What Numba has for a default that was not given; typing functions get the default itself."""

    __slots__ = ()


class Optional(Type):
    """The type of values that have the type `typ`, or are ``None``.

    Examples
    --------
    >>> from ferrule import types
    >>> types.Optional(types.float64)
    OptionalType(float64)
    """

    __slots__ = ()

    def __new__(cls, typ: Type) -> Any:
        """Return the type."""
        return optional_type(typ)


class SliceType(Type):
    """The type of slices."""

    __slots__ = ()


class Callable(Type):
    """Types of what can be called."""

    __slots__ = ()


class Function(Callable):
    """Types of functions that the compiler knows, and of C functions."""

    __slots__ = ()


class Dispatcher(Callable):
    """Types of functions of Python, which are compiled along."""

    __slots__ = ()


class NumberClass(Callable):
    """Types of classes of numbers and of dtypes: ``np.float32``, ``a.dtype``.

    `dtype` is the type that they convert to.
    """

    __slots__ = ()

    @property
    def instance_type(self) -> Type:
        """The type that it converts to."""
        return self.dtype


DType = NumberClass
optional = Optional


class NumPyRandomGeneratorType(Type):
    """The type of ``numpy.random.Generator``."""

    __slots__ = ()


def literal(value: bool | int | str) -> Type:
    """Return the type of a constant.

    Parameters
    ----------
    value : bool, int or str
        The constant.

    Returns
    -------
    Literal

    Examples
    --------
    >>> from ferrule import types
    >>> types.literal("axis")
    Literal[str](axis)
    """
    return literal_type(value)


def unliteral(ty: Type) -> Type:
    """Return the type of a constant where its value does not matter; any other type as it is.

    Examples
    --------
    >>> from ferrule import types
    >>> types.unliteral(types.literal(3))
    int64
    """
    return ty.literal_type if isinstance(ty, Literal) else ty


_known = named_types()

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
    "BaseAnonymousTuple",
    "BaseNamedTuple",
    "BaseTuple",
    "Boolean",
    "BooleanLiteral",
    "CPointer",
    "Callable",
    "Complex",
    "DType",
    "Dispatcher",
    "Float",
    "Function",
    "FunctionType",
    "Integer",
    "IntegerLiteral",
    "Literal",
    "NamedTuple",
    "NamedUniTuple",
    "NoneType",
    "NumPyRandomGeneratorType",
    "Number",
    "NumberClass",
    "Omitted",
    "Opaque",
    "Optional",
    "RawPointer",
    "Record",
    "Signature",
    "SliceType",
    "StringLiteral",
    "Tuple",
    "Type",
    "UniTuple",
    "UnicodeType",
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
    "literal",
    "long_",
    "longlong",
    "make_c_struct",
    "none",
    "optional",
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
    "unliteral",
    "ushort",
    "void",
    "voidptr",
]
