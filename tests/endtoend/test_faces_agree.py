"""Numbers of every face of one product agree: table, JSON, CSV, reports, workbook, label, PACT record, saved result.

A face is a function of a result and a folder that returns what it shows. Each number is compared with the result itself within
the digits that the face writes. A new face is a row of `FACES`.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import openpyxl
import pytest

import textile_pcf as tp
from browser import BROWSERS, dom
from spreadsheet import by_libreoffice, evaluated
from textile_pcf.cli import run

EXAMPLES = ("cotton_poplin", "jeans", "silk_habotai")
Shown = dict[str, str]
"""Key → number as the face writes it; keys that a face does not show are missing."""
ABOUT = {
    "companyName": "Mill", "companyIds": ["urn:company:mill"], "productIds": ["urn:product:{product}"],
    "productNameCompany": "{product}", "productDescription": "cloth",
    "pcf": {
        "referencePeriodStart": "2025-01-01T00:00:00Z", "referencePeriodEnd": "2026-01-01T00:00:00Z",
        "crossSectoralStandards": ["ISO14067"], "exemptedEmissionsPercent": 0, "packagingEmissionsIncluded": True,
        "geographyCountry": "CN",
    },
}  # fmt: skip


def expected(result: tp.Footprint) -> dict[str, float]:
    """The numbers as the objects of the library have them; NaN where there is none."""
    name, rated = result.products[0], tp.quality(result)
    form = tp.uncertainty(result, draws=1).closed_form_of(name)
    record = result.to_dict()["products"][0]["cutoff"]
    return {
        "total": float(result.totals[0]), "excluding": float(result.headline.excluding[0]),
        "including": float(result.headline.including[0]), "p2_5": form.p2_5, "p97_5": form.p97_5, "dqr": float(rated.dqr[0]),
        "primary": 100 * float(rated.primary_data_share[0]), "left_out": 100 * record["total"],
        "with_left_out": record["with_left_out"],
        "at_gate": sum(float(value) for info, value in zip(result.stages, result.emissions_by_stage[0], strict=True)
                       if info.group in ("raw_material", "production")),
        **{info.id: float(value) for info, value in zip(result.stages, result.by_stage[0], strict=True) if value},
    }  # fmt: skip


# -- faces ------------------------------------------------------------------------------------------------------------


def table_face(result: tp.Footprint, folder: Path) -> Shown:
    frame = result.per_stage()
    shown = {str(stage): repr(float(value)) for stage, value in frame.loc[result.products[0]].items()}
    return shown | {"total": repr(float(result.total()[result.products[0]]))}


def json_face(result: tp.Footprint, folder: Path) -> Shown:
    entry = json.loads(result.to_json())["products"][0]
    quality = json.loads(json.dumps(tp.quality(result).to_dict()))["products"][0]
    form = json.loads(json.dumps(tp.uncertainty(result, draws=1).to_dict()))["products"][0]["closed_form"]
    numbers = {**entry["stages"], **entry["headline"], "total": entry["total"], "p2_5": form["p2_5"], "p97_5": form["p97_5"],
               "dqr": quality["dqr"]["pef"]["DQR"], "primary": 100 * quality["primary_data_share"],
               "left_out": 100 * entry["cutoff"]["total"], "with_left_out": entry["cutoff"]["with_left_out"]}  # fmt: skip
    return {key: repr(value) for key, value in numbers.items() if value}


def csv_face(result: tp.Footprint, folder: Path) -> Shown:
    row = next(csv.DictReader(io.StringIO(result.to_csv())))
    return {key: row[column] for key, column in
            {"total": "total", "excluding": "total_excluding", "including": "total_including"}.items()}  # fmt: skip


def saved_face(result: tp.Footprint, folder: Path) -> Shown:
    again = tp.load_result(result.save(folder / "result.json"))
    return csv_face(again, folder) | {"left_out": repr(100 * again.cutoff_record(0)["total"])}


def label_face(result: tp.Footprint, folder: Path) -> Shown:
    found = result.label(result.products[0], interval=True)
    numbers = {"total": found["value"], "p2_5": found["interval"]["p2_5"], "p97_5": found["interval"]["p97_5"],
               "dqr": found["dqr"], "primary": found["primary_data_share"], "left_out": found["exempted_percent"]}  # fmt: skip
    return {key: str(value) for key, value in numbers.items() if value is not None}


def report_face(result: tp.Footprint, folder: Path, language: str = "en") -> Shown:
    page = result.to_html(folder / "report.html", language=language).read_text(encoding="utf-8")
    return read_page(page, {"en": ENGLISH, "zh": CHINESE}[language])


def chinese_report_face(result: tp.Footprint, folder: Path) -> Shown:
    return report_face(result, folder, "zh")


def dossier_face(result: tp.Footprint, folder: Path) -> Shown:
    entry = tp.load_example(result.products[0].lower().replace("-", "_"))  # the ids of the examples
    tables = [word for table in entry.factors for word in ("--factors", str(table))]
    command = ["report", str(entry.activity), "--rule", str(entry.rule), *tables, "--dossier", f"{folder}/study"]
    assert run(command) == 0
    form = json.loads((folder / "study/uncertainty.json").read_text())["products"][0]["closed_form"]
    shown = read_page((folder / "study/report.html").read_text(encoding="utf-8"), ENGLISH)
    return shown | {"p2_5": repr(form["p2_5"]), "p97_5": repr(form["p97_5"])}


def live_face(result: tp.Footprint, folder: Path) -> Shown:
    """What a browser shows of the live report before anything is moved."""
    page = dom(BROWSERS[0], result.to_live_report(folder / "live.html"), folder / "browser")
    found = {
        key: _text(re.findall(rf'id="{key}"[^>]*>(.*?)</(?:output|p)>', page, re.DOTALL)[0]) for key in ("total", "interval")
    }
    ends = re.search(f"{NUMBER} to {NUMBER}", found["interval"])
    ids = {info.title: info.id for info in result.stages}
    table = page[page.index('<section id="stages"') : page.index('<section id="mixes"')]
    rows = [[_text(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
            for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)]  # fmt: skip
    stages = {ids[row[0]]: row[2] for row in rows if row and row[0] in ids}
    return _plain({"total": found["total"], **stages} | ({"p2_5": ends[1], "p97_5": ends[2]} if ends else {}))


def workbook_face(result: tp.Footprint, folder: Path) -> Shown:
    return read_workbook(result.to_excel(folder / "result.xlsx"), evaluated)


def libreoffice_face(result: tp.Footprint, folder: Path) -> Shown:
    return read_workbook(result.to_excel(folder / "result.xlsx"), by_libreoffice)


def pact_face(result: tp.Footprint, folder: Path) -> Shown:
    """A record of PACT ends at the gate, and is made only where the carbon contents of the product are known."""
    about = {"products": {result.products[0]: {key: ABOUT[key] for key in ABOUT if key.startswith("product")}}}
    try:
        record = result.to_pact({**{key: ABOUT[key] for key in ABOUT if not key.startswith("product")}, **about}, own_use=True)[
            0
        ]
    except tp.PcfError as error:
        pytest.skip(f"no record of PACT: {error.problems[0].what}")
    pcf = record["pcf"]
    return {"at_gate": pcf["pcfExcludingBiogenicUptake"]}


FACES: dict[str, Callable[[tp.Footprint, Path], Shown]] = {
    "table": table_face, "json": json_face, "csv": csv_face, "saved": saved_face, "label": label_face, "report": report_face,
    "report_zh": chinese_report_face, "dossier": dossier_face, "workbook": workbook_face, "pact": pact_face,
}  # fmt: skip
if shutil.which("soffice"):
    FACES["libreoffice"] = libreoffice_face
if BROWSERS:
    FACES["live"] = live_face
AT_LEAST = {"table": 6, "json": 10, "csv": 3, "saved": 3, "label": 4, "report": 6, "report_zh": 6, "dossier": 6, "workbook": 8,
            "pact": 1, "libreoffice": 8, "live": 6}  # fmt: skip
"""So many numbers a face shows, so that none passes because it shows nothing."""
PAIRS = [(example, face) for example in EXAMPLES for face in FACES
         if face not in ("pact", "libreoffice", "dossier") or example == "jeans"]  # fmt: skip
"""Products and their faces; what takes long, or needs carbon contents, is shown of one product."""

# -- reading documents ------------------------------------------------------------------------------------------------

ENGLISH = {"including": "Total including biogenic CO₂ removals", "excluding": "Total excluding biogenic CO₂ removals",
           "interval": "95 % interval", "primary": "Primary data share", "left_out": "Left out in all",
           "with_left_out": "Total with the estimates"}  # fmt: skip
CHINESE = {"including": "合计，含生物源 CO₂ 去除量", "excluding": "合计，不含生物源 CO₂ 去除量", "interval": "95 % 区间",
           "primary": "初级数据占比", "left_out": "舍弃合计", "with_left_out": "加上估计值的合计"}  # fmt: skip
NUMBER = r"(−?[\d,]+(?:\.\d+)?(?:e[−+]?\d+)?)"


def read_page(page: str, words: dict[str, str]) -> Shown:
    """Return the numbers of a report, cell by cell."""
    section = page[page.index('<section class="product"') : page.index('<section id="scope">')]
    rows = [[_text(cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)]
            for row in re.findall(r"<tr.*?</tr>", section, re.DOTALL)]  # fmt: skip
    shown = {"total": _text(re.findall(r'<span class="number">(.*?)</span>', section)[0])}
    for key in ("including", "excluding", "primary", "left_out", "with_left_out"):
        cells = next((row for row in rows if row[0].startswith(words[key]) and len(row) < 5), None)
        if cells is not None:
            found = re.search(NUMBER, " ".join(cells[1:]))
            shown |= {key: found[1]} if found else {}
    interval = next(row for row in rows if row[0] == words["interval"])[1]
    ends = re.match(f"{NUMBER} – {NUMBER}", interval)
    return _plain(shown | ({"p2_5": ends[1], "p97_5": ends[2]} if ends else {}))


def _plain(shown: Shown) -> Shown:
    return {key: text.replace("−", "-").replace(",", "").replace(" %", "") for key, text in shown.items()}


def _text(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def read_workbook(path: Path, witness: Callable[[Path], Callable[[str, str], float]]) -> Shown:
    """Return the numbers of a workbook after its formulas are computed anew."""
    book, cells = openpyxl.load_workbook(path), witness(path)
    stages = book["Stages"]
    shown = {str(stages[f"B{row}"].value): cells("Stages", f"E{row}") for row in range(2, stages.max_row + 1)
             if stages[f"E{row}"].value is not None}  # fmt: skip
    titles = {str(cell.value): f"{cell.column_letter}9" for cell in book["Result"][8]}
    starts = {"excluding": "excluding", "including": "including", "p2_5": "2.5th", "p97_5": "97.5th", "dqr": "Data quality"}
    shown["total"] = cells("Result", "B9")
    for key, start in starts.items():
        place = next(cell for title, cell in titles.items() if title.startswith(start))
        if book["Result"][place].value is not None and (number := cells("Result", place)):
            shown[key] = number
    shown |= {"left_out": 100 * cells("Cut-off", "B2"), "with_left_out": cells("Cut-off", "F2")}
    return {key: repr(float(value)) for key, value in shown.items() if value}


# -- the comparison ---------------------------------------------------------------------------------------------------


def tolerance(text: str) -> float:
    """Half a unit of the last digit that is written; of numbers with all their digits the rounding of sums."""
    digits = text.partition("e")[0].lstrip("-").replace(".", "").lstrip("0")
    decimals = len(text.partition("e")[0].partition(".")[2])
    return abs(float(text)) * 1e-9 + 1e-12 if len(digits) > 9 else 0.5000001 * 10.0**-decimals


@cache
def calculated(example: str) -> tuple[tp.Footprint, dict[str, float]]:
    """The result of an example, and its numbers."""
    result = tp.footprint(*tp.load_example(example))
    return result, expected(result)


@pytest.mark.parametrize(("example", "face"), PAIRS)
def test_the_face_shows_the_numbers_of_the_result(example: str, face: str, tmp_path: Path) -> None:
    result, numbers = calculated(example)
    shown = FACES[face](result, tmp_path)
    compared = {key: text for key, text in shown.items() if key in numbers}
    wrong = {key: (text, numbers[key]) for key, text in compared.items() if abs(float(text) - numbers[key]) > tolerance(text)}
    assert not wrong
    assert len(compared) >= AT_LEAST[face], sorted(compared)
