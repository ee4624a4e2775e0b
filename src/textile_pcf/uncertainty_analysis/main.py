"""`uncertainty` and `sensitivity` of a result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from textile_pcf.activity.columns import DATA_TYPES
from textile_pcf.errors import Problem, UsageError, whole_number, wrong_type
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.results import Footprint
from textile_pcf.uncertainty_analysis.closed_form import closed_form
from textile_pcf.uncertainty_analysis.evaluation import Evaluation
from textile_pcf.uncertainty_analysis.pedigree import PEDIGREES
from textile_pcf.uncertainty_analysis.result import Uncertainty
from textile_pcf.uncertainty_analysis.sensitivities import sensitivities
from textile_pcf.uncertainty_analysis.spreads import NO_TYPE, Spreads
from textile_pcf.uncertainty_analysis.tables import source_records

if TYPE_CHECKING:
    import pandas as pd

MAX_DRAWS = 10_000_000
MAX_GSD = 20.0


def uncertainty(
    result: Footprint,
    draws: int = 10_000,
    seed: int = 0,
    unit: str | None = None,
    assume: Mapping[str, float] | None = None,
    pedigree: str = "classic",
) -> Uncertainty:
    """How sure the footprints of a result are. [kg CO2e per product unit, or per `unit`]

    Every draw is a whole recalculation with drawn numbers: factors, amounts, losses, properties, shares. What declares no
    spread is held fixed and listed.

    Parameters
    ----------
    result : Footprint
        From `footprint` or `calculate`.
    draws : int, optional
        Number of draws, 1 to 10,000,000.
    seed : int, optional
        Seed of the draws.
    unit : str, optional
        Unit such as `m2`; by default the product unit.
    assume : mapping of str to float, optional
        Geometric standard deviation for numbers that state no spread, by `data_type` of their row: `measured`, `calculated`,
        `supplier`, `literature`, `estimated` (numbers of the rule too), `none` for rows without a type. [1]
    pedigree : str, optional
        Matrix that turns data quality into a spread: `classic`, `empirical` or `none`.

    Returns
    -------
    Uncertainty
        Statistics, closed form, sources, and what is undeclared.

    Raises
    ------
    UsageError
        `result` is none, there is no such data type, or a number is out of its range.
    InputError
        Some product cannot be converted to the unit, or a draw gives a quantity that cannot be.

    References
    ----------
    JCGM 101:2008, propagation of distributions by a Monte Carlo method.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> result = tp.footprint(*tp.load_example("cotton_poplin"))
    >>> u = tp.uncertainty(result, draws=1000, assume={"estimated": 1.2})
    >>> bool(u.statistics.p2_5[0] < u.deterministic[0] < u.statistics.p97_5[0])
    True
    """
    _check_result(result)
    assume = {} if assume is None else assume
    check_options(draws, seed, assume, pedigree)
    assumed = dict(assume)
    evaluation = Evaluation(result, Spreads(result, assumed, pedigree), unit)
    evaluation.stated_scale.sum()  # refuses a unit that no product can be converted to, before anything is drawn
    return Uncertainty(result, int(draws), int(seed), unit, pedigree, assumed, evaluation)


def sensitivity(result: Footprint, unit: str | None = None) -> pd.DataFrame:
    """What each number behind the footprints of a result carries of them. [kg CO2e per product unit, or per `unit`]

    Parameters
    ----------
    result : Footprint
        From `footprint` or `calculate`.
    unit : str, optional
        Unit such as `m2`; by default the product unit.

    Returns
    -------
    DataFrame
        One row per product and number: `product`, `source`, `kind`, `kgCO2e` (∂ total / ∂ ln value), `elasticity`, `low_10`
        and `high_10` (totals at 0.9 and 1.1 times the value; empty where that is no loss or share any more).

    Raises
    ------
    UsageError
        `result` is none.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> result = tp.footprint(*tp.load_example("cotton_poplin"))
    >>> table = tp.sensitivity(result)
    >>> bool(abs(table["kgCO2e"][table["kind"] == "factor"].sum() - result.totals[0]) < 1e-9)
    True
    """
    import pandas as pd

    _check_result(result)
    evaluation = Evaluation(result, Spreads(result, {}, "classic"), unit)
    rows = []
    for place, product in enumerate(result.products):
        found, form = sensitivities(evaluation, place), closed_form(evaluation, place)
        total = float(result.totals[place] * evaluation.stated_scale[place])
        rows += [{"product": product, **record} for record in source_records(found, form, total)]
    columns = ["product", "source", "kind", "kgCO2e", "elasticity", "low_10", "high_10"]
    table = pd.DataFrame(rows, columns=columns).astype({"elasticity": float, "low_10": float, "high_10": float})
    order = table["kgCO2e"].abs()
    return table.assign(size=-order).sort_values(["product", "size"], kind="stable").drop(columns="size").reset_index(drop=True)


def check_options(draws: int, seed: int, assume: Mapping[str, float], pedigree: str) -> None:
    """Check the options of `uncertainty`.

    Raises
    ------
    UsageError
        There is no such data type or matrix, or a number is out of its range; all are listed.
    """
    problems = [*_number_problems(draws, seed), *_assumption_problems(assume)]
    if not isinstance(pedigree, str) or pedigree not in PEDIGREES:
        cure = Message("Choose from: {choices}.", choices=", ".join(PEDIGREES))
        problems.append(Problem(f"pedigree {pedigree!r}", "There is no such pedigree matrix.", cure, code="pedigree"))
    if problems:
        raise UsageError(problems)


def _check_result(result: Any) -> None:
    if not isinstance(result, Footprint):
        raise wrong_type("result", result, "a calculated result", "Calculate it first: footprint(path, rule).")


def _number_problems(draws: Any, seed: Any) -> list[Problem]:
    problems = []
    if not 1 <= (whole_number(draws) or 0) <= MAX_DRAWS:
        what, cure = "The number of draws is not between 1 and 10,000,000.", "Write a whole number, such as 10000."
        problems.append(Problem(f"draws {draws!r}", what, cure, code="draws"))
    if whole_number(seed) is None:
        problems.append(
            Problem(f"seed {seed!r}", "The seed is no whole number.", "Write a whole number, such as 0.", code="seed")
        )
    return problems


def _assumption_problems(assume: Mapping[str, float]) -> list[Problem]:
    if not isinstance(assume, Mapping):
        raise wrong_type("assume", assume, "a mapping", "Write a gsd for each data type, such as {'estimated': 1.2}.")
    problems: list[Problem] = []
    known = (*DATA_TYPES, NO_TYPE)
    for name, gsd in assume.items():
        if name not in known:
            choices = Message("Choose from: {choices}.", choices=", ".join(known))
            cure = did_you_mean(str(name), known, choices)
            problems.append(Problem(f"assume {name!r}", "There is no such data type.", cure, code="assume"))
        elif isinstance(gsd, bool) or not isinstance(gsd, (int, float)) or not 1 <= gsd <= MAX_GSD:
            what, advice = "The assumed gsd is not between 1 and 20.", "1 means no spread, 1.1 about ten percent."
            problems.append(Problem(f"assume {name!r}", what, advice, code="gsd"))
    return problems
