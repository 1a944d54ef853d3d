"""Arrays over memory that C owns: `carray` and `farray`, as they run in plain Python.

In compiled code the compiler gives the two names their meaning; these functions do the same on pointers of
ctypes, of ferrule and of cffi.
"""

from __future__ import annotations

from ferrule._core import FFI

# What `typing` calls so, without the cost of importing it.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import DTypeLike, NDArray

__all__ = ["carray", "farray"]

Shape = int | tuple[int, ...]


def carray(ptr: Any, shape: Shape, dtype: DTypeLike | None = None) -> NDArray[Any]:
    """Return an array over the memory behind a pointer, in C's order.

    Nothing is copied, and nothing keeps the memory alive: it is C's.

    Parameters
    ----------
    ptr : pointer
        Of ctypes (``c_void_p`` included), of ferrule or of cffi; in compiled code a C pointer.
    shape : int or tuple of int
        The length of each axis.
    dtype : dtype, optional
        The type of the elements. It may be left out where the pointer has one, and must be given for
        ``void *``.

    Returns
    -------
    numpy.ndarray
        Of that shape and dtype.

    Raises
    ------
    TypeError
        When `ptr` is no pointer, or `dtype` is missing or not what it points to.
    ValueError
        When a length is negative.

    Examples
    --------
    >>> import ctypes
    >>> from ferrule import carray
    >>> numbers = (ctypes.c_double * 6)(0, 1, 2, 3, 4, 5)
    >>> carray(ctypes.cast(numbers, ctypes.POINTER(ctypes.c_double)), (2, 3)).tolist()
    [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    """
    return _array(ptr, shape, dtype, "C")


def farray(ptr: Any, shape: Shape, dtype: DTypeLike | None = None) -> NDArray[Any]:
    """Return an array over the memory behind a pointer, in Fortran's order.

    As `carray`, but for the order.

    Parameters
    ----------
    ptr : pointer
        Of ctypes, of ferrule or of cffi; in compiled code a C pointer.
    shape : int or tuple of int
        The length of each axis.
    dtype : dtype, optional
        The type of the elements, unless the pointer says it.

    Returns
    -------
    numpy.ndarray
        Of that shape and dtype.

    Raises
    ------
    TypeError
        When `ptr` is no pointer, or `dtype` is missing or not what it points to.
    ValueError
        When a length is negative.

    Examples
    --------
    >>> import ctypes
    >>> from ferrule import farray
    >>> numbers = (ctypes.c_int * 4)(1, 2, 3, 4)
    >>> farray(ctypes.cast(numbers, ctypes.POINTER(ctypes.c_int)), (2, 2)).tolist()
    [[1, 3], [2, 4]]
    """
    return _array(ptr, shape, dtype, "F")


carray.__module__ = farray.__module__ = "ferrule"


def _array(ptr: Any, shape: Shape, dtype: DTypeLike | None, order: Any) -> NDArray[Any]:
    import ctypes
    import math

    import numpy as np

    address, own = _pointer(ptr)
    if dtype is None and own is None:
        raise TypeError(f"{ptr!r} does not say what it points to: give a dtype")
    wanted = np.dtype(own if dtype is None else dtype)
    if own is not None and own != wanted:
        raise TypeError(f"the pointer is to {own}, not to {wanted}")
    dims = (shape,) if isinstance(shape, int) else tuple(shape)
    if any(length < 0 for length in dims):
        raise ValueError("negative dimensions are not allowed")
    memory: Any = (ctypes.c_char * (math.prod(dims) * wanted.itemsize)).from_address(address)
    return np.ndarray(dims, wanted, memory, order=order)


def _pointer(ptr: Any) -> tuple[int, Any]:
    """Return the address and the dtype of what is there, None where the pointer does not say."""
    import ctypes

    import numpy as np

    if isinstance(ptr, ctypes.c_void_p):
        return ptr.value or 0, None
    if isinstance(ptr, ctypes._Pointer):
        return ctypes.cast(ptr, ctypes.c_void_p).value or 0, np.dtype(ptr._type_)
    if isinstance(ptr, FFI.CData):
        return _c_data(FFI(), ptr)
    if type(ptr).__module__ == "_cffi_backend":
        import cffi  # type: ignore[import-untyped, unused-ignore]

        return _c_data(cffi.FFI(), ptr)
    raise TypeError(f"a pointer is wanted, not {type(ptr).__name__}")


def _c_data(ffi: Any, ptr: Any) -> tuple[int, Any]:
    import numpy as np

    ctype = ffi.typeof(ptr)
    if ctype.kind not in {"pointer", "array"}:
        raise TypeError(f"a pointer is wanted, not {ctype.cname}")
    address = int(ffi.cast("uintptr_t", ptr))
    item = ctype.item
    if item.kind != "primitive":
        return address, None
    name, size = item.cname, ffi.sizeof(item)
    if name == "_Bool":
        return address, np.dtype(bool)
    if "_Complex" in name:
        return address, np.dtype(f"c{size}")
    if name in {"float", "double", "long double"}:
        return address, np.dtype(f"f{size}")
    is_signed = int(ffi.cast(item, -1)) < 0
    return address, np.dtype(f"{'i' if is_signed else 'u'}{size}")
