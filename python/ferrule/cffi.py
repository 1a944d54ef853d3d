"""The interface of cffi: ``from ferrule.cffi import FFI`` in place of ``from cffi import FFI``."""

from ferrule._core import FFI, CData, CDefError, FFIError, Lib, VerificationError

__all__ = ["FFI", "CData", "CDefError", "FFIError", "Lib", "VerificationError"]
