"""Which distribution each number of a run has: its own spread, a pedigree, an assumption, or none."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from textile_pcf.activity.columns import COMPLETENESS, QUALITY
from textile_pcf.activity.row_patterns import RowKind
from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.factors import FactorTable
from textile_pcf.factors.inputs import FactorInputs
from textile_pcf.inventory.defaults import RuleNumber
from textile_pcf.inventory.draw_sources import ActivityRow, FactorRow, Source, spec_of, spec_of_number
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.results import Footprint
from textile_pcf.rules import FlowSpec, LossSpec, PropertySpec, QuantitySpec, RuleSet
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.rules.stated_values import DQ_AXES
from textile_pcf.uncertainty_analysis.distributions import Distribution, Kind
from textile_pcf.uncertainty_analysis.pedigree import pedigree_gsd

TRANSPORT = (("length", 1), ("mass", 1))
NO_TYPE = "none"


@dataclass(frozen=True, eq=False)
class Spreads:
    """Distributions of the numbers of a result.

    Attributes
    ----------
    result : Footprint
        The result.
    assume : mapping of str to float
        Geometric standard deviation by data type, for numbers that state no spread.
    pedigree : str
        `classic`, `empirical` or `none`.
    """

    result: Footprint
    assume: Mapping[str, float]
    pedigree: str

    @property
    def inventory(self) -> Inventory:
        """Inventory of the result."""
        return self.result.inventory

    @property
    def factor_inputs(self) -> FactorInputs:
        """The printed rows behind composed factors."""
        run = self.result.run
        return _factor_inputs(run.factors, run.gwp, run.biogenic)

    def of(self, source: Source, stated: float) -> Distribution | None:
        """Return the distribution of a number; None if it has none.

        Parameters
        ----------
        source : Source
            See `inventory.draw_sources`.
        stated : float
            Stated value. [canonical unit; 1 of a factor]
        """
        if isinstance(source, FactorRow):
            return self.factor(source.sheet, source.row)
        found = self._row(source.row, stated) if isinstance(source, ActivityRow) else self._rule_number(source, stated)
        is_above = found is not None and found.kind == "lognormal" and found.varies and self._is_all(source, stated)
        return None if is_above else found

    def _is_all(self, source: ActivityRow | RuleNumber, stated: float) -> bool:
        """Whether a number is a part of a whole that is all of it: every second draw of a `gsd` would be above."""
        activity = self.inventory.activity
        spec = None if stated < 1 else spec_of(activity, source)
        return isinstance(spec, PropertySpec) and bool(rule_arrays(activity.rules).property_is_part[spec.index])

    def factor(self, sheet: int, row: int) -> Distribution | None:
        """Return the distribution of a row of a factor table."""
        return _of_factor(self.result.run.factors, sheet, row, self.pedigree)

    @cached_property
    def candidate_rows(self) -> BoolArray | None:
        """Rows of the activity data that may have a spread, shape (rows,); None if none has."""
        columns = self.inventory.activity.columns
        if not self._columns and not self.assume:
            return None
        candidates = np.zeros(columns.rows, dtype=bool)
        for values in self._columns.values():
            candidates |= ~np.isnan(values)
        types = columns.texts["data_type"]
        candidates |= np.array([(text or NO_TYPE) in self.assume for text in types.categories], dtype=bool)[types.codes]
        return candidates & ~np.isnan(columns.numbers["amount"])

    @cached_property
    def rule_may_vary(self) -> bool:
        """Whether a property or loss of the rule may have a spread."""
        rules = self.inventory.activity.rules
        return self._may_vary([*rules.properties, *rules.losses])

    @cached_property
    def flow_may_vary(self) -> bool:
        """Whether a flow of the rule may have a spread."""
        return self._may_vary(self.inventory.activity.rules.flows)

    def _may_vary(self, specs: Sequence[QuantitySpec]) -> bool:
        defaults = [spec.default for spec in specs if spec.default is not None]
        return "estimated" in self.assume or any(spread is not None for default in defaults for spread in default.spreads)

    def stated_value(self, source: Source, value: float) -> float:
        """Return the stated value of a number: its own if it is of the rule, else `value`."""
        if not isinstance(source, RuleNumber):
            return value
        spec = spec_of(self.inventory.activity, source)
        return float(spec.default.values[source.entry]) if spec is not None and spec.default is not None else value

    @cached_property
    def _columns(self) -> dict[str, FloatArray]:
        numbers = self.inventory.activity.columns.numbers
        names = ("gsd", "low", "high", *QUALITY, COMPLETENESS)
        return {name: numbers[name] for name in names if name in numbers and not np.isnan(numbers[name]).all()}

    def _row(self, row: int, stated: float) -> Distribution | None:
        activity, columns = self.inventory.activity, self._columns
        pattern = activity.rows.pattern[row]
        patterns, spec = activity.rows.patterns, spec_of(activity, ActivityRow(row))
        kind: Kind = "lognormal" if spec is None else _kind(spec, stated)
        if patterns.row_kind[pattern] == RowKind.SHARE:
            kind = "share"
        transport = isinstance(spec, FlowSpec) and spec.unit.dimensions == TRANSPORT
        gsd, low, high = (float(columns[name][row]) if name in columns else math.nan for name in ("gsd", "low", "high"))
        if not math.isnan(gsd):
            return Distribution(kind, "gsd", gsd)
        amount = float(activity.columns.numbers["amount"][row])
        if not math.isnan(low) and amount:
            turned = bool(patterns.inverse[pattern])
            return (
                _bounded_distribution(amount / high, amount / low)
                if turned and low > 0
                else _bounded_distribution(low / amount, high / amount)
            )
        ratings = {name.removeprefix("dq_"): float(columns[name][row]) for name in (*QUALITY, COMPLETENESS) if name in columns}
        gsd = pedigree_gsd(ratings, transport, self.pedigree)
        return _by_quality(kind, gsd, self.assume.get(activity.columns.text("data_type", row) or NO_TYPE))

    def _rule_number(self, number: RuleNumber, stated: float) -> Distribution | None:
        rules, assumed = self.inventory.activity.rules, self.assume.get("estimated")
        return _of_rule_number(rules, number, stated, assumed, self.pedigree)


def _by_quality(kind: Kind, gsd: float, assumed: float | None) -> Distribution | None:
    """Return the distribution that a pedigree gives, NaN if there is none, or else an assumption."""
    if not math.isnan(gsd):
        return Distribution(kind, "pedigree", gsd)
    return None if assumed is None else Distribution(kind, "assumed", assumed)


@lru_cache(maxsize=4096)
def _of_rule_number(
    rules: RuleSet, number: RuleNumber, stated: float, assumed: float | None, pedigree: str
) -> Distribution | None:
    """Return the distribution of a number of the rule: its own spread, that of its ratings, or an assumption.

    Partitions of a batch have the same numbers, so it is kept for the next one.
    """
    spec = spec_of_number(rules, number)
    assert spec is not None
    default = spec.default
    spread = default.spreads[number.entry] if default is not None and default.spreads else None
    kind = _kind(spec, stated)
    if spread is not None and not math.isnan(spread.gsd):
        return Distribution(kind, "gsd", spread.gsd)
    if spread is not None and not math.isnan(spread.low) and stated:
        return _bounded_distribution(spread.low / stated, spread.high / stated)
    ratings = dict(zip(DQ_AXES, spread.ratings, strict=True)) if spread is not None else {}
    transport = isinstance(spec, FlowSpec) and spec.unit.dimensions == TRANSPORT
    return _by_quality(kind, pedigree_gsd(ratings, transport, pedigree), assumed)


@lru_cache(maxsize=32)
def _factor_inputs(factors: FactorTable, gwp: str, biogenic: str) -> FactorInputs:
    """Return the printed rows behind composed factors, which partitions of a batch have in common."""
    return FactorInputs(factors.tables, gwp, biogenic)


@lru_cache(maxsize=4096)
def _of_factor(factors: FactorTable, sheet: int, row: int, pedigree: str) -> Distribution | None:
    """Return the distribution of a row of a factor table: its own spread, or that of its ratings.

    Partitions of a batch use the same rows, so it is kept for the next one.
    """
    table = factors.behind[sheet]
    gsd, low, high, value = (float(table.numbers[name][row]) for name in ("gsd", "low", "high", "value"))
    if not math.isnan(gsd):
        return Distribution("lognormal", "gsd", gsd)
    if not math.isnan(low) and value:
        return _bounded_distribution(low / value, high / value)
    ratings = {axis: float(table.numbers[f"dq_{axis}"][row]) for axis in DQ_AXES}
    dimensions = dict(table.units[row].dimensions)
    transport = dimensions.get("length") == -1 and dimensions.get("mass") == -1
    gsd = pedigree_gsd(ratings, transport, pedigree)
    return None if math.isnan(gsd) else Distribution("lognormal", "pedigree", gsd)


def _bounded_distribution(low: float, high: float) -> Distribution:
    return Distribution("triangular", "range", low=min(low, high), high=max(low, high))


def _kind(spec: QuantitySpec, stated: float) -> Kind:
    """Return how a number with a gsd is distributed: logit-normal if it is a part of 1."""
    is_part = isinstance(spec, LossSpec) or (isinstance(spec, PropertySpec) and not spec.unit.dimensions)
    return "logit-normal" if is_part and 0 < stated < 1 else "lognormal"
