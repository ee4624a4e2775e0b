"""What may be chosen in a workbook, and problems written back into it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from template_forms import COTTON, Form, comments

import textile_pcf as tp
from textile_pcf.cli import run as command_line
from textile_pcf.factors import load_factors
from textile_pcf.io.template_marks import MARK
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rules import FlowSpec, PropertySpec, editions
from textile_pcf.template import annotate, entries, make_template, template_rows
from textile_pcf.template.lists import BAR, items_for, units_for
from textile_pcf.template.pages import Naming, pages
from textile_pcf.units import convert, parse_unit

# -- what may be chosen -------------------------------------------------------------------------------------------------


def everything() -> Iterator[tuple[str, Any]]:
    for name in editions():
        for entry in entries(tp.load_rules(name)):
            yield f"{name}.{entry.stage}.{entry.name}", entry.spec


def test_every_unit_offered_may_be_written() -> None:
    for where, spec in everything():
        if isinstance(spec, PropertySpec) and spec.choice:
            continue
        for text in units_for(spec):
            unit = parse_unit(text)
            fits = spec.conversion(unit) if isinstance(spec, FlowSpec) else convert(unit, spec.unit)
            assert fits is not None, (where, text)


def test_every_item_offered_is_a_factor_of_that_kind_and_unit() -> None:
    table = load_factors().tables[0]
    seen = 0
    for where, spec in everything():
        if not isinstance(spec, FlowSpec):
            continue
        offered = [text.partition(BAR)[0] for text in items_for(spec, "zh")]
        assert len(offered) == len(set(offered))
        for item in offered:
            rows = [row for row in table.index[item] if table.texts["kind"][row] == spec.kind]
            assert any(table.texts["category"][row] in ("", spec.category) or not spec.category for row in rows), (where, item)
            seen += 1
    assert seen > 200


def test_lists_of_cells_are_written_in_the_hidden_sheet(cotton: Path) -> None:
    book = openpyxl.load_workbook(cotton)
    assert book[MARK].sheet_state == "hidden"
    seen = set()
    for sheet in book.worksheets:
        for validation in sheet.data_validations.dataValidation:
            first, last = validation.formula1.replace("$", "").partition("!")[2].split(":")
            texts = [row[0].value for row in book[MARK][f"{first}:{last}"]]
            assert all(texts), (sheet.title, validation.formula1)
            seen |= {text.partition(BAR)[0] for text in texts}
    assert {"kWh", "tce", "measured", "estimated", "period", "yes", "no", "air_jet", "caustic_soda_50", "electricity"} <= seen


def test_names_of_sheets_are_ones_that_excel_takes() -> None:
    for name in editions():
        for language in ("en", "zh", "both"):
            found = [page.name for page in pages(tp.load_rules(name), language, Naming())]
            assert len({each.casefold() for each in found}) == len(found)
            assert all(0 < len(each) <= 31 and not set(each) & set("[]:*?/\\") for each in found)


def test_everything_a_rule_knows_has_a_line(cotton: Path) -> None:
    form = Form(cotton)
    rules = tp.load_rules(COTTON)
    missing = [f"{e.stage}.{e.name}" for e in entries(rules) if f"{e.stage}.{e.name}" not in form.lines]
    assert not missing
    assert {stage.id for stage in rules.stages} <= set(form.lines)
    assert form.cell("dyeing.electricity", "citation").value  # the rule's value with its source
    assert form.cell("dyeing.electricity", "default").font.color.rgb.endswith("808080")


def test_texts_of_a_rule_are_never_formulas(tmp_path: Path) -> None:
    text = """
rule: evil
edition: "1"
title: "=1+1"
product: {unit: kg}
stages:
  - {id: making, title: "@SUM(A1)", note: "+1", flows: {power: {unit: kWh, title: "-1", note: "=2*3"}}}
"""
    (tmp_path / "evil.yaml").write_text(text, encoding="utf-8")
    book = openpyxl.load_workbook(make_template(tmp_path / "evil.yaml", tmp_path / "mill.xlsx"))
    assert not [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_plain_table_and_mistakes(tmp_path: Path) -> None:
    path = make_template(COTTON, tmp_path / "mill.csv", language="zh")
    assert path.read_text(encoding="utf-8-sig").startswith("product,stage,flow")
    assert template_rows(tp.load_rules(COTTON), everything=True)[-1]["stage"]
    with pytest.raises(tp.UsageError, match="kind of template"):
        make_template(COTTON, tmp_path / "mill.pdf")
    with pytest.raises(tp.UsageError, match="both"):
        make_template(COTTON, tmp_path / "mill.xlsx", language="fr")


def test_problems_become_comments_and_go_when_they_are_cured(
    form: Form, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loom = form.set("weaving.loom", item="air_jett")
    out, rule = tmp_path / "checked.xlsx", str(form.rule)
    assert command_line(["check", str(form.save()), "--rule", rule, "--annotate", str(out), "--lang", "zh"]) == 4
    assert "air_jet" in comments(out)[loom]
    assert "是否想写" in comments(out)[loom]
    listed = openpyxl.load_workbook(out)
    assert listed.sheetnames[0] == "problems"
    assert listed["problems"]["A1"].value == fixed_text("problems_title", "zh")
    assert loom in str(listed["problems"]["A3"].value)
    corrected = Form(out, form.rule)
    corrected.set("weaving.loom", item="air_jet")
    corrected.save()
    again = tmp_path / "again.xlsx"
    assert command_line(["check", str(out), "--rule", rule, "--annotate", str(again)]) == 0
    assert comments(again) == {}
    assert fixed_text("problems_none", "en") in [cell.value for cell in openpyxl.load_workbook(again)["problems"]["A"]]
    assert command_line(["calculate", str(out), "--rule", rule]) == 0
    capsys.readouterr()


def test_plain_workbooks_are_annotated_too(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "activity"
    sheet.append(["product", "stage", "flow", "amount", "unit"])
    sheet.append(["P", "weaving", "electricity", -1, "kWh"])
    book.save(tmp_path / "plain.xlsx")
    with pytest.raises(tp.InputError) as caught:
        tp.read_activity(tmp_path / "plain.xlsx", COTTON)
    annotate(tmp_path / "plain.xlsx", caught.value.problems, tmp_path / "out.xlsx")
    assert "negative" in comments(tmp_path / "out.xlsx")["activity!D2"]
    with pytest.raises(tp.UsageError, match="Only a workbook"):
        annotate("mill.csv", [], tmp_path / "out.xlsx")


def test_command_line_writes_workbooks_and_reports(form: Form, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule = str(form.rule)
    assert command_line(["template", rule, "-o", str(tmp_path / "t.xlsx"), "--lang", "both"]) == 0
    assert MARK in openpyxl.load_workbook(tmp_path / "t.xlsx").sheetnames
    for ending in ("html", "xlsx"):
        out = tmp_path / f"report.{ending}"
        assert command_line(["report", str(form.path), "--rule", rule, "-o", str(out), "--lang", "zh"]) == 0
        assert out.stat().st_size > 5000
    assert command_line(["report", str(form.path), "--rule", rule, "-o", str(tmp_path / "report.doc")]) == 2
    capsys.readouterr()
