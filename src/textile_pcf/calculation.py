"""The main path, from activity data to footprints; `calculate_scenarios` is its shortest form.

`build_activity` reads rows and assigns them to processes; `complete_quantities` completes their amounts by the rule;
`match_exchanges` finds the factor of each exchange; `build_inventory` solves masses and links; `Footprint` sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from textile_pcf.activity import Activity, build_activity
from textile_pcf.arrays import FloatArray
from textile_pcf.errors import InputError, Problem, UsageError, warn_caller, wrong_type
from textile_pcf.factors import FactorSource, FactorTable, default_table, load_factors, separate_sources
from textile_pcf.factors.matcher import FactorMatcher, factor_matcher
from textile_pcf.inventory.draw_sources import Source
from textile_pcf.inventory.draws import ProductDraws, product_draws
from textile_pcf.inventory.inventory import build_inventory
from textile_pcf.inventory.matching import FactorMatches, match_exchanges
from textile_pcf.inventory.period_totals import added_years
from textile_pcf.inventory.plausibility import implausible_amounts, refuse_beyond_band
from textile_pcf.inventory.quantities import Quantities, complete_quantities
from textile_pcf.inventory.root_causes import root_causes
from textile_pcf.inventory.supplier_factors import SupplierFactors, supplier_factors
from textile_pcf.inventory.suppliers import Suppliers
from textile_pcf.inventory.supply_mix import apply_supply
from textile_pcf.messages.message import Message
from textile_pcf.results import Footprint, Run
from textile_pcf.results.run import product_index
from textile_pcf.rules import RuleSet, load_rules
from textile_pcf.supply import LOCATION, MARKET, Supply, load_supply

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

ActivitySource: TypeAlias = "str | Path | pd.DataFrame | pa.Table | Mapping[str, Any] | Sequence[Mapping[str, Any]]"
"""What activity data are read from."""
GWP_SETS = ("AR4", "AR5", "AR6", "EF3.1")
CONVENTIONS = ("minus_one_plus_one", "zero_zero")


def with_refusals(activity: Activity, quantities: Quantities) -> Quantities:
    """The quantities, with a problem for each stated amount that is far above what the rule calls plausible."""
    problems = refuse_beyond_band(activity, quantities)
    return quantities._replace(problems=(*quantities.problems, *problems)) if problems else quantities


def check_warnings(activity: Activity) -> list[Problem]:
    """Warnings of activity data by themselves, each with its place: amounts outside their band, and years that add up."""
    name = activity.columns.table.name
    years = [Problem(name, text, "", activity.products[product]) for product, text in added_years(activity)]
    return [
        *implausible_amounts(activity, complete_quantities(activity)),
        *years,
        *(Problem(name, note, "") for note in activity.columns.table.notes),
    ]


def read_activity(
    source: ActivitySource,
    rules: RuleSet | str | Path | Mapping[str, Any],
    *,
    boundary: str | None = None,
    keep: Sequence[str] = (),
    columns: Mapping[str, Any] | str | Path | None = None,
) -> Activity:
    """Activity data of one or many products, checked against a rule.

    Parameters
    ----------
    source : path, DataFrame or list of dict
        CSV, Excel (sheet `activity`), Parquet, YAML or JSON file, or a DataFrame or list of rows with the same columns.
    rules : RuleSet, name, path or dict
        The rule it is given under.
    boundary : str, optional
        One of the boundaries that the rule offers; the first where none is given.
    keep : sequence of str, optional
        Further columns of the data that pass through to results, such as `customer`.
    columns : mapping or path, optional
        What the own columns of a mill's form are: `{"columns": {"用电量": {"stage": …, "flow": …, "unit": …}}}`, or a YAML file
        with it.

    Returns
    -------
    Activity
        Checked amounts in canonical units, and the products they belong to.

    Raises
    ------
    InputError
        With every problem found: where it stands, what it is, what cures it.

    Warns
    -----
    PcfWarning
        What was taken for granted in reading.

    Examples
    --------
    >>> read_activity("examples/cotton_poplin/activity.csv", "cotton_fabric").products
    ('COTTON-POPLIN',)
    """
    activity = build_activity(source, load_rules(rules, boundary), keep=keep, columns=columns)
    problems = root_causes(activity, [*activity.problems, *with_refusals(activity, complete_quantities(activity)).problems])
    if problems:
        raise InputError(problems)
    warn_caller(activity.columns.table.notes)
    return activity


def calculate(
    activity: Activity,
    factors: FactorTable | None = None,
    *,
    gwp: str | None = None,
    biogenic: str | None = None,
    supply: Supply | str | Path | None = None,
    boundary: str | None = None,
) -> Footprint:
    """Product carbon footprints of all products of the activity data. [kg CO2e per product unit]

    Parameters
    ----------
    activity : Activity
        From `read_activity`.
    factors : FactorTable, optional
        From `load_factors`; where none is given, the table `default` of the rule's edition, or the newest.
    gwp : str, optional
        AR4, AR5, AR6 or EF3.1; the rule's where none is given.
    biogenic : str, optional
        `minus_one_plus_one` or `zero_zero`; the rule's where none is given.
    supply : Supply or path, optional
        What electricity and heat the sites really use; the result then carries the total by the other accounting beside it.
    boundary : str, optional
        One of the boundaries that the rule offers; that under which the activity data were read where none is given.

    Returns
    -------
    Footprint
        Footprints of all products, shape (products,). [kg CO2e per product unit]

    Raises
    ------
    InputError
        With every problem: what is missing, what has no emission factor, which products need all of themselves.
    UsageError
        Something that is no activity data, no emission factors, no GWP set or no convention.

    Warns
    -----
    PcfWarning
        Each distinct warning of the result once, except those of reading, of which `read_activity` warned.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> activity = tp.read_activity("examples/cotton_poplin/activity.csv", tp.load_rules("cotton_fabric"))
    >>> tp.calculate(activity).products
    ('COTTON-POPLIN',)
    """
    if not isinstance(activity, Activity):
        raise wrong_type("activity", activity, "activity data", "Read them first: read_activity(path, rule).")
    if factors is not None and not isinstance(factors, FactorTable):
        raise wrong_type("factors", factors, "loaded emission factors", "Load them first: load_factors(path).")
    rules = load_rules(activity.rules, boundary)
    activity = activity if rules is activity.rules else build_activity(activity.columns.table, rules)
    result = calculate_run(_run(activity, factors, gwp, biogenic, supply))
    notes = activity.columns.table.notes
    warn_caller(text for text in result.warnings() if text not in notes)  # `read_activity` warned of these
    return result


def calculate_run(run: Run) -> Footprint:
    """Calculate the footprints of a run; of `dataclasses.replace(run, factors=…)`, the same with other factors.

    Parameters
    ----------
    run : Run
        The inputs, such as `Footprint.run`.

    Raises
    ------
    InputError
        With every problem.
    UsageError
        There is no such GWP set or convention.

    Examples
    --------
    >>> from dataclasses import replace
    >>> import textile_pcf as tp
    >>> result = tp.footprint(*tp.load_example("t_shirt"))
    >>> bool(calculate_run(replace(result.run, gwp="AR5")).totals[0] == result.totals[0])
    False
    """
    gwp, biogenic = _one_of("gwp", run.gwp, GWP_SETS), _one_of("biogenic", run.biogenic, CONVENTIONS)
    return calculate_scenarios(run.activity, factor_matcher(run.factors, gwp, biogenic), supply=run.supply)[0]


def recalculate(
    run: Run, product: str, values: Mapping[Source, FloatArray], suppliers: Mapping[str, FloatArray] | None = None
) -> FloatArray:
    """Calculate one product of a run again under draws of the numbers behind it.

    Each draw is a product of its own on the path of every calculation: the rows are repeated, drawn numbers take the place of
    stated ones, and quantities, masses, amounts and emissions follow. Whatever rests on a number is drawn with it: the fibres
    that a row speaks of, the properties that a method computes from it, all lines of a factor. The factor of each exchange,
    the entry of each chosen value of the rule and the stages that take place are those of the stated numbers. Plausible bands
    are not looked at.

    Parameters
    ----------
    run : Run
        The inputs, such as `Footprint.run`; they must be valid.
    product : str
        One of its products.
    values : mapping of Source to ndarray, shape (draws,)
        Draws by number: `ActivityRow(row)` and `RuleNumber(kind, index, entry)` in canonical units, `FactorRow(sheet, row)` as
        multiples of the printed value. `inventory.draw_sources.stated_values` names all that there are. Where shares are
        drawn, all shares of the product are divided by their sum, so that they add up as before.
    suppliers : mapping of str to ndarray, shape (draws,), optional
        Footprints of products of the run that the product takes (`product:ID`). [kg CO2e per unit of the supplier] Others are
        those of the run: a product of the run is drawn in its own right. Units of suppliers are converted as in the run.

    Returns
    -------
    ndarray, shape (draws, stages)
        Emissions per stage, stages outside the boundary included. [kg CO2e per product unit]

    Raises
    ------
    UsageError
        There is no such product; something is no number of it; draws are not finite or differ in length; or the product needs
        itself through suppliers that are not drawn.
    InputError
        A draw gives a quantity that cannot be, such as a loss of 100 %.

    Examples
    --------
    >>> import numpy as np
    >>> import textile_pcf as tp
    >>> from textile_pcf.inventory.draw_sources import FactorRow
    >>> result = tp.footprint("examples/cotton_poplin/activity.csv", rule="cotton_fabric")
    >>> source = FactorRow(*result.inventory.matches.factor_rows[result.inventory.factor[0]].tolist())
    >>> stages = recalculate(result.run, "COTTON-POPLIN", {source: np.array([1.0, 1.2])})
    >>> bool((stages[0] == result.by_stage[0]).all()), bool(stages[1].sum() > stages[0].sum())
    (True, True)
    """
    gwp, biogenic = _one_of("gwp", run.gwp, GWP_SETS), _one_of("biogenic", run.biogenic, CONVENTIONS)
    activity, matcher = run.activity, factor_matcher(run.factors, gwp, biogenic)
    number = product_index(activity.products, product)
    draws = product_draws(activity, number, values, suppliers or {})
    matches = match_exchanges(activity, matcher)
    _raise([*activity.problems, *matches.problems], activity)
    links = None
    if matches.has_links and (matches.supplier[draws.exchanges] >= 0).any():
        links = supplier_factors(calculate_run(run).inventory, number, draws.suppliers)
    return np.concatenate([_stages_of_draws(run, chunk, matches, matcher, links) for chunk in draws.chunks()])


def _stages_of_draws(
    run: Run, draws: ProductDraws, matches: FactorMatches, matcher: FactorMatcher, links: SupplierFactors | None
) -> FloatArray:
    """Return the emissions per draw and stage, shape (draws, stages). [kg CO2e per product unit]"""
    activity, quantities = draws.complete()
    matches = draws.matches(matches)
    if run.supply is not None:
        declared = activity.rules.document.electricity.declared
        activity, quantities, matches = apply_supply(activity, quantities, matches, matcher, run.supply, declared)
    inventory = build_inventory(activity, quantities, draws.factors(matches, activity, links))
    return Footprint(inventory, run).by_stage


def _run(
    activity: Activity,
    factors: FactorTable | None,
    gwp: str | None,
    biogenic: str | None,
    supply: Supply | str | Path | None,
) -> Run:
    """Return the inputs of a calculation, with the rule's conventions and the default factors where none are given."""
    document = activity.rules.document
    factors = load_factors(default_table(document.edition)) if factors is None else factors
    gwp = _one_of("gwp", document.gwp if gwp is None else gwp, GWP_SETS)
    biogenic = _one_of("biogenic", document.biogenic if biogenic is None else biogenic, CONVENTIONS)
    return Run(activity, factors, gwp, biogenic, None if supply is None else load_supply(supply))


def calculate_scenarios(
    activity: Activity,
    *scenarios: FactorMatcher,
    supply: Supply | None = None,
    suppliers: Sequence[Suppliers] | None = None,
    rejected: Set[str] = frozenset(),
) -> list[Footprint]:
    """Calculate the same activity data under each of several factor tables or sets of global warming potentials.

    A `FactorMatcher` keeps its matches for the next table of activity data under the same rule. `suppliers` are the products
    that links take, per scenario, where these are calculated elsewhere; `rejected` are names that cannot be taken.

    Raises
    ------
    InputError
        With every problem under any of them.
    """
    quantities = with_refusals(activity, complete_quantities(activity))
    others: Sequence[Suppliers | None] = suppliers or [None] * len(scenarios)
    matches = [match_exchanges(activity, matcher, taken, rejected) for matcher, taken in zip(scenarios, others, strict=True)]
    runs = [Run(activity, matcher.factors, matcher.gwp, matcher.biogenic, supply) for matcher in scenarios]
    if supply is not None:
        return [
            _calculate_with_supply(quantities, matched, matcher, run, supply)
            for matched, matcher, run in zip(matches, scenarios, runs, strict=True)
        ]
    _raise([*activity.problems, *quantities.problems, *(problem for one in matches for problem in one.problems)], activity)
    return [Footprint(build_inventory(activity, quantities, one), run) for one, run in zip(matches, runs, strict=True)]


def _calculate_with_supply(
    quantities: Quantities, matches: FactorMatches, matcher: FactorMatcher, run: Run, supply: Supply
) -> Footprint:
    """Calculate by the rule's accounting of electricity and heat; totals by both accountings are added."""
    results = {}
    for accounting in (LOCATION, MARKET):
        divided, values, found = apply_supply(run.activity, quantities, matches, matcher, supply, accounting)
        _raise([*divided.problems, *values.problems, *found.problems], divided)
        results[accounting] = Footprint(build_inventory(divided, values, found), run)
    declared = results[run.activity.rules.document.electricity.declared]
    return replace(declared, beside={name: result.totals for name, result in results.items()})


def footprint(
    source: ActivitySource,
    rule: str | Path | RuleSet | Mapping[str, Any],
    factors: FactorSource | Sequence[FactorSource] | None = None,
    *,
    gwp: str | None = None,
    biogenic: str | None = None,
    supply: Supply | str | Path | None = None,
    boundary: str | None = None,
    keep: Sequence[str] = (),
    columns: Mapping[str, Any] | str | Path | None = None,
) -> Footprint:
    """Read, match and calculate in one step; problems of reading and of matching are raised together.

    Parameters
    ----------
    source : path, DataFrame or list of dict
        Activity data; a list holds one dict per row.
    rule : str, Path, RuleSet or dict
        Name, `name@edition` or path of a rule, or the rule itself.
    factors : FactorTable, str, Path, DataFrame, dict, or several of them, optional
        Tables of emission factors, in order; where none is given, `default` of the rule's edition, or the newest. A dict
        `{"electricity": "0.58 kgCO2e/kWh"}` is for a quick look, and the result says so.
    gwp : str, optional
        AR4, AR5, AR6 or EF3.1; by default that of the rule.
    biogenic : str, optional
        `minus_one_plus_one` or `zero_zero`; by default that of the rule.
    supply : Supply or path, optional
        Electricity and heat of the sites.
    boundary : str, optional
        One of the boundaries that the rule offers; the first where none is given.
    keep : sequence of str, optional
        Further columns of the data that pass through to results, such as `customer`.
    columns : mapping or path, optional
        What the own columns of a mill's form are: `{"columns": {"用电量": {"stage": …, "flow": …, "unit": …}}}`, or a YAML file
        with it.

    Returns
    -------
    Footprint
        Footprints of all products, shape (products,). [kg CO2e per product unit]

    Raises
    ------
    InputError, RuleError, FactorError, UsageError

    Warns
    -----
    PcfWarning
        Each distinct warning of the result, once.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> tp.footprint("examples/cotton_poplin/activity.csv", rule="cotton_fabric").unit
    'kg'
    """
    rules = load_rules(rule, boundary)
    several = separate_sources(factors) or [default_table(rules.document.edition)]
    activity = build_activity(source, rules, keep=keep, columns=columns)
    result = calculate_run(_run(activity, load_factors(*several), gwp, biogenic, supply))
    warn_caller(result.warnings())
    return result


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in known:
        raise UsageError(
            [
                Problem(
                    f"{name} {value!r}",
                    "There is no such set.",
                    Message("Choose from: {choices}.", choices=", ".join(known)),
                    code=name,
                )
            ]
        )
    return value


def _raise(problems: list[Problem], activity: Activity) -> None:
    if problems:
        raise InputError(root_causes(activity, problems))
