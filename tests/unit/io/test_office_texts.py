"""Numbers as Chinese offices write them: read where they have one meaning, else told as what they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import textile_pcf as tp
from paths import MISTAKES
from textile_pcf.columns import parse_numbers
from textile_pcf.units.number_text import split_number, year_text

HERE = MISTAKES
RULE, FACTORS = HERE / "mill.yaml", HERE / "factors.csv"
GOOD = (HERE / "good.csv").read_text(encoding="utf-8").splitlines()
HEADS = GOOD[0].split(",")


def rows(amount="8", unit="kg", **others):
    """The good table, in which the steam is written as asked for (line 13: 8 kg)."""
    found = [dict(zip(HEADS, line.split(","), strict=True)) for line in GOOD[1:]]
    found[11] |= {"amount": amount, "unit": unit, **others}
    return found


def total(told):
    return float(tp.footprint(pd.DataFrame(told), RULE, FACTORS).totals[0])


def refused(told):
    with pytest.raises(tp.InputError) as caught:
        total(told)
    (problem,) = caught.value.problems
    return problem


READ = {
    "full-width digits and point": ("８．０", "kg"),
    "full-width sign": ("＋８", "kg"),
    "Chinese full stop as point": ("8。0", "kg"),
    "thousands and a point": ("8,000.0", "g"),
    "two thousands separators, full-width": ("8，000，000", "mg"),
    "ten thousands": ("0.0008万", "kg"),
    "the same, the unit behind it": ("0.0008万kg", ""),
    "the same, and the unit again": ("0.0008万kg", "kg"),
    "full-width unit": ("８ｋｇ", ""),
    "hundred millions": ("0.00000008亿", "kg"),
    "ten millions": ("0.0000008千万", "kg"),
    "traditional": ("0.0008萬", "kg"),
    "an exponent": ("0.8e1", "kg"),
    "one space": (" 8 ", "kg"),
}


@pytest.mark.parametrize(("amount", "unit"), READ.values(), ids=READ)
def test_numbers_of_one_meaning_are_read(amount, unit):
    assert total(rows(amount, unit)) == total(rows())


NONE = {
    "3月2日": "is a date",
    "三月二日": "is a date",
    "2-Mar": "is a date",
    "Mar-2": "is a date",
    "Mar 2024": "is a date",
    "2024-03-02": "is a date",
    "2024/3/2": "is a date",
    "2024年3月": "is a date",
    "3/2": "is a date",
    "3-2": "is a date",
    "2.3.2024": "is a date",
    "12:30": "is a date or a time",
    "2½": "'½', which is no digit",
    "2½ %": "'½', which is no digit",
    "2⅓%": "'⅓', which is no digit",
    "½ %": "'½', which is no digit",
    "２½": "'½', which is no digit",
    "5²": "'²', which is no digit",
    "⑤": "'⑤', which is no digit",
    "Ⅷ": "'Ⅷ', which is no digit",
    "٨": "another script",
    "८.५": "another script",
    "8٫0٠": "8٫0٠",
    "0.8×10^1": "Write 8 or 0.8e1",
    "0.8x10": "Write 8 or 0.8e1",
    "0.8*10**1": "Write 8 or 0.8e1",
    "0.8×10¹": "Write 8 or 0.8e1",
    "2×4": "Write its result",
    "2^3": "Write its result",
    "8~9": "is a range",
    "8～9 kg": "is a range",
    "8±0.5": "is a range",
    "8至9": "is a range",
    "五": "not a number",
    "约8": "not a number",
    "8,000": "not a number",
    "8，000": "not a number",
    "8.000,0": "not a number",
    "0,123,456": "not a number",
    "8_000": "not a number",
    "nan": "not a number",
    "inf": "not a number",
    "Infinity": "not a number",
    "1e400": "not a number",
    "８e４００": "not a number",
    "8\0": "not a number",
    "8\0 kg": "not a number",
    "8w": "no unit",
    "8万5": "no unit",
}


@pytest.mark.parametrize(("amount", "words"), NONE.items())
def test_what_is_no_number_is_told_as_what_it_is(amount, words):
    problem = refused(rows(amount))
    assert "dyeing.steam" in problem.where and words in f"{problem.what} {problem.cure}", problem
    assert "Write the unit once" not in problem.cure
    assert problem.localized("zh") != str(problem)


def test_a_number_too_many_signs_long():
    for amount in ("9" * 500, "9" * 100_000 + ",", 10**400, 10**6000):
        assert "not a number" in refused(rows(amount)).what
        assert len(refused(rows(amount)).what) < 200


def test_multipliers_are_rounded_once():
    assert [split_number(text)[0] for text in ("0.0007万", "1.1亿", "0.3千")] == [7.0, 110000000.0, 300.0]


def test_two_units_are_still_a_contradiction():
    assert "Write the unit once" in refused(rows("8 kg", "t")).cure
    assert "Write the multiplier once" in refused(rows("0.8万", "万kg")).cure


@pytest.mark.parametrize("column", ["gsd", "dq_time"])
def test_other_columns_of_numbers_read_the_same(column):
    assert total(rows(**{column: "１．５"})) == total(rows())
    assert "is a date" in refused([{column: "", **row} for row in rows(**{column: "1-2"})]).what


def test_plain_numbers_are_read_as_before():
    told = ["1.5", "", "-2e3", "+.5", "7."]
    floats, wrong = parse_numbers(told)
    assert not wrong.any()
    np.testing.assert_array_equal(floats, [1.5, np.nan, -2000.0, 0.5, 7.0])


@pytest.mark.parametrize("year", ["2024.0", "2024.00", "2024年", "２０２４", "2024 年度", 2024.0])
def test_years(year):
    told = rows()
    told[0]["year"] = year
    assert total(told) == total(rows())


@pytest.mark.parametrize("year", ["2024.5", "24", "²⁰²⁴", "٢٠٢٤", "二〇二四", "2024-03"])
def test_no_years(year):
    told = rows()
    told[0]["year"] = year
    assert "is not a year" in refused(told).what
    assert year_text(year) == year


def test_tables_of_factors_read_the_same(tmp_path):
    text = FACTORS.read_text(encoding="utf-8")
    written = tmp_path / "own.csv"
    written.write_text(text.replace("steam,0.3", "steam,０．３").replace(",2024,", ",2024.0,"), encoding="utf-8")
    assert float(tp.footprint(pd.DataFrame(rows()), RULE, written).totals[0]) == total(rows())
    for value, words in {"3月2日": "is a date", "½": "no digit", "3×10^-1": "Write 0.3", "3\0": "not a finite number"}.items():
        frame = pd.read_csv(FACTORS, dtype=str)
        frame.loc[frame["item"] == "steam", "value"] = value
        with pytest.raises(tp.FactorError) as caught:
            tp.load_factors(frame)
        (problem,) = caught.value.problems
        assert words in f"{problem.what} {problem.cure}"


def test_a_supply_says_no_part_of_heat_by_a_wrong_efficiency():
    """`85 %` and `85` were read as no efficiency, or as one of 8500 %."""
    for efficiency in ("85 %", "85", "0", "abc"):
        given = [{"site": "S", "stages": "dyeing", "carrier": "heat", "part": "purchased", "amount": "5 GJ", "item": "steam",
                  "boundary": "fuel", "efficiency": efficiency}]  # fmt: skip
        with pytest.raises(tp.InputError, match="is not an efficiency"):
            tp.load_supply(given)
    given = [{"site": "S", "stages": "dyeing", "carrier": "electricity", "part": "grid", "amount": "5 MWh", "unit": "kWh"}]
    with pytest.raises(tp.InputError, match="Write the unit once"):
        tp.load_supply(given)
