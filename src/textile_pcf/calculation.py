"""The main path, from activity data to footprints.

`footprint` builds the activity data; `calculate_footprints` does the rest. They use four functions and a class:

- `build_activity` reads rows, converts their amounts to canonical units, and assigns rows to processes.
- `complete_quantities` completes what rows do not give: by the rule's value, or by a named method.
- `match_exchanges` finds the emission factor of each exchange.
- `build_inventory` solves masses backwards from the product, multiplies amounts by them, and solves links between products.
- `Footprint` sums emissions over exchanges: by stage, by part, in total.

One amount on this path: the electricity of the looms of a viscose fabric, 7.48 kWh per kg that leaves weaving. It is row 11,
counted from 0 without the header (line 13 of the file). The rule is `rules/chemical_fiber_fabric/2026.2.yaml` with
`rules/shared/textile/2026.2.yaml`, the table `emission_factors/2026.2/default.csv`. Words such as exchange, driver and
canonical unit are in the glossary of `docs/nomenclature.md`, *Names in the code*.

>>> import numpy as np
>>> from textile_pcf import load_factors, load_rules
>>> from textile_pcf.calculation import *
>>> rules, factors = load_rules("chemical_fiber_fabric@2026.2"), load_factors("default@2026.2")
>>> activity = build_activity("examples/viscose_woven/activity.csv", rules)
>>> activity.columns.text("stage", 11), activity.columns.text("flow", 11), activity.columns.text("item", 11)
('weaving', 'electricity', '')
>>> activity.columns.numbers["amount"][11], round(activity.value[11], 3)  # [kWh/kg], [MJ/kg]: × 3.6
(np.float64(7.48), np.float64(26.928))

The row gives one exchange. It has an amount, so nothing is completed, and no property drives it (`scale` is 1).

>>> exchange = int(np.flatnonzero(activity.exchanges.row == 11)[0])
>>> quantities = complete_quantities(activity)
>>> round(quantities.value[exchange], 3), quantities.scale[exchange]
(np.float64(26.928), np.float64(1.0))

The row names no item, so it is the rule's, `electricity`, of the kind that the flow asks for, in the region of the product,
China, in the newest year: 0.5777 kg CO2e/kWh, here per MJ. The table gives a total without gases: it counts as fossil, and is
used as printed under every set of global warming potentials. A matcher holds factor tables under one set and one convention
of biogenic carbon.

>>> matches = match_exchanges(activity, factor_matcher(factors, gwp="AR6", biogenic="minus_one_plus_one"))
>>> request = matches.request[exchange]
>>> matches.requests[request].item, matches.requests[request].kind, matches.requests[request].region
('electricity', 'life_cycle', 'CN')
>>> matches.matches[request].row  # line 85 of the table
83
>>> matches.values[request].round(5)  # fossil, biogenic, uptake, land use change [kg CO2e/MJ]; of fossil, aircraft
array([0.16047, 0.     , 0.     , 0.     , 0.     ])

After weaving only dyeing loses mass, 8.4 % of what goes in (scouring 0 by its row, finishing 0 by the rule), so 1 / 0.916 =
1.0917 kg leave weaving for each kg of product, and the amount is multiplied by that.

>>> inventory = build_inventory(activity, quantities, matches)
>>> round(inventory.masses.output[inventory.process[exchange]], 4), round(inventory.amount[exchange], 3)  # [kg], [MJ]
(np.float64(1.0917), np.float64(29.397))
>>> emissions = inventory.amount * inventory.factor_totals  # of each exchange [kg CO2e per kg of product]
>>> round(emissions[exchange], 4)  # 29.397 × 0.16047
np.float64(4.7175)

The rule adds 500 km by lorry of what goes into weaving: 1.0917 / 0.94 = 1.1614 kg (6 % waste of air-jet looms, by the
rule) × 0.5 t·km/kg × 0.18055 kg CO2e/(t·km), composed from diesel in `emission_factors/2026.2/composed.yaml`. Both are the
stage; the stages inside the boundary are the total, uptake of CO2 by the fibre among them, and rows on what is left out add
nothing.

>>> result = Footprint(inventory, Run(activity, factors, "AR6", "minus_one_plus_one"))  # the inputs stay with the result
>>> weaving = [stage.id for stage in result.stages].index("weaving")
>>> of_weaving = np.flatnonzero(np.array([rules.flows[flow].stage for flow in inventory.flow]) == weaving)
>>> {rules.flows[inventory.flow[one]].id: round(float(emissions[one]), 4) for one in of_weaving}
{'electricity': 4.7175, 'inbound': 0.1048}
>>> round(result.by_stage[0, weaving], 4), round(result.totals[0], 4)
(np.float64(4.8223), np.float64(16.8418))
>>> bool(abs(result.by_stage[0].sum() - result.totals[0]) < 1e-12)  # no stage outside the boundary takes place
True
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from textile_pcf.activity import Activity, build_activity
from textile_pcf.errors import InputError, Problem, checked_choice, warn_caller, wrong_type
from textile_pcf.factors import FactorSource, FactorTable, default_table, load_factors, separate_sources
from textile_pcf.factors.matcher import FactorMatcher, factor_matcher
from textile_pcf.inventory.inventory import build_inventory
from textile_pcf.inventory.matching import FactorMatches, match_exchanges
from textile_pcf.inventory.period_totals import added_years
from textile_pcf.inventory.plausibility import implausible_amounts
from textile_pcf.inventory.quantities import Quantities, complete_quantities
from textile_pcf.inventory.refused_amounts import refuse_beyond_band
from textile_pcf.inventory.root_causes import root_causes
from textile_pcf.inventory.suppliers import Suppliers
from textile_pcf.inventory.supply_mix import apply_supply
from textile_pcf.results import Footprint, Run
from textile_pcf.rules import RuleSet, load_rules
from textile_pcf.supply import LOCATION, MARKET, OTHER_ACCOUNTING, Supply, load_supply

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

ActivitySource: TypeAlias = "str | Path | pd.DataFrame | pa.Table | Mapping[str, Any] | Sequence[Mapping[str, Any]]"
"""What activity data are read from."""
GWP_SETS = ("AR4", "AR5", "AR6", "EF3.1")
CONVENTIONS = ("minus_one_plus_one", "zero_zero")


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
    result = _calculate(activity, load_factors(*several), gwp, biogenic, supply)
    warn_caller(result.warnings())
    return result


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
        With every problem found: its location, what is wrong, and the cure.

    Warns
    -----
    PcfWarning
        Assumptions made in reading.

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
    result = _calculate(activity, factors, gwp, biogenic, supply)
    notes = activity.columns.table.notes
    warn_caller(text for text in result.warnings() if text not in notes)  # `read_activity` warned of these
    return result


def _calculate(
    activity: Activity,
    factors: FactorTable | None,
    gwp: str | None,
    biogenic: str | None,
    supply: Supply | str | Path | None,
) -> Footprint:
    """Calculate activity data, with the rule's conventions and the default factors where none are given."""
    factors = load_factors(default_table(activity.rules.document.edition)) if factors is None else factors
    gwp, biogenic = chosen_conventions(activity.rules, gwp, biogenic)
    supply = None if supply is None else load_supply(supply)
    return calculate_footprints(activity, factor_matcher(factors, gwp, biogenic), supply=supply)[0]


def chosen_conventions(rules: RuleSet, gwp: str | None, biogenic: str | None) -> tuple[str, str]:
    """Return the GWP set and the convention for biogenic CO2: those given, else those of the rule.

    Raises
    ------
    UsageError
        There is no such set or convention.
    """
    document = rules.document
    return (
        document.gwp if gwp is None else checked_choice("gwp", gwp, GWP_SETS),
        document.biogenic if biogenic is None else checked_choice("biogenic", biogenic, CONVENTIONS),
    )


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
    return calculate_footprints(run.activity, matcher_of_run(run), supply=run.supply)[0]


def matcher_of_run(run: Run) -> FactorMatcher:
    """Return the factor tables of a run under its GWP set and convention.

    Raises
    ------
    UsageError
        There is no such GWP set or convention.
    """
    gwp, biogenic = checked_choice("gwp", run.gwp, GWP_SETS), checked_choice("biogenic", run.biogenic, CONVENTIONS)
    return factor_matcher(run.factors, gwp, biogenic)


def calculate_footprints(
    activity: Activity,
    *matchers: FactorMatcher,
    supply: Supply | None = None,
    suppliers: Sequence[Suppliers] | None = None,
    rejected: Set[str] = frozenset(),
) -> list[Footprint]:
    """Calculate the same activity data under each of several factor tables or sets of global warming potentials.

    A `FactorMatcher` keeps its matches for the next table of activity data under the same rule. `suppliers` are, for each
    matcher, the products that links take, if these are calculated elsewhere; `rejected` are names of products that cannot be
    taken.

    Raises
    ------
    InputError
        With every problem under any of them; with `supply`, with every problem of the first that has one.
    """
    quantities = with_refusals(activity, complete_quantities(activity))
    problems = [*activity.problems, *quantities.problems]
    suppliers_by_scenario: Sequence[Suppliers | None] = suppliers or [None] * len(matchers)
    matches: list[FactorMatches] = []
    runs: list[Run] = []
    for matcher, scenario_suppliers in zip(matchers, suppliers_by_scenario, strict=True):
        matches.append(match_exchanges(activity, matcher, scenario_suppliers, rejected))
        runs.append(Run(activity, matcher.factors, matcher.gwp, matcher.biogenic, supply))
        problems += matches[-1].problems
    if supply is not None:
        return [
            _calculate_with_supply(quantities, matched, matcher, run, supply)
            for matched, matcher, run in zip(matches, matchers, runs, strict=True)
        ]
    raise_problems(problems, activity)
    return [Footprint(build_inventory(activity, quantities, one), run) for one, run in zip(matches, runs, strict=True)]


def _calculate_with_supply(
    quantities: Quantities, matches: FactorMatches, matcher: FactorMatcher, run: Run, supply: Supply
) -> Footprint:
    """Calculate by the rule's accounting of electricity and heat; totals by both accountings are added."""
    results = {name: _by_accounting(quantities, matches, matcher, run, supply, name) for name in (LOCATION, MARKET)}
    declared = results[run.activity.rules.document.electricity.declared]
    return replace(declared, beside={name: result.totals for name, result in results.items()})


def _by_accounting(
    quantities: Quantities, matches: FactorMatches, matcher: FactorMatcher, run: Run, supply: Supply, accounting: str
) -> Footprint:
    """Calculate by one accounting of electricity and heat."""
    divided, values, found = apply_supply(run.activity, quantities, matches, matcher, supply, accounting)
    raise_problems([*divided.problems, *values.problems, *found.problems], divided)
    return Footprint(build_inventory(divided, values, found), run)


class OtherAccounting(NamedTuple):
    """The accounting of electricity that a rule does not declare; a result has only its totals.

    Attributes
    ----------
    name : str
    result : Footprint
        The result by it.
    undivided : FactorMatches
        Factors of the rows before electricity and heat are divided; a factor must exist for these, too.
    """

    name: str
    result: Footprint
    undivided: FactorMatches


def other_accounting(result: Footprint) -> OtherAccounting | None:
    """Return the accounting of electricity that a rule does not declare; None without a supply table.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> row = {"site": "S", "stages": "dyeing", "carrier": "electricity", "part": "grid", "amount": "100 MWh"}
    >>> source, rule, factors = tp.load_example("cotton_poplin")
    >>> result = tp.footprint(source, rule, factors, supply=tp.load_supply([row]))
    >>> other = other_accounting(result)
    >>> bool((other.result.totals == result.beside[other.name]).all())
    True
    """
    run = result.run
    if run.supply is None:
        return None
    accounting = OTHER_ACCOUNTING[run.activity.rules.document.electricity.declared]
    quantities, matcher = with_refusals(run.activity, complete_quantities(run.activity)), matcher_of_run(run)
    matches = match_exchanges(run.activity, matcher)
    other = _by_accounting(quantities, matches, matcher, run, run.supply, accounting)
    return OtherAccounting(accounting, other, matches)


def with_refusals(activity: Activity, quantities: Quantities) -> Quantities:
    """Return the quantities, with a problem for each stated amount that is far above what the rule calls plausible."""
    problems = refuse_beyond_band(activity, quantities)
    return quantities._replace(problems=(*quantities.problems, *problems)) if problems else quantities


def check_warnings(activity: Activity) -> list[Problem]:
    """Return warnings of activity data alone, each with its location: amounts outside their band, and years that are summed."""
    name = activity.columns.table.name
    years = [Problem(name, text, "", activity.products[product]) for product, text in added_years(activity)]
    return [
        *implausible_amounts(activity, complete_quantities(activity)),
        *years,
        *(Problem(name, note, "") for note in activity.columns.table.notes),
    ]


def raise_problems(problems: list[Problem], activity: Activity) -> None:
    """Raise problems together, without those that only follow from another of them."""
    if problems:
        raise InputError(root_causes(activity, problems))
