"""Tables of the same rows share what was worked out: never in a way that can be seen but by the clock."""

import copy
import dataclasses
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import textile_pcf as tp
from textile_pcf.activity.known import known_structures
from textile_pcf.calculation import matched


def example(name: str) -> tuple[tp.RuleSet, dict[str, object]]:
    """An example as plain rows."""
    rules = tp.load_rules("cotton_fabric")
    table = tp.read_activity(f"examples/{name}/activity.csv", rules).cells.table
    rows = [{column: cells[row] for column, cells in table.columns.items() if column != "product"} for row in range(table.rows)]
    for row in rows:
        row["amount"] = float(row["amount"]) if row.get("amount") else ""
    return rules, {"product": "P", "rows": rows}


@pytest.fixture(autouse=True)
def forget():
    known_structures.cache_clear()


@pytest.fixture
def poplin():
    return example("cotton_poplin")


def test_a_second_table_of_the_same_rows_is_known(poplin):
    rules, rows = poplin
    tp.footprint(rows, rules)
    known = len(known_structures(rules))
    tp.footprint({**rows, "product": "ANOTHER"}, rules)
    assert known == len(known_structures(rules)) == 1


@settings(max_examples=25, deadline=None)
@given(scale=st.floats(0.1, 10), products=st.integers(1, 3))
def test_what_is_known_changes_no_bit(scale, products):
    rules, rows = example("cotton_poplin")
    for row in rows["rows"]:
        if isinstance(row["amount"], float) and row["unit"] not in ("%", "1"):
            row["amount"] *= scale
    several = [{**rows, "product": f"P{number}"} for number in range(products)]
    tp.footprint(several, rules)
    warm = tp.footprint(several, rules)
    known_structures.cache_clear()
    cold = tp.footprint(several, rules)
    assert warm.by_stage.tobytes() == cold.by_stage.tobytes()
    assert warm.warnings() == cold.warnings()
    assert warm.explain("P0") == cold.explain("P0")
    assert warm.to_dict() == cold.to_dict()
    assert warm.contributions.equals(cold.contributions)


def spoilt(rows, place, **cells):
    told = copy.deepcopy(rows)
    told["rows"][place].update(cells)
    return told


@pytest.mark.parametrize(
    "cells",
    [
        {"amount": -1.0},
        {"amount": float("inf")},
        {"amount": 1e308},
        {"amount": "abc"},
        {"amount": "2 apples"},
        {"data_type": "guessed"},
        {"gsd": 0.5},
        {"dq_time": 9.0},
        {"unit": "apples"},
        {"year": "24"},
        {"colour": "red"},
    ],
)
def test_what_is_wrong_is_told_in_the_same_words(poplin, cells):
    rules, rows = poplin
    tp.footprint(rows, rules)
    place = next(number for number, row in enumerate(rows["rows"]) if row["flow"] == "fiber")
    wrong = spoilt(rows, place, **cells)
    with pytest.raises(tp.InputError) as warm:
        tp.footprint(wrong, rules)
    known_structures.cache_clear()
    with pytest.raises(tp.InputError) as cold:
        tp.footprint(wrong, rules)
    assert str(warm.value) == str(cold.value)


def test_what_is_not_complete_is_never_kept(poplin):
    rules, rows = poplin
    less = {**rows, "rows": [row for row in rows["rows"] if row["flow"] != "mass" and row["unit"] != "kWh"][:5]}
    told = []
    known_structures.cache_clear()
    for _ in range(2):
        with pytest.raises(tp.InputError) as error:
            tp.footprint(less, rules)
        told.append(str(error.value))
    assert told[0] == told[1] and not known_structures(rules)


def test_totals_of_a_period_are_known_too(poplin):
    """What a stage gave is an amount like others: of twice as much comes half per kg, and nothing is refused as at first."""
    rules, rows = poplin
    power = {"stage": "weaving", "flow": "electricity", "amount": 2000.0, "unit": "MWh", "per": "period"}
    output = {**power, "flow": "output", "amount": 500.0, "unit": "t"}
    power_of = {}
    known_structures.cache_clear()
    for amount in (500.0, 1000.0):
        known = tp.footprint({**rows, "rows": [*rows["rows"], power, {**output, "amount": amount}]}, rules)
        lines = known.contributions
        power_of[amount] = lines[(lines["stage"] == "weaving") & (lines["flow"] == "electricity")]["kgCO2e"].sum()
    assert len(known_structures(rules)) == 1
    assert power_of[500.0] == pytest.approx(2 * power_of[1000.0], rel=1e-12) and power_of[500.0] > 0
    nothing = {**rows, "rows": [*rows["rows"], power, {**output, "amount": 0.0}]}
    told = []
    for _ in range(2):
        with pytest.raises(tp.InputError) as error:
            tp.footprint(nothing, rules)
        told.append(str(error.value))
        known_structures.cache_clear()
    assert told[0] == told[1] and "The output of the period is zero." in told[0]


def test_threads_may_ask_the_same_tables_at_once(poplin):
    """Answers are kept for all of a process: however the threads take turns, each gets the factors that it asked for."""
    rules, rows = poplin
    factors = tp.load_factors()
    years = [str(year) for year in range(2000, 2040)]
    tables = [{**rows, "rows": [{**row, "year": year} if row["unit"] else row for row in rows["rows"]]} for year in years]
    alone = [tp.footprint(table, rules, factors).totals[0] for table in tables]
    again = dataclasses.replace(factors)  # not asked yet
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda table: tp.footprint(table, rules, again).totals[0], tables))
    assert together == alone


def test_answers_begin_anew_where_they_are_too_many(poplin, monkeypatch):
    rules, rows = poplin
    monkeypatch.setattr(matched, "KEPT", 3)
    factors = dataclasses.replace(tp.load_factors())
    gwp, biogenic = rules.document.gwp, rules.document.biogenic
    first = tp.footprint(rows, rules, factors)
    anew = matched.answers_of(factors, gwp, biogenic)
    assert not anew.answers  # what was asked was more than may be kept
    assert tp.footprint(rows, rules, factors).totals.tobytes() == first.totals.tobytes()
    assert first.explain("P") == tp.footprint(rows, rules, factors).explain("P")


def test_products_that_link_are_looked_at_anew():
    """A link goes to the product of that name in the same table, so names count where they do not elsewhere."""
    rules, factors = tp.load_rules("apparel"), tp.load_factors("default", "carbonfact")
    table = tp.read_activity("examples/polyester_jacket/activity.csv", rules).cells.table
    products: dict[str, list[dict[str, object]]] = {}
    for row in range(table.rows):
        cells = {column: values[row] for column, values in table.columns.items()}
        cells["amount"] = float(cells["amount"]) if cells["amount"] else ""
        products.setdefault(str(cells.pop("product")), []).append(cells)
    entries = [{"product": product, "rows": rows} for product, rows in products.items()]
    first = tp.footprint(entries, rules, factors)
    assert not known_structures(rules)
    swapped = {"SHELL": "LINING", "LINING": "SHELL"}
    renamed = [{**entry, "product": swapped.get(entry["product"], entry["product"])} for entry in entries]
    second = tp.footprint(renamed, rules, factors)
    jacket = first.products.index("JACKET")
    assert second.totals[jacket] != first.totals[jacket]
    assert second.totals[first.products.index("SHELL")] == first.totals[first.products.index("SHELL")]
