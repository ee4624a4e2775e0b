"""The label payload: rounding against `decimal`, days of validity, what it refuses, and its command."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pytest
from audit_mill import calculate
from hypothesis import given
from hypothesis import strategies as st

import textile_pcf as tp
from textile_pcf.audit.rounding import decimal_text, last_valid_day
from textile_pcf.cli import run

VALID = "validity: {months: 24, source: study, locator: clause 9}\n"
numbers = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300)


@pytest.mark.parametrize(("value", "decimals", "significant", "text"), [
    (35.8764, 2, None, "35.88"),
    (0.125, 2, None, "0.12"),
    (0.135, 2, None, "0.14"),
    (2.675, 2, None, "2.68"),  # its shortest decimal is a tie, though the float is a little less
    (3.0, 2, None, "3.00"),
    (1234.5, None, 3, "1230"),
    (99.96, None, 3, "100"),
    (0.00123456, None, 3, "0.00123"),
    (0.0, None, 3, "0"),
    (-0.001, 2, None, "0.00"),
    (-1.005, 2, None, "-1.00"),
    (0.5, 0, None, "0"),
    (1.5, 0, None, "2"),
    (1e22, 2, None, "10000000000000000000000.00"),
])  # fmt: skip
def test_worked_roundings(value: float, decimals: int | None, significant: int | None, text: str) -> None:
    assert decimal_text(value, decimals, significant) == text


@given(numbers, st.integers(0, 15))
def test_decimals_are_those_of_decimal(value: float, decimals: int) -> None:
    exact, text = Decimal(repr(value)), decimal_text(value, decimals)
    assert abs(Decimal(text) - exact) <= Decimal(1).scaleb(-decimals) / 2
    if abs(value) < 1e10:  # within the precision of the default context
        assert Decimal(text) == exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    assert len(text.partition(".")[2]) == decimals and "e" not in text.lower() and text != "-0"


@given(numbers.filter(bool), st.integers(1, 15))
def test_significant_digits_are_those_of_the_format(value: float, digits: int) -> None:
    text = decimal_text(value, None, digits)
    exact = Decimal(repr(value))
    assert abs(Decimal(text) - exact) <= Decimal(1).scaleb(exact.adjusted() - digits + 1) / 2
    written = Decimal(text).as_tuple().digits
    assert len(written) == digits or "." not in text  # whole numbers end in zeros


@pytest.mark.parametrize(("issued", "months", "last"), [
    ("2025-09-01", 24, "2027-08-31"),
    ("2024-02-29", 24, "2026-02-28"),
    ("2025-08-31", 6, "2026-02-28"),
    ("2026-01-01", 12, "2026-12-31"),
    ("2023-03-01", 12, "2024-02-29"),
])  # fmt: skip
def test_worked_days_of_validity(issued: str, months: int, last: str) -> None:
    assert str(last_valid_day(date.fromisoformat(issued), months)) == last


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(1, 120))
def test_a_validity_of_months_has_their_length(issued: date, months: int) -> None:
    last = last_valid_day(issued, months)
    assert timedelta(days=28 * months - 1) <= last - issued <= timedelta(days=31 * months)
    assert last < last_valid_day(issued, months + 1)


def test_the_payload_of_a_mill_worked_by_hand(mill: Path) -> None:
    (mill / "rule.yaml").write_text((mill / "rule.yaml").read_text() + VALID)
    with pytest.warns(tp.PcfWarning, match="No certifier has agreed to the rule cloth@1"):
        shown = calculate(mill).label("P", unit="100 kg", decimals=1, issued="2025-09-01")
    assert float(shown.pop("unrounded")) == pytest.approx(620.5)
    assert shown == {
        "product": "P", "value": "620.5", "unit": "kgCO2e/100 kg", "declared_unit": "kg", "boundary": "cradle_to_gate",
        "rule": "cloth@1", "status": "own", "gwp": "AR6", "biogenic": "zero_zero", "electricity": "location_based",
        "dqr": None, "dqr_level": None, "primary_data_share": "0.0", "exempted_percent": "0.00", "issued": "2025-09-01",
        "valid_to": "2027-08-31", "review": None, "rounding": {"decimals": 1, "method": "half_even"}, "official_mark": False,
        "warnings": ["No certifier has agreed to the rule cloth@1: its status is 'own'."],
    }  # fmt: skip


@pytest.mark.filterwarnings("ignore::textile_pcf.errors.PcfWarning")
def test_quality_is_taken_from_its_json(mill: Path) -> None:
    quality = {"dqr": {"pef": {"DQR": 2.345, "level": "good"}}, "primary_data_share": 0.4567}
    shown = calculate(mill).label("P", quality=quality)
    assert (shown["dqr"], shown["dqr_level"], shown["primary_data_share"]) == ("2.34", "good", "45.7")


@pytest.mark.filterwarnings("ignore::textile_pcf.errors.PcfWarning")
def test_what_is_left_out_stands_in_per_cent_with_two_places(mill: Path) -> None:
    head, row = (mill / "mill.csv").read_text().splitlines()
    left_out = "P,making,cutoff,0.5,%,,,labels,small"
    (mill / "mill.csv").write_text("\n".join([f"{head},item,note", f"{row},,", left_out, ""]))
    assert calculate(mill).label("P")["exempted_percent"] == "0.50"


@pytest.mark.parametrize(("options", "error", "code"), [
    ({"product": "Q"}, tp.UsageError, "no-product"),
    ({"decimals": -1}, tp.UsageError, "digits"),
    ({"decimals": 2.0}, tp.UsageError, "digits"),
    ({"significant": 0}, tp.UsageError, "digits"),
    ({"significant": 99}, tp.UsageError, "digits"),
    ({"issued": "2025-02-30"}, tp.UsageError, "date"),
    ({"issued": "x" * 10_000}, tp.UsageError, "date"),
    ({"issued": "2025-09-01"}, tp.InputError, "validity"),
    ({"unit": "m2"}, tp.InputError, ""),
])  # fmt: skip
@pytest.mark.filterwarnings("ignore::textile_pcf.errors.PcfWarning")
def test_what_cannot_be_shown_is_refused(options: dict[str, object], error: type[tp.PcfError], code: str, mill: Path) -> None:
    with pytest.raises(error) as raised:
        calculate(mill).label(**{"product": "P", **options})  # type: ignore[arg-type]
    assert raised.value.problems[0].code == code or not code


def command(folder: Path, *more: str) -> list[str]:
    return ["label", f"{folder}/mill.csv", "--rule", f"{folder}/rule.yaml", "--factors", f"{folder}/grid.csv",
            "--product", "P", *more]  # fmt: skip


def test_the_command_prints_json_and_a_table(mill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command(mill, "--format", "json", "--significant", "3", "--lang", "zh")) == 0
    captured = capsys.readouterr()
    shown = json.loads(captured.out)
    assert (shown["value"], shown["rounding"]) == ("6.21", {"significant": 3, "method": "half_even"})
    assert shown["titles"]["declared_unit"] == "声明单位" and "没有认证机构认可规则 cloth@1" in captured.err
    assert run(command(mill, "--lang", "zh")) == 0
    assert capsys.readouterr().out.splitlines()[:2] == ["产品名称            P", "产品碳足迹          6.21"]


def test_exit_codes(mill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command(mill, "--issued", "2025-09-01")) == 4
    assert run(command(mill, "--decimals", "2", "--significant", "3")) == 2
    assert run(command(mill, "--issued", "yesterday")) == 2
    assert run(command(mill, "--format", "csv")) == 2
    assert capsys.readouterr().out == ""
