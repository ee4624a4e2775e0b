"""Warnings of a result: of amounts, of factors, and of what counts twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeAlias

from textile_pcf.activity.product_names import similar_names
from textile_pcf.factors.matcher import BOUGHT, WARNED
from textile_pcf.inventory.bands import bands_of_rule
from textile_pcf.inventory.carbon_balance import unknown_carbon
from textile_pcf.inventory.completeness import catalogue_warnings, completeness_warnings, expects_anything
from textile_pcf.inventory.double_counting import double_transport_texts, find_double_transport
from textile_pcf.inventory.factor_age import age_warnings, old_factors
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.inventory.matching import late_warnings, match_warnings
from textile_pcf.inventory.period_totals import added_years
from textile_pcf.inventory.plausibility import Warning_, check_plausibility
from textile_pcf.inventory.supply_mix import idle_supply
from textile_pcf.messages.message import Message
from textile_pcf.results.gwp_sets import catalogue_gwp_warning, gwp_warning, rests_on_other_sets
from textile_pcf.results.run import Run
from textile_pcf.results.unmeasured import find_unmeasured
from textile_pcf.results.uptakes import double_uptake_texts, find_double_uptake

Check: TypeAlias = Callable[[Inventory, Run], Iterable[Warning_]]
"""Finds warnings, each with the index of its product; -1 if it is about the whole run."""


def result_warnings(inventory: Inventory, run: Run) -> tuple[tuple[int, str], ...]:
    """Return warnings, each with the index of its product; -1 if it is about the whole run.

    Which checks can find anything depends on rows, rule and factors, not on amounts, so it is kept with the matches.
    """
    warnings: list[Warning_] = [(-1, text) for text in _similar_products(inventory)]
    for check in inventory.matches.keep("warnings", lambda: _checks(inventory, run)):
        warnings += check(inventory, run)
    warnings += [(-1, note) for note in inventory.activity.columns.table.notes]
    return tuple(warnings)


def _checks(inventory: Inventory, run: Run) -> tuple[Check, ...]:
    """Return the checks that can find anything in these rows, in the order of their warnings."""
    activity, matches, rules = inventory.activity, inventory.matches, inventory.activity.rules
    declared, requirements = matches.have(BOUGHT), rules.document.data_requirements
    may_warn = matches.have(WARNED) or run.factors.has_misnamed_rows
    tables = run.factors.warnings(run.gwp, matches.used_rows, run.biogenic) if may_warn else ()
    idle = () if run.supply is None else idle_supply(rules, run.supply)
    of_run = ((-1, text) for text in (*tables, *idle))
    of_rows = (*added_years(activity), *of_run, *match_warnings(activity, matches))
    old = tuple(age_warnings(activity, matches, run.factors))
    checks: tuple[tuple[bool, Check], ...] = (
        (
            any(bands.some for bands in bands_of_rule(rules)),
            lambda inventory, _: check_plausibility(inventory.activity, inventory.quantities),
        ),
        (bool(of_rows), lambda *_: of_rows),
        (declared, lambda inventory, run: find_double_transport(inventory.activity, run.factors, inventory.matches)),
        (declared or matches.has_links, lambda inventory, _: find_double_uptake(inventory)),
        (requirements is not None and bool(requirements.primary), lambda inventory, _: find_unmeasured(inventory)),
        (bool(old), lambda *_: old),
        (expects_anything(rules) or activity.rows.has_cutoffs, lambda inventory, _: completeness_warnings(inventory)),
        (rests_on_other_sets(inventory, run.factors, run.gwp), _gwp),
        (inventory.balance is not None, lambda inventory, _: unknown_carbon(inventory.activity, inventory.balance)),
    )
    return tuple(check for can_find, check in checks if can_find)


def _gwp(inventory: Inventory, run: Run) -> Iterator[Warning_]:
    """Yield the warning on sets of global warming potentials, if there is one."""
    text = gwp_warning(inventory, run.factors, run.gwp)
    if text is not None:
        yield -1, text


def _similar_products(inventory: Inventory) -> Iterator[str]:
    """Yield the warning of products that a reader takes for one, if there are any."""
    groups = similar_names(inventory.activity.names)
    if groups:
        one, other, *_ = groups[0]
        yield Message(
            "{count} products have a name that differs from that of another only in capitals, spaces or the width of letters, "
            "such as {one!r} and {other!r}; they are calculated as different products.",
            count=sum(map(len, groups)),
            one=one,
            other=other,
        )


def product_warnings(inventory: Inventory, run: Run) -> Iterator[str]:
    """Yield the warnings about single factors and double counting, without their products, for a catalogue."""
    activity, matches, factors = inventory.activity, inventory.matches, run.factors
    yield from _similar_products(inventory)
    yield from () if run.supply is None else idle_supply(activity.rules, run.supply)
    yield from late_warnings(activity, matches)
    yield from double_transport_texts(activity, factors, matches)
    yield from double_uptake_texts(inventory)
    yield from (text for _, text in old_factors(activity, matches, factors))
    yield from catalogue_warnings(inventory)
    yield from (text for text in [catalogue_gwp_warning(inventory, factors, run.gwp)] if text is not None)
    yield from (text for _, text in islice(unknown_carbon(activity, inventory.balance), 1))  # all products have one text
