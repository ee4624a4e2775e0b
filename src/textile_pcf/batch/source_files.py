"""The files of a source of several files: a folder, a pattern such as `mills/*.csv`, or a list of paths."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from glob import glob, has_magic
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from textile_pcf.errors import InputError, Problem, UsageError
from textile_pcf.io.output_files import is_file, is_folder
from textile_pcf.io.resources import sha256_of
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.messages.message import Message

KINDS = {".parquet": "Parquet", ".csv": "CSV", ".tsv": "CSV", ".txt": "CSV"}
"""Kind of the files of each ending that a source of several files may have."""
HIDDEN = ("_", ".")
"""First characters of names that are not read, as those of `_SUCCESS` and of checksums."""
EMPTY_PARTITION = "__HIVE_DEFAULT_PARTITION__"
"""How a hive partition writes an empty cell."""
NO_FILE = "Check the path."
WRITTEN = (
    "results", "results/part-00000.parquet", "weights", "weights/part-00000.parquet", "parts", "parts/part-00000.csv",
    "rejected.csv", "rejected_activity.csv", "manifest.json",
)  # fmt: skip
"""Folders and files that a batch writes, as examples of those that a pattern may name."""


@dataclass(frozen=True)
class SourceFile:
    """A file of activity data.

    Attributes
    ----------
    path : str
        Where it is.
    name : str
        Its path from the folder that was named, with `/`.
    columns : tuple of (str, str)
        Header and text of each hive partition column, from the parts `column=text` of `name`.
    address : str
        Where the file was copied from; "" for a local file.
    """

    path: str
    name: str
    columns: tuple[tuple[str, str], ...] = ()
    address: str = ""

    @property
    def label(self) -> str:
        """Where the file is, as messages say it."""
        return self.address or self.path


@dataclass(frozen=True)
class SourceFiles:
    """Files of one kind, in the order of their names.

    Attributes
    ----------
    name : str
        How the source was named, for messages.
    given : str or tuple of str
        The folder, pattern or paths as given.
    kind : str
        `Parquet` or `CSV`.
    files : tuple of SourceFile
        The files.
    """

    name: str
    given: str | tuple[str, ...]
    kind: str
    files: tuple[SourceFile, ...]

    @cached_property
    def digests(self) -> dict[str, str]:
        """SHA-256 of each file by its name."""
        return {file.name: sha256_of(file.path) for file in self.files}

    @property
    def sha256(self) -> str:
        """SHA-256 of a text with a line `sha256  name` for each file, as `sha256sum` writes them."""
        lines = "".join(f"{digest}  {name}\n" for name, digest in self.digests.items())
        return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()


def find_files(source: Any) -> SourceFiles | None:
    """Return the files of a folder, a pattern or a list of paths; None for any other source.

    Files are ordered by their path from the folder, character by character. Names that begin with `_` or `.` are passed over.

    Parameters
    ----------
    source : path, list of paths, or anything else

    Raises
    ------
    UsageError
        There is no file, or a path does not exist or cannot be read.
    InputError
        The files are of two kinds, or of one that is not read from a folder.
    """
    if isinstance(source, list | tuple):
        if not source or not all(isinstance(path, str | Path) for path in source):
            return None
        given: str | tuple[str, ...] = tuple(map(str, source))
        name = ", ".join(given[:2]) + (", …" if len(given) > 2 else "")
    elif isinstance(source, str | Path) and (is_folder(source) or (has_magic(str(source)) and not is_file(source))):
        given = name = str(source)
    else:
        return None
    problems: list[Problem] = []
    files = _expand(given, problems)
    if problems:
        raise UsageError(problems)
    problems = [*_named_twice(files), *wrong_kinds(files)]
    if problems:
        raise InputError(problems)
    kind = KINDS[Path(files[0].path).suffix.lower()]
    return SourceFiles(escape_controls(name), given, kind, tuple(sorted(files, key=lambda file: file.name)))


def _expand(given: str | tuple[str, ...], problems: list[Problem]) -> list[SourceFile]:
    """Return the files of what was given, and add a problem for each part that has none or cannot be read."""
    if isinstance(given, tuple):
        paths = [path for one in given for path in ([one] if is_file(one) else _matches(one, problems))]
        parents = {os.path.dirname(os.path.abspath(path)) for path in paths}  # noqa: PTH100, PTH120 - links are not followed
        base = os.path.commonpath(parents) if parents else ""
        files = [SourceFile(path, os.path.relpath(path, base).replace(os.sep, "/")) for path in paths]
    else:
        base = given if is_folder(given) else _fixed_part(given)
        names = [(path, os.path.relpath(path, base or ".").replace(os.sep, "/")) for path in _matches(given, problems)]
        files = [SourceFile(path, name, tuple(partition_columns(name))) for path, name in names]
    for file in files:
        try:
            with Path(file.path).open("rb"):
                pass
        except OSError as error:
            what = Message("This file cannot be read ({reason}).", reason=error.strerror)
            problems.append(Problem(escape_controls(file.path), what, "Check the path and the rights.", code="no-file"))
    return files


def _matches(named: str, problems: list[Problem]) -> list[str]:
    """Return the paths of the files of a folder or pattern."""
    where = escape_controls(named)
    if is_folder(named):
        found = list(_walk(named, problems))
        if not found and not problems:
            what = "This folder holds no file of activity data."
            problems.append(Problem(where, what, "Put Parquet or CSV files there.", code="no-file"))
        return found
    if not has_magic(named):
        problems.append(Problem(where, "There is no such file.", NO_FILE, code="no-file"))
        return []
    found = []
    for path in glob(named, recursive=True):  # noqa: PTH207 - a pattern may be absolute
        if is_folder(path):
            found += _walk(path, problems)
        elif not Path(path).name.startswith(HIDDEN):
            found.append(path)
    if not found and not problems:
        problems.append(Problem(where, "No file matches this pattern.", NO_FILE, code="no-file"))
    return list(dict.fromkeys(found))


def _walk(folder: str, problems: list[Problem]) -> Iterator[str]:
    """Yield the paths of all files in a folder and its subfolders, except hidden ones."""

    def refused(error: OSError) -> None:
        what = Message("This folder cannot be read ({reason}).", reason=error.strerror)
        problems.append(Problem(escape_controls(str(error.filename)), what, "Check the path and the rights.", code="no-file"))

    for parent, folders, names in os.walk(folder, onerror=refused):
        folders[:] = [name for name in folders if not name.startswith(HIDDEN)]
        yield from (os.path.join(parent, name) for name in names if not name.startswith(HIDDEN))  # noqa: PTH118 - many files


def _fixed_part(pattern: str) -> str:
    """Return the part of a pattern above its first wildcard.

    Examples
    --------
    >>> _fixed_part("mills/year=*/rows.parquet"), _fixed_part("*.csv")
    ('mills', '')
    """
    parts = pattern.replace(os.sep, "/").split("/")
    first = next(index for index, part in enumerate(parts) if has_magic(part))
    return "/".join(parts[:first]) + ("/" if parts[:first] == [""] else "")


def would_read(given: str, folder: Path) -> bool:
    """Return whether a folder or pattern would name what a batch writes into another folder, once it is there.

    Parameters
    ----------
    given : str
        Folder or pattern.
    folder : Path
        The other folder, as an absolute path without links.

    Examples
    --------
    >>> out = Path("/mills/out").resolve()
    >>> [would_read(f"/mills/{one}", out) for one in ("", "*", "o*/*.csv", "**/*.parquet", "*.csv", "in/*/*.csv")]
    [True, True, True, True, False, False]
    >>> [would_read(f"/mills/{one}", out) for one in ("*/2024/*.csv", "*/rows.parquet", "*/*.parquet", "*/*/*.parquet")]
    [False, False, False, True]
    >>> would_read("/mills/*/*.csv", Path("/mills/.out").resolve())
    False
    """
    is_pattern = has_magic(given) and not is_folder(given)
    fixed = _fixed_part(given) if is_pattern else given
    if not folder.is_relative_to(Path(fixed).resolve()):
        return False
    if not is_pattern:
        return True
    pattern = Path(os.path.relpath(given, fixed or ".")).parts
    names = folder.relative_to(Path(fixed).resolve()).parts
    return any(_fits((*names, *written.split("/")), pattern) for written in WRITTEN) or _fits(names, pattern)


def _fits(names: Sequence[str], pattern: Sequence[str]) -> bool:
    """Return whether the parts of a path fit those of a pattern, as `glob` matches: `**` is any number of visible parts."""
    if not pattern:
        return not names
    if pattern[0] == "**" and _fits(names, pattern[1:]):
        return True
    if not names or names[0].startswith(".") > pattern[0].startswith("."):
        return False
    return fnmatch(names[0], pattern[0]) and _fits(names[1:], pattern[pattern[0] != "**" :])


def partition_columns(name: str) -> Iterator[tuple[str, str]]:
    """Yield header and text of each part `column=text` of the folders of a path.

    Examples
    --------
    >>> list(partition_columns("year=2025/region=CN%2DZJ/rows.parquet"))
    [('year', '2025'), ('region', 'CN-ZJ')]
    """
    for part in name.split("/")[:-1]:
        head, equals, text = part.partition("=")
        if equals:
            yield unquote(head), "" if text == EMPTY_PARTITION else unquote(text)


def _named_twice(files: Sequence[SourceFile]) -> Iterator[Problem]:
    """Yield a problem for each file that occurs twice in a list."""
    real: dict[str, str] = {}
    named = Counter(files)
    for file in files:
        if real.setdefault(os.path.realpath(file.path), file.path) != file.path or named[file] > 1:
            yield Problem(escape_controls(file.path), "This file is named twice.", "Name each file once.", code="file-twice")


def wrong_kinds(files: Iterable[SourceFile]) -> Iterator[Problem]:
    """Yield a problem for each file of another kind than most, and for each that is not read from a folder."""
    by_kind: dict[str, list[SourceFile]] = {}
    for file in files:
        by_kind.setdefault(KINDS.get(Path(file.name).suffix.lower(), ""), []).append(file)
    for file in by_kind.pop("", []):
        what = "A source of several files holds Parquet or CSV files only."
        cure = "Move this file, or name those to be read by a pattern such as folder/*.parquet."
        yield Problem(escape_controls(file.label), what, cure, code="ending")
    if len(by_kind) > 1:
        for kind, (first, *_) in sorted(by_kind.items()):
            what = Message("The files are of two kinds: this is {kind}.", kind=kind)
            cure = "Name files of one kind, by a pattern such as folder/*.parquet."
            yield Problem(escape_controls(first.label), what, cure, code="two-kinds")
