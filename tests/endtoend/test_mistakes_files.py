"""Mistakes that are a whole file, mistakes in the cells of a workbook, and what looks like a mistake and is none."""

from __future__ import annotations

import pytest
from mill_mistakes import CELLS, GOOD, HERE, changes, footprint, problems, set_cell, workbook, written

import textile_pcf as tp

# ---------------------------------------------------------------- mistakes that are a whole file


def test_empty_file(tmp_path):
    (problem,) = problems(written(tmp_path, ""))
    assert problem.where.endswith("mill.csv")
    assert "empty" in problem.what
    assert "header" in problem.cure


def test_header_only(tmp_path):
    (problem,) = problems(written(tmp_path, GOOD[0] + "\n"))
    assert "no rows" in problem.what
    assert "row" in problem.cure


def test_rows_of_commas_only(tmp_path):
    (problem,) = problems(written(tmp_path, GOOD[0] + "\n" + ",,,,,,,,,,\n" * 3))
    assert "no rows" in problem.what


def test_a_file_of_another_kind(tmp_path):
    path = tmp_path / "mill.xlsx"
    path.write_text("\n".join(GOOD), encoding="utf-8")
    (problem,) = problems(path)
    assert "mill.xlsx" in problem.where
    assert "not an Excel workbook" in problem.what
    assert problem.cure


def test_a_pdf(tmp_path):
    path = tmp_path / "mill.pdf"
    path.write_bytes(b"%PDF-1.4")
    with pytest.raises(tp.PcfError) as caught:
        footprint(path)
    assert "'.pdf'" in str(caught.value)
    assert ".csv" in str(caught.value)


def test_an_old_workbook(tmp_path):
    path = tmp_path / "mill.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0")
    with pytest.raises(tp.PcfError) as caught:
        footprint(path)
    assert "Save the workbook as .xlsx" in str(caught.value)


def test_the_same_id_in_different_case(tmp_path):
    """`fabric-1` is another product than `FABRIC-1`; the answer says so instead of only listing what `fabric-1` lacks."""
    lines = list(GOOD)
    lines[12] = lines[12].replace("FABRIC-1", "fabric-1")
    told = "\n".join(map(str, problems(written(tmp_path, "\n".join(lines)))))
    assert "mill.csv:13" in told
    assert "'fabric-1'" in told
    assert "'FABRIC-1'" in told


def test_a_product_that_only_a_space_tells_apart_is_the_same(tmp_path):
    lines = list(GOOD)
    lines[12] = lines[12].replace("FABRIC-1", " FABRIC-1 ")
    assert footprint(written(tmp_path, "\n".join(lines))).products == ("FABRIC-1",)


# ---------------------------------------------------------------- what looks like a mistake and is none


def same(path):
    """The file gives what the good table gives."""
    return float(footprint(path).totals[0]) == pytest.approx(float(footprint(HERE / "good.csv").totals[0]), rel=1e-12)


HEADERS = {"product": "产品", "stage": "工序", "flow": "项目", "component": "纤维", "amount": "数量", "unit": "单位",
           "item": "物料", "region": "地区", "year": "年份", "per": "计量基准", "note": "备注"}  # fmt: skip


def chinese():
    return ",".join(HEADERS[name] for name in GOOD[0].split(","))


def test_chinese_headers(tmp_path):
    assert same(written(tmp_path, "\n".join([chinese(), *GOOD[1:]])))


def test_an_unknown_chinese_header(tmp_path):
    (problem,) = problems(written(tmp_path, "\n".join([chinese().replace("备注", "车间"), *GOOD[1:]])))
    assert problem.where.endswith("mill.csv:1")
    assert "'车间' is not a known column" in problem.what
    assert "note" in problem.cure


def test_headers_with_capitals_and_spaces(tmp_path):
    assert same(written(tmp_path, "\n".join([GOOD[0].title().replace(",", " , "), *GOOD[1:]])))


def test_gbk_encoded_csv(tmp_path):
    lines = [chinese(), *GOOD[1:]]
    lines[13] = lines[13].replace(",L,", ",升,")
    path = written(tmp_path, "\n".join(lines), encoding="gbk")
    assert same(path)
    assert any("GB18030" in text for text in footprint(path).warnings())


def test_utf8_with_byte_order_mark_semicolons_and_crlf(tmp_path):
    path = tmp_path / "mill.csv"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(GOOD).replace(",", ";").encode())
    assert same(path)


def test_utf16_of_excel(tmp_path):
    assert same(written(tmp_path, "\n".join(GOOD).replace(",", "\t"), encoding="utf-16"))


def test_no_for_norway(tmp_path):
    """`NO` is Norway in CSV, Excel and YAML alike, never `false`: its own factor of 0.02."""
    lines = list(GOOD)
    lines[10] = "FABRIC-1,weaving,electricity,,5,kWh,,NO,,,"
    table = written(tmp_path, "\n".join(lines))
    rows = [dict(zip(lines[0].split(","), line.split(","), strict=True)) for line in lines[1:]]
    listed = "\n".join(
        "  - {" + ", ".join(f"{key}: {_yaml(value)}" for key, value in row.items() if value and key != "product") + "}"
        for row in rows
    )
    document = tmp_path / "mill.yaml"
    document.write_text(f"product: FABRIC-1\nrows:\n{listed}\n", encoding="utf-8")
    assert "region: NO" in document.read_text(encoding="utf-8")
    for path in (table, document, workbook(tmp_path, lines)):
        found = footprint(path).contributions
        assert list(found[(found["stage"] == "weaving") & (found["flow"] == "electricity")]["region"]) == ["NO"], path


def _yaml(value):
    return f'"{value}"' if value in ("%",) else value


def test_unit_in_the_amount(tmp_path):
    lines = list(GOOD)
    lines[12] = "FABRIC-1,dyeing,steam,,8 kg,,,,,,"
    assert same(written(tmp_path, "\n".join(lines)))


def test_a_loss_far_too_small_is_warned_of(tmp_path):
    """0.12 % where 12 % was meant: possible, so a warning."""
    lines = list(GOOD)
    lines[4] = "FABRIC-1,spinning,spinning_waste,,0.12,%,,,,,"
    (first, second) = footprint(written(tmp_path, "\n".join(lines))).warnings()
    assert "spinning_waste" in first
    assert "0.12 %" in first
    assert "2 to 55 %" in first
    assert "cotton" in first + second


def test_titles_above_the_header(tmp_path):
    path = written(tmp_path, "\n".join(["Data of the mill,,,,,,,,,,", *GOOD]))
    assert same(path)
    assert any("line 2" in text for text in footprint(path).warnings())


# ---------------------------------------------------------------- workbooks


def test_good_workbook(tmp_path):
    assert same(workbook(tmp_path))


@pytest.mark.parametrize("name", CELLS)
def test_mistake_in_a_workbook(name, tmp_path):
    answer = CELLS[name]["answer"]
    where, (what,), (cure,) = answer["where"], answer["what"], answer["cure"]
    found = problems(workbook(tmp_path, change=changes(CELLS[name])))
    told = "\n".join(map(str, found))
    problem = next((each for each in found if where in each.where), None)
    assert problem, f"no problem at {where}:\n{told}"
    assert what in problem.what
    assert cure in problem.cure
    assert len(found) == 1, told


def test_numbers_stored_as_text_are_read(tmp_path):
    assert same(workbook(tmp_path, change=set_cell("E13", "8")))


def test_no_sheet_activity(tmp_path):
    def another(page):
        page.parent.create_sheet("Sheet2")

    (problem,) = problems(workbook(tmp_path, change=another, sheet="data"))
    assert "no sheet 'activity'" in problem.what
    assert "Rename" in problem.cure
