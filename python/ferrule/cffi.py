"""The interface of cffi: ``from ferrule.cffi import FFI`` in place of ``from cffi import FFI``."""

from ferrule._core import FFI, CDefError, FFIError, VerificationError

__all__ = ["FFI", "CDefError", "FFIError", "VerificationError"]
