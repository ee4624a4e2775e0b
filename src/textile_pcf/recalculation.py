"""One product of a run calculated again, under draws of the numbers behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.calculation import calculate_run, matcher_of_run, raise_problems
from textile_pcf.factors.matcher import FactorMatcher
from textile_pcf.inventory.draw_sources import Source
from textile_pcf.inventory.draws import ProductDraws, product_draws
from textile_pcf.inventory.inventory import Inventory, build_inventory
from textile_pcf.inventory.matching import FactorMatches, match_exchanges
from textile_pcf.inventory.supplier_factors import SupplierFactors, supplier_factors
from textile_pcf.inventory.supply_mix import apply_supply
from textile_pcf.results import Footprint, Run
from textile_pcf.results.run import product_index


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
    inventories = recalculated_inventories(run, product, values, suppliers)
    return np.concatenate([Footprint(inventory, run).by_stage for inventory in inventories])


def recalculated_inventories(
    run: Run, product: str, values: Mapping[Source, FloatArray], suppliers: Mapping[str, FloatArray] | None = None
) -> Iterator[Inventory]:
    """Yield the inventories behind `recalculate`, in which each draw is a product of its own.

    Parameters
    ----------
    run, product, values, suppliers
        As of `recalculate`.

    Yields
    ------
    Inventory
        Of a part of the draws, in their order; links to products of the run are factors in it.
    """
    activity, matcher = run.activity, matcher_of_run(run)
    number = product_index(activity.products, product)
    draws = product_draws(activity, number, values, suppliers or {})
    matches = match_exchanges(activity, matcher)
    raise_problems([*activity.problems, *matches.problems], activity)
    links = None
    if matches.has_links and (matches.supplier[draws.exchanges] >= 0).any():
        links = supplier_factors(calculate_run(run).inventory, number, draws.suppliers)
    for chunk in draws.chunks():
        yield _inventory_of_draws(run, chunk, matches, matcher, links)


def _inventory_of_draws(
    run: Run, draws: ProductDraws, matches: FactorMatches, matcher: FactorMatcher, links: SupplierFactors | None
) -> Inventory:
    """Return the inventory of some draws, one product each."""
    activity, quantities = draws.complete()
    matches = draws.matches(matches)
    if run.supply is not None:
        declared = activity.rules.document.electricity.declared
        activity, quantities, matches = apply_supply(activity, quantities, matches, matcher, run.supply, declared)
    return build_inventory(activity, quantities, draws.factors(matches, activity, links))
