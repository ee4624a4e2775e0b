"""Where the inputs of a batch are: its manifest names them, so that a folder alone says how it is calculated again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from glob import has_magic
from pathlib import Path
from typing import Any

from textile_pcf.batch.folder import changed_file, finished_manifest
from textile_pcf.batch.job import Job
from textile_pcf.batch.remote_files import is_address
from textile_pcf.batch.source_files import SourceFiles
from textile_pcf.batch.sources import input_hash, open_source
from textile_pcf.errors import InputError, Problem, UsageError
from textile_pcf.factors import FactorTable, load_factors
from textile_pcf.io.output_files import is_file, is_folder
from textile_pcf.io.resources import data_root, sha256_of
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.messages.message import Message
from textile_pcf.rules import RuleSet, load_rules
from textile_pcf.supply import Supply, load_supply


def input_paths(source: Any, job: Job) -> dict[str, Any]:
    """Return where activity data, rule, declared tables and supply of a batch are, from its folder, as the manifest has them.

    A shipped rule or table is `name@edition`. What is in memory only is None.

    Parameters
    ----------
    source : path, SourceFiles, DataFrame or pyarrow Table
    job : Job
    """
    out, shipped_rules = Path(job.out), data_root("rules").resolve()
    rule, supply = job.rules.path, job.supply
    if rule is not None and is_file(rule):
        is_shipped = rule.resolve().is_relative_to(shipped_rules)
        named = job.rules.name.partition(" ")[0] if is_shipped else _from(out, rule)
    else:
        named = None
    return {
        "activity": _activity(out, source),
        **({"activity_files": source.digests} if isinstance(source, SourceFiles) else {}),
        "rule": named,
        "factors": [
            table.label if table.shipped else _from(out, table.path) if table.path is not None else None
            for table in job.scenarios[0].factors.tables
        ],
        "supply": None if supply is None or not supply.sha256 else _from(out, Path(supply.name)),
    }


def _activity(out: Path, source: Any) -> Any:
    """Return the path of the activity data from the folder of a batch, a list of paths, or None."""
    if isinstance(source, SourceFiles):
        given = source.given
        if is_address(given):
            return given
        return _from(out, Path(given)) if isinstance(given, str) else [_from(out, Path(path)) for path in given]
    return _from(out, Path(source)) if isinstance(source, str | Path) else None


def _from(folder: Path, file: Path) -> str:
    """Return a path from a folder with `/`; the whole path where the file is on another drive."""
    try:
        path = os.path.relpath(file.resolve(), folder.resolve()).replace(os.sep, "/")
    except ValueError:
        return file.resolve().as_posix()
    return path if "/" in path else f"./{path}"


@dataclass(frozen=True)
class FinishedBatch:
    """A finished batch, and its inputs as they were when it was calculated.

    Attributes
    ----------
    folder : Path
        Folder of the batch.
    manifest : mapping
        Its manifest.
    activity : Path or list of Path
        File, folder, pattern or files of the activity data.
    rules : RuleSet
    factors : FactorTable
        Tables of the declared footprint.
    supply : Supply or None
    """

    folder: Path
    manifest: Mapping[str, Any]
    activity: Path | list[Path]
    rules: RuleSet
    factors: FactorTable
    supply: Supply | None

    @property
    def run(self) -> Mapping[str, Any]:
        """What decides the results, as the manifest has it."""
        run: Mapping[str, Any] = self.manifest["run"]
        return run

    @property
    def gwp(self) -> str:
        """Set of global warming potentials of the declared footprint."""
        return str(self.run["scenarios"][0]["gwp"])

    @property
    def biogenic(self) -> str:
        """Convention of biogenic carbon of the declared footprint."""
        return str(self.run["scenarios"][0]["biogenic"])

    @property
    def result_files(self) -> list[Path]:
        """Parquet files with the results, in order."""
        return [self.folder / name for name in sorted(self.manifest["files"]) if name.startswith("results/")]


def open_finished(folder: Path) -> FinishedBatch:
    """Return a finished batch with its inputs.

    Parameters
    ----------
    folder : Path
        Folder of the batch.

    Raises
    ------
    UsageError
        No batch was finished there, or an input was in memory only or is missing.
    InputError
        An input has changed since the batch was calculated.
    """
    where, manifest = escape_controls(str(folder)), finished_manifest(folder)
    if "repriced" in manifest["run"]:
        what, cure = (
            "These results are of new factors for a finished batch.",
            "Calculate a batch with these tables, and name that.",
        )
        raise UsageError([Problem(where, what, cure, code="repriced")])
    inputs = manifest.get("inputs") or {}
    wanted = [inputs.get("activity"), inputs.get("rule"), *(inputs.get("factors") or [None])]
    if None in wanted or ("supply" in manifest["run"] and inputs.get("supply") is None):
        what, cure = "An input of this batch was in memory only.", "Write it to a file, and calculate the batch from there."
        raise UsageError([Problem(where, what, cure, code="in-memory")])
    run = manifest["run"]
    opened = FinishedBatch(
        folder,
        manifest,
        _opened_activity(folder, inputs["activity"], where),
        load_rules(_named(folder, inputs["rule"]), run.get("boundary")),
        load_factors(*(_named(folder, name) for name in inputs["factors"])),
        load_supply(_file(folder, inputs["supply"], where)) if "supply" in run else None,
    )
    changed = [*_changed_inputs(opened), *_changed_results(opened)]
    if changed:
        raise InputError(changed)
    return opened


def _named(folder: Path, name: str) -> str | Path:
    return name if "/" not in name else folder / name


def _opened_activity(folder: Path, given: str | list[str], where: str) -> Path | list[Path]:
    """Return where the activity data of a batch are."""
    if is_address(given):
        what, cure = (
            "The activity data of this batch are at an address.",
            "Copy them to files, and calculate the batch from there.",
        )
        raise UsageError([Problem(where, what, cure, code="address")])
    if isinstance(given, list):
        return [_file(folder, name, where) for name in given]
    return folder / given if is_folder(folder / given) or has_magic(given) else _file(folder, given, where)


def _file(folder: Path, name: str, where: str) -> Path:
    path = folder / name
    if not is_file(path):
        what = Message("The file {path} is missing.", path=name)
        raise UsageError([Problem(where, what, "Put it back where it was when the batch was calculated.", code="file")])
    return path


def _changed_inputs(batch: FinishedBatch) -> Iterator[Problem]:
    """Yield a problem for each input that is not the one that the results were calculated from."""
    run = batch.run
    tables = [table["sha256"] for table in run["scenarios"][0]["factors"]]
    same = {
        "activity": input_hash(open_source(batch.activity)) == run["source_sha256"],
        "rule": batch.rules.sha256 == run["rule_sha256"],
        "factors": [table.sha256 for table in batch.factors.tables] == tables,
        "supply": batch.supply is None or batch.supply.sha256 == run["supply"]["sha256"],
    }
    for name, unchanged in same.items():
        if not unchanged:
            what = Message("The input {name} has changed since the batch was calculated.", name=name)
            cure = "Take the files as they were, or calculate the batch again in a new folder."
            yield Problem(escape_controls(str(batch.folder)), what, cure, code="changed")


def _changed_results(batch: FinishedBatch) -> Iterator[Problem]:
    """Yield a problem for each result file that is missing or not as the batch wrote it."""
    for path in batch.result_files:
        name = path.relative_to(batch.folder).as_posix()
        if not is_file(path) or sha256_of(path) != batch.manifest["files"][name]:
            yield changed_file(escape_controls(str(path)))
