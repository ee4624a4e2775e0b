"""Earlier results that are read from their files: calculated again from a lock, or as they were saved."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from textile_pcf.audit.batch_locks import batch_folder
from textile_pcf.audit.bundles import is_bundle, open_lock
from textile_pcf.audit.canonical import read_json
from textile_pcf.audit.load_saved import load_result
from textile_pcf.audit.lock_document import WRITTEN
from textile_pcf.audit.saved_footprint import SavedFootprint
from textile_pcf.audit.verification import locked_result, verify
from textile_pcf.errors import InputError, Problem, UsageError
from textile_pcf.messages.message import Message
from textile_pcf.results import Footprint


class StoredRun(NamedTuple):
    """An earlier result, and its totals as they were stored.

    Attributes
    ----------
    result : Footprint
        Calculated again from its lock, or a saved result.
    totals : dict of str to float
        Totals by product. [kg CO2e per product unit]
    """

    result: Footprint
    totals: dict[str, float]

    @property
    def has_inputs(self) -> bool:
        """Whether the result can be calculated again under other inputs; a saved result cannot."""
        return not isinstance(self.result, SavedFootprint)


def read_run(path: Path) -> StoredRun:
    """Calculate the run of a lock again.

    Parameters
    ----------
    path : Path
        A lock, or a bundle.

    Raises
    ------
    InputError
        Lock or inputs are not as they were written: what was locked is not known any more.
    UsageError
        There is no such file, or it is the lock of a batch.
    """
    if batch_folder(path) is not None:
        what, cure = "This is the lock of a batch, not of a result.", "Compare batches with diff_batch, or lock a result."
        raise UsageError([Problem(str(path), what, cure, code="lock-form")])
    with open_lock(path) as opened:
        totals = {product: entry.total for product, entry in opened.lock.document.results.products.items()}
    check = verify(path)
    changed = [file.path for file in check.files if file.status == "changed" and file.role != WRITTEN]
    cure = "Take the lock and the files as they were written, or lock the run again."
    if changed:
        what = Message("Files changed since the lock was written: {names}.", names=", ".join(changed))
        raise InputError([Problem(str(path), what, cure, code="lock-files")])
    if not check.sealed:
        raise InputError([Problem(str(path), "The lock was changed since it was written.", cure, code="lock-form")])
    return StoredRun(locked_result(path), totals)


def read_lock_or_result(path: Path) -> StoredRun:
    """Return an earlier result from its lock, its bundle, or the file that `result.save` wrote.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    InputError
        It is neither, was changed, or is of a later form.
    UsageError
        There is no such file.
    """
    if path.suffix.lower() == ".parquet" or (not is_bundle(path) and _is_saved(path)):
        result = load_result(path)
        return StoredRun(result, dict(zip(result.products, result.totals.tolist(), strict=True)))
    return read_run(path)


def _is_saved(path: Path) -> bool:
    data = read_json(path, "lock-form").data
    return isinstance(data, dict) and "result" in data and "lock" not in data
