"""`diff_batch`: why the footprints of a catalogue changed, product by product, from two folders of `calculate_batch`."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.batch.atomic_files import MANIFEST, part_name, read_json, write_atomically, write_json
from textile_pcf.batch.inputs import FinishedBatch, open_finished
from textile_pcf.comparison.differences import BOTH, CODE, NEGLIGIBLE, NEW, REMOVED
from textile_pcf.comparison.inputs import GROUPS, rule_key
from textile_pcf.comparison.mixed_results import joints, players_of
from textile_pcf.comparison.mixed_totals import MixedTotals, stored_totals
from textile_pcf.comparison.shapley import shapley_effects
from textile_pcf.errors import InputError, Problem, UsageError
from textile_pcf.io.output_files import as_path, is_folder
from textile_pcf.io.resources import sha256_of
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.messages.message import Message

RUNS, EFFECTS, PARTS = "runs", "effects", "part-*.parquet"
PART = 100_000
"""Products of a file of effects."""


@dataclass(frozen=True)
class BatchDiff:
    """Change of the footprints of a catalogue, and the effect of each group of inputs on it.

    Attributes
    ----------
    out : Path
        Folder with `effects/part-*.parquet`.
    unit : str
        Unit of the products.
    differing : tuple of str
        Groups of inputs that differ.
    together : tuple of str
        Groups that have one effect together for some products.
    counts : dict
        Number of products by status: `both`, `new`, `removed`.
    """

    out: Path
    unit: str
    differing: tuple[str, ...]
    together: tuple[str, ...]
    counts: dict[str, int]

    @property
    def files(self) -> list[Path]:
        """Parquet files with the effects, in order."""
        return sorted((self.out / EFFECTS).glob(PARTS))

    def read(self) -> Any:
        """Return product, status, old, new, change and effects of all products. [kg CO2e per product unit]

        Returns
        -------
        pyarrow.Table
            One row per product; products of the old run first.
        """
        import pyarrow as pa
        from pyarrow import parquet

        return pa.concat_tables(parquet.read_table(file) for file in self.files)

    def to_dict(self) -> dict[str, Any]:
        """Return what the command line prints with `--format json`.

        Returns
        -------
        dict
            `unit`, `differing`, `together`, `counts`, `files`.
        """
        return {
            "unit": self.unit,
            "differing": list(self.differing),
            "together": list(self.together),
            "counts": self.counts,
            "files": [file.relative_to(self.out).as_posix() for file in self.files],
        }


def diff_batch(old_folder: str | Path, new_folder: str | Path, *, out: str | Path, workers: int | None = None) -> BatchDiff:
    """Split the changes between two batches into effects of activity data, factors, rule, GWP set, convention and supply.

    The mixed runs of only the groups that differ are calculated by `calculate_batch`, partition by partition. An interrupted
    call continues if it is made again.

    Parameters
    ----------
    old_folder, new_folder : str or Path
        Folders of finished batches whose inputs were files and have not changed.
    out : str or Path
        Folder for the effects; it is made if it does not exist.
    workers : int, optional
        As for `calculate_batch`.

    Returns
    -------
    BatchDiff
        Effects that add up to the change of each product.

    Raises
    ------
    UsageError
        A folder holds no finished batch or is at an address, an input was in memory only, or `out` holds something else or
        files of effects that were changed.
    InputError
        The units of the products differ, or an input has changed since.

    Notes
    -----
    Where a product has no footprint in some mixed run, groups stand together for this product, in the order of `diff`.

    Examples
    --------
    >>> import tempfile
    >>> import textile_pcf as tp
    >>> folder = Path(tempfile.mkdtemp())
    >>> for gwp in ("AR5", "AR6"):
    ...     _ = tp.calculate_batch("examples/cotton_poplin/activity.csv", "cotton_fabric@2026.1", gwp=gwp,
    ...                            out=folder / gwp, progress=False)
    >>> change = diff_batch(folder / "AR5", folder / "AR6", out=folder / "change")
    >>> change.differing, change.counts
    (('gwp',), {'both': 1, 'new': 0, 'removed': 0})
    """
    folder = as_path(out, "out")
    old, new = (open_finished(as_path(batch, "folder")) for batch in (old_folder, new_folder))
    _check(old, new)
    differing = differing_inputs(old, new)
    identity = {"old": old.run, "new": new.run}
    finished = _finished(folder, identity)
    if finished is not None:
        return finished
    values = MixedTotals(old, new, differing, folder / RUNS, workers)
    together, counts = _write_effects(folder, (old, new), values)
    manifest = {"diff": identity, "unit": old.rules.product_unit.text, "differing": differing, "together": together}
    write_json(folder / MANIFEST, {**manifest, "counts": counts, "files": _part_hashes(folder)})
    shutil.rmtree(folder / RUNS, ignore_errors=True)
    for left in (folder / EFFECTS).glob(".*.new"):  # by a call that was killed
        left.unlink(missing_ok=True)
    return BatchDiff(folder, old.rules.product_unit.text, differing, together, counts)


def _check(old: FinishedBatch, new: FinishedBatch) -> None:
    """Refuse batches whose results are lines, and products in different units."""
    for batch in (old, new):
        if batch.run["results"] != "stages":
            what, cure = "The results of this batch are lines, not products.", 'Calculate it with results="stages".'
            raise UsageError([Problem(str(batch.folder), what, cure, code="results")])
    before, after = old.rules.product_unit, new.rules.product_unit
    if (before.dimensions, before.factor) != (after.dimensions, after.factor):
        what = Message("The unit of the products differs: {first} and {second}.", first=before.text, second=after.text)
        cure = "A change can be explained for one declared unit only."
        raise InputError([Problem("diff (unit)", what, cure, code="not-comparable")])


def differing_inputs(old: FinishedBatch, new: FinishedBatch) -> tuple[str, ...]:
    """Return the groups of inputs that differ between two batches.

    Parameters
    ----------
    old, new : FinishedBatch
    """
    keys = [
        {
            "activity": batch.run["source_sha256"],
            "factors": tuple(table.sha256 for table in batch.factors.tables),
            "rule": rule_key(batch.rules),
            "gwp": batch.gwp,
            "biogenic": batch.biogenic,
            "supply": None if batch.supply is None else batch.supply.sites,
        }
        for batch in (old, new)
    ]
    return tuple(group for group in GROUPS if keys[0][group] != keys[1][group])


def _finished(folder: Path, identity: dict[str, Any]) -> BatchDiff | None:
    """Return the diff of the same batches where it is finished; refuse a folder that holds something else."""
    manifest = read_json(folder / MANIFEST)
    if manifest is None:
        others = [path.name for path in folder.iterdir() if path.name not in (RUNS, EFFECTS)] if is_folder(folder) else []
        if not others:
            return None
    elif manifest.get("diff") == identity:
        if not _is_complete(folder, manifest.get("files")):
            return None
        found = {name: tuple(manifest[name]) for name in ("differing", "together")}
        return BatchDiff(folder, manifest["unit"], **found, counts=manifest["counts"])
    what = "This folder holds something else."
    raise UsageError([Problem(str(folder), what, "Name an empty or a new folder for the results.", code="folder")])


def _part_hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of effects, by path from the folder."""
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in sorted((folder / EFFECTS).glob(PARTS))}


def _is_complete(folder: Path, files: dict[str, str] | None) -> bool:
    """Whether all files of effects are there; refuse those that were changed, which would be lost.

    Releases up to 0.2.0 kept no hashes: effects of theirs are calculated again.
    """
    if files is None:
        return False
    found = _part_hashes(folder)
    changed = [name for name, sha256 in found.items() if files.get(name) != sha256]
    if changed:
        what, cure = "This file is not as it was written.", "Name an empty or a new folder for the results."
        raise UsageError([Problem(escape_controls(str(folder / name)), what, cure, code="changed") for name in changed])
    return len(found) == len(files)


def effects_of(values: FloatArray, differing: tuple[str, ...]) -> dict[str, FloatArray]:
    """Return the effect of each group, or of groups together, on each product; NaN where it does not play.

    Parameters
    ----------
    values : ndarray, shape (2**groups, products)
        Totals by the groups that are of the new run; NaN where there is none. [kg CO2e per product unit]
    differing : tuple of str
        The groups, by bit.

    Examples
    --------
    The second product has no result with new activity data under the old rule, so both have one effect together.

    >>> values = np.array([[6.0, 6.0], [5.0, np.nan], [8.0, 8.0], [7.0, 7.0]])
    >>> {name: effect.tolist() for name, effect in effects_of(values, ("activity", "rule")).items()}
    {'activity': [-1.0, nan], 'rule': [2.0, nan], 'activity+rule': [nan, 1.0]}
    """
    effects: dict[str, FloatArray] = {}
    left = np.isfinite(values[0]) & np.isfinite(values[-1])
    for joint in joints(differing):
        players = tuple(players_of(differing, joint))
        rows = [_mask_of(players, chosen, differing) for chosen in range(1 << len(players))]
        solved = left & np.isfinite(values[rows]).all(axis=0)
        if not solved.any():
            continue
        for player, effect in zip(
            players, shapley_effects(values[np.ix_(np.array(rows), np.flatnonzero(solved))]), strict=True
        ):
            column = effects.setdefault("+".join(player), np.full(values.shape[1], np.nan))
            column[solved] = effect
        left = left & ~solved
    return effects


def _mask_of(players: Sequence[tuple[str, ...]], chosen: int, differing: tuple[str, ...]) -> int:
    """Return the mask of groups of some players."""
    groups = {group for number, player in enumerate(players) if chosen >> number & 1 for group in player}
    return sum(1 << number for number, group in enumerate(differing) if group in groups)


def _write_effects(
    out: Path, batches: tuple[FinishedBatch, FinishedBatch], mixed: MixedTotals
) -> tuple[tuple[str, ...], dict[str, int]]:
    """Write the files of effects; return the groups that stand together, and the number of products by status.

    Only the totals that the batches wrote are in memory; those of mixed runs are read for the products of one file at a time.
    """
    from pyarrow import parquet

    before, after = (stored_totals(batch, mixed.products) for batch in batches)
    before = np.concatenate([before, np.full(len(mixed.products) - len(before), np.nan)])
    rows = np.flatnonzero(np.isfinite(before) | np.isfinite(after))
    pieces = [rows[first : first + PART] for first in range(0, max(len(rows), 1), PART)]
    found = set().union(*(_effects(mixed, before, after, piece) for piece in pieces))
    names = [name for joint in joints(mixed.differing) for name in map("+".join, players_of(mixed.differing, joint))]
    effects = [name for name in dict.fromkeys(names) if name in found]
    counts = dict.fromkeys((BOTH, NEW, REMOVED), 0)
    for number, piece in enumerate(pieces):
        table = _effect_table(mixed, before, after, piece, effects)
        for status in table["status"].to_pylist():
            counts[status] += 1
        write_atomically(out / EFFECTS / f"{part_name(number)}.parquet", partial(parquet.write_table, table))
    return tuple(name for name in effects if "+" in name), counts


def _values(mixed: MixedTotals, rows: IndexArray) -> FloatArray:
    """Return the totals of the mixed runs of some products, ascending, shape (2**groups, products)."""
    first, last = (int(rows[0]), int(rows[-1]) + 1) if len(rows) else (0, 0)
    return mixed.values(first, last)[:, rows - first]


def _effects(mixed: MixedTotals, before: FloatArray, after: FloatArray, rows: IndexArray) -> dict[str, FloatArray]:
    shared = np.isfinite(before[rows]) & np.isfinite(after[rows])
    return effects_of(np.where(shared, _values(mixed, rows), np.nan), mixed.differing)


def _effect_table(mixed: MixedTotals, before: FloatArray, after: FloatArray, rows: IndexArray, names: list[str]) -> Any:
    """Return product, status, totals, change and effects of some products."""
    import pyarrow as pa

    values, effects = _values(mixed, rows), _effects(mixed, before, after, rows)
    old, new, nothing = before[rows], after[rows], np.full(len(rows), np.nan)
    code = (new - values[-1]) - (old - values[0])
    negligible = np.abs(code) <= NEGLIGIBLE * np.fmax(np.abs(old), np.abs(new))
    status = np.where(np.isfinite(old) & np.isfinite(new), BOTH, np.where(np.isfinite(old), REMOVED, NEW))
    columns = {"old": old, "new": new, "change": new - old, **{name: effects.get(name, nothing) for name in names},
               CODE: np.where(negligible, 0.0, code)}  # fmt: skip
    return pa.table(
        {"product": mixed.products.names.take(pa.array(rows)).cast(pa.string()), "status": pa.array(status, pa.string())}
        | {name: pa.array(column, from_pandas=True) for name, column in columns.items()}
    )
