"""The main path: properties → masses → factors → contributions → result."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf import engine
from textile_pcf.activity import Activity, Quantities, build_activity, complete
from textile_pcf.calculation.assembled import assemble
from textile_pcf.calculation.links import with_links
from textile_pcf.calculation.matched import match_rows
from textile_pcf.columns import Array
from textile_pcf.errors import InputError, Problem, UsageError
from textile_pcf.factors import FactorTable, load_factors
from textile_pcf.results import Footprint
from textile_pcf.rules import RuleSet, load_rules
from textile_pcf.rules.model import MASS_DRIVERS

GWP_SETS = ("AR4", "AR5", "AR6", "EF3.1")
CONVENTIONS = ("minus_one_plus_one", "zero_zero")


def calculate(
    activity: Activity, factors: FactorTable | None = None, *, gwp: str | None = None, biogenic: str | None = None
) -> Footprint:
    """Product carbon footprints of all products of the activity data. [kg CO2e per product unit]

    Parameters
    ----------
    activity : Activity
        From `read_activity`.
    factors : FactorTable, optional
        From `load_factors`; the table `default` where none is given.
    gwp : str, optional
        AR4, AR5, AR6 or EF3.1; the rule's where none is given.
    biogenic : str, optional
        `minus_one_plus_one` or `zero_zero`; the rule's where none is given.

    Raises
    ------
    InputError
        With every problem: what is missing, what has no emission factor, which products need all of themselves.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> activity = tp.read_activity("examples/cotton_poplin/activity.csv", tp.load_rules("cotton_fabric"))
    >>> tp.calculate(activity).products
    ('COTTON-POPLIN',)
    """
    rules = activity.rules
    factors = factors or load_factors()
    gwp = _one_of("gwp", gwp or rules.document.gwp, GWP_SETS)
    biogenic = _one_of("biogenic", biogenic or rules.document.biogenic, CONVENTIONS)

    quantities = complete(activity)
    matched = match_rows(activity, factors, gwp, biogenic)
    _raise([*activity.problems, *quantities.problems, *matched.problems])

    masses = stage_masses(activity, quantities)
    place = flow_places(activity)
    amount = engine.amounts(quantities.value, quantities.scale, place, masses, mass_drivers(activity))
    parts, per_unit, stuck = with_links(activity, quantities, matched, amount)
    _raise(stuck)
    return assemble(activity, quantities, factors, matched, masses, amount, parts, per_unit, gwp, biogenic)


def footprint(
    source: str | Path | Any,
    rule: str | Path | RuleSet,
    factors: FactorTable | str | Path | Sequence[FactorTable | str | Path] | None = None,
    *,
    gwp: str | None = None,
    biogenic: str | None = None,
) -> Footprint:
    """Read, match and calculate in one step; problems of reading and of matching are told together.

    Parameters
    ----------
    source : path or DataFrame
        Activity data.
    rule : str, Path or RuleSet
        Name, `name@edition` or path of a rule.
    factors : FactorTable, str, Path, or several of them, optional
        Tables of emission factors, in order; `default` where none is given.

    Raises
    ------
    InputError, RuleError, FactorError, UsageError

    Examples
    --------
    >>> import textile_pcf as tp
    >>> tp.footprint("examples/cotton_poplin/activity.csv", rule="cotton_fabric").unit
    'kg'
    """
    several = factors if isinstance(factors, (list, tuple)) else () if factors is None else (factors,)
    rules, tables = load_rules(rule), load_factors(*several)
    return calculate(build_activity(source, rules), tables, gwp=gwp, biogenic=biogenic)


def stage_masses(activity: Activity, quantities: Quantities) -> engine.Masses:
    """Masses of all stages: the losses of each, multiplied, solved backwards from the product. [kg per product unit]"""
    ratios: list[Array] = []
    for stage in activity.rules.stages:
        block = activity.stage_seats.block(stage.index)
        ratio = np.ones(block.stop - block.start)
        for index in () if stage.outside else stage.losses:
            loss = quantities.losses[activity.loss_seats.block(index)]
            ratio = ratio * np.where(np.isnan(loss), 1.0, engine.loss_ratio(loss, activity.rules.losses[index].basis))
        ratios.append(np.where(activity.takes_place[block], ratio, 1.0))
    lanes = activity.lanes
    return engine.stage_masses(quantities.measures.product_mass, ratios, lanes.product, lanes.share, activity.rules.components)


def flow_places(activity: Activity) -> engine.Places:
    """Place of each flow row's seat when all stages stand one after the other."""
    stage = np.array([spec.stage for spec in activity.rules.flows], dtype=np.int64)[activity.flows.flow]
    return activity.stage_seats.at(stage, activity.flows.seat)


def mass_drivers(activity: Activity) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Which masses of its stage multiply each flow row: output, input, loss."""
    from textile_pcf.activity.meaning import AS_RULE, PERIOD

    table = np.array([[spec.drivers.count(name) for name in MASS_DRIVERS] for spec in activity.rules.flows], dtype=np.int64)
    drivers = table.reshape(-1, len(MASS_DRIVERS))[activity.flows.flow]
    drivers[activity.flows.per != AS_RULE] = 0
    drivers[activity.flows.per == PERIOD, 0] = 1
    return drivers


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise UsageError(
            [Problem(f"{name} {value!r}", "There is no such set.", f"Choose from: {', '.join(known)}.", code=name)]
        )
    return value


def _raise(problems: list[Problem]) -> None:
    if problems:
        raise InputError(problems)
