"""The study: what a company says of itself, from a mapping, a document, a table and the sheet of a workbook."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

import textile_pcf as tp
from textile_pcf.io.study import read_study, study_in
from textile_pcf.io.study_statements import FIELDS, field_title
from textile_pcf.template import make_template

SAID = {"company": "绍兴某纺织有限公司", "date": "2025-03-01", "products": {"P-1": {"composition": "100 % cotton"}}}
YAML = "company: 绍兴某纺织有限公司\ndate: 2025-03-01\nproducts: {P-1: {composition: 100 % cotton}}\n"
CSV = "field,value,product\n企业名称,绍兴某纺织有限公司,\ndate,2025-03-01,\ncomposition,100 % cotton,P-1\n"


def problems(source: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(tp.InputError) as caught:
        read_study(source)
    return [(problem.where, problem.what, problem.cure) for problem in caught.value.problems]


@pytest.mark.parametrize(("name", "text"), [("study.yaml", YAML), ("study.csv", CSV)])
def test_files_say_what_a_mapping_says(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    study = read_study(tmp_path / name)
    assert study.for_product("P-1") == read_study(SAID).for_product("P-1")
    assert study.for_product("P-2") == {"company": "绍兴某纺织有限公司", "date": "2025-03-01"}
    assert len(study.sha256) == 64


def test_every_problem_at_once_with_its_place() -> None:
    found = problems({"compny": "M", "date": "2025-3-1", "site": True, "goal": "x" * 501, "author": "A\x07",
                      "products": {"P": {"company": "M"}, "Q": 3}})  # fmt: skip
    assert [where.partition("(")[2].rstrip(")") for where, _, _ in found] == [
        "compny", "date", "site", "goal", "author", "products.P.company", "products.Q",
    ]  # fmt: skip
    assert "Did you mean 'company'" in found[0][2]
    assert all(cure for _, _, cure in found)


def test_a_field_is_stated_once(tmp_path: Path) -> None:
    (tmp_path / "study.csv").write_text("field,value\ncompany,A\n企业名称,B\n", encoding="utf-8")
    ((where, what, _),) = problems(tmp_path / "study.csv")
    assert where.endswith("study.csv:3")
    assert "'company' is stated twice" in what


def test_a_table_needs_its_columns(tmp_path: Path) -> None:
    (tmp_path / "study.csv").write_text("field\ncompany\n", encoding="utf-8")
    assert "value" in problems(tmp_path / "study.csv")[0][1]


def test_products_and_required_fields_are_checked() -> None:
    study = read_study(SAID)
    assert not study.problems(["P-1"], ["company", "date"])
    with pytest.raises(tp.InputError) as caught:
        read_study({**SAID, "date": "2025"}, ["P-2"], ["author"])
    assert [problem.code for problem in caught.value.problems] == ["study-date", "no-product", "study-missing"]


def test_other_sources_are_refused() -> None:
    with pytest.raises(tp.UsageError):
        read_study(3)


def test_workbook_with_a_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "activity"
    for row in (["field", "value"], ["company", "M"], ["date", "2025-03-01"]):
        book.create_sheet("study") if "study" not in book.sheetnames else None
        book["study"].append(row)
    book.save(tmp_path / "mill.xlsx")
    study = study_in(tmp_path / "mill.xlsx")
    assert study is not None
    assert study.for_product("") == {"company": "M", "date": "2025-03-01"}
    del book["study"]
    book.save(tmp_path / "none.xlsx")
    assert study_in(tmp_path / "none.xlsx") is None
    assert study_in(tmp_path / "mill.csv") is None


def fill(path: Path, cells: dict[tuple[str, str], str]) -> None:
    """Write into the sheet of a template: field and hidden name of the column → text."""
    book = openpyxl.load_workbook(path)
    sheet = next(sheet for sheet in book.worksheets if sheet.cell(4, 1).value == "field")
    column = {cell.value: cell.column for cell in sheet[4]}
    row = {sheet.cell(number, 1).value: number for number in range(5, sheet.max_row + 1)}
    assert set(FIELDS) <= set(row)
    for (field, name), text in cells.items():
        sheet.cell(row[field], column[name]).value = text
    book.save(path)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sheet_of_the_template(language: str, rule: Path, tmp_path: Path) -> None:
    path = make_template(rule, tmp_path / "mill.xlsx", language)
    assert study_in(path) is None
    fill(path, {("company", "value"): "M", ("composition", "value"): "cotton"})
    study = study_in(path)
    assert study is not None
    assert (study.text("company"), study.text("composition", "any")) == ("M", "cotton")


def test_sheet_of_several_products(rule: Path, tmp_path: Path) -> None:
    path = make_template(rule, tmp_path / "mill.xlsx", "en", products=["A", "B"])
    fill(path, {("company", "value"): "M", ("composition", "value 2"): "linen", ("date", "value 1"): "2025"})
    with pytest.raises(tp.InputError) as caught:
        study_in(path)
    assert [problem.where.partition("!")[2] for problem in caught.value.problems] == ["D13", "D13"]
    fill(path, {("date", "value 1"): ""})
    study = study_in(path)
    assert study is not None
    assert (study.text("composition", "A"), study.text("composition", "B")) == ("", "linen")


def test_titles_of_fields() -> None:
    assert all(field_title(name) != field_title(name, "zh") for name in FIELDS)


@pytest.fixture(scope="module")
def rule(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rule") / "one.yaml"
    path.write_text("rule: one\nedition: '1'\nproduct: {unit: kg}\nstages: [{id: making, flows: {power: {unit: kWh}}}]\n")
    return path


@pytest.mark.parametrize(
    ("period", "holds"), [("2024年", True), ("2024年7月", True), ("2024-07", True), ("2024年13月", False), ("24年", False)]
)
def test_a_period_may_be_written_in_chinese(period: str, holds: bool) -> None:
    if holds:
        assert read_study({**SAID, "period": period}).for_product("P-1")["period"] == period
    else:
        assert "is not a period" in problems({**SAID, "period": period})[0][1]
