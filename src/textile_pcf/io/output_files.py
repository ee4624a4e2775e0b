"""Output files: written atomically, through links and pipes, and never over an input file."""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from textile_pcf.errors import Problem, UsageError, wrong_type
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.messages.message import Message

Written = TypeVar("Written")
MAX_LINKS = 40
"""Number of symbolic links that are followed."""
_DESCRIPTOR = re.compile(r"/proc/(\d+)/fd/(\d+)")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)
"""Begin of an address such as s3://bucket; a `Path` of it has one slash. A drive of Windows has one letter."""


def as_path(value: Any, where: str) -> Path:
    """Return an argument as a path.

    Parameters
    ----------
    value : str or pathlib.Path
        The argument.
    where : str
        Name of the argument, for messages.

    Raises
    ------
    UsageError
        The value is neither a text nor a path, it is empty or holds a NUL character or half of a character, or it is an
        address.

    Examples
    --------
    >>> as_path("results/2026", "out").parts
    ('results', '2026')
    >>> as_path("s3://mills/results", "out")
    Traceback (most recent call last):
    textile_pcf.errors.UsageError: 1 problem in the request:
      out: This is an address, not a path of this machine. Name a file or folder of this machine.
    """
    if isinstance(value, str | Path) and str(value) and "\0" not in str(value):
        _refuse_address(value, where)
        _refuse_half_characters(value, where)
        return Path(value)
    raise wrong_type(where, value, "a path", "Give the path of a file or folder as text, or a pathlib.Path.")


def _refuse_address(value: str | Path, where: str) -> None:
    """Refuse an address, of which a folder named `s3:` would be made here. Its text may hold secrets and is not shown."""
    if _ADDRESS.match(str(value)):
        what, cure = "This is an address, not a path of this machine.", "Name a file or folder of this machine."
        raise UsageError([Problem(where, what, cure, code="address")])


def _refuse_half_characters(value: str | Path, where: str) -> None:
    """Refuse a path that the file system cannot hold; bytes of a name that is not UTF-8 are no such case."""
    try:
        os.fsencode(value)
    except UnicodeEncodeError:
        what = Message("{text!r} holds half of a character.", text=str(value))
        raise UsageError([Problem(where, what, "Name another file.", code="name")]) from None


def is_file(path: str | Path) -> bool:
    r"""Return whether a path is an existing file; False for an invalid name too.

    Examples
    --------
    >>> is_file("a" * 5000), is_file("\0")
    (False, False)
    """
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: str | Path) -> bool:
    r"""Return whether a path is an existing folder; False for an invalid name too.

    Examples
    --------
    >>> is_folder("."), is_folder("a" * 5000), is_folder("\0")
    (True, False, False)
    """
    try:
        return Path(path).is_dir()
    except (OSError, ValueError):
        return False


def refuse_non_utf8_name(path: str | Path) -> None:
    """Refuse a file name that is not UTF-8, because pyarrow cannot open it.

    Raises
    ------
    UsageError
        The name is not UTF-8.
    """
    if not str(path).isprintable():
        try:
            str(path).encode()
        except UnicodeEncodeError:
            what = "This name is not UTF-8, and Parquet files are only read and written under names that are."
            raise UsageError([Problem(escape_controls(str(path)), what, "Rename it.", code="name")]) from None


def refuse_inputs(out: Path, inputs: Iterable[str | Path | None], where: str) -> None:
    """Refuse an output path that is one of the input files, also through a link or another spelling.

    Parameters
    ----------
    out : pathlib.Path
        The output file.
    inputs : iterable of str, pathlib.Path or None
        The input files; None is skipped.
    where : str
        Name of the argument, for messages.

    Raises
    ------
    UsageError
        The output is an input file. Nothing has been written then.
    """
    for path in inputs:
        if path is not None and _is_same_file(out, Path(path)):
            what = Message("This would write over {path}, which is read.", path=path)
            raise UsageError([Problem(where, what, "Name another file.", code="overwrite")])


def _is_same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other) and stat.S_ISREG(other.stat().st_mode)
    except (OSError, ValueError):  # one of them does not exist
        return False


def refuse_unwritable(out: Path, where: str) -> None:
    """Refuse an output path that cannot be written, before anything is calculated.

    Parameters
    ----------
    out : pathlib.Path
        The output file.
    where : str
        Name of the argument, for messages.

    Raises
    ------
    UsageError
        The folder does not exist, the path is a folder, or it is an address.
    """
    _refuse_address(out, where)
    try:
        os.fsencode(out)
        is_folder, has_parent = out.is_dir(), _target(out).parent.is_dir()
    except (OSError, ValueError) as error:  # the name is too long or invalid, or cannot be encoded
        raise _write_error(where, error) from None
    if is_folder:
        raise UsageError([Problem(where, "This is a folder.", "Name a file in it.", code="folder")])
    if not has_parent:
        raise UsageError([Problem(where, "There is no such folder.", "Make it first.", code="usage")])


def write_atomically(out: Path, write: Callable[[Path], Written], where: str) -> Written:
    """Write a file to a temporary folder and rename it, so that it is never left incomplete.

    Pipes and devices receive the complete file. A symbolic link is kept, and its target is written.

    Parameters
    ----------
    out : pathlib.Path
        The output file.
    write : callable
        Writes the file of the path that it is called with.
    where : str
        Name of the argument, for messages.

    Returns
    -------
    object
        What `write` returns.

    Raises
    ------
    UsageError
        The file cannot be written.
    """
    refuse_unwritable(out, where)
    try:
        target, is_stream = _target(out), _is_stream(out)
        with tempfile.TemporaryDirectory(dir=None if is_stream else target.parent, prefix=".textile-pcf-") as folder:
            draft = Path(folder) / (target.name if not is_stream else f"draft{out.suffix}")
            written = write(draft)
            if is_stream:
                _copy(draft, out)
            else:
                draft.replace(target)
            return written
    except OSError as error:
        raise _write_error(where, error) from error


def _write_error(where: str, error: Exception) -> UsageError:
    what = Message("The file cannot be written: {reason}.", reason=Message(str(getattr(error, "strerror", None) or error)))
    return UsageError([Problem(where, what, "Name another file.", code="usage")])


def _target(out: Path) -> Path:
    """Return the final target of a symbolic link, which need not exist; other paths unchanged."""
    return Path(os.path.realpath(out)) if out.is_symlink() and not _is_stream(out) else out


def _is_stream(out: Path) -> bool:
    """Return whether a path exists and is no regular file: a pipe, a device, or an open file of this process."""
    if _descriptor(out) is not None:
        return True
    try:
        return not stat.S_ISREG(out.stat().st_mode)
    except OSError:
        return False


def _descriptor(out: Path) -> int | None:
    """Return the file descriptor of a path such as /dev/stdout or /dev/fd/63, or None."""
    path = out
    for _ in range(MAX_LINKS):
        match = _DESCRIPTOR.fullmatch(f"{os.path.realpath(path.parent)}/{path.name}")
        if match is not None:
            return int(match[2]) if int(match[1]) == os.getpid() else None
        if not path.is_symlink():
            return None
        path = path.parent / path.readlink()
    return None


def _copy(draft: Path, out: Path) -> None:
    """Copy a file to a pipe, a device or an open file, after the output that was already printed there."""
    descriptor = _descriptor(out)
    sys.stdout.flush()
    with draft.open("rb") as source:
        if descriptor is None:
            with out.open("wb", buffering=0) as stream:
                shutil.copyfileobj(source, stream)
        else:
            with os.fdopen(os.dup(descriptor), "wb") as stream:
                shutil.copyfileobj(source, stream)
