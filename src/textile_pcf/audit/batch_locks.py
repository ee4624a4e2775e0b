"""Locks of batches: hashes of all inputs and of the result files, which stay in the folder of the batch."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.audit.bundles import BUNDLE_ENDING, open_lock
from textile_pcf.audit.inputs import batch_files, locked_file, paths_by_role
from textile_pcf.audit.lock_document import (
    FORM,
    TOLERANCE,
    BatchLockDocument,
    results_sha256,
    sealed_text,
)
from textile_pcf.audit.locked_results import FLOOR, Distance
from textile_pcf.batch.folder import EDITABLE, changed_file
from textile_pcf.batch.inputs import FinishedBatch, open_finished
from textile_pcf.batch.run import calculate_batch
from textile_pcf.errors import InputError, PcfError, PcfWarning, Problem, UsageError
from textile_pcf.io.arrow_faults import parquet_errors
from textile_pcf.io.output_files import is_file, refuse_inputs, write_atomically
from textile_pcf.io.resources import sha256_of
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.results.environment import environment

RESULTS = "results/"


def lock_batch(folder: Path, out: Path) -> Path:
    """Write the lock of a finished batch.

    Parameters
    ----------
    folder : Path
        Folder of the batch.
    out : Path
        File to write.

    Raises
    ------
    UsageError
        No batch was finished there, an input was in memory only, or a scenario has tables of its own.
    InputError
        An input or a result file has changed since.
    """
    where, batch = f"lock {out}", open_finished(folder)
    if out.suffix.lower() == BUNDLE_ENDING:
        what, cure = "A bundle holds no batch.", "Name a file such as NAME.lock; the results stay in the folder of the batch."
        raise UsageError([Problem(where, what, cure, code="usage")])
    _refuse_other_tables(batch, where)
    files = batch_files(batch)
    refuse_inputs(out, [*(file.path for file in files), *batch.result_files], where)
    results = {
        "folder": Path(os.path.relpath(folder.resolve(), out.parent.resolve())).as_posix(),
        "manifest": dict(batch.run),
        "parts": {name: digest for name, digest in batch.manifest["files"].items() if name != EDITABLE},
        "counts": batch.manifest["counts"],
    }
    document = batch.rules.document
    text = sealed_text(
        {
            "lock": FORM,
            "name": out.stem,
            "made": environment(),
            "options": {"gwp": batch.gwp, "biogenic": batch.biogenic, "electricity": document.electricity.declared},
            "rule": {"rule": document.rule, "edition": document.edition, "boundary": batch.rules.boundary,
                     "unit": batch.rules.product_unit.text},
            "files": [locked_file(file, out.parent).model_dump() for file in files],
            "results": {**results, "sha256": results_sha256(results)},
            "tolerance": TOLERANCE,
        }
    )  # fmt: skip
    write_atomically(out, lambda draft: draft.write_bytes(text.encode()), where)
    return out


def _refuse_other_tables(batch: FinishedBatch, where: str) -> None:
    """Refuse a batch with scenarios whose tables are not those of the declared footprint: the folder does not name them."""
    declared, *others = batch.run["scenarios"]
    if any(scenario["factors"] != declared["factors"] for scenario in others):
        what, cure = "A scenario of this batch has tables of its own.", "Lock a batch of the declared footprint only."
        raise UsageError([Problem(where, what, cure, code="lock-inputs")])


def batch_folder(path: Path) -> Path | None:
    """Return the folder of the batch that a lock is of; None if it is the lock of a result.

    Parameters
    ----------
    path : Path
        A lock.

    Raises
    ------
    InputError
        The lock was changed since it was written.
    """
    with open_lock(path) as opened:
        document = opened.lock.document
        if not isinstance(document, BatchLockDocument):
            return None
        if not opened.lock.sealed:
            cure = "Take the lock and the files as they were written, or lock the run again."
            raise InputError([Problem(str(path), "The lock was changed since it was written.", cure, code="lock-form")])
        return opened.folder / document.results.folder


def changed_parts(document: BatchLockDocument, folder: Path) -> list[Problem]:
    """Return a problem for each file of results that is not as it was locked.

    Parameters
    ----------
    document : BatchLockDocument
    folder : Path
        Folder of the batch.

    Raises
    ------
    UsageError
        Files are missing.
    """
    missing = [name for name in document.results.parts if not is_file(folder / name)]
    if missing:
        what, cure = "This file of the batch is missing.", "Put it back where the lock names it."
        raise UsageError(Problem(escape_controls(str(folder / name)), what, cure, code="file") for name in missing)
    return [
        changed_file(escape_controls(str(folder / name)))
        for name, digest in document.results.parts.items()
        if sha256_of(folder / name) != digest
    ]


def recompute_batch(
    document: BatchLockDocument, paths: Sequence[Path], folder: Path
) -> tuple[bool, list[Distance], list[Problem]]:
    """Calculate a batch again and compare its result files with those in the folder.

    Parameters
    ----------
    document : BatchLockDocument
    paths : sequence of Path
        The file of each entry of `document.files`.
    folder : Path
        Folder of the batch.

    Returns
    -------
    tuple
        Whether every file is the same bit for bit; the products that differ; why it cannot be calculated.
    """
    with tempfile.TemporaryDirectory(prefix="textile-pcf-") as name:
        again = Path(name) / "batch"
        try:
            _calculate_again(document, paths, again)
            parts = [part for part in document.results.parts if part.startswith(RESULTS)]
            if all(is_file(again / part) and sha256_of(again / part) == document.results.parts[part] for part in parts):
                return True, [], []
            return False, list(_distances(folder, again, parts)), []
        except PcfError as error:
            return False, [], list(error.distinct)


def _calculate_again(document: BatchLockDocument, paths: Sequence[Path], out: Path) -> None:
    by_role, run = paths_by_role(document, paths), document.results.manifest
    declared, *others = run.scenarios
    spread = None if run.uncertainty is None else run.uncertainty.model_dump()
    if spread is not None and not spread["draws"]:
        del spread["draws"]  # the closed form
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PcfWarning)  # the batch was calculated and warned of before
        calculate_batch(
            by_role["activity"][0], by_role["rule"][0], by_role["factors"], out=out, results=run.results,
            on_error=run.on_error, units=run.units, gwp=declared.gwp, biogenic=declared.biogenic, boundary=run.boundary,
            supply=by_role["supply"][0] if by_role["supply"] else None, uncertainty=spread,
            scenarios={one.name: {"gwp": one.gwp, "biogenic": one.biogenic} for one in others},
            quality=run.quality, partition_rows=run.partition_rows, progress=False,
        )  # fmt: skip


def _distances(folder: Path, again: Path, parts: Sequence[str]) -> Iterator[Distance]:
    """Yield the products of which any number differs; products are joined by id."""
    locked, recomputed = (_rows(one, parts) for one in (folder, again))
    for product in dict.fromkeys((*locked, *recomputed)):
        one, other = locked.get(product), recomputed.get(product)
        if one is None or other is None or one.shape != other.shape:
            yield Distance(product, None if one is None else float(one[0]), None if other is None else float(other[0]), 1.0)
            continue
        relative = _relative(one, other)
        if relative:
            yield Distance(product, float(one[0]), float(other[0]), relative)


def _rows(folder: Path, parts: Sequence[str]) -> Mapping[str, FloatArray]:
    """Return the numbers of each product, its total first; of lines those of all its lines."""
    from pyarrow import parquet

    found: dict[str, FloatArray] = {}
    for part in parts:
        if not is_file(folder / part):
            continue
        with parquet_errors(str(folder / part)):
            table: Any = parquet.read_table(folder / part)
        if "product" not in table.column_names:
            what, cure = "This is no result of a batch.", "Calculate the batch again in a new folder."
            raise InputError([Problem(escape_controls(str(folder / part)), what, cure, code="lock-form")])
        columns = [field.name for field in table.schema if str(field.type) == "double"]
        numbers = np.column_stack([table[name].to_numpy().astype(np.float64) for name in columns])
        for product, row in zip(table["product"].to_pylist(), numbers, strict=True):
            found[product] = np.concatenate([found[product], row]) if product in found else row
    return found


def _relative(one: FloatArray, other: FloatArray) -> float:
    """Return the largest relative difference of the numbers of a product. [1]"""
    floor = FLOOR * max(float(np.nanmax(np.abs(each), initial=0.0)) for each in (one, other))
    largest = np.maximum(np.maximum(np.abs(one), np.abs(other)), floor)
    apart = np.abs(one - other) / np.where(largest > 0, largest, 1.0)
    unknown = np.isnan(one) != np.isnan(other)
    return 1.0 if unknown.any() else float(np.nanmax(apart, initial=0.0))
