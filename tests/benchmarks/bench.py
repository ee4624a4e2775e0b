"""One run of the benchmarks: the workload on disk, written once, the rule and the factors, and a batch over it."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import peers
import workload

import textile_pcf as tp


@dataclass(frozen=True)
class Bench:
    """How large things are, and how often each is timed."""

    folder: Path
    products: int
    large: int
    rounds: int
    full: bool
    """Measure the tidy table with `large` products, too, and the workers with it."""

    @property
    def few(self) -> int:
        """Rounds of what takes long."""
        return max(3, self.rounds // 2)

    @cached_property
    def home(self) -> Path:
        """Where the workload is kept: another generator or rule makes another folder."""
        told = hashlib.sha256((workload.HERE / "workload.py").read_bytes() + workload.RULE.read_bytes()).hexdigest()
        home = self.folder / told[:12]
        home.mkdir(parents=True, exist_ok=True)
        return home

    @cached_property
    def factors(self) -> Path:
        """The table of factors."""
        return workload.write_factors(self.home / "factors.csv")

    @cached_property
    def rules(self) -> tp.RuleSet:
        """The rule, loaded."""
        return tp.load_rules(workload.RULE)

    @cached_property
    def table(self) -> tp.FactorTable:
        """The factors, loaded."""
        return tp.load_factors(self.factors)

    @cached_property
    def found(self) -> Any:
        """Factors with fallback and units resolved, as the peers are given them."""
        return peers.found_factors(self.factors)

    def file(self, products: int, shuffled: bool = False, texts: bool = True, bad: int | None = None) -> Path:
        """The tidy workload; with rows shuffled, with integers for products, or with a product that is wrong."""
        name = f"{products}{'_shuffled' * shuffled}{'' if texts else '_integers'}{'' if bad is None else f'_bad_{bad}'}"
        path = self.home / f"{name}.parquet"
        if not path.exists():
            new = path.with_suffix(".new")
            workload.write_parquet(new, products, texts, shuffled=shuffled, bad=bad).rename(path)
        return path

    @property
    def out(self) -> Path:
        """Where results of a batch go."""
        return self.home / "out"

    def clear(self) -> None:
        """Remove what an earlier batch wrote: no part of the work of the next."""
        shutil.rmtree(self.out, ignore_errors=True)

    def batch(self, path: Path, **options: Any) -> tp.BatchResult:
        """A batch from Parquet to Parquet."""
        self.clear()
        return tp.calculate_batch(path, self.rules, self.table, out=self.out, progress=False, **options)

    def equal(self, path: Path, table: Any) -> None:
        """A peer's stages are ours."""
        ours = self.batch(path).read().to_pandas().set_index("product")[[f"stage.{stage}" for stage in peers.STAGES]]
        theirs = (table.to_pandas() if hasattr(table, "to_pandas") else table).set_index("product")
        theirs.index = theirs.index.astype(str)
        np.testing.assert_allclose(theirs.loc[ours.index.astype(str), peers.STAGES].to_numpy(), ours.to_numpy(), rtol=1e-9)
