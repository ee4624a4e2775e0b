"""What the cover of a report says: given by a person, required for the cover only, and never invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import textile_pcf as tp
from textile_pcf.io.study import read_study
from textile_pcf.report import to_excel, to_html
from textile_pcf.report.study import COVER, read_cover

STUDY = {
    "company": "Example Mill", "product": "Poplin", "period": "2025-01-01/2025-12-31", "date": "2026-03-31",
    "author": "A. Wang", "products": {"P": {"composition": "100 % cotton"}},
}  # fmt: skip
CHINESE = {"企业名称": "示例纺织", "产品名称": "府绸", "数据统计期": 2025, "报告日期": "2026-03-31", "编制人": "王"}


def text_file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def workbook(folder: Path, title: str, rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    page = book.create_sheet(title)
    for row in rows:
        page.append(row)
    book.save(folder / "mill.xlsx")
    return folder / "mill.xlsx"


def stated(study: Any) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """What a study states, whatever it was read from."""
    return dict(study.fields), {name: dict(fields) for name, fields in study.products.items()}


def places(study: Any, ids: tuple[str, ...] = ("P",)) -> list[str]:
    """Problems of a study, without the folder of its file."""
    with pytest.raises(tp.InputError) as raised:
        read_cover(study, ids)
    assert "\n" in raised.value.localized("zh")
    return [f"{problem.where.rpartition('/')[2]}: {problem.what}" for problem in raised.value.problems]


def test_the_same_study_in_every_form(tmp_path: Path) -> None:
    in_memory = stated(read_cover(STUDY, ["P"]))
    rows = [["Field", "Value", "Product"], *([key, value] for key, value in STUDY.items() if key != "products")]
    rows.append(["Composition", "100 % cotton", "P"])
    csv = "\n".join(",".join(f'"{cell}"' for cell in (*row, "")[:3]) for row in rows)
    forms = [
        text_file(tmp_path, "study.json", json.dumps(STUDY)),
        text_file(tmp_path, "study.csv", csv),
        workbook(tmp_path, "Study", rows),
    ]
    assert [stated(read_cover(form, ["P"])) for form in forms] == [in_memory] * 3
    assert read_cover(None, ["P"]) is None


def test_labels_of_the_cover_are_names_of_fields_in_both_languages(tmp_path: Path) -> None:
    from datetime import date

    study = read_cover(CHINESE, ["P"])
    assert study is not None and (study.text("company"), study.text("period")) == ("示例纺织", "2025")
    rows = [["字段", "内容"]]
    rows += [[key, date(2026, 3, 31) if key == "报告日期" else value] for key, value in CHINESE.items()]
    assert stated(read_cover(workbook(tmp_path, "研究信息", rows), ["P"])) == stated(study)


def test_every_mistake_of_a_study_is_named_with_its_place(tmp_path: Path) -> None:
    path = text_file(
        tmp_path, "study.yaml", "company: Mill\npruduct: Poplin\nperiod: 2025-13\ndate: 31.3.2026\nproducts: {Q: {site: x}}\n"
    )
    assert places(path) == [
        "study.yaml:2 (pruduct): 'pruduct' is no field of a study.",
        "study.yaml:3 (period): '2025-13' is not a period.",
        "study.yaml:4 (date): '31.3.2026' is not a date.",
        "study.yaml:5 (products.Q.site): The study names the product 'Q', which is not in the result.",
        "study.yaml (product): The study does not say 'product'.",
        "study.yaml (author): The study does not say 'author'.",
    ]
    assert places({**STUDY, "period": "2025-12-31/2025-01-01"}) == [
        "study (period): The period '2025-12-31/2025-01-01' ends before it begins."
    ]
    rows = [["field", "value"], *([key, value] for key, value in STUDY.items() if key != "products")]
    assert places(workbook(tmp_path, "study", [*rows, ["Firma", "x"], ["企业名称", "again"]])) == [
        "mill.xlsx study!B7: 'Firma' is no field of a study.",
        "mill.xlsx study!B8: 'company' is stated twice.",
    ]


@pytest.mark.parametrize("wrong", [5, ["company"], b"company", "study.docx", "none.yaml"])
def test_what_is_no_study_is_refused(wrong: Any) -> None:
    with pytest.raises(tp.UsageError):
        read_cover(wrong, ["P"])


@pytest.mark.parametrize(
    "text", ["", "- company\n", "company: [a]\n", "company: &a x\nsite: *a\n", "company: " + "x" * 501, "\0"]
)
def test_hostile_files_are_refused_with_a_sentence(text: str, tmp_path: Path) -> None:
    for name in ("study.yaml", "study.csv"):
        with pytest.raises(tp.InputError) as raised:
            read_cover(text_file(tmp_path, name, text), ["P"])
        assert all(problem.what.endswith(".") for problem in raised.value.problems)


@pytest.fixture(scope="module")
def poplin() -> tp.Footprint:
    return tp.footprint(*tp.load_example("cotton_poplin"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_cover_says_what_is_stated_and_what_is_not(poplin: tp.Footprint, language: str, tmp_path: Path) -> None:
    study = {key: value for key, value in STUDY.items() if key != "products"} | {"goal": "<b>CO2</b>"}
    text = to_html(poplin, tmp_path / "a.html", language=language, study=study).read_text(encoding="utf-8")
    head = text[text.index("<header") : text.index("</header>")]
    assert all(
        word in head for word in ("Example Mill", "Poplin", "2025-01-01/2025-12-31", "2026-03-31", "&lt;b&gt;CO2&lt;/b&gt;")
    )
    assert {"en": "Not stated: Site, Composition, Commissioner, Reviewer, Audience.",
            "zh": "未说明：生产厂区、纤维成分、委托方、评审方、目标受众。"}[language] in head  # fmt: skip
    plain = to_html(poplin, tmp_path / "b.html", language=language).read_text(encoding="utf-8")
    assert 'class="cover"' in text and 'class="cover"' not in plain
    assert "Not stated" not in plain and "未说明" not in plain


def test_a_workbook_holds_the_study_in_the_form_in_which_it_is_read(poplin: tp.Footprint, tmp_path: Path) -> None:
    study = {key: value for key, value in STUDY.items() if key != "products"} | {
        "products": {"COTTON-POPLIN": {"site": "Shaoxing", "composition": "=1+1"}}
    }
    for language in ("en", "zh"):
        path = to_excel(poplin, tmp_path / f"{language}.xlsx", language=language, study=study)
        assert stated(read_cover(path, poplin.products)) == stated(read_cover(study, poplin.products))
    assert "Study" not in openpyxl.load_workbook(to_excel(poplin, tmp_path / "plain.xlsx")).sheetnames


def test_every_field_has_a_label_in_both_languages() -> None:
    from textile_pcf.messages.catalogue import fixed_text

    for language in ("en", "zh"):
        assert len({fixed_text(f"study_{name}", language) for name in COVER}) == len(COVER)


def test_the_command_takes_a_study_and_refuses_a_wrong_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from textile_pcf.cli import run

    mill = str(tp.load_example("cotton_poplin")[0])
    command = ["report", mill, "--rule", "cotton_fabric", "--study"]
    good = text_file(tmp_path, "good.yaml", json.dumps({key: value for key, value in STUDY.items() if key != "products"}))
    wrong = text_file(tmp_path, "wrong.yaml", "company: Mill\n")
    report = tmp_path / "report.html"
    assert run([*command, str(wrong), "-o", str(report)]) == 4
    assert run([*command, str(tmp_path / "none.yaml"), "-o", str(report)]) == 2
    assert run([*command, str(good), "-o", str(good.with_suffix(".docx"))]) == 2
    assert not report.exists()
    assert run([*command, str(good), "-o", str(report)]) == 0
    assert "Example Mill" in report.read_text(encoding="utf-8")
    assert "does not say 'author'" in capsys.readouterr().err


def test_a_study_is_never_written_over(tmp_path: Path) -> None:
    from textile_pcf.cli import run

    book = workbook(tmp_path, "study", [[key, value] for key, value in STUDY.items() if key != "products"])
    before = book.read_bytes()
    mill = str(tp.load_example("cotton_poplin")[0])
    assert run(["report", mill, "--rule", "cotton_fabric", "--study", str(book), "-o", str(book)]) == 2
    assert book.read_bytes() == before


def test_a_workbook_that_states_its_study_needs_no_other(tmp_path: Path) -> None:
    from textile_pcf.cli import run

    book = openpyxl.Workbook()
    sheets = {"activity": [["product", "stage", "flow", "amount", "unit"], ["P", "making", "power", 2, "kWh"]],
              "study": [["field", "value"], *([key, value] for key, value in STUDY.items() if key != "products")]}  # fmt: skip
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    del book["Sheet"]
    book.save(tmp_path / "mill.xlsx")
    (tmp_path / "one.yaml").write_text(
        "rule: one\nedition: '1'\nproduct: {unit: kg}\nstages: [{id: making, flows: {power: {unit: kWh, factor: power}}}]\n"
    )
    (tmp_path / "factors.csv").write_text(
        "item,value,unit,region,year,kind,source,locator\npower,1,kgCO2e/kWh,GLO,2025,life_cycle,s,p. 1\n"
    )
    command = [
        "report",
        str(tmp_path / "mill.xlsx"),
        "--rule",
        str(tmp_path / "one.yaml"),
        "--factors",
        str(tmp_path / "factors.csv"),
    ]
    assert run([*command, "-o", str(tmp_path / "report.html")]) == 0
    assert "Example Mill" in (tmp_path / "report.html").read_text(encoding="utf-8")
    book["study"].delete_rows(2)  # the company
    book.save(tmp_path / "mill.xlsx")
    assert run([*command, "-o", str(tmp_path / "partly.html")]) == 4
    assert not (tmp_path / "partly.html").exists()


def test_a_study_in_memory_is_checked_as_a_file_is() -> None:
    read = read_study({"company": "Mill", "products": {"Q": {"site": "x"}}})
    assert [problem.code for problem in _refused(read)] == ["no-product", *["study-missing"] * 4]


def _refused(study: Any) -> Any:
    with pytest.raises(tp.InputError) as raised:
        read_cover(study, ["P"])
    return raised.value.problems
