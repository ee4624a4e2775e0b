"""The folder of a batch: which files in it are ours, one run at a time, and whether results are as they were written."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from textile_pcf.batch.atomic_files import MANIFEST, read_json, write_json
from textile_pcf.errors import Problem, UsageError
from textile_pcf.io.arrow_faults import DISK_FULL_ERRORS
from textile_pcf.io.resources import sha256_of

LOCK = ".lock"
PART = r"part-\d{5,}"
OURS = {  # by folder; what a run that was killed left under another name is ours too
    "": rf"manifest\.json|log\.jsonl|rejected(_zh|_activity)?\.csv|{re.escape(LOCK)}",
    "parts": rf"{PART}\.(json|csv)|linked",
    "results": rf"{PART}\.parquet",
    ".spread": r"\d{5,}\.arrows",
    ".spread.new": r"\d{5,}\.arrows",
}
BEGUN = re.compile(rf"log\.jsonl|{re.escape(LOCK)}|\.manifest\.json\.\d+\.new|\.spread(\.new)?")
"""What may be there before a manifest is."""
NOBODYS = {".DS_Store", "Thumbs.db", "desktop.ini"}
ANEW = "Name another folder for the results, or remove this one."
MENDED = "rejected_activity.csv"  # made to be changed
SHOWN = 3
Counts = dict[str, int]


def ours(folder: str, name: str) -> bool:
    """Whether a batch writes a file of this name into a folder of its folder.

    Examples
    --------
    >>> ours("results", "part-00003.parquet"), ours("results", ".part-00003.parquet.77.new"), ours("results", "mine.parquet")
    (True, True, False)
    """
    return re.fullmatch(rf"({OURS[folder]})|\.({OURS[folder]})\.\d+\.new", name) is not None


def remove(out: Path, folder: str, unfinished: bool = False) -> None:
    """Remove our files of a folder (only those not finished), and the folder where nothing else is in it."""
    place = out / folder
    for path in sorted(place.iterdir()) if place.is_dir() else ():
        if path.is_file() and ours(folder, path.name) and (path.name.endswith(".new") or not unfinished):
            path.unlink(missing_ok=True)
    if folder and not unfinished:
        with suppress(OSError):  # something else is in it
            place.rmdir()


@contextmanager
def open_folder(out: Path, source: Any) -> Iterator[None]:
    """The folder of the results, ours alone, made where the input is there.

    Raises
    ------
    UsageError
        It cannot be made or written, holds what no batch wrote, or another batch writes into it.
    """
    if isinstance(source, str | Path) and not Path(source).is_file():
        yield  # reading tells that there is no such file
        return
    must_be_ours(out)
    if "run" not in (read_json(out / MANIFEST) or {}):
        remove(out, ".spread")  # of a run that was killed before it said of what
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError([unwritable(out, error)]) from error
    with held_alone(out):
        yield


def unwritable(out: Path, error: OSError) -> Problem:
    """Why nothing is written into a folder."""
    what = f"This folder cannot be made ({error.strerror})."
    if out.is_dir():
        what = f"Nothing can be written into this folder ({error.strerror})."
    return Problem(str(out), what, "Name a folder that can be written.", code="folder")


def must_be_ours(out: Path) -> None:
    """A folder is empty, or a batch began in it.

    Raises
    ------
    UsageError
        It holds something else, which would be mixed with the results.
    """
    if "run" in (read_json(out / MANIFEST) or {}) or not out.is_dir():
        return
    others = sorted(path.name for path in out.iterdir() if not (BEGUN.fullmatch(path.name) or path.name in NOBODYS))
    others = [name for name in others if name not in OURS or not (out / name).is_dir() or any((out / name).iterdir())]
    if others:
        told = ", ".join(others[:SHOWN]) + (", …" if len(others) > SHOWN else "")
        what = f"This folder is not empty, and no batch wrote it: it holds {told}."
        raise UsageError([Problem(str(out), what, "Name an empty or a new folder for the results.", code="folder")])


@contextmanager
def held_alone(out: Path) -> Iterator[None]:
    """The folder, while nobody else writes into it: a lock that ends with the process, however that ends.

    Raises
    ------
    UsageError
        Another batch writes into it, or nobody can.
    """
    path = out / LOCK
    try:
        file = _locked(path)
    except OSError as error:
        if error.errno in DISK_FULL_ERRORS:
            raise
        raise UsageError([unwritable(out, error)]) from error
    if file is None:
        owner = read_json(path) or {}
        who = f"process {owner.get('process', '?')} on {owner.get('machine', '?')}, since {owner.get('since', '?')}"
        what = f"Another batch is writing into this folder ({who})."
        cure = "Wait until it has ended, or name another folder for the results."
        raise UsageError([Problem(str(out), what, cure, code="locked")])
    try:
        yield
    finally:
        with suppress(OSError):  # Windows removes no file that is open
            path.unlink()
        os.close(file)
        if os.name == "nt":
            with suppress(OSError):
                path.unlink()


def _locked(path: Path) -> int | None:
    """The lock file, opened and locked with its owner written in it; None where somebody else holds it."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        if not _lock(file):
            os.close(file)
            return None
        with suppress(OSError):
            if os.path.samestat(os.fstat(file), path.stat()):
                break
        os.close(file)  # whoever held it has just removed it
    owner = {"process": os.getpid(), "machine": socket.gethostname(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
    os.ftruncate(file, 0)
    os.pwrite(file, json.dumps(owner).encode(), 0) if hasattr(os, "pwrite") else os.write(file, json.dumps(owner).encode())
    return file


def _lock(file: int) -> bool:
    """Lock an open file; True also where the file system knows no locks."""
    try:
        import fcntl
    except ImportError:  # Windows
        return _lock_on_windows(file)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _lock_on_windows(file: int) -> bool:
    import msvcrt

    told: Any = msvcrt
    os.lseek(file, 1 << 20, os.SEEK_SET)  # behind what is told of the owner, so that others can read it
    try:
        told.locking(file, told.LK_NBLCK, 1)
    except OSError:
        return False
    os.lseek(file, 0, os.SEEK_SET)
    return True


def counted_before(out: Path, run: dict[str, Any]) -> dict[str, int] | None:
    """Counts of the same run finished before; None where there is still something to do.

    Raises
    ------
    UsageError
        The folder holds another run, or its results are not as they were written.
    """
    earlier = read_json(out / MANIFEST)
    if earlier is None:
        write_json(out / MANIFEST, {"run": run})
        return None
    other = [name for name in run if earlier.get("run", {}).get(name) != run[name]]
    if other:
        what = f"This folder holds another run: its {', '.join(other)} {'differs' if len(other) == 1 else 'differ'}."
        raise UsageError([Problem(str(out), what, "Name another folder for the results.", code="other-run")])
    if "counts" not in earlier or not whole(out, earlier.get("files", {})):
        write_json(out / MANIFEST, {"run": run})
        return None
    counts: dict[str, int] = earlier["counts"]
    return counts


def hashes(out: Path, parts: dict[str, str]) -> dict[str, str]:
    """sha256 of every file of a finished batch: those of results as they were written, and of what was rejected."""
    rejected = {name: sha256_of(out / name) for name in ("rejected.csv", MENDED) if (out / name).is_file()}
    return {**{f"results/{name}": digest for name, digest in sorted(parts.items())}, **rejected}


def whole(out: Path, files: dict[str, str]) -> bool:
    """Whether the files of a finished batch are there; where some are not, it is to be calculated again.

    Raises
    ------
    UsageError
        Some are not as they were written, or others stand among them: they would be lost or taken for results.
    """
    missing = [name for name in files if not (out / name).is_file()]
    changed = [name for name in files if name not in missing and sha256_of(out / name) != files[name]]
    strangers = [f"results/{name}" for name in result_files(out) if f"results/{name}" not in files]
    if not missing and not strangers and set(changed) <= {MENDED}:
        return True
    if changed or strangers:
        raise UsageError(
            [Problem(str(out / name), "This file is not as the batch wrote it.", ANEW, code="changed") for name in changed]
            + [_stranger(out / name) for name in strangers]
        )
    return False


def result_files(out: Path) -> list[str]:
    """Names of files in the folder of results that are called like parts."""
    place = out / "results"
    return sorted(path.name for path in place.iterdir() if re.fullmatch(OURS["results"], path.name)) if place.is_dir() else []


def no_strangers(out: Path, parts: set[str]) -> None:
    """Results of a run that is not finished are of its own parts.

    Raises
    ------
    UsageError
        One is not: it would be taken for a result.
    """
    strangers = [name for name in result_files(out) if name not in parts]
    if strangers:
        raise UsageError([_stranger(out / "results" / name) for name in strangers])


def _stranger(path: Path) -> Problem:
    return Problem(
        str(path), "This file is not of this batch, but would be taken for a part of its results.", ANEW, code="changed"
    )
