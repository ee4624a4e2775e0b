"""Labels say how good and how sure a figure is, from the assessments themselves."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from audit_mill import calculate

import textile_pcf as tp
from textile_pcf.audit.label_quality import label_quality
from textile_pcf.cli import run

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.errors.PcfWarning")
RATINGS = "dq_technology,dq_geography,dq_time,dq_precision"


def rate(mill: Path) -> None:
    """Rate the row of the mill and of the grid; half of the grid is primary data; the grid has a gsd of 1.2."""
    head, row = (mill / "mill.csv").read_text().splitlines()
    (mill / "mill.csv").write_text(f"{head},data_type,{RATINGS}\n{row},measured,1,1,2,2\n")
    head, row = (mill / "grid.csv").read_text().splitlines()
    (mill / "grid.csv").write_text(f"{head},gsd,{RATINGS}\n{row},1.2,3,1,2,2\n")


def test_rating_and_primary_data_are_those_of_quality(mill: Path) -> None:
    rate(mill)
    result = calculate(mill)
    entry = tp.quality(result).to_dict()["products"][0]
    label = result.label("P")
    assert float(label["dqr"]) == pytest.approx(entry["dqr"]["pef"]["DQR"], abs=0.005)
    assert label["dqr_level"] == entry["dqr"]["pef"]["level"] is not None
    assert float(label["primary_data_share"]) == pytest.approx(100 * entry["primary_data_share"], abs=0.05)
    assert label == result.label("P", quality=entry)


def test_what_is_not_rated_has_no_rating(mill: Path) -> None:
    label = calculate(mill).label("P")
    assert label["dqr"] is label["dqr_level"] is None


def test_a_saved_result_keeps_them(mill: Path) -> None:
    rate(mill)
    result = calculate(mill)
    again = tp.load_result(result.save(mill / "result.json"))
    assert again.label("P") == result.label("P") and label_quality(again) == label_quality(result)


def test_the_interval_is_given_where_it_is_asked(mill: Path) -> None:
    head, row = (mill / "grid.csv").read_text().splitlines()
    (mill / "grid.csv").write_text(f"{head},gsd\n{row},1.2\n")
    result = calculate(mill)
    assert "interval" not in result.label("P")
    interval = result.label("P", decimals=6, interval=True)["interval"]
    form = tp.uncertainty(result, draws=1).closed_form_of("P")
    assert [float(interval[name]) for name in ("p2_5", "p97_5")] == pytest.approx([form.p2_5, form.p97_5], abs=1e-6)
    # the mean of a lognormal factor, and its variance, matched by a lognormal: 6.205 × 1.2^±1.959964
    ends = [6.205 * math.exp(sign * 1.959964 * math.log(1.2)) for sign in (-1, 1)]
    assert [form.p2_5, form.p97_5] == pytest.approx(ends, rel=1e-6)
    assert interval["method"] == "closed_form"
    assert interval["declared_share"] == {"amounts": "0.0", "factors": "100.0"}


def test_no_declared_spread_is_no_interval_of_zero_width(mill: Path) -> None:
    interval = calculate(mill).label("P", interval=True)["interval"]
    assert interval["p2_5"] is interval["p97_5"] is None
    assert interval["declared_share"] == {"amounts": "0.0", "factors": "0.0"}


def test_a_dossier_holds_quality_and_uncertainty(mill: Path) -> None:
    rate(mill)
    command = ["report", f"{mill}/mill.csv", "--rule", f"{mill}/rule.yaml", "--factors", f"{mill}/grid.csv"]
    assert run([*command, "--dossier", f"{mill}/study"]) == 0
    quality = json.loads((mill / "study/quality.json").read_text())
    assert quality["products"] == json.loads(json.dumps(tp.quality(calculate(mill)).to_dict()))["products"]
    (entry,) = json.loads((mill / "study/uncertainty.json").read_text())["products"]
    assert entry["closed_form"] == tp.uncertainty(calculate(mill), draws=1).to_dict()["products"][0]["closed_form"]


QUALITY = "quality: {max_dqr: 2, source: study, locator: page 1}\n"


def test_a_label_warns_where_the_rating_that_the_rule_asks_for_is_not_kept(mill: Path) -> None:
    (mill / "rule.yaml").write_text((mill / "rule.yaml").read_text() + QUALITY)
    text = "P: the data quality rating is not shown to be 2 or better, which the rule asks for."
    result = calculate(mill)
    assert text in result.label("P")["warnings"]  # nothing is rated
    assert text in tp.load_result(result.save(mill / "result.json")).label("P")["warnings"]
    assert any("2 或更好" in warning for warning in result.label("P", language="zh")["warnings"])
    rate(mill)
    assert text not in calculate(mill).label("P")["warnings"]  # every line is rated well enough
