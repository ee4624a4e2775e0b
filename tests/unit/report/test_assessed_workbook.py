"""The sheets beside the figures: formulas that give what the library calculated, and follow what a verifier changes."""

from __future__ import annotations

import math
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from spread_mill import ROWS, TABLE, calculate, write_mill

import textile_pcf as tp
from spreadsheet import WITNESSES, Evaluated
from textile_pcf.report.cells import cell_styles
from textile_pcf.report.sheets import Sheet

CHANGES = [{"change": "scale", "at": {"stage": "making", "flow": "electricity"}, "by": 0.8, "note": "new motors"},
           {"change": "scale", "at": {"stage": "drying", "flow": "steam"}, "by": 0.5}]  # fmt: skip
DOCUMENT = {
    "discount": "8 %",
    "improvements": [
        {"id": name, "changes": [{"stage": stage, "flow": flow, "multiply": 0.5}], "investment": "100000 CNY", "lifetime": 10,
         "saving": saving, "source": "example"}
        for name, stage, flow, saving in (("hoods", "drying", "steam", "0 CNY"),
                                          ("motors", "making", "electricity", "90000 CNY"))
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> tuple[tp.Footprint, Path]:
    """A result with everything beside it, and its workbook."""
    folder = write_mill(
        tmp_path_factory.mktemp("mill") / "now", ROWS + "Q,making,electricity,3,kWh/kg,,\nQ,drying,steam,1,kg,,\n"
    )
    result = calculate(folder)
    last = calculate(write_mill(folder.parent / "last", ROWS.replace(",10,", ",12,"), TABLE.replace("0.62", "0.65")))
    output = [{"product": name, "process": "drying", "output": "100 t"} for name in "PQ"]
    inputs = (folder / "mill.csv", folder / "rule.yaml", DOCUMENT, output)
    measures = tp.improvements.rank(*inputs, factors=folder / "grid.csv")
    options = {"previous": last, "changes": {"scenarios": [{"name": "both", "changes": CHANGES}]}, "measures": measures}
    return result, result.to_excel(folder / "full.xlsx", **options)


def place(book: openpyxl.Workbook, sheet: str, title: str, row: int) -> str:
    """Cell below a heading, which stands in the last row above that has it."""
    page = book[sheet]
    for above in range(row - 1, 0, -1):
        for cell in page[above]:
            if str(cell.value).startswith(title):
                return f"{cell.column_letter}{row}"
    raise AssertionError(title)


def test_every_formula_gives_the_value_stored_with_it(full: tuple[tp.Footprint, Path]) -> None:
    formulas, stored = Evaluated(full[1]), openpyxl.load_workbook(full[1], data_only=True)
    sheets = [
        "Result",
        "Stages",
        "Lines",
        "Masses",
        "Uncertainty",
        "Quality",
        "Cut-off",
        "Change",
        "Scenarios",
        "Measures",
        "About",
    ]
    assert formulas.book.sheetnames == sheets
    counted = {}
    for page in formulas.book.worksheets:
        cells = [cell for row in page.iter_rows() for cell in row if cell.data_type == "f"]
        counted[page.title] = len(cells)
        for cell in cells:
            value = stored[page.title][cell.coordinate].value
            assert formulas.value(page.title, cell.coordinate) == pytest.approx(value, rel=1e-9, abs=1e-12), cell
    assert all(counted[name] >= 4 for name in sheets[4:10])


@pytest.mark.parametrize("witness", WITNESSES)
def test_a_changed_spread_moves_the_interval(witness: str, full: tuple[tp.Footprint, Path], tmp_path: Path) -> None:
    """gsd 1.2 → 1.0 leaves no variance: both ends are the mean. Both programs agree."""
    result, path = full
    book = openpyxl.load_workbook(path)
    row = next(cell.row for cell in book["Uncertainty"]["K"] if str(cell.value).startswith("factor:grid|electricity"))
    book["Uncertainty"][place(book, "Uncertainty", "gsd", row)].value = 1.0
    book.save(tmp_path / "changed.xlsx")
    cells = WITNESSES[witness](tmp_path / "changed.xlsx")
    mean = result.totals[0] - 6.2 + 6.2 * math.exp(math.log(1.2) ** 2 / 2)
    for title in ("2.5th", "97.5th", "Median"):
        assert cells("Uncertainty", place(book, "Uncertainty", title, 2)) == pytest.approx(mean, rel=1e-9)
    assert cells("Result", place(book, "Result", "2.5th", 9)) == pytest.approx(mean, rel=1e-9)
    assert cells("Result", "B9") == pytest.approx(result.totals[0], rel=1e-9)


def test_scores_that_are_filled_in_make_the_rating(tmp_path: Path) -> None:
    """Nothing is rated. A verifier who gives a line its four scores gets their mean, beside the headline too."""
    result = calculate(write_mill(tmp_path / "mill"))
    path = result.to_excel(tmp_path / "result.xlsx")
    book = openpyxl.load_workbook(path)
    spot = next(cell.row for cell in book["Quality"]["C"] if cell.value == "Electricity")
    for title, score in (("TeR", 2), ("GeR", 2), ("TiR", 3), ("P", 1)):
        column = next(cell.column_letter for cell in book["Quality"][spot - 1] if cell.value == title)
        book["Quality"][f"{column}{spot}"].value = score
    for row in range(spot + 1, book["Quality"].max_row + 1):
        for column in "JKLM":
            book["Quality"][f"{column}{row}"].value = None
    book.save(tmp_path / "changed.xlsx")
    cells = Evaluated(tmp_path / "changed.xlsx")
    assert cells.value("Quality", "B2") == pytest.approx(2.0)
    assert cells.value("Result", place(book, "Result", "Data quality", 9)) == pytest.approx(2.0)


def test_a_changed_share_moves_the_total_with_the_estimates(full: tuple[tp.Footprint, Path], tmp_path: Path) -> None:
    """0.5 % of 6.8 kg are 0.034; 2 % are 0.136."""
    book = openpyxl.load_workbook(full[1])
    assert Evaluated(full[1]).value("Cut-off", "F2") == pytest.approx(6.834)
    row = next(cell.row for cell in book["Cut-off"]["C"] if cell.value == "lubricant")
    book["Cut-off"][f"D{row}"].value = 0.02
    book.save(tmp_path / "changed.xlsx")
    assert Evaluated(tmp_path / "changed.xlsx").value("Cut-off", "F2") == pytest.approx(6.936)


def test_scenarios_and_effects_add_up(full: tuple[tp.Footprint, Path]) -> None:
    path = full[1]
    cells, book = Evaluated(path), openpyxl.load_workbook(path)
    assert cells.value("Scenarios", "D2") == pytest.approx(6.8 - 1.24 - 0.3)
    effects = [cells.value("Change", f"{column}2") for column in "CD"]
    assert effects == pytest.approx([-1.27, -0.33]) and cells.value("Change", "F2") == pytest.approx(6.8)
    assert cells.value("Change", "H2") == pytest.approx(0.0, abs=1e-12)
    assert "does not have this product" in str(book["Change"]["B3"].value)


def test_measures_compute_their_cost(full: tuple[tp.Footprint, Path]) -> None:
    cells, book = Evaluated(full[1]), openpyxl.load_workbook(full[1])
    named = {cell.value: cell.row for cell in reversed(book["Measures"]["B"]) if cell.value}
    assert named["motors"] < named["hoods"]  # the one that saves money comes first
    assert cells.value("Measures", f"G{named['hoods']}") == pytest.approx(14902.9489, rel=1e-6)
    assert cells.value("Measures", f"H{named['hoods']}") == pytest.approx(14902.9489 / 45.0, rel=1e-6)
    assert book["Measures"][f"H{named['motors']}"].value is None  # a negative cost ranks nothing


def test_chinese_sheets_and_a_result_without_spreads(tmp_path: Path) -> None:
    result = calculate(write_mill(tmp_path / "mill", ROWS, TABLE.replace(",1.2\n", ",\n")))
    book = openpyxl.load_workbook(result.to_excel(tmp_path / "result.xlsx", language="zh"))
    assert book.sheetnames == ["结果", "工序", "明细", "质量", "不确定度", "数据质量", "取舍", "说明"]
    page = book["不确定度"]
    assert page["C2"].value is None and page["I2"].value is None  # no mean and no interval where no number has a spread
    titles = [cell.value for cell in book["结果"][8]]
    end = next(number for number, title in enumerate(titles) if str(title).startswith("2.5 % 分位数"))
    assert [cell.value for cell in book["结果"][9]][end : end + 2] == [None, None] or len(book["结果"][9]) <= end
    plain = openpyxl.load_workbook(result.to_excel(tmp_path / "plain.xlsx", language="zh", uncertainty=None))
    assert plain.sheetnames == ["结果", "工序", "明细", "质量", "取舍", "说明"]


def test_the_same_result_is_the_same_workbook(full: tuple[tp.Footprint, Path], tmp_path: Path) -> None:
    result, _ = full
    paths = [
        result.to_excel(tmp_path / f"{number}.xlsx", changes={"scenarios": [{"name": "x", "changes": CHANGES}]})
        for number in (1, 2)
    ]
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize(
    ("value", "style", "shown"),
    [(900_000.0, "given", "900000.000000"), (8057.0, "check", "8057.000000"), (562_072.674, "given_money", "562,072.67"),
     (0.3, "input", "0.3")],
)  # fmt: skip
def test_columns_hold_their_numbers_as_they_are_shown(value: float, style: str, shown: str) -> None:
    """A column narrower than its number shows `###`: round sums of money did."""
    page = openpyxl.Workbook().active
    sheet = Sheet(page, "Measures", cell_styles(openpyxl.Workbook(), page))
    sheet.number(0, value, style)
    sheet.fit()
    assert page.column_dimensions["A"].width > len(shown)


def test_bars_of_the_chart_are_labelled_with_two_decimals(full: tuple[tp.Footprint, Path]) -> None:
    """Without `sourceLinked` LibreOffice takes the format of the cells: 4.843408."""
    with ZipFile(full[1]) as archive:
        chart = archive.read("xl/charts/chart1.xml").decode()
    assert '<numFmt formatCode="0.00" sourceLinked="0"/>' in chart


def test_sums_of_money_have_cents_and_groups(full: tuple[tp.Footprint, Path]) -> None:
    page = openpyxl.load_workbook(full[1])["Measures"]
    formats = {page.cell(2, column).number_format for column in range(3, 8)}
    assert formats == {"#,##0.00"}
