"""The worked examples of targets and improvements come out as their page says, and the shipped form says what to fill in."""

from __future__ import annotations

import pytest

import textile_pcf as tp
from paths import EXAMPLES

FOLDER = EXAMPLES / "targets"
FORM = EXAMPLES / "improvements" / "shaoxing.yaml"


def ranked(activity: str, improvements: str):
    return tp.improvements.rank(FOLDER / activity, FOLDER / "mill.yaml", FOLDER / improvements, FOLDER / "production.csv",
                                factors=FOLDER / "factors.csv")  # fmt: skip


def test_hla():
    target = tp.targets.check(FOLDER / "hla.yaml", FOLDER / "hla_series.csv")["hla"]
    assert [year["status"] for year in target["years"]] == ["met", "missed", "met"]
    assert target["years"][1]["gap_absolute"] == pytest.approx(150_000)
    assert target["peak"]["status"] == "open"
    assert target["cross_check"][0]["absolute_change"] == pytest.approx(0.062, abs=5e-4)


def test_a_suit_is_not_held_against_a_site():
    with pytest.raises(tp.InputError, match="'cradle_to_grave' cannot be held against target 'hla', whose boundary is 'site'"):
        tp.targets.check(FOLDER / "hla.yaml", FOLDER / "suit_series.csv")


def test_baoxiniao():
    target = tp.targets.path(FOLDER / "baoxiniao.yaml")["bao"]
    assert {year["year"]: round(year["allowed"], 1) for year in target["years"]}[2030] == 6563.6
    assert [row["status"] for row in target["minimum"].values()] == ["met", "met"]


def test_the_loan():
    (clause,) = tp.targets.check(FOLDER / "loan.yaml", FOLDER / "loan_series.csv",
                                 attribution=FOLDER / "loan_attribution.csv")["loan"]["clause"]  # fmt: skip
    assert (clause["counted"], clause["status"]) == (0.0, "missed")


def test_heat_recovery_and_roof():
    heat = ranked("heat.csv", "heat_recovery.yaml")["heat_recovery"]
    assert heat["tonnes_per_year"] == pytest.approx(44.546)
    assert heat["cost_per_tonne"] == pytest.approx(334.55, abs=0.005)
    roof = ranked("power.csv", "roof.yaml")
    assert roof.steps[-1]["left"] == pytest.approx(251.88)
    assert roof.interaction == pytest.approx(-52.57)


def test_the_form_names_everything_to_fill_in():
    with pytest.raises(tp.RuleError) as caught:
        ranked("power.csv", str(FORM))
    places = [problem.where.partition(" ")[2].strip("()") for problem in caught.value.problems]
    assert places[:4] == ["discount", "improvements.0.supply", "improvements.0.investment", "improvements.0.lifetime"]
    assert len(places) == 11
    assert all(problem.cure for problem in caught.value.problems)


def test_the_form_filled_in_is_ranked(tmp_path):
    text = FORM.read_text(encoding="utf-8").partition("  - id: exhaust_heat")[0]
    for key, value in (("discount", "8 %"), ("share", "50 %"), ("investment", "2000000 CNY"), ("lifetime", "25")):
        text = text.replace(f"{key}:  ", f"{key}: {value}  ", 1)
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    result = ranked("power.csv", str(tmp_path / "mine.yaml"))
    assert result.steps[0]["left"] == pytest.approx(314.85)
    assert any("'roof_pv' are claims" in text for text in result.warnings)
