"""Every code of what is wrong with spreads, quality, changes, comparisons and locks, each met by a small broken input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from audit_mill import MILL, RULE, TABLE, calculate

import textile_pcf as tp

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.errors.PcfWarning")
ROW = "P,making,electricity,10,kWh/kg,CN,2023"
Broken = Callable[[Path], object]


def activity(header: str, cells: str, row: str = ROW) -> Broken:
    """A row of activity data with further columns."""

    def broken(folder: Path) -> object:
        head = MILL.splitlines()[0]
        (folder / "mill.csv").write_text(f"{head},{header}\n{row},{cells}\n")
        return calculate(folder)

    return broken


def table(header: str, cells: str) -> Broken:
    """A row of emission factors with further columns."""

    def broken(folder: Path) -> object:
        head, row = TABLE.splitlines()
        (folder / "grid.csv").write_text(f"{head},{header}\n{row},{cells}\n")
        return calculate(folder)

    return broken


def changes(text: str) -> Broken:
    def broken(folder: Path) -> object:
        (folder / "changes.yaml").write_text(f"scenarios:\n  - name: roof\n    changes:\n      - {text}\n")
        return tp.scenario(calculate(folder), folder / "changes.yaml")

    return broken


def unlike(folder: Path) -> object:
    before = calculate(folder)
    (folder / "rule.yaml").write_text(RULE.replace("cradle_to_gate", "gate_to_gate"))
    return tp.compare(before, calculate(folder))


def lock(text: Callable[[dict[str, object]], object]) -> Broken:
    def broken(folder: Path) -> object:
        path = tp.lock(calculate(folder), folder / "mill.lock")
        path.write_text(json.dumps(text(json.loads(path.read_text()))))
        return tp.verify(path)

    return broken


BROKEN: dict[str, list[Broken]] = {
    "gsd": [activity("gsd", "0.9"), activity("gsd", "21"), activity("gsd,low,high", "1.1,9,11"), table("gsd", "0.5")],
    "bounds": [
        activity("low,high", "11,12"),
        activity("low", "9"),
        table("low,high", "1,2"),
    ],
    "spread-without-amount": [activity("gsd", "1.1", "P,making,electricity,,kWh/kg,CN,2023")],
    "dq": [activity("dq_technology", "6"), table("dq_time", "0")],
    "pds": [table("primary_data_share", "60")],
    "cutoff": [activity("note", "left out", "P,making,cutoff,,,,")],
    "change": [changes("{change: shrink, at: {stage: making}}")],
    "change-hits-nothing": [changes("{change: scale, at: {stage: making, flow: steam}, by: 0.5}")],
    "not-comparable": [unlike],
    "pair": [lambda folder: tp.compare(calculate(folder))],
    "lock-form": [lock(lambda _: {"lock": 1}), lock(lambda _: [])],
    "lock-later": [lock(lambda data: {**data, "lock": 2})],
    "validity": [lambda folder: calculate(folder).label("P", issued="2026-01-01")],
}


@pytest.mark.parametrize(("code", "broken"), [(code, one) for code, many in BROKEN.items() for one in many])
def test_each_code_is_met_and_said_in_both_languages(mill: Path, code: str, broken: Broken) -> None:
    with pytest.raises(tp.PcfError) as raised:
        broken(mill)
    met = [problem for problem in raised.value.problems if problem.code == code]
    assert met, [(problem.code, str(problem)) for problem in raised.value.problems]
    for problem in met:
        assert problem.cure and any("一" <= letter <= "鿿" for letter in problem.localized("zh"))
