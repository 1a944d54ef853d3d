"""Types of compiled code, under Numba's names.

A type called with types is a signature, ``float64(float64, CPointer(int32))``; called with a number
it converts that number as compiled code does, ``uint8(300) == 44``.
"""

from ferrule._core import CPointer, Signature, Type, named_types

__all__ = ["CPointer", "Signature", "Type", *named_types()]

globals().update(named_types())
