"""Open files to be read."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, TextIO

from textile_pcf.errors import Problem, UsageError


def open_binary(path: str | Path) -> BinaryIO:
    """Open a file to read its bytes.

    Raises
    ------
    UsageError
        The file cannot be opened.
    """
    try:
        return Path(path).open("rb")
    except (OSError, ValueError) as fault:
        raise _cannot_be_opened(path, fault) from None


def open_utf8(path: str | Path) -> TextIO:
    """Open a file to read its text, which is UTF-8, with line breaks as they are.

    Raises
    ------
    UsageError
        The file cannot be opened.
    """
    try:
        return Path(path).open(encoding="utf-8-sig", newline="")
    except (OSError, ValueError) as fault:
        raise _cannot_be_opened(path, fault) from None


def read_bytes(path: str | Path) -> bytes:
    """Return the content of a file.

    Parameters
    ----------
    path : str or pathlib.Path
        The file.

    Raises
    ------
    UsageError
        The file cannot be opened.
    """
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as fault:
        raise _cannot_be_opened(path, fault) from None


def _cannot_be_opened(path: str | Path, fault: Exception) -> UsageError:
    """Return the error of a file that cannot be opened."""
    reason = "There is no such file." if isinstance(fault, FileNotFoundError) else "This file cannot be opened."
    return UsageError([Problem(str(path), reason, "Check the path.", code="file")])
