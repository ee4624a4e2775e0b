"""`diff_batch`: why the footprints of a catalogue changed, product by product, from two folders of `calculate_batch`."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product as combinations
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.batch.atomic_files import MANIFEST, part_name, read_json, write_atomically, write_json
from textile_pcf.batch.inputs import FinishedBatch, open_finished
from textile_pcf.batch.run import calculate_batch
from textile_pcf.comparison.differences import BOTH, CODE, NEGLIGIBLE, NEW, REMOVED
from textile_pcf.comparison.inputs import GROUPS, rule_key
from textile_pcf.comparison.mixed_results import joints, players_of
from textile_pcf.comparison.shapley import shapley_effects
from textile_pcf.errors import InputError, PcfWarning, Problem, UsageError
from textile_pcf.io.output_files import as_path, is_folder
from textile_pcf.messages.message import Message

RUNS, EFFECTS = "runs", "effects"
PART = 100_000
"""Products of a file of effects."""
PASSES = ("activity", "factors", "rule", "supply")
"""Groups that need a pass of their own over the activity data; the others are scenarios of one pass."""


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
        return sorted((self.out / EFFECTS).glob("part-*.parquet"))

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
        A folder holds no finished batch, an input was in memory only, or `out` holds something else.
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
    old, new = (open_finished(as_path(folder, "folder")) for folder in (old_folder, new_folder))
    _check(old, new)
    folder = as_path(out, "out")
    differing = differing_inputs(old, new)
    identity = {"old": old.run, "new": new.run}
    finished = _finished(folder, identity)
    if finished is not None:
        return finished
    values = _MixedTotals(old, new, differing, folder / RUNS, workers)
    together, counts = _write_effects(folder, (old, new), values)
    manifest = {"diff": identity, "unit": old.rules.product_unit.text, "differing": differing, "together": together}
    write_json(folder / MANIFEST, {**manifest, "counts": counts})
    shutil.rmtree(folder / RUNS, ignore_errors=True)
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
        found = {name: tuple(manifest[name]) for name in ("differing", "together")}
        return BatchDiff(folder, manifest["unit"], **found, counts=manifest["counts"])
    what = "This folder holds something else."
    raise UsageError([Problem(str(folder), what, "Name an empty or a new folder for the results.", code="folder")])


class _MixedTotals:
    """Totals of the mixed runs by product; NaN where a run has no footprint of a product. [kg CO2e per product unit]"""

    def __init__(
        self, old: FinishedBatch, new: FinishedBatch, differing: tuple[str, ...], folder: Path, workers: int | None
    ) -> None:
        self.sides, self.differing, self.folder, self.workers = (old, new), differing, folder, workers
        self.scenarios = [group for group in differing if group not in PASSES]
        self.products: dict[str, int] = {}
        columns: dict[int, tuple[Any, FloatArray]] = {}
        passes = [group for group in differing if group in PASSES]
        for chosen in combinations((0, 1), repeat=len(passes)):
            columns |= self._pass(dict(zip(passes, chosen, strict=True)))
        for names, _ in columns.values():
            for name in names:
                self.products.setdefault(name, len(self.products))
        self.values: FloatArray = np.full((1 << len(differing), len(self.products)), np.nan)
        for mask, (names, totals) in columns.items():
            self.values[mask, [self.products[name] for name in names]] = totals

    def _pass(self, chosen: dict[str, int]) -> dict[int, tuple[list[str], FloatArray]]:
        """Return products and totals of one pass over the activity data, by mask, for all scenarios of it."""
        sides = list(combinations((0, 1), repeat=len(self.scenarios)))
        changes = {
            f"s{number}": self._scenario(dict(zip(self.scenarios, side, strict=True))) for number, side in enumerate(sides)
        }
        first, *others = changes
        masks = [self._mask(chosen | dict(zip(self.scenarios, side, strict=True))) for side in sides]
        done = self._calculate(chosen, changes[first], {name: changes[name] for name in others})
        if done is None:
            return {mask: ([], np.empty(0)) for mask in masks}
        names = done["product"].to_pylist()
        columns = ["total", *(f"total@{name}" for name in others)]
        return {mask: (names, _floats(done[column])) for mask, column in zip(masks, columns, strict=True)}

    def _mask(self, sides: dict[str, int]) -> int:
        return sum(sides[group] << number for number, group in enumerate(self.differing))

    def _side(self, sides: dict[str, int], group: str) -> FinishedBatch:
        return self.sides[sides.get(group, 0)]

    def _scenario(self, sides: dict[str, int]) -> dict[str, Any]:
        return {
            "gwp": self._side(sides, "gwp").gwp,
            "biogenic": self._side(sides, "biogenic").biogenic,
        }

    def _calculate(self, chosen: dict[str, int], declared: dict[str, Any], others: dict[str, Any]) -> Any:
        """Return totals of one pass as a table; None where no product can be calculated."""
        from pyarrow import parquet

        name = "-".join(f"{group}{side}" for group, side in sorted(chosen.items())) or "all"
        options: dict[str, Any] = {"out": self.folder / name, "workers": self.workers, "progress": False, "scenarios": others}
        activity, rule, factors = (self._side(chosen, group) for group in ("activity", "rule", "factors"))
        supply = self._side(chosen, "supply").supply
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", PcfWarning)  # those of the two runs were given with them
                done = calculate_batch(activity.activity, rule.rules, factors.factors, supply=supply, **declared, **options)
        except InputError:  # such as a workbook of another rule
            return None
        wanted = ["product", "total", *(f"total@{name}" for name in others)]
        return parquet.read_table(done.out / "results", columns=wanted) if done.products else None


def _floats(column: Any) -> FloatArray:
    return np.asarray(column.to_numpy(), dtype=np.float64)


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


def _stored_totals(batch: FinishedBatch, products: dict[str, int]) -> FloatArray:
    """Return the totals that a batch wrote, by product; products that only it has are added."""
    from pyarrow import parquet

    totals: dict[int, float] = {}
    for file in batch.result_files:
        table = parquet.read_table(file, columns=["product", "total"])
        for name, total in zip(table["product"].to_pylist(), table["total"].to_pylist(), strict=True):
            totals[products.setdefault(name, len(products))] = total
    stored = np.full(len(products), np.nan)
    stored[list(totals)] = list(totals.values())
    return stored


def _write_effects(
    out: Path, batches: tuple[FinishedBatch, FinishedBatch], mixed: _MixedTotals
) -> tuple[tuple[str, ...], dict[str, int]]:
    """Write the files of effects; return the groups that stand together, and the number of products by status."""
    import pyarrow as pa
    from pyarrow import parquet

    products = mixed.products
    before = _stored_totals(batches[0], products)
    after = _stored_totals(batches[1], products)
    before, values = _padded(before, len(products)), _padded(mixed.values, len(products))
    shared = np.isfinite(before) & np.isfinite(after)
    effects = effects_of(np.where(shared, values, np.nan), mixed.differing)
    code = (after - values[-1]) - (before - values[0])
    negligible = np.abs(code) <= NEGLIGIBLE * np.fmax(np.abs(before), np.abs(after))
    status = np.where(shared, BOTH, np.where(np.isfinite(before), REMOVED, NEW))
    columns = {"old": before, "new": after, "change": after - before, **effects, CODE: np.where(negligible, 0.0, code)}
    table = pa.table(
        {"product": pa.array(products, pa.string()), "status": pa.array(status, pa.string())}
        | {name: pa.array(column, from_pandas=True) for name, column in columns.items()}
    ).filter(pa.array(np.isfinite(before) | np.isfinite(after)))
    for number, piece in _pieces(table):
        path = out / EFFECTS / f"{part_name(number)}.parquet"
        write_atomically(path, partial(parquet.write_table, piece))
    counts = {name: int((table["status"].to_numpy(zero_copy_only=False) == name).sum()) for name in (BOTH, NEW, REMOVED)}
    return tuple(name for name in effects if "+" in name), counts


def _pieces(table: Any) -> Iterator[tuple[int, Any]]:
    for number, first in enumerate(range(0, max(table.num_rows, 1), PART)):
        yield number, table.slice(first, PART)


def _padded(values: FloatArray, size: int) -> FloatArray:
    """Return arrays with a last axis of some length; NaN behind what there was."""
    missing = np.full((*values.shape[:-1], size - values.shape[-1]), np.nan)
    return np.concatenate([values, missing], axis=-1)
