"""Totals of the mixed runs of two catalogues, kept in files, so that memory does not grow with the number of runs."""

from __future__ import annotations

import warnings
from itertools import product as combinations
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.batch.batch_result import BatchResult
from textile_pcf.batch.inputs import FinishedBatch
from textile_pcf.batch.run import calculate_batch
from textile_pcf.errors import InputError, PcfWarning

PASSES = ("activity", "rule", "supply")
"""Groups that need a pass of their own over the activity data; the others are scenarios of one pass."""
OF_TABLES = frozenset(("no-factor", "bad-region", "no-uptake", "zero-factor", "huge"))
"""Codes of problems that other tables of factors may not have: a region, for one, may be known by a row of a table alone."""
BYTES = 8
"""Of a number in a file of totals."""


class ProductIndex:
    """Products of several runs, numbered in the order in which they first appear."""

    def __init__(self) -> None:
        import pyarrow as pa

        self.names: Any = pa.array([], pa.large_string())

    def __len__(self) -> int:
        return len(self.names)

    def add(self, names: Any) -> IndexArray:
        """Return the numbers of products, and number those that are new.

        Parameters
        ----------
        names : pyarrow.ChunkedArray of str
            Each product once.

        Returns
        -------
        ndarray of intp, shape (products,)
        """
        import pyarrow as pa
        from pyarrow import compute

        one = pa.concat_arrays([*names.cast(pa.large_string()).chunks, pa.array([], pa.large_string())])
        found = compute.fill_null(compute.index_in(one, value_set=self.names), -1).to_numpy(zero_copy_only=False)
        number: IndexArray = found.astype(np.intp)
        missing = np.flatnonzero(number < 0)
        if len(missing):
            number[missing] = np.arange(len(self), len(self) + len(missing))
            self.names = pa.concat_arrays([self.names, one.take(pa.array(missing))])
        return number


class MixedTotals:
    """Totals of the mixed runs by product; NaN where a run has no footprint of a product. [kg CO2e per product unit]

    Parameters
    ----------
    old, new : FinishedBatch
        The two runs.
    differing : tuple of str
        Groups of inputs that differ. Bit `g` of a mask is set if group `g` is of the new run.
    folder : Path
        Folder for the runs and their totals.
    workers : int or None
        As for `calculate_batch`.
    """

    def __init__(
        self, old: FinishedBatch, new: FinishedBatch, differing: tuple[str, ...], folder: Path, workers: int | None
    ) -> None:
        self.sides, self.differing, self.folder, self.workers = (old, new), differing, folder, workers
        self.products = ProductIndex()
        passes = [group for group in differing if group in PASSES]
        scenarios = [group for group in differing if group not in PASSES]
        for chosen in combinations((0, 1), repeat=len(passes)):
            sides = dict(zip(passes, chosen, strict=True))
            if not self._pass(sides, scenarios) and "factors" in scenarios:
                # A product without an answer in the first tables is lost for all scenarios of a pass: one pass for each side.
                others = [group for group in scenarios if group != "factors"]
                for side in (0, 1):
                    self._pass({**sides, "factors": side}, others)

    def totals(self, mask: int, first: int, last: int) -> FloatArray:
        """Return the totals of some products in the run of a mask, shape (last − first,). [kg CO2e per product unit]

        Parameters
        ----------
        mask : int
        first, last : int
            The first product, and the one after the last.
        """
        found = np.full(last - first, np.nan)
        path = self._path(mask)
        if path.is_file():
            stored = np.fromfile(path, dtype="<f8", count=last - first, offset=min(first * BYTES, path.stat().st_size))
            found[: len(stored)] = stored
        return found

    def values(self, first: int, last: int) -> FloatArray:
        """Return the totals of some products by mask, shape (2**groups, last − first). [kg CO2e per product unit]

        Parameters
        ----------
        first, last : int
            The first product, and the one after the last.
        """
        return np.stack([self.totals(mask, first, last) for mask in range(1 << len(self.differing))])

    def _path(self, mask: int) -> Path:
        return self.folder / f"totals-{mask:03d}.f8"

    def _pass(self, chosen: dict[str, int], scenarios: list[str]) -> bool:
        """Write the totals of one pass over the activity data, for all scenarios of it; return whether it has all products.

        It has not where the first tables do not answer for a product or a site: it is rejected then without a look at others.
        """
        sides = list(combinations((0, 1), repeat=len(scenarios)))
        changes = {
            f"s{number}": self._scenario(chosen | dict(zip(scenarios, side, strict=True))) for number, side in enumerate(sides)
        }
        first, *others = changes
        done = self._calculate(chosen, changes[first], {name: changes[name] for name in others})
        masks = [self._mask(chosen | dict(zip(scenarios, side, strict=True))) for side in sides]
        for mask in masks:
            self._path(mask).unlink(missing_ok=True)  # of an interrupted call, or of a pass that has not all products
        if done is not None and done.products:
            self._store(done.out / "results", dict(zip(masks, ["total", *(f"total@{name}" for name in others)], strict=True)))
        return done is not None and OF_TABLES.isdisjoint(problem["code"] for problem in done.problems())

    def _store(self, results: Path, columns: dict[int, str]) -> None:
        """Write a file of totals by product for each column of the results of a pass."""
        from pyarrow import parquet

        number = self.products.add(parquet.read_table(results, columns=["product"])["product"])
        for mask, column in columns.items():
            values = np.full(len(self.products), np.nan)
            values[number] = parquet.read_table(results, columns=[column])[column].to_numpy()
            values.astype("<f8").tofile(self._path(mask))

    def _mask(self, sides: dict[str, int]) -> int:
        return sum(sides[group] << number for number, group in enumerate(self.differing))

    def _side(self, sides: dict[str, int], group: str) -> FinishedBatch:
        return self.sides[sides.get(group, 0)]

    def _scenario(self, sides: dict[str, int]) -> dict[str, Any]:
        return {
            "factors": self._side(sides, "factors").factors,
            "gwp": self._side(sides, "gwp").gwp,
            "biogenic": self._side(sides, "biogenic").biogenic,
        }

    def _calculate(
        self, chosen: dict[str, int], declared: dict[str, Any], others: dict[str, dict[str, Any]]
    ) -> BatchResult | None:
        """Return the batch of one pass; None where there is none, as activity data that cannot be read under the rule."""
        name = "-".join(f"{group}{side}" for group, side in sorted(chosen.items())) or "all"
        activity, rule = (self._side(chosen, group) for group in ("activity", "rule"))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", PcfWarning)  # those of the two runs were given with them
                return calculate_batch(
                    activity.activity, rule.rules, out=self.folder / name, workers=self.workers, progress=False,
                    supply=self._side(chosen, "supply").supply, scenarios=others, **declared,
                )  # fmt: skip
        except InputError:  # such as a workbook of another rule
            return None


def stored_totals(batch: FinishedBatch, products: ProductIndex) -> FloatArray:
    """Return the totals that a batch wrote, by product, NaN where it has none; products that only it has are added.

    Parameters
    ----------
    batch : FinishedBatch
    products : ProductIndex
    """
    from pyarrow import parquet

    stored = np.full(len(products), np.nan)
    if batch.result_files:
        table = parquet.read_table([str(file) for file in batch.result_files], columns=["product", "total"])
        number = products.add(table["product"])
        stored = np.full(len(products), np.nan)
        stored[number] = table["total"].to_numpy()
    return stored
