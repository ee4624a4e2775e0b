"""Activity data at `s3://`, `gs://`, `abfs://` or `https://`: copied once into the folder of the batch, through fsspec."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from textile_pcf.batch.atomic_files import write_atomically
from textile_pcf.batch.folder import remove_files
from textile_pcf.batch.source_files import HIDDEN, KINDS, SourceFile, SourceFiles, partition_columns, wrong_kinds
from textile_pcf.errors import InputError, PcfError, Problem, UsageError
from textile_pcf.messages.message import Message

PACKAGES = {"s3": "s3fs", "gs": "gcsfs", "abfs": "adlfs", "https": "aiohttp", "http": "aiohttp"}
"""Package that fsspec needs for each kind of address."""
FOLDER = ".download"
EXTRA = "Install it: pip install 'textile_pcf[remote]'"
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)


def is_address(source: Any) -> bool:
    """Return whether a source is an address such as `s3://bucket/catalogue.parquet`.

    Examples
    --------
    >>> is_address("s3://mills/catalogue.parquet"), is_address("mills/catalogue.parquet")
    (True, False)
    """
    return isinstance(source, str) and _ADDRESS.match(source) is not None


def shown_address(address: str) -> str:
    """Return an address without what may be secret: user, password, query and fragment.

    Examples
    --------
    >>> shown_address("https://me:secret@mills.example/a.csv?X-Amz-Signature=1")
    'https://mills.example/a.csv'
    """
    scheme, place, path, _, _ = urlsplit(address)
    return urlunsplit((scheme, place.rpartition("@")[2], path, "", ""))


@dataclass(frozen=True)
class RemoteFiles:
    """Files of one address, before they are copied.

    Attributes
    ----------
    name : str
        The address without secrets.
    system : fsspec.AbstractFileSystem
        Where the files are.
    files : tuple of SourceFile
        The files, in order; their paths are those of `system`.
    is_folder : bool
        Whether the address is that of a folder or pattern.
    """

    name: str
    system: Any
    files: tuple[SourceFile, ...]
    is_folder: bool

    def copy_to(self, out: Path) -> SourceFiles:
        """Copy the files into a folder of the batch, and return them. Copies of an interrupted run are used again.

        Raises
        ------
        UsageError
            A file cannot be read.
        """
        files = []
        for number, file in enumerate(self.files):
            suffix = PurePosixPath(urlsplit(file.path).path).suffix.lower()
            local = out / FOLDER / f"{number:05d}{suffix}"
            if not local.is_file():
                with remote_errors(file.label):
                    write_atomically(local, partial(self.system.get_file, file.path))
            files.append(replace(file, path=str(local), address=file.label))
        kind = KINDS[Path(files[0].path).suffix]
        return SourceFiles(self.name, self.name, kind, tuple(files))


def open_address(address: str) -> RemoteFiles:
    """Find the files of an address: one file, a folder, or a pattern.

    Raises
    ------
    UsageError
        There is no such file, access is refused, or a package is not installed.
    InputError
        The files are of two kinds, or of one that is not read from there.
    """
    name, protocol = shown_address(address), address.partition("://")[0].lower()
    system, path = open_file_system(
        address,
        tuple(PACKAGES),
        "Files cannot be read from {protocol}:// addresses.",
        "Reading from {protocol}:// needs fsspec and {package}.",
    )
    with remote_errors(name):
        files, is_folder = _find(system, path, name, protocol)
    if not files:
        raise UsageError([Problem(name, "There is no file at this address.", "Check the address.", code="no-file")])
    if problems := list(wrong_kinds(files)):
        raise InputError(problems)
    return RemoteFiles(name, system, tuple(sorted(files, key=lambda file: file.name)), is_folder)


def open_file_system(address: str, known: Sequence[str], unknown: str, absent: str) -> tuple[Any, str]:
    """Return the file system of an address, and the path in it.

    Parameters
    ----------
    address : str
    known : sequence of str
        Kinds of addresses that are allowed.
    unknown, absent : str
        What the problem says where the kind of address is not among them, and where a package is not installed.

    Raises
    ------
    UsageError
        In these two cases, and where the file system cannot be opened.
    """
    name, protocol = shown_address(address), address.partition("://")[0].lower()
    if protocol not in known:
        cure = Message("There are: {known}.", known=", ".join(f"{one}://" for one in known))
        raise UsageError([Problem(name, Message(unknown, protocol=protocol), cure, code="address")])
    with remote_errors(name):
        try:
            from fsspec.core import url_to_fs

            system, path = url_to_fs(address, skip_instance_cache=True, use_listings_cache=False)
        except ImportError:
            what = Message(absent, protocol=protocol, package=PACKAGES[protocol])
            raise UsageError([Problem(name, what, EXTRA, code="extra")]) from None
    return system, path


def _find(system: Any, path: str, name: str, protocol: str) -> tuple[list[SourceFile], bool]:
    """Return the files of a path of a file system, and whether it is a folder or pattern."""
    if protocol.startswith("http") or (not re.search(r"[*?\[]", path) and system.isfile(path)):
        system.info(path)
        return [SourceFile(path, PurePosixPath(urlsplit(name).path).name, (), name)], False
    parts = path.split("/")
    fixed = next((index for index, part in enumerate(parts) if re.search(r"[*?\[]", part)), len(parts))
    base = "/".join(parts[:fixed]).rstrip("/")
    found = system.find(path) if fixed == len(parts) else [one for one in system.glob(path) if system.isfile(one)]
    files = []
    for one in found:
        inner = one.removeprefix(base).lstrip("/")
        if inner and not any(part.startswith(HIDDEN) for part in inner.split("/")):
            files.append(SourceFile(one, inner, tuple(partition_columns(inner)), f"{protocol}://{one}"))
    return files, True


@contextmanager
def remote_errors(
    name: str,
    missing: tuple[str, str] = ("There is no file at this address.", "Check the address."),
    other: str = "This address cannot be read ({reason}).",
) -> Iterator[None]:
    """Turn errors of a file system into problems. Its messages are not repeated: they may hold keys.

    Parameters
    ----------
    name : str
        The address without secrets.
    missing : tuple of str
        What the problem says, and its cure, where something is not there.
    other : str
        What it says of other errors.
    """
    try:
        yield
    except (UsageError, InputError):
        raise
    except FileNotFoundError:
        raise UsageError([Problem(name, *missing, code="no-file")]) from None
    except PermissionError:
        what, cure = "Access to this address is refused.", "Check the keys in the environment, and the rights."
        raise UsageError([Problem(name, what, cure, code="access")]) from None
    except Exception as fault:  # of any file system
        if "credential" in f"{type(fault).__name__} {fault}".lower():
            what, cure = "There are no keys for this address.", "Set them in the environment, as its file system expects them."
            raise UsageError([Problem(name, what, cure, code="access")]) from None
        what = Message(other, reason=type(fault).__name__)
        raise UsageError([Problem(name, what, "Check the address and the connection.", code="address")]) from None


@contextmanager
def local_copies(source: Any, out: Path) -> Iterator[Any]:
    """Copy the files of an address into the folder of a batch; any other source is given back unchanged.

    Problems of a copy are raised with the address of the file. If the call fails, the copies are removed.
    """
    if not isinstance(source, RemoteFiles):
        yield source
        return
    try:
        copied = source.copy_to(out)
        yield copied
    except PcfError as error:
        remove_files(out, FOLDER)
        raise type(error)(_with_addresses(error.problems, source, out)) from None


def _with_addresses(problems: Iterable[Problem], source: RemoteFiles, out: Path) -> Iterator[Problem]:
    """Yield problems whose places are addresses instead of copies."""
    for problem in problems:
        where = problem.where
        for number, file in enumerate(source.files):
            copied = re.search(rf"{re.escape(str(out / FOLDER))}.{number:05d}\.\w+", where)
            where = where.replace(copied[0], file.label) if copied else where
        yield replace(problem, where=where)
