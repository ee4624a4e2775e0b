"""Warnings of a result: of amounts, of factors, and of what counts twice."""

from __future__ import annotations

from collections.abc import Iterator

from textile_pcf.inventory.carbon_balance import unknown_carbon
from textile_pcf.inventory.completeness import catalogue_warnings, completeness_warnings
from textile_pcf.inventory.double_counting import find_double_transport
from textile_pcf.inventory.factor_age import age_warnings, old_factors
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.inventory.matching import factor_rows, late_warnings, match_warnings
from textile_pcf.inventory.period_totals import added_years
from textile_pcf.inventory.plausibility import check_plausibility
from textile_pcf.results.gwp_sets import catalogue_gwp_warning, gwp_warning
from textile_pcf.results.run import Run
from textile_pcf.results.unmeasured import find_unmeasured
from textile_pcf.results.uptakes import find_double_uptake


def result_warnings(inventory: Inventory, run: Run) -> tuple[tuple[int, str], ...]:
    """Return warnings, each with the index of its product; -1 if it is about the whole run."""
    activity, matches = inventory.activity, inventory.matches
    tables = ((-1, text) for text in run.factors.warnings(run.gwp, factor_rows(matches), run.biogenic))
    return (
        *check_plausibility(activity, inventory.quantities),
        *added_years(activity),
        *tables,
        *match_warnings(activity, matches),
        *find_double_transport(activity, run.factors, matches),
        *find_double_uptake(inventory),
        *find_unmeasured(inventory),
        *age_warnings(activity, matches, run.factors),
        *completeness_warnings(inventory),
        *_gwp(gwp_warning(inventory, run.factors, run.gwp)),
        *unknown_carbon(activity, inventory.balance),
        *((-1, note) for note in activity.columns.table.notes),
    )


def _gwp(text: str | None) -> Iterator[tuple[int, str]]:
    """Yield the warning on sets of global warming potentials, if there is one."""
    if text is not None:
        yield -1, text


def product_warnings(inventory: Inventory, run: Run) -> Iterator[str]:
    """Yield the warnings about single factors and double counting, without their products, for a catalogue."""
    activity, matches, factors = inventory.activity, inventory.matches, run.factors
    yield from late_warnings(activity, matches)
    yield from (text for _, text in find_double_transport(activity, factors, matches))
    yield from (text for _, text in find_double_uptake(inventory))
    yield from (text for _, text in old_factors(activity, matches, factors))
    yield from catalogue_warnings(inventory)
    yield from (text for text in [catalogue_gwp_warning(inventory, factors, run.gwp)] if text is not None)
    yield from (text for _, text in unknown_carbon(activity, inventory.balance))
