"""What is written: never over what is read, through links and pipes, and nothing that a spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import textile_pcf as tp
from textile_pcf.cli import run as command_line
from textile_pcf.io.safe_text import escape_controls, first_control, guard_formula, may_hold_controls, unguard_formula

RULE = """rule: knit
edition: "1"
sources: {s: {title: A survey}}
product: {unit: kg}
stages:
  - id: spinning
    losses: [{id: waste, unit: "%", basis: input, value: 20, source: s, locator: p. 1}]
    flows: {power: {unit: kWh, factor: power}}
"""
FACTORS = "item,value,unit,region,year,kind,source,locator\npower,0.5,kgCO2e/kWh,GLO,2024,life_cycle,s,p. 1\n"
HEAD = "product,stage,flow,amount,unit,note\n"
TOTAL = 2.0 * 0.5  # kWh per kg of yarn


@pytest.fixture
def mill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a rule, a table, and the rows of one product; commands run in it."""
    for name, text in {"r.yaml": RULE, "f.csv": FACTORS, "a.csv": f"{HEAD}YARN,spinning,power,2,kWh,\n"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


OWN = ("--rule", "r.yaml", "--factors", "f.csv")


def command(*words: str) -> int:
    return command_line(list(words))


# -- an output is never one of the inputs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.csv", "f.csv", "r.yaml", "./sub/../a.csv", "link.csv", "hard.csv", "f.yaml", "site.csv"])
def test_calculate_never_writes_over_what_it_reads(mill: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (mill / "sub").mkdir()
    (mill / "link.csv").symlink_to("a.csv")
    (mill / "hard.csv").hardlink_to(mill / "f.csv")
    (mill / "f.yaml").write_text('title: "grid"\n', encoding="utf-8")
    (mill / "site.csv").write_text("site\n", encoding="utf-8")
    before = {path.name: path.read_bytes() for path in mill.iterdir() if path.is_file()}
    assert command("calculate", "a.csv", *OWN, "--supply", "site.csv", "--format", "csv", "-o", name) == 2
    told = capsys.readouterr()
    assert "which is read" in told.err and told.out == ""
    assert {path.name: path.read_bytes() for path in mill.iterdir() if path.is_file()} == before


def test_other_commands_do_not_either(mill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pd.DataFrame([["YARN", "spinning", "power", 2, "kWh"]], columns=HEAD.split(",")[:5]).to_excel("a.xlsx", index=False)
    (mill / "rule.csv").symlink_to("r.yaml")
    (mill / "o" / "results").mkdir(parents=True)
    (mill / "o" / "rejected_activity.csv").hardlink_to(mill / "a.csv")
    read = {path: path.read_bytes() for path in (mill / "a.xlsx", mill / "r.yaml", mill / "a.csv")}
    for words in (
        ("check", "a.xlsx", "--rule", "r.yaml", "--annotate", "a.xlsx"),
        ("report", "a.xlsx", *OWN, "-o", str(mill / "a.xlsx")),
        ("template", "r.yaml", "-o", "rule.csv"),
        ("batch", "a.csv", *OWN, "-o", "o"),
    ):
        assert command(*words) == 2, words
        assert "which is read" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in read} == read
    assert command("calculate", "a.csv", "--rule", "r.yaml", "-o", "a.csv", "--lang", "zh") == 2
    assert "这会覆盖正在读取的 a.csv" in capsys.readouterr().err


def test_shipped_tables_and_rules_count_as_read(mill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from textile_pcf.io.resources import data_root

    for path in (
        data_root("emission_factors") / "2026.1" / "default.csv",
        *(data_root("rules") / "knitted_fabric").glob("*.yaml"),
    ):
        before = path.read_bytes()
        assert command("calculate", "a.csv", "--rule", "knitted_fabric", "--format", "csv", "-o", str(path)) == 2
        assert path.read_bytes() == before
    capsys.readouterr()


# -- links, pipes, devices ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "json", "parquet", "xlsx"])
def test_a_link_stays_a_link_and_what_it_leads_to_is_written(mill: Path, form: str) -> None:
    (mill / "out").mkdir()
    (mill / f"link.{form}").symlink_to(f"out/real.{form}")  # not there yet
    for _ in range(2):
        assert command("calculate", "a.csv", *OWN, "-o", f"link.{form}") == 0
        assert (mill / f"link.{form}").is_symlink()
        assert [path.name for path in (mill / "out").iterdir()] == [f"real.{form}"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_pipe_is_written_into(mill: Path, form: str) -> None:
    os.mkfifo("pipe")
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(Path("pipe").read_bytes()))
    reader.start()
    assert command("calculate", "a.csv", *OWN, "--format", form, "-o", "pipe") == 0
    reader.join(30)
    assert (mill / "pipe").is_fifo()
    if form == "csv":
        assert next(csv.DictReader(io.StringIO(found[0].decode())))["product"] == "YARN"
    else:
        assert openpyxl.load_workbook(io.BytesIO(found[0]))["Result"]["A9"].value == "YARN"


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="the system has no such names")
def test_devices_and_standard_output(mill: Path) -> None:
    source = str(Path(tp.__file__).parent.parent)
    program = [sys.executable, "-m", "textile_pcf", "calculate", "a.csv", *OWN, "--format", "csv", "-o"]
    with Path("whole.csv").open("wb") as file:
        file.write(b"before\n")
        file.flush()
        subprocess.run([*program, "/dev/stdout"], stdout=file, check=True, env={"PYTHONPATH": source})
    assert Path("whole.csv").read_text(encoding="utf-8").startswith("before\nproduct,unit,total")
    done = subprocess.run([*program, "/dev/null"], capture_output=True, check=True, env={"PYTHONPATH": source})
    assert done.stdout == b"" and Path("/dev/null").is_char_device()


# -- what cannot be written -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "json", "parquet", "xlsx"])
def test_places_that_cannot_be_written(mill: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    (mill / f"folder.{form}").mkdir()
    places = {f"folder.{form}": "This is a folder.", f"nowhere/x.{form}": "There is no such folder."}
    if Path("/dev/full").exists():
        places["/dev/full"] = "The file cannot be written: No space left"
    for place, words in places.items():
        assert command("calculate", "a.csv", *OWN, "--format", form, "-o", place) == 2
        told = capsys.readouterr()
        assert words in told.err and len(told.err.splitlines()) == 2 and told.out == ""
    assert not list(mill.glob(".textile*"))


def test_the_library_says_so_too(mill: Path) -> None:
    result = tp.footprint("a.csv", "r.yaml", "f.csv")
    for write in (result.to_excel, result.to_html, lambda path: tp.make_template("r.yaml", path)):
        with pytest.raises(tp.UsageError, match="no such folder"):
            write("nowhere/x.xlsx")
        with pytest.raises(tp.UsageError, match="cannot be written"):
            write("x" * 300 + ".xlsx")


# -- names of files that are not UTF-8 ------------------------------------------------------------------------------------

GBK = os.fsdecode(b"\xb2\xbc")  # 布, as an archive unpacked on Linux names it


@pytest.mark.skipif(sys.platform == "darwin", reason="every name is UTF-8 there")
@pytest.mark.parametrize("form", ["txt", "csv", "json", "parquet", "xlsx"])
def test_names_in_gbk_bytes(mill: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    for old, new in (("a.csv", f"{GBK}.csv"), ("f.csv", f"{GBK}.f.csv"), ("r.yaml", f"{GBK}.yaml")):
        (mill / old).rename(mill / new)
    own = ("--rule", f"{GBK}.yaml", "--factors", f"{GBK}.f.csv")
    lines = ["--lines"] if form == "parquet" else []
    assert command("calculate", f"{GBK}.csv", *own, "-o", f"{GBK}.o.{form}", *lines) == 0
    assert (mill / f"{GBK}.o.{form}").stat().st_size > 20
    assert command("report", f"{GBK}.csv", *own, "-o", f"{GBK}.html") == 0
    assert "\\xb2\\xbc.csv" in (mill / f"{GBK}.html").read_text(encoding="utf-8")
    if form == "json":
        assert json.loads((mill / f"{GBK}.o.json").read_bytes())["provenance"]["input"][0]["name"] == "\\xb2\\xbc.csv"
    if form == "parquet":
        assert "\\xb2\\xbc.csv:2" in set(pd.read_parquet(io.BytesIO((mill / f"{GBK}.o.parquet").read_bytes()))["locator"])
    assert command("batch", f"{GBK}.csv", *own, "-o", "o") == 0
    assert command("batch", f"{GBK}.csv", *own, "-o", GBK) == 2
    (mill / f"{GBK}.parquet").write_bytes(b"")
    assert command("calculate", f"{GBK}.parquet", *own) == 2
    assert "Traceback" not in capsys.readouterr().err


# -- formulas and control characters --------------------------------------------------------------------------------------

EVIL = ["=1+1", "+cmd|x", "-2+3", "@SUM(A1)", "＝1+1", "'=1", "''+1"]
HARMLESS = ["A-1", "40s", "-0.5", "+3", "1e-3", "a=b", "'quoted'", "府绸"]


@pytest.mark.parametrize("text", [*EVIL, *HARMLESS, "\t=1", "\r=1"])
def test_a_guarded_text_is_read_back_as_it_was(text: str) -> None:
    assert unguard_formula(guard_formula(text)) == text
    assert (guard_formula(text) == text) == (text in HARMLESS)


def test_texts_in_files_for_a_spreadsheet_are_no_formulas(mill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = "".join(f"{guard_formula(name)},spinning,power,2,kWh,=note\n" for name in EVIL)
    bad = "".join(f"{guard_formula(name)}-bad,spinning,power,two,kWh,-note\n" for name in EVIL)
    (mill / "a.csv").write_text(HEAD + good + bad, encoding="utf-8")
    assert command("batch", "a.csv", *OWN, "-o", "o", "--lang", "zh") == 1
    for name in ("rejected.csv", "rejected_zh.csv", "rejected_activity.csv"):
        for row in csv.reader(io.StringIO((mill / "o" / name).read_text(encoding="utf-8-sig"))):
            assert not [cell for cell in row if cell[:1] in "=+-@＝\t\r" and cell], row
    mended = (mill / "o" / "rejected_activity.csv").read_text(encoding="utf-8").replace("two", "2")
    (mill / "mended.csv").write_text(mended, encoding="utf-8")
    assert list(tp.footprint("mended.csv", "r.yaml", "f.csv").products) == [f"{name}-bad" for name in EVIL]
    (mill / "good.csv").write_text(HEAD + good, encoding="utf-8")
    capsys.readouterr()
    for more in ([], ["--lines"]):
        assert command("calculate", "good.csv", *OWN, "--format", "csv", *more) == 0
        rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
        assert [unguard_formula(row["product"]) for row in rows] == EVIL
        assert not [row for row in rows if row["product"][0] in "=+-@＝"]


def test_the_reasons_of_a_batch_name_the_products_as_they_are(mill: Path) -> None:
    frame = pd.DataFrame([["=P", "spinning", "power", "two", "kWh"]], columns=HEAD.split(",")[:5])
    result = tp.calculate_batch(frame, "r.yaml", "f.csv", out="o")
    assert result.problems()[0]["product"] == "=P"


def test_negative_numbers_stay_numbers(mill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (mill / "f.csv").write_text(FACTORS.replace("0.5", "-0.5"), encoding="utf-8")
    assert command("calculate", "a.csv", *OWN, "--format", "csv") == 0
    assert float(next(csv.DictReader(io.StringIO(capsys.readouterr().out)))["total"]) == -TOTAL


@pytest.mark.parametrize("sign", ["\x07", "\x0b", "\x1f", "\x7f", "\x85", "\ufffe"])
@pytest.mark.parametrize("column", ["product", "item"])
def test_control_characters_in_ids_are_refused_at_their_place(mill: Path, sign: str, column: str) -> None:
    row = {"product": "YARN", "stage": "spinning", "flow": "power", "amount": 2, "unit": "kWh", "item": "power"}
    row[column] = f"A{sign}B"
    frame = pd.DataFrame([row])
    with pytest.raises(tp.InputError, match="control character") as caught:
        tp.footprint(frame, "r.yaml", "f.csv")
    assert [problem.where for problem in caught.value.problems if problem.code == "control"] == ["row 0 (spinning.power)"]


def test_ids_seen_before_under_a_known_structure_are_looked_at(mill: Path) -> None:
    def rows(product: str) -> dict[str, object]:
        return {"product": product, "rows": [{"stage": "spinning", "flow": "power", "amount": 2.0, "unit": "kWh"}]}

    rules, factors = tp.load_rules("r.yaml"), tp.load_factors("f.csv")
    for _ in range(2):
        assert tp.calculate(tp.read_activity(rows("YARN"), rules), factors).totals[0] == TOTAL
    with pytest.raises(tp.InputError, match="U\\+0008"):
        tp.read_activity(rows("YA\bRN"), rules)


def test_tabs_and_line_breaks_within_an_id_are_no_harm(mill: Path) -> None:
    frame = pd.DataFrame([["府绸\n40s", "spinning", "power", 2, "kWh"]], columns=HEAD.split(",")[:5])
    result = tp.footprint(frame, "r.yaml", "f.csv")
    path = result.to_excel("x.xlsx")
    assert openpyxl.load_workbook(path)["Result"]["A9"].value == "府绸\n40s"


def test_control_characters_elsewhere_are_told_by_their_code(mill: Path) -> None:
    """In sources, names and notes they do no harm to the number: every output tells them by their code."""
    (mill / "f.csv").write_text(FACTORS.replace("p. 1", "p.\x07 1"), encoding="utf-8")
    result = tp.footprint("a.csv", "r.yaml", "f.csv")
    lines = openpyxl.load_workbook(result.to_excel("x.xlsx"))["Lines"]
    assert "p.\\x07 1" in {cell.value for row in lines for cell in row}
    assert "\x07" not in result.to_html("x.html").read_text(encoding="utf-8")
    assert command("calculate", "a.csv", *OWN, "--lines", "-o", "x.csv") == 0
    assert "p.\\x07 1" in (mill / "x.csv").read_text(encoding="utf-8")


def test_bytes_and_texts_agree_on_control_characters() -> None:
    import numpy as np

    for code in [*range(0x3000), *range(0xFE00, 0x10000), 0x1F600]:
        text = chr(code)
        if first_control(text) and not 0xD800 <= code < 0xE000:
            assert may_hold_controls(np.frombuffer(f"A{text}".encode(), dtype=np.uint8))
            assert escape_controls(text) != text
