"""What a target allows and what was reached: the numbers of the check, drawn year by year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.patches import StepPatch

import textile_pcf as tp
from paths import EXAMPLES
from textile_pcf.plot import target_path
from textile_pcf.plot.figure import chinese_family

TARGETS = EXAMPLES / "targets"
COMMON = {
    "entity": "HLA",
    "boundary": "site",
    "scopes": [1, 2],
    "metric": "intensity",
    "unit": "kgCO2e/set",
    "source": "example",
}
FIGURE = {"entity": "HLA", "quantity": "intensity", "unit": "kgCO2e/set", "scopes": "1 2", "boundary": "site"}


def series(**amounts: float) -> list[dict[str, Any]]:
    return [{**FIGURE, "year": int(year[1:]), "amount": amount} for year, amount in amounts.items()]


def allowed(picture: Any) -> list[float]:
    """The drawn steps, by year."""
    return next(patch for patch in picture.ax.patches if isinstance(patch, StepPatch)).get_data().values.tolist()


def test_caps_and_figures_of_the_example() -> None:
    picture = target_path(
        tp.targets.check(TARGETS / "hla.yaml", TARGETS / "hla_series.csv"), path=tp.targets.path(TARGETS / "hla.yaml")
    )
    data = picture.data.set_index("year")
    assert data["allowed"].tolist() == [4.35] * 6 + [4.2] * 5 == allowed(picture)
    assert data.loc[2030:2032, "status"].tolist() == ["met", "missed", "met"]  # type: ignore[misc]
    assert data["status"].tolist().count("") == 8 and data["actual"].notna().sum() == 3
    marks = {line.get_marker(): line.get_xdata().tolist() for line in picture.ax.lines if line.get_linestyle() == "None"}
    assert marks == {"o": [2030, 2032], "X": [2031]}  # each status has its form
    assert [text.get_text() for text in picture.ax.texts[:3]] == ["4.350", "4.350", "4.200"]


def test_a_path_from_a_base_year_with_its_restated_base() -> None:
    """Base 1.0 restated to 0.8, 40 % less in ten years: 0.8 × (1 − 0.04 k)."""
    target = {**COMMON, "id": "plan", "base": 2020, "reduce": {"by": 2030, "percent": 40}}
    restated = [
        {"entity": "HLA", "year": 2020, "scopes": "1 2", "old": 1.0, "new": 0.8, "unit": "kgCO2e/set", "reason": "method"}
    ]
    checked = tp.targets.check([target], series(y2020=1.0, y2021=0.9), recalculations=restated)
    picture = target_path(checked, path=tp.targets.path([target]))
    assert allowed(picture) == pytest.approx([0.8 * (1 - 0.04 * k) for k in range(11)])
    assert picture.data["actual"].iloc[:2].tolist() == pytest.approx([0.8, 0.9])
    assert "The base of 2020 was restated: 1.00 → 0.800." in picture.ax.texts[-1].get_text()


def test_the_lower_one_of_cap_and_path_holds_also_under_a_restated_base() -> None:
    target = {**COMMON, "id": "both", "base": {"year": 2020, "amount": 1.0}, "reduce": {"by": 2030, "percent": 40},
              "caps": [{"from": 2021, "to": 2030, "at_most": 0.75}]}  # fmt: skip
    checked = tp.targets.check([target], series(y2020=1.0, y2021=0.7, y2030=0.6))
    picture = target_path(checked, path=tp.targets.path([target]))
    assert allowed(picture) == pytest.approx([1.0, *[min(0.75, 1 - 0.04 * k) for k in range(1, 11)]])
    assert np.allclose(picture.data["allowed"], [year["allowed"] for year in tp.targets.path([target])["both"]["years"]])


def test_a_path_alone_in_parts_of_the_base() -> None:
    target = {**COMMON, "id": "plan", "base": 2020, "reduce": {"by": 2024, "percent": 40}}
    picture = target_path(tp.targets.path([target]))
    assert allowed(picture) == pytest.approx([1, 0.9, 0.8, 0.7, 0.6])
    assert picture.ax.get_ylabel() == "part of the base" and picture.data["actual"].isna().all()


def test_a_clause_has_no_limit_and_says_what_counts() -> None:
    checked = tp.targets.check(TARGETS / "loan.yaml", TARGETS / "loan_series.csv", attribution=TARGETS / "loan_attribution.csv")
    picture = target_path(checked)
    assert not picture.ax.patches and picture.data["allowed"].isna().all()
    assert picture.ax.texts[-1].get_text().splitlines() == [
        "No cap and no path: no limit is drawn.", "Clause 2023–2024: change −0.428, of which 0 counts."
    ]  # fmt: skip


def test_years_between_figures_are_not_filled() -> None:
    target = {**COMMON, "id": "cap", "caps": [{"from": 2020, "to": 2030, "at_most": 1}]}
    picture = target_path(tp.targets.check([target], series(y2020=0.9, y2023=0.8)))
    assert picture.data["year"].tolist() == [2020, 2023]
    assert np.isnan(allowed(picture)[1:3]).all()


def test_offsets_are_not_deducted() -> None:
    target = {**COMMON, "id": "claim", "metric": "neutrality", "unit": "tCO2e"}
    row = {**FIGURE, "year": 2024, "unit": "tCO2e"}
    rows = [{**row, "quantity": "emissions", "amount": 100}, {**row, "quantity": "offsets", "amount": 100, "scopes": ""}]
    picture = target_path(tp.targets.check([target], rows))
    assert picture.data[["actual", "status"]].values.tolist() == [[100.0, "reported"]]
    assert "Offsets are reported and not deducted." in picture.ax.texts[-1].get_text()


@pytest.mark.skipif(chinese_family() is None, reason="no font with Chinese characters")
def test_in_chinese() -> None:
    """matplotlib warns of every character a font lacks, and warnings are errors here."""
    picture = target_path(tp.targets.check(TARGETS / "hla.yaml", TARGETS / "hla_series.csv"), language="zh")
    assert picture._repr_png_()
    assert [text.get_text() for text in picture.ax.get_legend().get_texts()] == ["允许值", "实际值，达标", "实际值，未达标"]


def test_what_cannot_be_drawn_is_refused() -> None:
    target = {**COMMON, "id": "cap", "caps": [{"from": 2020, "to": 2030, "at_most": 1}]}
    both = tp.targets.path([target, {**target, "id": "other"}])
    for call, words in (
        (lambda: target_path([target]), "not a result of targets"),
        (lambda: target_path(both), "2 targets, and the picture is of one"),
        (lambda: target_path(both, "othr"), "Did you mean 'other'"),
        (lambda: target_path(both, "cap", language="fr"), "no such language"),
        (lambda: target_path(both, "cap", path=tp.targets.path([{**target, "id": "other"}])), "no such target"),
    ):
        with pytest.raises(tp.UsageError, match=words):
            call()
