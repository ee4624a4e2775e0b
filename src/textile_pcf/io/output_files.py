"""Files that are written: whole or not at all, through links and pipes, and never over what is read."""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from textile_pcf.errors import Problem, UsageError, wrong_type
from textile_pcf.io.safe_text import holdable

HOPS = 40  # links that are followed from one to the next
_DESCRIPTOR = re.compile(r"/proc/(\d+)/fd/(\d+)")


def path_of(value: Any, where: str) -> Path:
    """The path that a caller names.

    Raises
    ------
    UsageError
        It is neither a text nor a path.
    """
    if isinstance(value, str | Path) and str(value) and "\0" not in str(value):
        return Path(value)
    raise wrong_type(where, value, "a path", "Give the path of a file or folder as text, or a pathlib.Path.")


def is_file(path: str | Path) -> bool:
    """Whether it is a file; a name that no file can have is none.

    Examples
    --------
    >>> is_file("a" * 5000), is_file("\\0")
    (False, False)
    """
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def refuse_odd_name(path: str | Path) -> None:
    """Refuse a name that is no UTF-8, where pyarrow is to open it.

    Raises
    ------
    UsageError
        It is none.
    """
    if not str(path).isprintable():
        try:
            str(path).encode()
        except UnicodeEncodeError:
            what = "This name is not UTF-8, and Parquet files are only read and written under names that are."
            raise UsageError([Problem(holdable(str(path)), what, "Rename it.", code="name")]) from None


def refuse_inputs(out: Path, inputs: Iterable[str | Path | None], where: str) -> None:
    """Refuse an output that is one of the files that are read: by its name, by a link, or by another spelling.

    Raises
    ------
    UsageError
        It is; nothing has been written.
    """
    for each in inputs:
        if each is not None and _same(out, Path(each)):
            what = f"This would write over {each}, which is read."
            raise UsageError([Problem(where, what, "Name another file.", code="overwrite")])


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other) and stat.S_ISREG(other.stat().st_mode)
    except (OSError, ValueError):  # one of the two is not there
        return False


def refuse_unwritable(out: Path, where: str) -> None:
    """Refuse a place where no file can be written, before anything is calculated.

    Raises
    ------
    UsageError
        There is no such folder, or it is a folder itself.
    """
    try:
        folder, parent = out.is_dir(), _target(out).parent.is_dir()
    except (OSError, ValueError) as error:  # a name that is too long, or one that no file can have
        raise _cannot(where, error) from None
    if folder:
        raise UsageError([Problem(where, "This is a folder.", "Name a file in it.", code="folder")])
    if not parent:
        raise UsageError([Problem(where, "There is no such folder.", "Make it first.", code="usage")])


def write_whole(out: Path, write: Callable[[Path], Any], where: str) -> None:
    """Write beside the file and rename, so that a file is never half written; into pipes and devices what is whole.

    A link stays a link: what it leads to is written.

    Raises
    ------
    UsageError
        The file cannot be written.
    """
    refuse_unwritable(out, where)
    try:
        target, through = _target(out), _is_stream(out)
        with tempfile.TemporaryDirectory(dir=None if through else target.parent, prefix=".textile-pcf-") as folder:
            draft = Path(folder) / (target.name if not through else f"draft{out.suffix}")
            write(draft)
            if through:
                _copy(draft, out)
            else:
                draft.replace(target)
    except OSError as error:
        raise _cannot(where, error) from error


def _cannot(where: str, error: Exception) -> UsageError:
    what = f"The file cannot be written: {getattr(error, 'strerror', None) or error}."
    return UsageError([Problem(where, what, "Name another file.", code="usage")])


def _target(out: Path) -> Path:
    """What a link leads to in the end, whether it is there or not; a file that is no link is itself."""
    return Path(os.path.realpath(out)) if out.is_symlink() and not _is_stream(out) else out


def _is_stream(out: Path) -> bool:
    """Whether it is there and no common file: a pipe, a device, an open file of this program."""
    if _descriptor(out) is not None:
        return True
    try:
        return not stat.S_ISREG(out.stat().st_mode)
    except OSError:
        return False


def _descriptor(out: Path) -> int | None:
    """The number of the open file that a name such as /dev/stdout or /dev/fd/63 stands for."""
    place = out
    for _ in range(HOPS):
        found = _DESCRIPTOR.fullmatch(f"{os.path.realpath(place.parent)}/{place.name}")
        if found is not None:
            return int(found[2]) if int(found[1]) == os.getpid() else None
        if not place.is_symlink():
            return None
        place = place.parent / place.readlink()
    return None


def _copy(draft: Path, out: Path) -> None:
    """All of a file into a pipe, a device or an open file; behind what this program printed there already."""
    number = _descriptor(out)
    sys.stdout.flush()
    with draft.open("rb") as source:
        if number is None:
            with out.open("wb", buffering=0) as stream:
                shutil.copyfileobj(source, stream)
        else:
            with os.fdopen(os.dup(number), "wb") as stream:
                shutil.copyfileobj(source, stream)
