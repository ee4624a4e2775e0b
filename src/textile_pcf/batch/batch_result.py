"""The outcome of a batch: its files, warnings and problems."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textile_pcf.batch.atomic_files import MANIFEST, read_json
from textile_pcf.io.safe_text import unguard_formula
from textile_pcf.messages.message import with_chinese


@dataclass(frozen=True)
class BatchResult:
    """The outcome of a batch.

    Results are in `out`/results, rejected products in `out`/rejected.csv and `out`/rejected_activity.csv.

    Attributes
    ----------
    out : Path
        Folder of the batch.
    rows : int
        Rows of activity data.
    products : int
        Products calculated.
    rejected : int
        Products rejected.
    seconds : float
        Duration of the call. [s]
    address : str
        Where the files were uploaded; "" if the results are in `out` only.

    Examples
    --------
    >>> import tempfile
    >>> import textile_pcf as tp
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     batch = tp.calculate_batch("examples/cotton_poplin/activity.csv", "cotton_fabric", out=folder, progress=False)
    ...     batch.products, batch.rejected, batch.read().num_rows
    (1, 0, 1)
    """

    out: Path
    rows: int
    products: int
    rejected: int
    seconds: float
    address: str = ""

    @property
    def files(self) -> list[Path]:
        """Parquet files with the results, in order."""
        names = self._manifest("files", None)
        if names is not None:
            return [self.out / name for name in sorted(names) if name.startswith("results/")]
        return sorted((self.out / "results").glob("part-*.parquet"))

    def read(self) -> Any:
        """Return all results as a pyarrow Table. [kg CO2e per product unit, unless the metadata of a field says otherwise]

        Returns
        -------
        pyarrow.Table
            One row per product, or per exchange for `results="contributions"`; no row, and the same columns, if all are
            rejected.
        """
        import pyarrow as pa
        from pyarrow import parquet

        tables = [parquet.read_table(file) for file in self.files]
        return pa.concat_tables(tables).unify_dictionaries() if tables else pa.table({})

    def warnings(self) -> list[str]:
        """Return the warnings of the run, such as factors made with other global warming potentials.

        Returns
        -------
        list of str
            Each distinct warning once; empty if there are none.
        """
        return [*with_chinese(self._manifest("warnings", []), self._manifest("chinese", {}))]

    def unanswered(self) -> dict[str, Any]:
        """Return the scenarios that lack a factor for some products: the number of `products`, and `reasons` with counts.

        Returns
        -------
        dict
            Name of a scenario → its `products` and `reasons`; empty if every scenario answers for every product.
        """
        scenarios: dict[str, Any] = self._manifest("unanswered", {})
        return scenarios

    def problems(self) -> list[dict[str, str]]:
        """Return why products were rejected, as dicts with the keys product, code, where, what, cure.

        Returns
        -------
        list of dict
            One per problem of a rejected product; empty if none is rejected.
        """
        path = self.out / "rejected.csv"
        if not path.is_file():
            return []
        with path.open(encoding="utf-8", newline="") as file:
            return [{name: unguard_formula(text) for name, text in row.items()} for row in csv.DictReader(file)]

    def _manifest(self, key: str, default: Any) -> Any:
        return (read_json(self.out / MANIFEST) or {}).get(key, default)
