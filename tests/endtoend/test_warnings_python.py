"""Warnings reach Python: a class of our own, each once, at the line of the caller; results still carry them."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import textile_pcf as tp
from textile_pcf import errors
from textile_pcf.cli import run

RULE = """rule: lab
edition: "1"
sources: {m: {title: Made up}}
product: {unit: kg}
stages:
  - id: dyeing
    flows:
      electricity: {unit: kWh, factor: electricity, plausible: [0.1, 5]}
      heat: {unit: MJ, factor: steam, optional: true}
"""
FACTORS = """item,value,unit,region,year,kind,gwp,source,locator
electricity,0.6,kgCO2e/kWh,CN,2023,life_cycle,AR5,made,1
steam,0.1,kgCO2e/MJ,CN,2026,life_cycle,AR6,made,2
"""
ROWS = """product,stage,flow,amount,unit,region,year
P,product,,,,CN,2024
P,dyeing,electricity,9,kWh,,
P,dyeing,heat,3,MJ,,
Q,product,,,,CN,2024
Q,dyeing,electricity,9,kWh,,
"""
PLAUSIBLE = "dyeing.electricity: 9 kWh/kg is outside the plausible 0.1 to 5 kWh/kg."
OTHER_SET = "factors: factors made with AR5 are used as printed, not under AR6: electricity."
LATER = "dyeing.heat: steam: no factor up to 2024; the one of 2026 is used."
SHARE = "94.7 % to 100 % of the gross emissions of a product rest on factors that were not made with AR6."
PART = "Part of the gross emissions rests on factors that were not made with AR6."  # of a catalogue
ENCODING = "GB18030"


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    for name, text in (("lab.yaml", RULE), ("factors.csv", FACTORS), ("mill.csv", ROWS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def heard(call: Callable[[], Any]) -> list[warnings.WarningMessage]:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        call()
    assert all(one.category is tp.PcfWarning for one in seen)
    return seen


def texts(seen: list[warnings.WarningMessage]) -> list[str]:
    return [str(one.message) for one in seen]


def test_footprint_warns_of_each_once_and_the_result_carries_them(mill: Path) -> None:
    results: list[tp.Footprint] = []
    seen = heard(lambda: results.append(tp.footprint(mill / "mill.csv", mill / "lab.yaml", mill / "factors.csv")))
    assert sorted(texts(seen)) == sorted([PLAUSIBLE, OTHER_SET, LATER, SHARE])
    assert results[0].warnings() == texts(seen)
    assert all(Path(one.filename) == Path(__file__) for one in seen), "the line that called, not ours"


def test_calculate_warns_and_reading_is_warned_of_once(mill: Path) -> None:
    gbk = ROWS.replace("Q,", "漂白棉布,")
    (mill / "mill.csv").write_bytes(gbk.encode("gb18030"))
    activity: list[tp.Activity] = []
    read = heard(lambda: activity.append(tp.read_activity(mill / "mill.csv", mill / "lab.yaml")))
    assert len(read) == 1 and ENCODING in texts(read)[0] and Path(read[0].filename) == Path(__file__)
    table = tp.load_factors(mill / "factors.csv")
    calculated = heard(lambda: tp.calculate(activity[0], table))
    assert sorted(texts(calculated)) == sorted([PLAUSIBLE, OTHER_SET, LATER, SHARE])
    assert len(tp.calculate(activity[0], table).warnings()) == 5
    both = heard(lambda: tp.footprint(mill / "mill.csv", mill / "lab.yaml", table))
    assert max(Counter(texts(both)).values()) == 1 and len(both) == 5


def test_tables_of_factors_and_supply_warn_of_reading(mill: Path) -> None:
    (mill / "factors.csv").write_bytes(FACTORS.replace("made", "排放因子手册").encode("gb18030"))
    (told,) = heard(lambda: tp.load_factors(mill / "factors.csv"))
    assert ENCODING in str(told.message) and Path(told.filename) == Path(__file__)
    supply = "site,stages,carrier,part,amount,unit,item\n漂白棉布厂,dyeing,electricity,grid,9,kWh,electricity\n"
    (mill / "supply.csv").write_bytes(supply.encode("gb18030"))
    (told,) = heard(lambda: tp.load_supply(mill / "supply.csv"))
    assert ENCODING in str(told.message) and Path(told.filename) == Path(__file__)


def test_they_can_be_filtered_asked_for_and_made_errors(mill: Path) -> None:
    def call() -> tp.Footprint:
        return tp.footprint(mill / "mill.csv", mill / "lab.yaml", mill / "factors.csv")

    with pytest.warns(tp.PcfWarning, match="plausible"):
        call()
    assert issubclass(tp.PcfWarning, UserWarning)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", tp.PcfWarning)
        assert len(call().warnings()) == 4
    with warnings.catch_warnings(), pytest.raises(tp.PcfWarning):
        warnings.simplefilter("error", tp.PcfWarning)
        call()


def test_a_result_without_warnings_warns_of_nothing(mill: Path) -> None:
    (mill / "mill.csv").write_text(
        "product,stage,flow,amount,unit,region\nP,product,,,,CN\nP,dyeing,electricity,1,kWh,\n", encoding="utf-8"
    )
    assert heard(lambda: tp.footprint(mill / "mill.csv", mill / "lab.yaml", mill / "factors.csv", gwp="AR5")) == []


def test_of_very_many_only_as_many_are_shown_as_a_person_reads(mill: Path) -> None:
    rows = [
        {"product": f"P{n}", "stage": "dyeing", "flow": "electricity", "amount": 10 + n / 10, "unit": "kWh", "region": "CN"}
        for n in range(errors.SHOWN + 50)
    ]
    results: list[tp.Footprint] = []
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        results.append(tp.footprint(pd.DataFrame(rows), mill / "lab.yaml", mill / "factors.csv"))
    assert len(seen) == errors.SHOWN + 1
    assert texts(seen)[-1] == "There are 52 more warnings; the result carries them all."
    assert len(results[0].warnings()) == errors.SHOWN + 52


@pytest.mark.parametrize("command", ["calculate", "check", "report", "explain"])
def test_the_command_line_tells_each_once(command: str, mill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [command, str(mill / "mill.csv"), "--rule", str(mill / "lab.yaml"), "--factors", str(mill / "factors.csv")]
    words += {"report": ["-o", str(mill / "out.html")], "explain": ["--product", "P"]}.get(command, [])
    assert run(words) == 0
    out, err = capsys.readouterr()
    told = out if command == "explain" else err
    for text in (PLAUSIBLE, OTHER_SET, LATER):
        assert told.count(text) == 1, told
        assert (err if command == "explain" else out).count(text) == 0
    assert "PcfWarning" not in err
    assert run([*words, "--lang", "zh"]) == 0
    out, err = capsys.readouterr()
    assert (out if command == "explain" else err).count("不在合理范围") == 1


def test_check_without_factors_tells_what_is_not_plausible(mill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(mill / "mill.csv"), "--rule", str(mill / "lab.yaml")]) == 0
    err = capsys.readouterr().err
    assert err.count(f"warning: {PLAUSIBLE}") == 1 and OTHER_SET not in err


def test_the_console_shows_no_line_of_python(mill: Path) -> None:
    words = ["calculate", "mill.csv", "--rule", "lab.yaml", "--factors", "factors.csv", "--format", "csv"]
    done = subprocess.run([sys.executable, "-m", "textile_pcf", *words], cwd=mill, capture_output=True, text=True, check=True)
    assert sorted(done.stderr.splitlines()) == sorted(f"warning: {text}" for text in (PLAUSIBLE, OTHER_SET, LATER, SHARE))


@pytest.mark.parametrize("workers", [None, 1, 2])
def test_a_batch_warns_once_in_the_parent(mill: Path, workers: int | None, tmp_path: Path) -> None:
    rows = pd.concat(
        pd.DataFrame(
            {"product": f"P{n}", "stage": "dyeing", "flow": ["electricity", "heat"], "amount": [1, 3], "unit": ["kWh", "MJ"],
             "region": "CN", "year": 2024}
        )
        for n in range(40)
    )  # fmt: skip
    results: list[tp.BatchResult] = []

    def call() -> None:
        done = tp.calculate_batch(
            rows, mill / "lab.yaml", mill / "factors.csv", out=tmp_path / "out", workers=workers, partition_rows=10,
            progress=False,
        )  # fmt: skip
        results.append(done)

    seen = heard(call)
    assert sorted(texts(seen)) == sorted([OTHER_SET, LATER, PART])
    assert results[0].warnings() == texts(seen)
    assert all(Path(one.filename) == Path(__file__) for one in seen)


def test_a_batch_on_the_command_line_tells_each_once(mill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["batch", str(mill / "mill.csv"), "-o", str(mill / "out"), "--rule", str(mill / "lab.yaml")]
    assert run([*words, "--factors", str(mill / "factors.csv")]) == 0
    err = capsys.readouterr().err
    assert err.count(OTHER_SET) == err.count(LATER) == 1 and "PcfWarning" not in err
