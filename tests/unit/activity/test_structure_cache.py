"""Tables of the same rows share what was worked out: never in a way that can be seen but by the clock."""

import copy
import dataclasses
import enum
from collections import UserDict
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import textile_pcf as tp
from textile_pcf.activity.structure_cache import structure_cache
from textile_pcf.factors import matcher
from textile_pcf.io import records
from textile_pcf.io.records import record_layout


def example(name: str) -> tuple[tp.RuleSet, dict[str, object]]:
    """An example as plain rows, for the caller to change."""
    rules, rows = read_example(name)
    structure_cache.cache_clear()  # that of the file
    return rules, copy.deepcopy(rows)


@cache
def read_example(name: str) -> tuple[tp.RuleSet, dict[str, object]]:
    """An example as plain rows, read once."""
    rules = tp.load_rules("cotton_fabric")
    table = tp.read_activity(f"examples/{name}/activity.csv", rules).columns.table
    rows = [{column: cells[row] for column, cells in table.columns.items() if column != "product"} for row in range(table.rows)]
    for row in rows:
        row["amount"] = float(row["amount"]) if row.get("amount") else ""
    return rules, {"product": "P", "rows": rows}


@pytest.fixture(autouse=True)
def forget():
    structure_cache.cache_clear()
    record_layout.cache_clear()


@pytest.fixture
def poplin():
    return example("cotton_poplin")


def test_a_second_table_of_the_same_rows_is_known(poplin):
    rules, rows = poplin
    tp.footprint(rows, rules)
    known = len(structure_cache(rules))
    tp.footprint({**rows, "product": "ANOTHER"}, rules)
    assert known == len(structure_cache(rules)) == 1


@settings(max_examples=25, deadline=None)
@given(scale=st.floats(0.1, 10), products=st.integers(1, 3))
def test_what_is_known_changes_no_bit(scale, products):
    rules, rows = example("cotton_poplin")
    for row in rows["rows"]:
        if isinstance(row["amount"], float) and row["unit"] not in ("%", "1"):
            row["amount"] *= min(scale, 1) if row["flow"] == "cellulose_content" else scale  # it is a part of the mass
    several = [{**rows, "product": f"P{number}"} for number in range(products)]
    tp.footprint(several, rules)
    warm = tp.footprint(several, rules)
    structure_cache.cache_clear()
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
    structure_cache.cache_clear()
    with pytest.raises(tp.InputError) as cold:
        tp.footprint(wrong, rules)
    assert str(warm.value) == str(cold.value)


def test_what_is_not_complete_is_never_kept(poplin):
    rules, rows = poplin
    less = {**rows, "rows": [row for row in rows["rows"] if row["flow"] != "mass" and row["unit"] != "kWh"][:5]}
    told = []
    structure_cache.cache_clear()
    for _ in range(2):
        with pytest.raises(tp.InputError) as error:
            tp.footprint(less, rules)
        told.append(str(error.value))
    assert told[0] == told[1] and not structure_cache(rules)


def test_totals_of_a_period_are_known_too(poplin):
    """What a stage gave is an amount like others: of twice as much comes half per kg, and nothing is refused as at first."""
    rules, rows = poplin
    power = {"stage": "weaving", "flow": "electricity", "amount": 2000.0, "unit": "MWh", "per": "period"}
    output = {**power, "flow": "output", "amount": 500.0, "unit": "t"}
    power_of = {}
    structure_cache.cache_clear()
    for amount in (500.0, 1000.0):
        known = tp.footprint({**rows, "rows": [*rows["rows"], power, {**output, "amount": amount}]}, rules)
        lines = known.contributions
        power_of[amount] = lines[(lines["stage"] == "weaving") & (lines["flow"] == "electricity")]["kgCO2e"].sum()
    assert len(structure_cache(rules)) == 1
    assert power_of[500.0] == pytest.approx(2 * power_of[1000.0], rel=1e-12) and power_of[500.0] > 0
    nothing = {**rows, "rows": [*rows["rows"], power, {**output, "amount": 0.0}]}
    told = []
    for _ in range(2):
        with pytest.raises(tp.InputError) as error:
            tp.footprint(nothing, rules)
        told.append(str(error.value))
        structure_cache.cache_clear()
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
    monkeypatch.setattr(matcher, "CACHE_SIZE", 3)
    factors = dataclasses.replace(tp.load_factors())
    gwp, biogenic = rules.document.gwp, rules.document.biogenic
    first = tp.footprint(rows, rules, factors)
    anew = matcher.factor_matcher(factors, gwp, biogenic)
    assert not anew.matches  # what was asked was more than may be kept
    assert tp.footprint(rows, rules, factors).totals.tobytes() == first.totals.tobytes()
    assert first.explain("P") == tp.footprint(rows, rules, factors).explain("P")


def test_products_that_link_are_looked_at_anew():
    """A link goes to the product of that name in the same table, so names count where they do not elsewhere."""
    rules, factors = tp.load_rules("apparel"), tp.load_factors("default", "carbonfact")
    table = tp.read_activity("examples/polyester_jacket/activity.csv", rules).columns.table
    products: dict[str, list[dict[str, object]]] = {}
    for row in range(table.rows):
        cells = {column: values[row] for column, values in table.columns.items()}
        cells["amount"] = float(cells["amount"]) if cells["amount"] else ""
        products.setdefault(str(cells.pop("product")), []).append(cells)
    entries = [{"product": product, "rows": rows} for product, rows in products.items()]
    first = tp.footprint(entries, rules, factors)
    assert not structure_cache(rules)
    swapped = {"SHELL": "LINING", "LINING": "SHELL"}
    renamed = [{**entry, "product": swapped.get(entry["product"], entry["product"])} for entry in entries]
    second = tp.footprint(renamed, rules, factors)
    jacket = first.products.index("JACKET")
    assert second.totals[jacket] != first.totals[jacket]
    assert second.totals[first.products.index("SHELL")] == first.totals[first.products.index("SHELL")]


def told_of(rows, rules):
    """All that can be seen of a result, or what is wrong."""
    try:
        result = tp.footprint(rows, rules)
    except tp.InputError as error:
        return str(error)
    return result.to_dict(), result.explain(result.products[0])


def cold(rows, rules):
    structure_cache.cache_clear()
    record_layout.cache_clear()
    return told_of(rows, rules)


def full(amount=2.0):
    """Rows that tell every quantity themselves, as those of a rule without values of its own do."""
    rules = tp.load_rules("tests/benchmarks/rule.yaml")
    rows = [{"stage": "product", "flow": "mass", "amount": 0.2, "unit": "kg/piece"},
            {"stage": "product", "flow": "grammage", "amount": 180, "unit": "g/m2"}]  # fmt: skip
    for spec in rules.losses:
        rows.append({"stage": rules.stage_id(spec.stage), "flow": spec.id, "amount": 5.0, "unit": "%"})
    for spec in rules.flows:
        item = {"kg": "cotton_fiber", "m3": "tap_water", "t*km": "truck"}.get(spec.unit.text, "electricity")
        told = {"stage": rules.stage_id(spec.stage), "flow": spec.id, "amount": amount, "unit": spec.unit.text}
        rows.append({**told, "item": item, "region": "CN", "year": "2022"})
    return rules, rows


@pytest.fixture
def table(tmp_path):
    items = {"cotton_fiber": "kg", "tap_water": "m3", "truck": "t*km", "electricity": "kWh"}
    head = "item,value,unit,region,year,kind,source,locator"
    lines = [f"{item},{place}.5,kgCO2e/({unit}),CN,2022,life_cycle,s,l" for place, (item, unit) in enumerate(items.items())]
    (tmp_path / "f.csv").write_text("\n".join([head, *lines]), encoding="utf-8")
    return tp.load_factors(tmp_path / "f.csv")


def test_rows_that_tell_everything_are_calculated_as_if_never_seen(table):
    rules, rows = full()
    tp.footprint({"product": "P", "rows": rows}, rules, table)
    for amount in (3, 0.0, 1e-300, -1.0, float("inf"), float("nan"), 1e308, "", "x", None, Decimal("2.5"), np.float64(2.5)):
        for place in (0, 2, 9, 12):
            other = [*rows[:place], {**rows[place], "amount": amount}, *rows[place + 1 :]]
            seen = []
            for forget in (False, True):
                if forget:
                    structure_cache.cache_clear()
                    record_layout.cache_clear()
                try:
                    result = tp.footprint({"product": "P", "rows": other}, rules, table)
                    told = result.to_dict(), result.explain("P"), result.by_stage.tobytes(), result.split_totals.tobytes()
                    seen.append((*told, result.measures.grammage.tolist()))
                except tp.InputError as error:
                    seen.append(str(error))
            assert seen[0] == seen[1], (amount, place)


def test_equal_cells_that_mean_something_else_are_not_taken_for_one_another(poplin):
    """In Python 2022 equals 2022.0 and Decimal("2022.0"); as texts they are 2022, 2022 and 2022.0, which is a year as well."""
    rules, rows = poplin
    sound = {**rows, "rows": [{**row, "year": 2022 if row["flow"] == "fiber" else row["year"]} for row in rows["rows"]]}
    for cell in (2022.0, True, Decimal("2022.0"), np.float64(2022), "2022", None):
        again = [{**row, "year": cell} if row["flow"] == "fiber" else row for row in rows["rows"]]
        told_of(sound, rules)
        assert told_of({**rows, "rows": again}, rules) == cold({**rows, "rows": again}, rules)
    for cell, told in ((1, "'1' is not a year."), (True, "'TRUE' is not a year."), (Decimal("1.0"), "'1.0' is not a year.")):
        assert told in told_of({**rows, "rows": [{**row, "year": cell} for row in again]}, rules)


class Key(str, enum.Enum):  # noqa: UP042 - a StrEnum shows itself as its text
    """A header that equals a text, and shows itself as another."""

    STAGE = "stage"
    COLOUR = "colour"


def test_headers_that_equal_texts_are_those_texts(poplin):
    rules, rows = poplin
    plain = cold(rows, rules)
    renamed = {**rows, "rows": [{Key(k) if k == "stage" else k: v for k, v in row.items()} for row in rows["rows"]]}
    assert cold(renamed, rules) == told_of(rows, rules) == plain
    odd, wrong = ({**rows, "rows": [{**row, key: "red"} for row in rows["rows"]]} for key in (Key.COLOUR, "colour"))
    assert "is not a known column" in cold(odd, rules)
    assert told_of(wrong, rules) == cold(wrong, rules)


def test_rows_of_any_shape_are_read_alike(poplin):
    """Orders of keys, keys that some rows lack, other headers, rows that name their product, mappings that are no dicts."""
    rules, rows = poplin
    told = [{k: v for k, v in row.items() if v != ""} for row in rows["rows"]]
    plain = cold({"product": "P", "rows": told}, rules)
    turned = [dict(reversed(row.items())) if place % 2 else row for place, row in enumerate(told)]
    chinese = [
        {{"stage": "工序", "unit": " Unit "}.get(k, k): v for k, v in row.items()} if n % 3 else row
        for n, row in enumerate(told)
    ]
    named = [{**row, "product": "P"} if place % 2 else row for place, row in enumerate(told)]
    for shape in (turned, chinese, named, [UserDict(row) for row in told], tuple(told)):
        for product in ("P", " P "):
            assert told_of({"product": product, "rows": shape}, rules)[1:] == plain[1:]
    assert told_of([{"product": "P", "rows": told[:5]}, {"product": "P", "rows": told[5:]}], rules)[1:] == plain[1:]


def test_forms_are_remembered_in_bounds(poplin):
    rules, rows = poplin
    for number in range(records.MAX_CACHED_LAYOUTS + 8):
        less = [
            {k: v for k, v in row.items() if row["flow"] == "cutoff" or k != ("note", "source")[place < number - 20]}
            for place, row in enumerate(rows["rows"])
        ]  # what is left out needs its reason, a note
        less = [{k: v for k, v in row.items() if k != "data_type"} if n < number else row for n, row in enumerate(less)]
        tp.footprint({**rows, "rows": less}, rules)
    assert record_layout.cache_info().currsize == record_layout.cache_info().maxsize == records.MAX_CACHED_LAYOUTS
    record_layout.cache_clear()
    many = [{**rows, "product": f"P{number}"} for number in range(records.MAX_CACHED_ROWS // len(rows["rows"]) + 1)]
    assert len(set(tp.footprint(many, rules).totals.tolist())) == 1
    assert record_layout.cache_info().currsize == 0  # what is large is not held


def test_a_later_change_of_the_rows_does_not_reach_a_result(poplin):
    rules, rows = poplin
    expected = told_of(copy.deepcopy(rows), rules)
    for _ in range(2):  # never seen, and seen before
        given = copy.deepcopy(rows)
        result = tp.footprint(given, rules)
        for row in given["rows"]:
            row.update(amount=7.0, stage="changed", source="changed", note="changed")
        given["rows"].clear()
        assert (result.to_dict(), result.explain("P")) == expected


def test_threads_may_read_rows_of_the_same_form_at_once(table):
    rules, _ = full()
    tables = [{"product": "P", "rows": full(1.0 + place / 7)[1]} for place in range(64)]
    alone = [tp.footprint(one, rules, table).by_stage.tobytes() for one in tables]
    structure_cache.cache_clear()
    record_layout.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda one: tp.footprint(one, rules, table).by_stage.tobytes(), tables))
    assert together == alone
