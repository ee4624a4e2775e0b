"""A small mill, its workbook, and the parts of a workbook file changed byte by byte."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

import textile_pcf as tp

RULE = """\
rule: towel
edition: "1"
sources: {m: {title: Made up}}
product: {unit: kg}
stages:
  - id: washing
    losses: [{id: fluff, unit: "%", basis: input, optional: true}]
    flows:
      power: {unit: kWh, factor: power}
      steam: {unit: kg, factor: steam, optional: true}
"""

FACTORS = """\
item,value,unit,region,year,kind,source,locator
power,0.5,kgCO2e/kWh,GLO,2023,life_cycle,made,1
steam,0.2,kgCO2e/kg,GLO,2023,life_cycle,made,2
"""

HEAD = ["产品编号", "工序", "项目", "数量", "单位"]

ROWS = [["T-1", "washing", "power", 4, "kWh"], ["T-1", "washing", "steam", 10, "kg"]]

TOTAL = 4 * 0.5 + 10 * 0.2


def start_laundry(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("towel.yaml").write_text(RULE, encoding="utf-8")
    Path("own.csv").write_text(FACTORS, encoding="utf-8")
    return tmp_path


def workbook(name="mill.xlsx", rows=(), change=None, head=HEAD, sheet="activity"):
    """The good rows and further ones as a workbook."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in (head, *(ROWS if head is HEAD else ()), *rows):
        page.append(row)
    if change:
        change(page)
    book.save(name)
    return name


def parts_of(name):
    with zipfile.ZipFile(name) as file:
        return {part: file.read(part) for part in file.namelist()}


def packed(name, parts):
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as file:
        for part, data in parts.items():
            file.writestr(part, data)
    return name


def changed(name, part, old, new):
    """The workbook with something else written in one of its parts."""
    parts = parts_of(name)
    assert old.encode() in parts[part], parts[part]
    parts[part] = parts[part].replace(old.encode(), new.encode())
    return packed(name, parts)


def shared(name):
    """The workbook with its texts in a part of their own, as Excel writes them."""
    parts = parts_of(name)
    texts = []

    def refer(cell):
        texts.append(cell[2])
        return f'<c r="{cell[1]}" t="s"><v>{len(texts) - 1}</v></c>'

    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    sheet = re.sub(r'<c r="(\w+)" t="inlineStr"><is>(.*?)</is></c>', refer, sheet)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    related = parts["xl/_rels/workbook.xml.rels"].decode()
    link = f'<Relationship Id="rIdTexts" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'
    return parts | {
        "xl/worksheets/sheet1.xml": sheet.encode(),
        "xl/_rels/workbook.xml.rels": related.replace("</Relationships>", link).encode(),
        "xl/sharedStrings.xml": f"<sst>{''.join(f'<si>{text}</si>' for text in texts)}</sst>".encode(),
    }


def with_format(number, code="", place="D3", name="mill.xlsx", **more):
    """A workbook of which one cell has the format of this number, with its code in the file or without."""
    cells = place if isinstance(place, list) else [place]

    def change(page):
        for each in cells:
            page[each].number_format = '"mark"'

    workbook(name, change=change, **more)
    parts = parts_of(name)
    styles = parts["xl/styles.xml"].decode()
    told = f'<numFmts count="1"><numFmt numFmtId="{number}" formatCode="{code}"/></numFmts>' if code else '<numFmts count="0"/>'
    first, last = styles.index("<numFmts"), styles.index("</numFmts>") + len("</numFmts>")
    parts["xl/styles.xml"] = (styles[:first] + told + styles[last:].replace('numFmtId="164"', f'numFmtId="{number}"')).encode()
    return packed(name, parts)


def total(source):
    return float(tp.footprint(source, "towel.yaml", "own.csv").totals[0])


def told(source, factors="own.csv"):
    with pytest.raises(tp.PcfError) as caught:
        tp.footprint(source, "towel.yaml", factors)
    for problem in caught.value.problems:
        chinese = problem.localized("zh")
        assert problem.what not in chinese, chinese
        assert problem.cure not in chinese, chinese
    return [f"{problem.where}: {problem.what} {problem.cure}" for problem in caught.value.problems]
