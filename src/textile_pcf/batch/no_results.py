"""Results of a batch that has none: the columns of its results, without rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.batch.job import Job
from textile_pcf.batch.output import line_columns, quality_fields, stage_columns, uncertainty_fields
from textile_pcf.batch.result_files import write_results
from textile_pcf.results.contributions import no_lines, to_frame
from textile_pcf.results.default_shares import Gross
from textile_pcf.results.sums import Sums
from textile_pcf.rules import RuleSet
from textile_pcf.supply import LOCATION, MARKET


@dataclass(frozen=True)
class NoSums(Sums):
    """Sums of no product under a rule and a convention of biogenic carbon."""

    product_rule: RuleSet
    convention: str
    beside: Mapping[str, FloatArray]

    @property
    def names(self) -> tuple[str, ...]:
        """No products."""
        return ()

    @property
    def rules(self) -> RuleSet:
        """The rule."""
        return self.product_rule

    @property
    def biogenic(self) -> str:
        """Convention of biogenic carbon."""
        return self.convention

    @property
    def removals(self) -> FloatArray:
        """Net uptake of no product, shape (0,)."""
        return np.zeros(0)

    @property
    def emissions_by_process(self) -> FloatArray:
        """Emissions of no process, shape (0, 5)."""
        return np.zeros((0, 5))

    @property
    def process_places(self) -> tuple[IndexArray, IndexArray]:
        """Product and stage of no process, shape (0,) each."""
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)

    @property
    def gross(self) -> Gross:
        """Gross emissions of no product, shape (0,) each."""
        return Gross(np.zeros(0), np.zeros(0), np.zeros(0))

    @property
    def contributions(self) -> Any:
        """No lines."""
        return to_frame(no_lines(), (), self.stages)

    def units_in(self, unit: str) -> FloatArray:
        """Return product units in one `unit` of no product, shape (0,)."""
        return np.zeros(0)


def write_no_results(job: Job, path: Path) -> str:
    """Write a result file with the columns that a result of the job has, and no rows; return its SHA-256.

    Parameters
    ----------
    job : Job
    path : Path
        The file. It appears whole.
    """
    import pyarrow as pa

    declared, *others = job.scenarios
    beside = {} if job.supply is None else {name: np.zeros(0) for name in (LOCATION, MARKET)}
    sums = [NoSums(job.rules, scenario.biogenic, beside) for scenario in job.scenarios]
    names = [scenario.name for scenario in job.scenarios]
    nullable = [scenario.name for scenario in others if scenario.factors is not declared.factors]
    make: Any = stage_columns if job.results == "stages" else line_columns
    columns = make(sums, names, job.units, nullable)
    fields = quality_fields() if job.quality else []
    fields += uncertainty_fields(names, job.rules.product_unit.text) if job.uncertainty is not None else []
    for one in fields:
        columns = columns.append_column(one, pa.array([], pa.float64()))
    return write_results(path, columns.replace_schema_metadata({**(columns.schema.metadata or {}), **job.metadata}))
