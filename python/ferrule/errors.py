"""What can go wrong when a function is compiled."""

from ferrule._core import Diagnostic, InternalError

__all__ = [
    "CompileError",
    "Diagnostic",
    "InternalError",
    "SignatureError",
    "SourceError",
    "TypingError",
    "UnsupportedError",
]


class CompileError(Exception):
    """A function cannot be compiled.

    Attributes
    ----------
    diagnostics : list of Diagnostic
        All that is wrong. The text of the exception shows each with its place.
    filename : str
        The file of the first, or what stands for it.
    lineno, offset : int
        Its line and character, from one.
    """

    diagnostics: list[Diagnostic]
    filename: str
    lineno: int
    offset: int


class SourceError(CompileError):
    """The text of the function is missing, or is not the text that the function was made from."""


class SignatureError(CompileError, TypeError):
    """The signature is none, or does not fit the function."""


class TypingError(CompileError):
    """The types of the function do not work out."""


class UnsupportedError(CompileError):
    """The function uses something that compiled code does not have."""
