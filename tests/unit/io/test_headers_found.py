"""Headers as offices write them: marks, brackets, names and numbering; a hint never leads to another column."""

from __future__ import annotations

import openpyxl
import pytest

import textile_pcf as tp
from paths import MISTAKES

HERE = MISTAKES
RULE, FACTORS = HERE / "mill.yaml", HERE / "factors.csv"
GOOD = [line.split(",") for line in (HERE / "good.csv").read_text(encoding="utf-8").splitlines()]
PLACES = {name: place for place, name in enumerate(GOOD[0])}


def table(tmp_path, heads=(), kind="xlsx", drop=()):
    """The good table with other headers for some columns."""
    heads = {**{name: name for name in GOOD[0]}, **dict(heads)}
    keep = [name for name in GOOD[0] if name not in drop]
    lines = [[heads[name] for name in keep], *([row[PLACES[name]] for name in keep] for row in GOOD[1:])]
    path = tmp_path / f"mill.{kind}"
    if kind == "csv":
        path.write_text("\n".join(",".join(f'"{cell}"' for cell in line) for line in lines), encoding="utf-8")
        return path
    book = openpyxl.Workbook()
    book.active.title = "activity"
    for line in lines:
        book.active.append([float(cell) if cell.replace(".", "").isdigit() else cell or None for cell in line])
    book.save(path)
    return path


def total(path):
    return float(tp.footprint(path, RULE, FACTORS).totals[0])


def problems(path):
    with pytest.raises(tp.InputError) as caught:
        total(path)
    return caught.value.problems


READ = {
    "marks": {"product": "产品编号*", "amount": "数量\n（必填）", "unit": "＊单位", "year": "年份（选填）"},
    "English marks": {"product": "Product (required)", "amount": "Amount *", "note": "Note [optional]"},
    "names": {"product": "产品名称", "stage": "工序名称", "flow": "能源种类", "amount": "消耗量", "unit": "计量单位"},
    "traditional": {"product": "產品編號", "flow": "項目", "amount": "數量", "unit": "單位", "region": "地區"},
    "two languages": {"product": "产品编号 Product", "amount": "数量\nAmount", "unit": "单位/Unit", "region": "地区（region）"},
    "a remark": {"product": "产品编号（ERP）", "year": "年份（四位）", "note": "备注(可空)"},
    "signs that are not seen": {"product": "\ufeffproduct", "amount": "amount\u200b", "unit": " unit:"},
}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("heads", READ.values(), ids=READ)
def test_headers_of_one_meaning_are_read(tmp_path, heads, kind):
    assert total(table(tmp_path, heads, kind)) == total(table(tmp_path))


WRONG = {
    "产品产量": "amount",
    "单价": "amount",
    "生产工厂": "amount",
    "数量（单位）": "amount",
    "用量（每件）": "amount",
    "unit price": "unit",
    "flow_rate": "flow",
    "product_group": "product",
    "type": "note",
}


@pytest.mark.parametrize(("head", "column"), WRONG.items())
def test_no_hint_leads_to_another_column(tmp_path, head, column):
    """And one wrong header is one problem, not one for each row."""
    first = problems(table(tmp_path, {column: head}))[0]
    assert head in first.what and "Did you mean" not in first.cure and "product" in first.cure
    if column != "note":
        found = problems(table(tmp_path, {column: head}))
        assert all("!" not in each.where or each.where.endswith("1") for each in found), found


def test_chinese_headers_are_told_in_chinese_too(tmp_path):
    (problem,) = problems(table(tmp_path, {"amount": "本月抄表"}))
    assert "amount (数量)" in problem.cure and "product (产品)" in problem.cure


def test_a_misspelt_header_is_still_hinted_and_its_rows_are_read(tmp_path):
    (problem,) = problems(table(tmp_path, {"amount": "amuont"}, "csv"))
    assert problem.cure == "Did you mean 'amount'?"


@pytest.mark.parametrize("head", ["序号", "No.", "NO", "#", "项次"])
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_column_that_numbers_the_rows_is_passed_over(tmp_path, head, kind):
    path = numbered(tmp_path, head, kind, range(1, len(GOOD)))
    assert total(path) == total(table(tmp_path))
    assert any("numbers the rows" in told for told in tp.footprint(numbered(tmp_path, head, kind), RULE, FACTORS).warnings())


def test_a_column_of_numbers_and_words_is_told(tmp_path):
    (problem,) = problems(numbered(tmp_path, "No.", "csv", ["A-12"] * (len(GOOD) - 1)))
    assert "'No.' is not a known column" in problem.what


def numbered(tmp_path, head, kind, numbers=None):
    lines = [[head, *GOOD[0]], *([str(k), *row] for k, row in zip(numbers or range(1, len(GOOD)), GOOD[1:], strict=True))]
    path = tmp_path / f"numbered.{kind}"
    if kind == "csv":
        path.write_text("\n".join(map(",".join, lines)), encoding="utf-8")
        return path
    book = openpyxl.Workbook()
    book.active.title = "activity"
    for line in lines:
        book.active.append([float(cell) if cell.replace(".", "").isdigit() else cell or None for cell in line])
    book.save(path)
    return path


def small(tmp_path, head, unit):
    """A rule of one flow, whose unit stands in the header alone."""
    rule, factors, mill = tmp_path / "r.yaml", tmp_path / "f.csv", tmp_path / "m.csv"
    rule.write_text(
        'rule: r\nedition: "1"\nsources: {m: {title: M}}\nproduct: {unit: kg}\n'
        "stages: [{id: dyeing, flows: {power: {unit: kWh, factor: power}}}]\n", encoding="utf-8")  # fmt: skip
    factors.write_text(
        "item,value,unit,region,year,kind,source,locator\npower,0.5,kgCO2e/kWh,GLO,2024,life_cycle,m,m\n", encoding="utf-8"
    )
    extra = ",unit" if unit is not None else ""
    cell = f",{unit}" if unit is not None else ""
    mill.write_text(
        f"product,stage,flow,{head}{extra}\nP,product,,{',' if extra else ''}\nP,dyeing,power,7.2{cell}\n", encoding="utf-8"
    )
    return mill, rule, factors


@pytest.mark.parametrize(("head", "kwh"), [("数量(kWh)", 7.2), ("消耗量（单位：MJ）", 2.0), ("amount [kWh]", 7.2)])
def test_a_unit_in_the_header_is_the_unit_of_all_amounts(tmp_path, head, kwh):
    mill, rule, factors = small(tmp_path, head, None)
    assert float(tp.footprint(mill, rule, factors).totals[0]) == pytest.approx(0.5 * kwh, rel=1e-12)


def test_a_unit_in_the_header_and_one_in_the_row_is_one_too_many(tmp_path):
    mill, rule, factors = small(tmp_path, "数量(MJ)", "kWh")
    with pytest.raises(tp.InputError) as caught:
        tp.footprint(mill, rule, factors)
    (problem,) = caught.value.problems
    assert problem.where.endswith("m.csv:1") and "names a unit" in problem.what and "'MJ'" in problem.cure


def test_names_and_numbers_of_products_together_are_one_too_many(tmp_path):
    (problem, *_) = problems(table(tmp_path, {"product": "产品编号", "note": "产品名称"}))
    assert "occurs twice, as '产品编号' and '产品名称'" in problem.what
