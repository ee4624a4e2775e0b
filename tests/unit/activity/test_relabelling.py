"""Rows that differ from known ones in units, items, regions and years take over their structure: no figure moves by a bit."""

import copy
from functools import cache
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import textile_pcf as tp
from textile_pcf import activity
from textile_pcf.activity.structure_cache import structure_cache

LABELS = {
    "region": ("CN", "GB", "FR", "GLO", "", "Atlantis"),
    "year": ("", "2021", "2023", 2022, "2022年", "20"),
    "item": ("", "natural_gas_energy", "hard_coal", "electricity", "caustic_soda_50", "a\u0000b", "product:P", "no_such_item"),
    "unit": ("", "kg/kg", "g/kg", "kWh/kg", "MJ/kg", "%", "kWh/m", "apples"),
}
"""Labels that are right in some rows, and wrong in some or all."""


@cache
def poplin():
    rules = tp.load_rules("cotton_fabric")
    table = tp.read_activity("examples/cotton_poplin/activity.csv", rules).columns.table
    rows = [{column: cells[row] for column, cells in table.columns.items() if column != "product"} for row in range(table.rows)]
    for row in rows:
        row["amount"] = float(row["amount"]) if row.get("amount") else ""
    return rules, rows


def seen(rows, rules, factors=None):
    """All that can be seen of a result, or what is wrong."""
    try:
        result = tp.footprint({"product": "P", "rows": rows}, rules, factors)
    except tp.InputError as error:
        return str(error)
    requests = [(one.item, one.region, one.year) for one in result.inventory.matches.requests]
    return result.to_dict(), result.explain("P"), result.warnings(), result.by_stage_and_part.tobytes(), requests


def known_and_cold(first, then, rules, factors=None):
    """What is seen of rows after others with other labels, and of the same rows where nothing is known."""
    structure_cache.cache_clear()
    seen(first, rules, factors)
    known = seen(then, rules, factors)
    structure_cache.cache_clear()
    return known, seen(then, rules, factors)


def changed(rows, changes):
    rows = copy.deepcopy(rows)
    for place, column, text in changes:
        rows[place % len(rows)][column] = text
    return rows


@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_rows_with_other_labels_are_calculated_as_if_nothing_were_known(data):
    rules, rows = poplin()
    change = st.sampled_from(sorted(LABELS)).flatmap(
        lambda column: st.tuples(st.integers(0, 99), st.just(column), st.sampled_from(LABELS[column]))
    )
    then = changed(rows, data.draw(st.lists(change, min_size=1, max_size=3)))
    known, cold = known_and_cold(rows, then, rules)
    assert known == cold


@pytest.fixture
def built(monkeypatch):
    """Tables whose structure was built from nothing."""
    tables, build = [], activity.build_structure
    monkeypatch.setattr(activity, "build_structure", lambda cells, *others: tables.append(cells) or build(cells, *others))
    structure_cache.cache_clear()
    return tables


def test_other_regions_years_items_units_and_options_need_no_new_structure(built):
    rules, rows = poplin()
    seen(rows, rules)
    place = {row["flow"]: number for number, row in enumerate(rows)}  # the last row of each
    others = [
        [(place["fuel_supply"], "region", "CN")],
        [(place["fuel_supply"], "year", "2021"), (place["dye"], "year", "2022")],
        [(place["heat"], "item", "coke_energy")],
        [(place["dyeing_loss"], "unit", "1"), (place["dyeing_loss"], "amount", 0.084)],
        [(place["loom"], "item", "rapier")],
    ]
    for changes in others:
        assert not isinstance(seen(changed(rows, changes), rules), str)
    assert len(built) == 1


def test_a_row_that_is_like_another_only_by_its_new_label_is_refused():
    """Two rows of one flow differ by their items; with one item they are given twice, whatever their units."""
    rules, rows = poplin()
    chemicals = next(number for number, row in enumerate(rows) if row["flow"] == "chemicals")
    second = {**rows[chemicals], "item": "soda_ash", "region": "GLO", "amount": 3.0, "unit": "g/kg"}
    first = [*rows, {**second, "item": "hydrogen_peroxide_50"}]
    same = [*rows, {**second, "item": rows[chemicals]["item"], "region": rows[chemicals]["region"]}]
    known, cold = known_and_cold(first, same, rules)
    assert known == cold
    assert "The same row was given before" in known
    other = changed(first, [(chemicals, "year", "2020")])
    known, cold = known_and_cold(first, other, rules)
    assert known == cold


def test_what_a_cutoff_names_may_decide_what_is_missing():
    """A flow may be left out by name; a row that names another thing leaves it missing."""
    rules = tp.load_rules("tests/cases/rules/completeness.yaml")
    power = {"stage": "weaving", "flow": "electricity", "amount": 4.0, "unit": "kWh/kg"}
    left_out = {"stage": "weaving", "flow": "cutoff", "amount": 0.5, "unit": "%", "item": "oil", "note": "a few drops"}
    factors = {"electricity": "0.5 kgCO2e/kWh"}
    known, cold = known_and_cold([power, left_out], [power, {**left_out, "item": "grease"}], rules, factors)
    assert known == cold
    assert "oil is missing" in known


def test_what_is_known_is_bounded(built, monkeypatch):
    cached = import_module(structure_cache.__module__)
    monkeypatch.setattr(cached, "MAX_CACHED", 4)
    monkeypatch.setattr(cached, "MAX_KNOWN", 2)
    rules, rows = poplin()
    for number in range(12):
        seen([*rows[: len(rows) - number % 3], {**rows[-1], "item": f"other thing {number}"}], rules)
        kept = structure_cache(rules)
        assert len(kept) <= 4
        assert len(kept.known) <= 2
