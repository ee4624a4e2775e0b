"""Bundles: a lock and the files that it names in one zip file, written the same every time and read with suspicion."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from textile_pcf.audit.canonical import MAX_BYTES
from textile_pcf.audit.inputs import InputFile, locate, locked_file, shipped_copy
from textile_pcf.audit.lock_document import WRITTEN, Lock, LockedFile, is_shipped_name, parse_lock, read_lock
from textile_pcf.audit.research_object import CRATE, crate_text
from textile_pcf.errors import InputError, Problem, UsageError
from textile_pcf.factors import FactorTable
from textile_pcf.io.output_files import is_file
from textile_pcf.io.safe_text import escape_controls, first_control
from textile_pcf.messages.message import Message
from textile_pcf.results.licence import is_restricted

BUNDLE_ENDING, LOCK_ENDING = ".zip", ".lock"
FIRST_DATE = (1980, 1, 1, 0, 0, 0)
"""Time of every file in a bundle: the earliest that a zip file can hold."""
MAX_ENTRIES = 1_000
MAX_UNPACKED = 4_000_000_000
"""Largest unpacked size of a bundle. [bytes]"""
BOMB_BYTES, BOMB_RATIO = 50_000_000, 200
"""A file of this size that is compressed by more than this ratio is refused as a zip bomb."""
FILES = "files"
"""Folder of the files in a bundle that are not shipped."""
OF_THE_COMPUTER = frozenset({
    errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE, errno.ENOMEM,
})  # fmt: skip
"""Errors that say nothing of a bundle: the disk is full, or a file cannot be opened.

All others come from what it holds, such as offsets before its beginning, or names that are too long.
"""
DAMAGED = "This bundle is damaged or cut off."
COPY_AGAIN = "Copy it again, or make it again: textile-pcf lock FILE --rule RULE --bundle FILE."


class OpenLock(NamedTuple):
    """A lock and where its files are.

    Attributes
    ----------
    lock : Lock
    folder : Path
        Folder from which the paths of the lock start.
    beside : Path or None
        Folder of the bundle, in which tables may be that are not passed on with it.
    """

    lock: Lock
    folder: Path
    beside: Path | None

    def locate(self, file: LockedFile) -> Path | None:
        """Return a file that the lock names, or None if there is none.

        Parameters
        ----------
        file : LockedFile
        """
        found = locate(file, self.folder)
        if found is None and self.beside is not None and file.role in ("factors", WRITTEN):
            name = self.beside / Path(file.path).name
            return name if is_file(name) else None
        return found


def bundle_paths(files: Sequence[InputFile]) -> list[LockedFile]:
    """Return the files of a run as a lock in a bundle names them.

    Files that are not shipped keep their places to one another below `files`, so that a rule finds the rule that it extends.

    Parameters
    ----------
    files : sequence of InputFile
    """
    own = [file.path.parent.resolve() for file in files if not file.shipped]
    try:
        root = Path(os.path.commonpath(own)) if own else Path()
    except ValueError:
        what, cure = "The files are on different drives.", "Copy them into one folder, and calculate from there."
        raise UsageError([Problem("bundle", what, cure, code="name")]) from None
    locked = [locked_file(file, root) for file in files]
    return [file if is_shipped_name(file.path) else file.model_copy(update={"path": _in_bundle(file.path)}) for file in locked]


def _in_bundle(path: str) -> str:
    inside = f"{FILES}/{path.removeprefix('./')}"
    return f"./{inside}" if is_shipped_name(inside) else inside


def write_bundle(
    name: str, text: str, files: Sequence[InputFile], locked: Sequence[LockedFile], factors: FactorTable, out: Path
) -> None:
    """Write a lock and its files into a zip file, without tables whose values must not be passed on.

    Where there is such a table, files that were written from the result are left out with it: they may show its values.

    Parameters
    ----------
    name, text : str
        Name and content of the lock file.
    files : sequence of InputFile
    locked : sequence of LockedFile
        The same files as the lock names them.
    factors : FactorTable
        The tables of the run, for their licences.
    out : Path
        File to write.
    """
    composing = (term.sheet for sheet in factors.tables for one in sheet.composed for term in one.terms)
    sheets = [*factors.tables, *(sheet for sheet in composing if sheet is not None)]
    withheld = {sheet.path for sheet in {id(sheet): sheet for sheet in sheets}.values() if is_restricted(sheet)}
    if any(file.path in withheld for file in files):
        withheld |= {file.path for file in files if file.role == WRITTEN}
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=6) as package:
        package.writestr(_entry(name), text.encode(), ZIP_DEFLATED, 6)
        written = {name, CRATE}
        entries = [_entry_name(file) for file in locked]
        held = [file.path not in withheld for file in files]
        crate = crate_text(name, text, list(zip(entries, locked, held, strict=True)))
        package.writestr(_entry(CRATE), crate.encode(), ZIP_DEFLATED, 6)
        for file, entry in zip(files, entries, strict=True):
            if file.path not in withheld and entry not in written:
                written.add(entry)
                with file.path.open("rb") as source, package.open(_entry(entry), "w", force_zip64=True) as target:
                    shutil.copyfileobj(source, target)


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, FIRST_DATE)
    entry.compress_type, entry.create_system, entry.external_attr = ZIP_DEFLATED, 3, (stat.S_IFREG | 0o644) << 16
    return entry


def _entry_name(file: LockedFile) -> str:
    return shipped_copy(file) if is_shipped_name(file.path) else file.path.removeprefix("./")


@contextmanager
def open_lock(path: Path) -> Iterator[OpenLock]:
    """Open a lock file or a bundle, whatever its name; a bundle is unpacked to a folder that is removed afterwards.

    Parameters
    ----------
    path : Path
        The file.

    Yields
    ------
    OpenLock

    Raises
    ------
    UsageError
        There is no such file.
    InputError
        It is no lock or bundle, of a later form, damaged, or a bundle that would write outside its folder or unpack to too
        much.
    """
    if not is_bundle(path):
        yield OpenLock(read_lock(path), path.parent, None)
        return
    with tempfile.TemporaryDirectory(prefix="textile-pcf-") as folder:
        yield OpenLock(_unpack(path, Path(folder)), Path(folder), path.parent)


def is_bundle(path: Path) -> bool:
    """Return whether a file is a zip, whatever its name.

    Parameters
    ----------
    path : Path
    """
    if not is_file(path):
        return False
    try:
        with path.open("rb") as file:
            return file.read(2) == b"PK"
    except OSError:
        return False  # read_lock says that it cannot be opened


def _unpack(path: Path, folder: Path) -> Lock:
    """Unpack the files that the lock of a bundle names, and return the lock."""
    try:
        with ZipFile(path) as package:
            entries = _checked_entries(path, package)
            locks = [name for name in entries if name.endswith(LOCK_ENDING) and "/" not in name]
            if len(locks) != 1:
                what = Message("This zip file holds {count} lock files, not one.", count=len(locks))
                raise _refusal(path, what, COPY_AGAIN)
            if entries[locks[0]].file_size > MAX_BYTES:
                raise _refusal(path, "The lock in this bundle is too long to be read.", COPY_AGAIN)
            lock = parse_lock(package.read(entries[locks[0]]), f"{path} {locks[0]}")
            _refuse_paths_outside(path, lock)
            if CRATE in entries and entries[CRATE].file_size <= MAX_BYTES:
                package.read(entries[CRATE])  # compares its checksum
            for file in lock.document.files:
                if (name := _entry_name(file)) in entries:
                    _extract(package, entries[name], folder / name)
            return lock
    except (InputError, UsageError):
        raise
    except OSError as error:
        if error.errno in OF_THE_COMPUTER:
            raise
        raise _refusal(path, DAMAGED, COPY_AGAIN) from None
    except Exception:  # a damaged zip file raises errors of many types
        raise _refusal(path, DAMAGED, COPY_AGAIN) from None


def _refuse_paths_outside(path: Path, lock: Lock) -> None:
    """Refuse a lock that names files outside its bundle."""
    for file in lock.document.files:
        if not _is_inside(_entry_name(file)):
            what = Message("The lock names {name}, which is outside the bundle.", name=repr(file.path[:80]))
            raise _refusal(path, what, "Do not unpack this file; ask who sent it.")


def _checked_entries(path: Path, package: ZipFile) -> dict[str, ZipInfo]:
    """Return the files of a zip file by name; refuse what could do harm when it is unpacked."""
    parts = [part for part in package.infolist() if not part.is_dir()]
    if len(parts) > MAX_ENTRIES:
        raise _refusal(path, Message("This bundle holds {count} files.", count=len(parts)), "It is no bundle of a lock.")
    for part in parts:
        if not _is_inside(part.filename) or stat.S_ISLNK(part.external_attr >> 16):
            what = Message("{name} would be unpacked to another folder.", name=repr(part.filename[:80]))
            raise _refusal(path, what, "Do not unpack this file; ask who sent it.")
        if part.flag_bits & 1:
            raise _refusal(path, "This bundle is protected by a password.", "Make it without one.")
    size = sum(part.file_size for part in parts)
    if size > MAX_UNPACKED or any(part.file_size > max(BOMB_BYTES, BOMB_RATIO * part.compress_size) for part in parts):
        what = Message("This bundle unpacks to {size:.0f} MB, which is too much.", size=size / 1e6)
        raise _refusal(path, what, "Do not unpack this file; ask who sent it.")
    by_name = {part.filename: part for part in parts}
    if len({name.casefold() for name in by_name}) < len(parts):
        raise _refusal(path, "A file appears twice in this bundle.", "Do not unpack this file; ask who sent it.")
    return by_name


def _is_inside(name: str) -> bool:
    """Return whether a name in a zip file is that of a file in its folder, on every system."""
    parts = name.split("/")
    return not (set("\\:\n\r\t") & set(name) or first_control(name) or any(part.strip(". ") == "" for part in parts))


def _extract(package: ZipFile, entry: ZipInfo, target: Path) -> None:
    """Write a file of a zip file to its end, where its checksum is compared."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with package.open(entry) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file)
    if target.stat().st_size != entry.file_size:
        raise ValueError("another length than the zip file says")


def _refusal(path: Path, what: str, cure: str) -> InputError:
    return InputError([Problem(escape_controls(str(path)), what, cure, code="lock-form")])
