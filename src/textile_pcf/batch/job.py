"""A batch job: everything that decides the results, apart from the activity data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from textile_pcf import __version__
from textile_pcf.batch.output import COLUMNS_OF
from textile_pcf.batch.partitions import EXTRA
from textile_pcf.calculation import CONVENTIONS, GWP_SETS, chosen_conventions
from textile_pcf.errors import Problem, UsageError, checked_choice
from textile_pcf.factors import FactorTable, default_table, load_factors, separate_sources
from textile_pcf.messages.message import Message
from textile_pcf.rules import RuleSet, load_rules
from textile_pcf.supply import Supply, load_supply
from textile_pcf.uncertainty_analysis.columns import ColumnOptions, column_options
from textile_pcf.units import UnitError, UnitNames, parse_unit

Factors = FactorTable | str | Path | Sequence[str | Path]
TOGETHER, GATHERED, ADDED, SOLVED = "together", "gathered", "added", "solved"  # values of `Job.links`
SCENARIO_KEYS = {"factors", "gwp", "biogenic"}


@dataclass(frozen=True)
class Scenario:
    """Emission factors and conventions of one calculation of all products.

    Attributes
    ----------
    name : str
        Name of the scenario; "" for the declared footprint.
    factors : FactorTable
        Emission factors.
    gwp : str
        Set of global warming potentials, such as `AR6`.
    biogenic : str
        Convention for biogenic carbon.
    """

    name: str
    factors: FactorTable
    gwp: str
    biogenic: str

    @property
    def identity(self) -> dict[str, Any]:
        """Name, conventions and table hashes, as the manifest has them."""
        tables = [{"table": table.label, "sha256": table.sha256} for table in self.factors.tables]
        return {"name": self.name, "factors": tables, "gwp": self.gwp, "biogenic": self.biogenic}


@dataclass(frozen=True)
class Job:
    """What is calculated for each partition. A job can be pickled.

    Attributes
    ----------
    rules : RuleSet
        The product category rule.
    scenarios : tuple of Scenario
        The declared scenario first.
    results : str
        `stages` or `contributions`.
    units : tuple of str
        Further units of the totals.
    on_error : str
        `reject` or `fail`.
    out : str
        Folder of the results.
    supply : Supply or None
        Electricity and heat of the sites.
    uncertainty : ColumnOptions or None
        Columns of uncertainty; None for none.
    links : str
        What is done with links between products (`product:ID`): "" refused, `together` solved within a partition that holds
        all products, `gathered` written for a solution of all partitions, `added` from it to the lines that were kept then,
        `solved` read from it by partitions that are calculated again.
    quality : bool
        Whether results have columns on the quality of the data.
    """

    rules: RuleSet
    scenarios: tuple[Scenario, ...]
    results: str
    units: tuple[str, ...]
    on_error: str
    out: str
    supply: Supply | None = None
    uncertainty: ColumnOptions | None = None
    links: str = ""
    quality: bool = False
    weights: bool = False
    fingerprints: bool = False
    identity: dict[str, Any] = field(init=False, repr=False, compare=False)
    """What the manifest says of the job: a folder with another identity holds another run."""

    def __post_init__(self) -> None:
        identity: dict[str, Any] = {
            "rule": self.rules.name,
            "rule_sha256": self.rules.sha256,
            "scenarios": [scenario.identity for scenario in self.scenarios],
            "results": self.results,
            "on_error": self.on_error,
            "units": list(self.units),
            "library": f"textile_pcf {__version__}",
        }
        if self.rules.chosen_boundary:
            identity["boundary"] = self.rules.boundary
        if self.supply is not None:
            identity["supply"] = {"name": self.supply.name, "sha256": self.supply.sha256}
        if self.quality:
            identity["quality"] = True
        if self.weights:
            identity["weights"] = True
        if self.fingerprints:
            identity["fingerprints"] = True
        if self.uncertainty is not None:
            identity["uncertainty"] = self.uncertainty.identity
        object.__setattr__(self, "identity", identity)

    @property
    def needs_all_products(self) -> bool:
        """Whether linked products can only be calculated together, as one partition."""
        return self.supply is not None or self.uncertainty is not None or self.quality

    @property
    def metadata(self) -> dict[str, str]:
        """Metadata of the Parquet files: the identity and the product unit as JSON."""
        identity = {**self.identity, "unit": self.rules.product_unit.text}
        return {"textile_pcf": json.dumps(identity, sort_keys=True, ensure_ascii=False)}


@dataclass(frozen=True)
class JobOptions:
    """Options of `calculate_batch` that decide a result, as given and unchecked."""

    results: str
    on_error: str
    scenarios: Mapping[str, Mapping[str, Any]] | None
    units: Sequence[str]
    gwp: str | None
    biogenic: str | None
    boundary: str | None
    supply: Supply | str | Path | None
    uncertainty: str | Mapping[str, Any] | None = None
    quality: bool = False
    weights: bool = False
    fingerprints: bool = False


def prepare_job(rules: RuleSet | str | Path, factors: Factors | None, out: Path, options: JobOptions) -> Job:
    """Load the rule, the factors and the supply of a batch, and check its options.

    Parameters
    ----------
    rules, factors, out
        As for `calculate_batch`.
    options : JobOptions
        The options given.

    Raises
    ------
    UsageError
        An option has an unknown value, a unit is unknown, or pyarrow is not installed.
    """
    checked_choice("results", options.results, tuple(COLUMNS_OF))
    checked_choice("on_error", options.on_error, ("reject", "fail"))
    _require_pyarrow()
    rule_set = load_rules(rules, options.boundary)
    tables = _load_tables(factors, rule_set.document.edition)
    declared = Scenario("", tables, *chosen_conventions(rule_set, options.gwp, options.biogenic))
    others = [_derived_scenario(name, dict(changes), declared) for name, changes in (options.scenarios or {}).items()]
    check_units(options.units, rule_set.unit_names)
    sites = None if options.supply is None else load_supply(options.supply)
    spread = column_options(options.uncertainty)
    if spread is not None and options.results != "stages":
        what, cure = "Uncertainty is a column of products, not of lines.", 'Ask for results="stages".'
        raise UsageError([Problem("uncertainty", what, cure, code="uncertainty")])
    if options.quality and options.results != "stages":
        what, cure = "The quality of data has columns of products only.", "Write results of stages, or leave `quality` out."
        raise UsageError([Problem("quality", what, cure, code="quality")])
    if options.weights:
        _refuse_weights_of_lines(options)
    if options.units and options.results != "stages":
        what, cure = "Totals in further units are columns of products, not of lines.", 'Ask for results="stages".'
        raise UsageError([Problem("units", what, cure, code="units")])
    units = tuple(dict.fromkeys(options.units))
    return Job(
        rule_set, (declared, *others), options.results, units, options.on_error, str(out), sites, spread,
        quality=bool(options.quality), weights=bool(options.weights), fingerprints=bool(options.fingerprints),
    )  # fmt: skip


def check_units(units: Sequence[str], names: UnitNames | None = None) -> None:
    """Refuse further units of totals that are unknown.

    Parameters
    ----------
    units : sequence of str
    names : UnitNames, optional
        Units of a rule's own.

    Raises
    ------
    UsageError
        A unit is unknown.
    """
    for unit in units:
        try:
            parse_unit(unit, names)
        except UnitError as error:
            raise UsageError([Problem(f"unit {unit!r}", error.what, error.cure, code="bad-unit")]) from error


def _refuse_weights_of_lines(options: JobOptions) -> None:
    """Refuse to keep weights where results are lines."""
    if options.results != "stages":
        what, cure = "Weights are kept of products only.", "Write results of stages, or leave `weights` out."
        raise UsageError([Problem("weights", what, cure, code="weights")])


def _require_pyarrow() -> None:
    if find_spec("pyarrow") is None:
        what = "A batch writes Parquet files, which needs pyarrow."
        raise UsageError([Problem("batch", what, EXTRA, code="extra")])


def _load_tables(factors: Factors | None, edition: str) -> FactorTable:
    return load_factors(*(separate_sources(factors) or [default_table(edition)]))


def _derived_scenario(name: str, changes: dict[str, Any], declared: Scenario) -> Scenario:
    """Return the declared scenario with some things changed, under another name."""
    unknown = set(changes) - SCENARIO_KEYS
    if unknown or not name:
        what = (
            Message("A scenario cannot change {unknown}.", unknown=", ".join(sorted(unknown)))
            if unknown
            else "A scenario has no name."
        )
        raise UsageError([Problem(f"scenario {name!r}", what, "Name it, and give factors, gwp or biogenic.", code="scenario")])
    return Scenario(
        name,
        _load_tables(changes["factors"], "") if "factors" in changes else declared.factors,
        checked_choice("gwp", changes.get("gwp", declared.gwp), GWP_SETS),
        checked_choice("biogenic", changes.get("biogenic", declared.biogenic), CONVENTIONS),
    )
