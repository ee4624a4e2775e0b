"""Rows that come again with other amounts: every check of amounts still fires, and every amount counts."""

import copy
from decimal import Decimal

import numpy as np
import pytest

import textile_pcf as tp
from textile_pcf.activity.structure_cache import structure_cache
from textile_pcf.io.records import record_layout

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.PcfWarning")  # of the quick look

RULE = {
    "rule": "dyed_cloth",
    "edition": "1",
    "product": {"unit": "kg"},
    "stages": [
        {
            "id": "weaving",
            "flows": {"electricity": {"unit": "kWh", "factor": "electricity", "plausible": [0.5, 40]}},
            "losses": [{"id": "waste", "unit": "%", "basis": "input"}],
        },
        {
            "id": "dyeing",
            "flows": {
                "steam": {"unit": "MJ", "factor": "steam"},
                "dye": {"unit": "g", "factor": "dye"},
            },
        },
    ],
}
FACTORS = {"electricity": "0.6 kgCO2e/kWh", "steam": "0.1 kgCO2e/MJ", "dye": "12 kgCO2e/kg"}
ROWS = [
    {"stage": "weaving", "flow": "electricity", "amount": 4.0, "unit": "kWh"},
    {"stage": "weaving", "flow": "waste", "amount": 6.0, "unit": "%"},
    {"stage": "dyeing", "flow": "steam", "amount": 25.0, "unit": "MJ"},
    {"stage": "dyeing", "flow": "dye", "amount": 30.0, "unit": "g"},
]


@pytest.fixture(scope="module")
def inputs():
    """The rule and the factors, loaded once, so that what is kept of them is found again."""
    return tp.load_rules(RULE), tp.load_factors(FACTORS)


@pytest.fixture
def calculate(inputs):
    """Calculate a product of four rows that were seen before, some of their cells changed."""
    structure_cache.cache_clear()
    record_layout.cache_clear()

    def calculate(row=0, without="", **cells):
        rows = copy.deepcopy(ROWS)
        rows[row].update(cells)
        rows[row].pop(without, None)
        return tp.footprint({"product": "P", "rows": rows}, *inputs)

    calculate()
    assert len(structure_cache(inputs[0])) == 1
    return calculate


def both_ways(calculate, *args, **cells):
    """The refusal of rows that were seen before, and that of the same rows seen for the first time."""
    refusals = []
    for _ in range(2):
        with pytest.raises(tp.InputError) as refusal:
            calculate(*args, **cells)
        refusals.append(str(refusal.value))
        structure_cache.cache_clear()
    return refusals


@pytest.mark.parametrize(
    ("row", "amount", "words"),
    [
        (0, True, "is not a number"),
        (0, "four", "is not a number"),
        (0, "4,5", "4,5"),
        (0, float("inf"), "is not a number"),
        pytest.param(0, 10**400, "is not a number", id="400 digits"),
        (0, -4.0, "is negative"),
        (0, 1e308, "too large"),
        (0, 4000.0, "more than 20 times above"),
        (0, None, "missing"),
        (0, "", "missing"),
        (0, float("nan"), "missing"),
        (1, 100.0, "is impossible"),
        (1, -1.0, "not negative"),
        (1, None, "missing"),
        (2, "25 kWh/kg", "kWh/kg"),
        (2, [25.0], "list or mapping"),
    ],
)  # fmt: skip
def test_an_amount_that_cannot_be_is_refused_though_its_row_was_seen_before(calculate, row, amount, words):
    warm, cold = both_ways(calculate, row, amount=amount)
    assert warm == cold
    assert words in warm


@pytest.mark.parametrize("cells", [{"unit": "kg"}, {"unit": ""}, {"stage": "spinning"}, {"flow": "gas"}, {"year": "24"}])
def test_a_text_that_cannot_be_is_refused_though_its_row_was_seen_before(calculate, cells):
    warm, cold = both_ways(calculate, **cells)
    assert warm == cold


@pytest.mark.parametrize("column", ["stage", "flow", "unit", "amount"])
def test_a_cell_that_is_missing_is_refused_though_the_other_rows_were_seen_before(calculate, column):
    warm, cold = both_ways(calculate, without=column)
    assert warm == cold


def test_the_second_product_is_refused_with_its_place(inputs):
    """Two products of rows seen before: the wrong amount is that of the second one."""
    entries = [{"product": name, "rows": copy.deepcopy(ROWS)} for name in ("P", "Q")]
    tp.footprint(entries, *inputs)
    entries[1]["rows"][2]["amount"] = -25.0
    with pytest.raises(tp.InputError) as refusal:
        tp.footprint(entries, *inputs)
    (problem,) = refusal.value.problems
    assert (problem.product, problem.code) == ("Q", "negative")
    assert problem.where == "row 6 (dyeing.steam)"


# total = 4 kWh × 0.6 (out of weaving: 1 kg) + 25 MJ × 0.1 + 0.03 kg × 12 = 2.4 + 2.5 + 0.36
def test_every_amount_counts(calculate):
    assert calculate().totals[0] == pytest.approx(5.26)
    assert calculate(0, amount=5).totals[0] == pytest.approx(5.86)
    assert calculate(2, amount="35").totals[0] == pytest.approx(6.26)
    assert calculate(2, amount=np.float64(15)).totals[0] == pytest.approx(4.26)
    assert calculate(3, amount=Decimal(60)).totals[0] == pytest.approx(5.62)
    assert calculate(3, amount="60 g", unit="").totals[0] == pytest.approx(5.62)
    assert calculate(3, amount=0.03, unit="kg").totals[0] == pytest.approx(5.26)
    assert calculate(2, amount=0).totals[0] == pytest.approx(2.76)
    assert calculate().totals[0] == pytest.approx(5.26)


def test_a_warning_of_an_amount_is_not_that_of_the_amount_before(calculate):
    """30 to 40 kWh are within the band, 60 are above it, though no more than 20 times."""
    usual = calculate().warnings()
    assert any("60 kWh/kg is outside" in text for text in calculate(0, amount=60).warnings())
    assert any("0.25 kWh/kg is outside" in text for text in calculate(0, amount=0.25).warnings())
    assert calculate(0, amount=5).warnings() == usual


def test_a_note_is_not_that_of_the_table_before(inputs, tmp_path):
    """What reading took for granted is said of the table in which it was, not of the next one with the same rows."""
    head = "product,stage,flow,amount,unit\n"
    lines = "".join(f"P,{row['stage']},{row['flow']},{row['amount']},{row['unit']}\n" for row in ROWS)
    plain, titled = tmp_path / "plain.csv", tmp_path / "titled.csv"
    plain.write_text(head + lines)
    titled.write_text("Mill of June\n" + head + lines)
    texts = [tp.footprint(path, *inputs).warnings() for path in (plain, titled, plain)]
    assert texts[0] == texts[2]
    assert len(texts[1]) == len(texts[0]) + 1
