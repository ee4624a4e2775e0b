"""Results at `s3://`, `gs://` or `abfs://`: a batch works in a folder of this machine, and its finished files are uploaded."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from textile_pcf.batch.arguments import refuse_output_in_source
from textile_pcf.batch.atomic_files import MANIFEST, read_json, write_atomically
from textile_pcf.batch.finalize import CHINESE
from textile_pcf.batch.folder import EDITABLE, MAX_NAMES, NEW_FOLDER, changed_file, refuse_other_run, rows_of_run
from textile_pcf.batch.remote_files import RemoteFiles, is_address, open_file_system, remote_errors, shown_address
from textile_pcf.errors import PcfError, Problem, UsageError
from textile_pcf.io.output_files import as_path, is_file
from textile_pcf.io.resources import sha256_of
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.messages.message import Message

WRITABLE = ("s3", "gs", "abfs")
OPENING = ".manifest.json.new"
"""Object that names the run from its beginning until its manifest is there."""


@dataclass
class RemoteFolder:
    """A folder at an address, and the folder of this machine in which the batch works.

    Attributes
    ----------
    name : str
        The address without secrets.
    system : fsspec.AbstractFileSystem
        Where the folder is.
    path : str
        Path of the folder in `system`.
    local : Path
        Folder of this machine.
    """

    name: str
    system: Any
    path: str
    local: Path
    others: set[str] = field(default_factory=set)
    """Objects that were there when the run was opened, by name in the folder."""
    uploading: bool = False

    def rows_of_same_job(self, identity: Mapping[str, Any]) -> int | None:
        """Return the rows of a partition of the batch in the folder if it is the same job; None if there is none."""
        return rows_of_run(self._run(), identity)

    def _run(self) -> Any:
        """Return what decided the results of the batch that the folder holds or that has reserved it; None if there is none."""
        return (self._read(MANIFEST) or {}).get("run") or (self._read(OPENING) or {}).get("run")

    def open(self, identity: Mapping[str, Any]) -> None:
        """Check that the folder is empty or holds this run, reserve it for this run, and fetch what a finished run lacks here.

        Raises
        ------
        UsageError
            The folder holds another run or other files, or cannot be written.
        """
        self.others = self._list() - {OPENING}
        manifest, run = self._read(MANIFEST) or {}, self._run()
        if run is not None:
            refuse_other_run(self.name, run, identity)
        elif self.others:
            shown = ", ".join(sorted(self.others)[:MAX_NAMES]) + (", …" if len(self.others) > MAX_NAMES else "")
            what = Message("This folder is not empty, and no batch wrote it: it holds {names}.", names=shown)
            raise UsageError([Problem(self.name, what, "Name an empty or a new folder for the results.", code="folder")])
        if "counts" not in manifest:
            self._reserve(identity)
            return
        here = read_json(self.local / MANIFEST) or {}
        refuse_other_run(str(self.local), here.get("run", identity), identity)
        if "counts" not in here:
            self._fetch(manifest)

    def upload(self) -> None:
        """Copy the files of the finished batch to the folder, its manifest last. Nothing is done if they are there.

        Raises
        ------
        UsageError
            The folder cannot be written, or holds a part of other results.
        """
        manifest = read_json(self.local / MANIFEST) or {}
        names = sorted(_file_names(manifest, self.local), key=lambda name: (not name.startswith("results/"), name))
        there = self._list()
        foreign = sorted(name for name in there if name.startswith("results/") and name not in names)
        if foreign:
            what = "This file is not of this batch, but would be taken for a part of its results."
            raise UsageError([Problem(f"{self.name}/{name}", what, NEW_FOLDER, code="changed") for name in foreign])
        if {*names, MANIFEST} <= there:
            return
        self.uploading = True
        self._reserve(manifest["run"])
        for name in (*names, MANIFEST):
            with _writing(f"{self.name}/{name}"):
                self.system.put_file(str(self.local / name), f"{self.path}/{name}")
        self._release()

    @contextmanager
    def reserved(self) -> Iterator[None]:
        """Make the folder of this machine; give the address free again if the run is refused before anything is uploaded."""
        _make_private(self.local)
        try:
            yield
        except PcfError:
            if not self.uploading and not self.others:
                self._release()
            raise

    def _list(self) -> set[str]:
        """Return the names of the objects in the folder."""
        with _writing(self.name):
            self.system.invalidate_cache()
            found = self.system.find(self.path)
        return {path.removeprefix(self.path).lstrip("/") for path in found} - {""}

    def _read(self, name: str) -> dict[str, Any] | None:
        """Return the object of a JSON file; None if there is none."""
        with _writing(f"{self.name}/{name}"):
            try:
                data = json.loads(self.system.cat_file(f"{self.path}/{name}"))
            except (FileNotFoundError, ValueError):
                return None
        return data if isinstance(data, dict) else None

    def _reserve(self, identity: Mapping[str, Any]) -> None:
        """Write which run this folder is for; it also shows that the folder can be written before anything is calculated."""
        text = json.dumps({"run": identity}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        with _writing(self.name):
            self.system.pipe_file(f"{self.path}/{OPENING}", text.encode("utf-8", "backslashreplace"))

    def _release(self) -> None:
        with suppress(Exception):  # the right to remove may be missing; the manifest counts then
            self.system.rm_file(f"{self.path}/{OPENING}")

    def _fetch(self, manifest: Mapping[str, Any]) -> None:
        """Copy the files of a finished run to this machine, its manifest last. Missing ones are left to be calculated again.

        Raises
        ------
        UsageError
            A file is not as the batch wrote it.
        """
        hashes = {**manifest.get("files", {}), **manifest.get("weights", {}), **manifest.get("fingerprints", {})}
        there = self._list()
        weights = [str(Path(name).with_suffix(".parquet").as_posix()) for name in manifest.get("weights", {})]
        for name in (*hashes, *weights, CHINESE, MANIFEST):
            path = self.local / name
            if name not in there or (is_file(path) and name != MANIFEST and hashes.get(name) == sha256_of(path)):
                continue
            with _writing(f"{self.name}/{name}"):
                write_atomically(path, partial(self.system.get_file, f"{self.path}/{name}"))
            if name in hashes and name != EDITABLE and sha256_of(path) != hashes[name]:
                path.unlink()
                raise UsageError([changed_file(f"{self.name}/{name}", NEW_FOLDER)])


def split_output(out: Any, local: Any) -> tuple[Any, str]:
    """Return the folder in which a batch works, and the address of its results; "" for a folder of this machine.

    Parameters
    ----------
    out : path or address
    local : path, optional
        Folder to work in if `out` is an address.

    Raises
    ------
    UsageError
        `local` is given and `out` is no address.
    """
    if not is_address(out):
        if local is not None:
            what = "A folder to work in belongs to results at an address, such as s3://bucket/folder."
            raise UsageError([Problem("local", what, "Leave it out, or name an address for the results.", code="local")])
        return out, ""
    if local is not None:
        return as_path(local, "local"), out
    digest = hashlib.sha256(shown_address(out).rstrip("/").encode("utf-8", "backslashreplace")).hexdigest()
    return Path(tempfile.gettempdir()) / f"textile_pcf-{getpass.getuser()}-{digest[:16]}", out


def open_remote_folder(address: str, local: Path, source: Any) -> RemoteFolder | None:
    """Check that results and activity data are apart, and return the folder at an address; None for "".

    Parameters
    ----------
    address : str
        From `split_output`.
    local : Path
        Folder to work in.
    source : Any
        Activity data, which must not be in the folder of the results, nor around it.

    Raises
    ------
    UsageError
        Nothing can be written to such an address, a package is not installed, or the source is not apart from it.
    """
    refuse_output_in_source(local, source)
    if not address:
        return None
    name = shown_address(address).rstrip("/")
    system, path = open_file_system(
        address,
        WRITABLE,
        "Results cannot be written to {protocol}:// addresses.",
        "Writing to {protocol}:// needs fsspec and {package}.",
    )
    path = path.rstrip("/")
    if not path:
        what, cure = "This address names no bucket.", "Write it as s3://bucket/folder."
        raise UsageError([Problem(name, what, cure, code="address")])
    if isinstance(source, RemoteFiles):
        around = source.is_folder and f"{name}/".startswith(f"{source.name.rstrip('/')}/")
        if around or any(file.label.startswith(f"{name}/") for file in source.files):
            what = Message("The folder of the results and the activity data in {source} are not apart.", source=source.name)
            raise UsageError([Problem(name, what, "Name a folder outside of it.", code="folder")])
    return RemoteFolder(name, system, path, local)


def _file_names(manifest: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """Yield the files of a finished batch, without its manifest and its log."""
    yield from manifest.get("files", {})
    for name in manifest.get("weights", {}):
        yield name
        yield Path(name).with_suffix(".parquet").as_posix()
    yield from manifest.get("fingerprints", {})
    if (folder / CHINESE).is_file():
        yield CHINESE


def _make_private(folder: Path) -> None:
    """Make a folder that others of this machine cannot read, and refuse one that another user has made there.

    Raises
    ------
    UsageError
        It is another user's. A folder that cannot be made is refused by the batch.
    """
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True)
    if hasattr(os, "getuid") and os.path.lexists(folder) and folder.lstat().st_uid != os.getuid():
        what, cure = "This folder belongs to another user.", "Name a folder of your own with `local`."
        raise UsageError([Problem(escape_controls(str(folder)), what, cure, code="folder")])


def _writing(name: str) -> Any:
    return remote_errors(
        name,
        ("There is no such bucket or container.", "Make it, or name another."),
        "Nothing can be written to this address ({reason}).",
    )
