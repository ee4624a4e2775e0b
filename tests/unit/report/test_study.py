"""What the cover of a report says: given by a person, required for the cover only, and never invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import textile_pcf as tp
from textile_pcf.report import to_excel, to_html
from textile_pcf.report.study import FIELDS
from textile_pcf.report.study_file import read_study

STUDY = {
    "company": "Example Mill", "product": "Poplin", "period": "2025-01-01/2025-12-31", "date": "2026-03-31",
    "author": "A. Wang", "products": {"P": {"composition": "100 % cotton"}},
}  # fmt: skip
CHINESE = {"公司": "示例纺织", "产品": "府绸", "数据期间": 2025, "报告日期": "2026-03-31", "编制人": "王"}


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


def places(study: Any, ids: tuple[str, ...] = ("P",)) -> list[str]:
    """Problems of a study, without the folder of its file."""
    with pytest.raises(tp.InputError) as raised:
        read_study(study, ids)
    assert "\n" in raised.value.localized("zh")
    return [f"{problem.where.rpartition('/')[2]}: {problem.what}" for problem in raised.value.problems]


def test_the_same_study_in_every_form(tmp_path: Path) -> None:
    in_memory = read_study(STUDY, ["P"])
    rows = [["Field", "Text", "Product"], *([key, value] for key, value in STUDY.items() if key != "products")]
    rows.append(["Composition", "100 % cotton", "P"])
    csv = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows)
    forms = [
        text_file(tmp_path, "study.json", json.dumps(STUDY)),
        text_file(tmp_path, "study.csv", csv),
        workbook(tmp_path, "Study", rows),
    ]
    assert [read_study(form, ["P"]) for form in forms] == [in_memory] * 3
    assert read_study(None, ["P"]) is None


def test_labels_of_the_cover_are_names_of_fields_in_both_languages(tmp_path: Path) -> None:
    from datetime import date

    study = read_study(CHINESE, ["P"])
    assert study is not None and (study.company, study.period) == ("示例纺织", "2025")
    rows = [[key, date(2026, 3, 31) if key == "报告日期" else value] for key, value in CHINESE.items()]
    assert read_study(workbook(tmp_path, "研究信息", rows), ["P"]) == study


def test_every_mistake_of_a_study_is_named_with_its_place(tmp_path: Path) -> None:
    path = text_file(
        tmp_path, "study.yaml", "company: Mill\npruduct: Poplin\nperiod: 2025-13\ndate: 31.3.2026\nproducts: {Q: {site: x}}\n"
    )
    assert places(path) == [
        "study.yaml:1 (product): 'product' is missing.",
        "study.yaml:3 (period): '2025-13' is not a period.",
        "study.yaml:4 (date): '31.3.2026' is not a date.",
        "study.yaml:1 (author): 'author' is missing.",
        "study.yaml:2 (pruduct): 'pruduct' is not known here.",
        "study.yaml:5 (products.Q): The result has no product 'Q'.",
    ]
    assert places({**STUDY, "period": "2025-12-31/2025-01-01"}) == [
        "study (period): The period '2025-12-31/2025-01-01' ends before it begins."
    ]
    rows = [[key, value] for key, value in STUDY.items() if key != "products"]
    assert places(workbook(tmp_path, "study", [*rows, ["Firma", "x"], ["公司", "again"]])) == [
        "mill.xlsx study:7: '公司' stands here twice."
    ]
    assert places(workbook(tmp_path, "study", [*rows, ["Firma", "x"]])) == [
        "mill.xlsx study:6 (Firma): 'Firma' is not known here."
    ]
    assert places(workbook(tmp_path, "other", rows)) == ["mill.xlsx: This workbook has no sheet 'study'."]


@pytest.mark.parametrize("wrong", [5, ["company"], b"company", "study.docx", "none.yaml"])
def test_what_is_no_study_is_refused(wrong: Any) -> None:
    with pytest.raises(tp.UsageError):
        read_study(wrong, ["P"])


@pytest.mark.parametrize(
    "text", ["", "- company\n", "company: [a]\n", "company: &a x\nsite: *a\n", "company: " + "x" * 501, "\0"]
)
def test_hostile_files_are_refused_with_a_sentence(text: str, tmp_path: Path) -> None:
    for name in ("study.yaml", "study.csv"):
        with pytest.raises(tp.InputError) as raised:
            read_study(text_file(tmp_path, name, text), ["P"])
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
            "zh": "未说明：生产地点、成分、委托方、审核人、目标读者。"}[language] in head  # fmt: skip
    plain = to_html(poplin, tmp_path / "b.html", language=language).read_text(encoding="utf-8")
    assert 'class="cover"' in text and 'class="cover"' not in plain
    assert "Not stated" not in plain and "未说明" not in plain


def test_a_workbook_holds_the_study_in_the_form_in_which_it_is_read(poplin: tp.Footprint, tmp_path: Path) -> None:
    study = {key: value for key, value in STUDY.items() if key != "products"} | {
        "products": {"COTTON-POPLIN": {"site": "Shaoxing", "composition": "=1+1"}}
    }
    for language in ("en", "zh"):
        path = to_excel(poplin, tmp_path / f"{language}.xlsx", language=language, study=study)
        assert read_study(path, poplin.products) == read_study(study, poplin.products)
    assert "Study" not in openpyxl.load_workbook(to_excel(poplin, tmp_path / "plain.xlsx")).sheetnames


def test_every_field_has_a_label_in_both_languages() -> None:
    from textile_pcf.messages.catalogue import fixed_text

    for language in ("en", "zh"):
        assert len({fixed_text(f"study_{name}", language) for name in FIELDS}) == len(FIELDS)


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
    assert "'author' is missing." in capsys.readouterr().err


def test_a_study_is_never_written_over(tmp_path: Path) -> None:
    from textile_pcf.cli import run

    book = workbook(tmp_path, "study", [[key, value] for key, value in STUDY.items() if key != "products"])
    before = book.read_bytes()
    mill = str(tp.load_example("cotton_poplin")[0])
    assert run(["report", mill, "--rule", "cotton_fabric", "--study", str(book), "-o", str(book)]) == 2
    assert book.read_bytes() == before
