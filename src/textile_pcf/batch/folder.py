"""The folder of a batch: which files belong to a batch, a lock against a second run, and checks of earlier results."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from textile_pcf.batch.atomic_files import MANIFEST, read_json, write_json
from textile_pcf.errors import Problem, UsageError
from textile_pcf.io.arrow_faults import DISK_FULL_ERRORS
from textile_pcf.io.resources import sha256_of
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.messages.message import Message

LOCK = ".lock"
PART = r"part-\d{5,}"
OUR_FILES = {  # patterns by folder; temporary names left by a killed run are added by `is_ours`
    "": rf"manifest\.json|fingerprints\.parquet|partitions\.jsonl|log\.jsonl|rejected(_zh|_activity)?\.csv|{re.escape(LOCK)}",
    "parts": rf"{PART}\.(json|csv|(links|suppliers\.\d+|lines)\.arrays|waiting\.json)|linked|solved",
    "results": rf"{PART}\.parquet",
    "weights": rf"{PART}\.(parquet|jsonl)",
    ".spread": r"\d{5,}\.arrows",
    ".spread.new": r"\d{5,}\.arrows",
    ".stream": r"\d{5,}\.arrows|stream\.json",
    ".download": r"\d{5,}\.(parquet|csv|tsv|txt)",
    ".stream.new": r"\d{5,}\.arrows|stream\.json",
}
UNFINISHED = re.compile(rf"log\.jsonl|{re.escape(LOCK)}|\.manifest\.json\.\d+\.new|\.(spread|stream)(\.new)?|\.download")
"""Names that may exist before the manifest does."""
SYSTEM_FILES = {".DS_Store", "Thumbs.db", "desktop.ini"}
NEW_FOLDER = "Name another folder for the results, or remove this one."
AGAIN = "Calculate the batch again in a new folder."
EDITABLE = "rejected_activity.csv"  # users correct it, so it may change
MAX_NAMES = 3  # of foreign files in a message


def is_ours(folder: str, name: str) -> bool:
    """Whether a batch writes a file of this name into this subfolder.

    Examples
    --------
    >>> is_ours("results", "part-00003.parquet"), is_ours("results", ".part-00003.parquet.77.new")
    (True, True)
    >>> is_ours("results", "mine.parquet")
    False
    """
    return re.fullmatch(rf"({OUR_FILES[folder]})|\.({OUR_FILES[folder]})\.\d+\.new", name) is not None


def remove_files(out: Path, folder: str, unfinished: bool = False) -> None:
    """Remove the files of a batch from a subfolder, and the subfolder if it is empty then.

    Parameters
    ----------
    out : Path
        Folder of the batch.
    folder : str
        Subfolder; "" for the folder itself.
    unfinished : bool
        Whether to remove temporary files only.
    """
    directory = out / folder
    for path in sorted(directory.iterdir()) if directory.is_dir() else ():
        if path.is_file() and is_ours(folder, path.name) and (path.name.endswith(".new") or not unfinished):
            path.unlink(missing_ok=True)
    if folder and not unfinished:
        with suppress(OSError):  # it holds other files
            directory.rmdir()


@contextmanager
def open_folder(out: Path, source: Any) -> Iterator[None]:
    """Make and lock the folder of a batch. Nothing is made if the input file does not exist.

    Raises
    ------
    UsageError
        The folder cannot be made or written, holds other files, or is locked by another batch.
    """
    if isinstance(source, str | Path) and not Path(source).is_file():
        yield  # reading the input reports the missing file
        return
    refuse_other_folder(out)
    if "run" not in (read_json(out / MANIFEST) or {}):
        for name in (".spread", ".stream", ".download"):
            remove_files(out, name)  # of a run that was killed before it wrote a manifest
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError([_unwritable(out, error)]) from error
    with lock_folder(out):
        yield


def _unwritable(out: Path, error: OSError) -> Problem:
    """Return the problem of a folder that cannot be made or written."""
    what = Message("This folder cannot be made ({reason}).", reason=error.strerror)
    if out.is_dir():
        what = Message("Nothing can be written into this folder ({reason}).", reason=error.strerror)
    return Problem(str(out), what, "Name a folder that can be written.", code="folder")


def refuse_other_folder(out: Path) -> None:
    """Check that a folder is empty or that a batch started in it.

    Raises
    ------
    UsageError
        The folder holds other files, which would be mixed with the results.
    """
    if "run" in (read_json(out / MANIFEST) or {}) or not out.is_dir():
        return
    others = sorted(path.name for path in out.iterdir() if not (UNFINISHED.fullmatch(path.name) or path.name in SYSTEM_FILES))
    others = [name for name in others if name not in OUR_FILES or not (out / name).is_dir() or any((out / name).iterdir())]
    if others:
        names = ", ".join(others[:MAX_NAMES]) + (", …" if len(others) > MAX_NAMES else "")
        what = Message("This folder is not empty, and no batch wrote it: it holds {names}.", names=names)
        raise UsageError([Problem(str(out), what, "Name an empty or a new folder for the results.", code="folder")])


@contextmanager
def lock_folder(out: Path) -> Iterator[None]:
    """Lock a folder against other batches. The lock ends with the process, even if that is killed.

    Raises
    ------
    UsageError
        Another batch holds the lock, or the folder cannot be written.
    """
    path = out / LOCK
    try:
        file = _open_locked(path)
    except OSError as error:
        if error.errno in DISK_FULL_ERRORS:
            raise
        raise UsageError([_unwritable(out, error)]) from error
    if file is None:
        owner = read_json(path) or {}
        who = f"process {owner.get('process', '?')} on {owner.get('machine', '?')}, since {owner.get('since', '?')}"
        what = Message("Another batch is writing into this folder ({who}).", who=who)
        cure = "Wait until it has ended, or name another folder for the results."
        raise UsageError([Problem(str(out), what, cure, code="locked")])
    try:
        yield
    finally:
        with suppress(OSError):  # Windows does not remove open files
            path.unlink()
        os.close(file)
        if os.name == "nt":
            with suppress(OSError):
                path.unlink()


def _open_locked(path: Path) -> int | None:
    """Open and lock the lock file, and write its owner into it. Returns None if another process holds the lock."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        if not _lock(file):
            os.close(file)
            return None
        with suppress(OSError):
            if os.path.samestat(os.fstat(file), path.stat()):
                break
        os.close(file)  # the previous owner has just removed it
    owner = {"process": os.getpid(), "machine": socket.gethostname(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
    os.ftruncate(file, 0)
    os.pwrite(file, json.dumps(owner).encode(), 0) if hasattr(os, "pwrite") else os.write(file, json.dumps(owner).encode())
    return file


def _lock(file: int) -> bool:
    """Lock an open file. Returns True as well if the file system has no locks."""
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
    """Lock one byte behind the content, so that others can read the owner."""
    import msvcrt

    windows: Any = msvcrt
    os.lseek(file, 1 << 20, os.SEEK_SET)
    try:
        windows.locking(file, windows.LK_NBLCK, 1)
    except OSError:
        return False
    os.lseek(file, 0, os.SEEK_SET)
    return True


def finished_counts(out: Path, identity: dict[str, Any]) -> dict[str, int] | None:
    """Return the counts of the same run if it is finished. Otherwise open a manifest and return None.

    Parameters
    ----------
    out : Path
        Folder of the batch.
    identity : dict
        What decides the results: the job, the source and the partitions.

    Raises
    ------
    UsageError
        The folder holds another run, or its results were changed.
    """
    earlier = read_json(out / MANIFEST)
    if earlier is None:
        write_json(out / MANIFEST, {"run": identity})
        return None
    refuse_other_run(str(out), earlier.get("run", {}), identity)
    files = {**earlier.get("files", {}), **earlier.get("weights", {}), **earlier.get("fingerprints", {})}
    if "counts" not in earlier or not _is_complete(out, files) or _missing_weights(out, earlier.get("weights", {})):
        write_json(out / MANIFEST, {"run": identity})
        return None
    counts: dict[str, int] = earlier["counts"]
    return counts


def rows_of_same_job(out: Path, identity: Mapping[str, Any]) -> int | None:
    """Return the rows of a partition of the batch in a folder if it is the same job; None if there is none.

    Parameters
    ----------
    out : Path
        Folder of the batch.
    identity : mapping
        What decides the results of the job, without its source and partitions.
    """
    return rows_of_run((read_json(out / MANIFEST) or {}).get("run"), identity)


def rows_of_run(run: Any, identity: Mapping[str, Any]) -> int | None:
    """Return the rows of a partition of a run if it has the identity of a job; None if it has another one.

    Examples
    --------
    >>> run = {"rule": "cotton_fabric", "partition_rows": 600000, "source": "mills.parquet"}
    >>> rows_of_run(run, {"rule": "cotton_fabric"}), rows_of_run(run, {"rule": "silk_fabric"}), rows_of_run(None, {})
    (600000, None, None)
    """
    if not isinstance(run, dict) or any(run.get(name) != value for name, value in identity.items()):
        return None
    rows = run.get("partition_rows")
    return rows if isinstance(rows, int) and rows > 0 else None


def refuse_other_run(where: str, earlier: Mapping[str, Any], identity: Mapping[str, Any]) -> None:
    """Check that the run whose identity a folder holds is this one.

    Parameters
    ----------
    where : str
        The folder, for messages.
    earlier, identity : mapping
        What decides the results of the run in the folder, and of this one.

    Raises
    ------
    UsageError
        It is another run.
    """
    different = [name for name in {**identity, **earlier} if earlier.get(name) != identity.get(name)]
    if different:
        raise UsageError([other_run(where, different, "Name another folder for the results.")])


def other_run(where: str, different: Sequence[str], cure: str) -> Problem:
    """Return the problem of a folder with a run of another identity; `different` names what differs."""
    names = ", ".join(different)
    what = Message("This folder holds another run: its {names} differ.", names=names)
    if len(different) == 1:
        what = Message("This folder holds another run: its {names} differs.", names=names)
    return Problem(where, what, cure, code="other-run")


def finished_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a finished batch.

    Raises
    ------
    UsageError
        There is none in this folder.
    """
    manifest = read_json(folder / MANIFEST) or {}
    if "counts" not in manifest or not isinstance(manifest.get("run"), dict):
        what, cure = "There is no finished batch in this folder.", "Calculate it first: textile-pcf batch FILE -o FOLDER."
        raise UsageError([Problem(escape_controls(str(folder)), what, cure, code="folder")])
    return manifest


def changed_file(where: str, cure: str = AGAIN) -> Problem:
    """Return the problem of a file whose hash is not the one that the batch recorded."""
    return Problem(where, "This file is not as the batch wrote it.", cure, code="changed")


def file_hashes(out: Path, parts: dict[str, str]) -> dict[str, str]:
    """Return the SHA-256 of each file of a finished batch.

    Parameters
    ----------
    out : Path
        Folder of the batch.
    parts : dict
        Hash of each result file, as computed when it was written.
    """
    rejected = {name: sha256_of(out / name) for name in ("rejected.csv", EDITABLE) if (out / name).is_file()}
    return {**{f"results/{name}": digest for name, digest in sorted(parts.items())}, **rejected}


def _is_complete(out: Path, files: dict[str, str]) -> bool:
    """Whether all files of a finished batch exist. If not, the batch must be calculated again.

    Raises
    ------
    UsageError
        Files were changed and would be lost, or foreign files would be taken for results.
    """
    missing = [name for name in files if not (out / name).is_file()]
    changed = [name for name in files if name not in missing and sha256_of(out / name) != files[name]]
    foreign = [f"results/{name}" for name in result_files(out) if f"results/{name}" not in files]
    if not missing and not foreign and set(changed) <= {EDITABLE}:
        return True
    if changed or foreign:
        own = [changed_file(str(out / name), NEW_FOLDER) for name in changed]
        raise UsageError([*own, *(_foreign_file(out / name) for name in foreign)])
    return False


def _missing_weights(out: Path, indices: dict[str, str]) -> list[str]:
    """Return the files of weights that are missing beside their index."""
    return [name for name in indices if not (out / name).with_suffix(".parquet").is_file()]


def result_files(out: Path) -> list[str]:
    """Return the names of the files in the results folder that are named like results."""
    directory = out / "results"
    if not directory.is_dir():
        return []
    return sorted(path.name for path in directory.iterdir() if re.fullmatch(OUR_FILES["results"], path.name))


def refuse_foreign_results(out: Path, parts: set[str]) -> None:
    """Check that the results of an unfinished run belong to its own partitions.

    Raises
    ------
    UsageError
        A file does not, and would be taken for a result.
    """
    foreign = [name for name in result_files(out) if name not in parts]
    if foreign:
        raise UsageError([_foreign_file(out / "results" / name) for name in foreign])


def _foreign_file(path: Path) -> Problem:
    return Problem(
        str(path), "This file is not of this batch, but would be taken for a part of its results.", NEW_FOLDER, code="changed"
    )
