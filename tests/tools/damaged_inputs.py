"""Sound inputs (a rule, a table of factors, activity data), and seeded ways to spoil them: for `fuzz_inputs.py`."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import random
from pathlib import Path
from typing import Any

RULE = """\
rule: fuzz
edition: "1"
sources: {m: {title: A mill, year: 2024}}
product:
  unit: kg
  properties:
    grammage: {unit: g/m2, optional: true}
    width: {unit: m, optional: true}
stages:
  - id: spinning
    scope: component
    losses: [{id: spinning_waste, unit: "%", basis: input, plausible: [2, 55]}]
    flows:
      fiber: {unit: kg, per: input, value: 1, group: raw_material, category: fibre}
      electricity: {unit: kWh, factor: electricity, plausible: [0.5, 20]}
  - id: weaving
    properties:
      loom: {choice: [water_jet, air_jet, rapier]}
    losses: [{id: weaving_waste, unit: "%", basis: input}]
    flows:
      electricity: {unit: kWh, factor: electricity}
      sizing: {unit: kg, factor: starch, category: chemical, optional: true}
  - id: dyeing
    title: {en: Dyeing, zh: 染色}
    flows:
      steam: {unit: kg, factor: steam, value: 8, source: m, locator: table 3}
      dye: {unit: kg, category: chemical}
"""
FACTORS = [
    ["item", "value", "unit", "region", "year", "kind", "category", "source", "locator", "name_zh"],
    ["polyester", "3", "kgCO2e/kg", "GLO", "2024", "life_cycle", "fibre", "hand", "p. 1", "涤纶"],
    ["cotton", "2", "kgCO2e/kg", "GLO", "2024", "life_cycle", "fibre", "hand", "p. 1", "棉"],
    ["electricity", "0.6", "kgCO2e/kWh", "CN", "2023", "life_cycle", "energy", "hand", "p. 2", "电"],
    ["electricity", "0.7", "kgCO2e/kWh", "GLO", "2023", "life_cycle", "energy", "hand", "p. 2", "电"],
    ["steam", "0.3", "kgCO2e/kg", "CN", "2024", "life_cycle", "energy", "hand", "p. 3", "蒸汽"],
    ["starch", "1", "kgCO2e/kg", "GLO", "2024", "life_cycle", "chemical", "hand", "p. 4", "淀粉"],
    ["reactive_dye", "8", "kgCO2e/kg", "GLO", "2024", "life_cycle", "chemical", "hand", "p. 4", "活性染料"],
]
HEAD = ["product", "stage", "flow", "component", "amount", "unit", "item", "region", "year", "per", "note"]
ROWS = [
    ["product", "", "", "", "", "", "CN", "2024", "", ""],
    ["product", "share", "polyester", "65", "%", "", "", "", "", ""],
    ["product", "share", "cotton", "35", "%", "", "", "", "", ""],
    ["spinning", "spinning_waste", "", "12", "%", "", "", "", "", ""],
    ["spinning", "fiber", "polyester", "", "", "polyester", "", "", "", ""],
    ["spinning", "fiber", "cotton", "", "", "cotton", "", "", "", ""],
    ["spinning", "electricity", "", "3.2", "kWh/kg", "", "", "", "", "meter 染"],
    ["weaving", "loom", "", "", "", "rapier", "", "", "", ""],
    ["weaving", "weaving_waste", "", "4", "%", "", "", "", "", ""],
    ["weaving", "electricity", "", "5", "kWh", "", "", "", "", ""],
    ["dyeing", "steam", "", "8", "kg", "", "", "", "", ""],
    ["dyeing", "dye", "", "2", "%", "reactive_dye", "", "", "", ""],
]
PRODUCTS = ("FABRIC-1", "布 2")
TOKENS = [
    "", " ", "0", "-1", "1e308", "1e999", "-0.0", "nan", "inf", "1,5", "1.000,5", "½", "2½ %", "５", "1_000", "0x1F",
    "9" * 400, "1e-400", "TRUE", "#REF!", "=1+1", "@x", "\x00", "\x07", "\ud800", "\u202e", "a\nb", 'a"b', "'",
    "product:FABRIC-1", "product:none", "product:", "2024-01-01", "2023.0", "-2024", "99999", "kWh", "kWh/kg",
    "kg/kWh/", "%", "‰", "kWh^½", "m^-2", "kg**9", "kg^" + "9" * 30, "((((kg", "/", "*", "·", "kWh（度）", "吨",
    "m2/m2/m2", "µg", "Ωm", "1e5 kg", "kgCO2e/(t*km)", "kgCO2e", "GLO", "CN-ZJ", "XX", "RER", "period", "product",
    "share", "output", "loss", "input", "mass", "cutoff", "染色", "null", "None", "~", "[]", "{}", "{a: 1}", "&a *a",
    "!!python/object:os", "*x", "a" * 5000, "-", "--help", "../../etc", "é", "é", "\ufeff", "\u3000", "1 kg",
    "3,2 kWh", "1/0", "1e5e5", "+5", "5%", "5 %", "< 5", "(unit)", "x;y", "\t", "|", "measured", "estimated",
    "Dyeing", "DYEING", "life_cycle", "direct", "pcf:1",
]  # fmt: skip


def activity(draw: random.Random) -> list[list[str]]:
    """Rows of two products, with their header."""
    return [HEAD, *([product, *row] for product in PRODUCTS for row in ROWS)]


def token(draw: random.Random) -> str:
    """A hostile text, now and then two of them together."""
    first = draw.choice(TOKENS)
    return first + draw.choice(TOKENS) if draw.random() < 0.15 else first


def spoilt_cells(draw: random.Random, rows: list[list[str]]) -> list[list[str]]:
    """A table of which a few things are not as they should be."""
    rows = [list(row) for row in rows]
    for _ in range(draw.choice((1, 1, 2, 5))):
        at, place = draw.randrange(1, len(rows)), draw.randrange(len(rows[0]))
        other = draw.randrange(len(rows[0]))
        what = draw.randrange(9)
        if what < 4 and place < len(rows[at]):
            rows[at][place] = token(draw)
        elif what == 4 and max(place, other) < len(rows[at]):
            rows[at][place], rows[at][other] = rows[at][other], rows[at][place]
        elif what == 5:
            rows[0][place] = draw.choice((token(draw), rows[0][other], rows[0][place].upper(), f"{rows[0][place]} *"))
        elif what == 6:
            rows.insert(at, draw.choice((list(rows[at]), [], [token(draw)] * len(rows[0]), rows[at][:-2])))
        elif what == 7 and len(rows) > 3:
            del rows[at]
        elif what == 8:
            rows[at].append(token(draw))
    return rows


def spoilt_bytes(draw: random.Random, data: bytes) -> bytes:
    """Bytes of which some are turned, cut off, doubled or put in."""
    spoilt = bytearray(data)
    for _ in range(draw.choice((1, 1, 1, 3, 20))):
        at = draw.randrange(len(spoilt)) if spoilt else 0
        what = draw.randrange(6)
        if what < 3 and spoilt:
            spoilt[at] = draw.choice((spoilt[at] ^ (1 << draw.randrange(8)), draw.randrange(256)))
        elif what == 3:
            spoilt[at:at] = spoilt[at : at + draw.randrange(1, 40)]
        elif what == 4:
            spoilt[at:at] = token(draw).encode("utf-8", "surrogatepass")
        elif draw.random() < 0.3:
            del spoilt[at:]
        else:
            del spoilt[at : at + draw.randrange(1, 30)]
    return bytes(spoilt)


def encoded(draw: random.Random, text: str) -> bytes:
    """A text as bytes, mostly UTF-8."""
    kind = draw.choice(("utf-8",) * 6 + ("gb18030", "big5", "utf-16", "utf-8-sig", "latin-1", "utf-32"))
    return text.encode(kind, "surrogatepass" if kind == "utf-8" else "replace")


def as_csv(draw: random.Random, rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    end = draw.choice(("\n", "\n", "\r\n", "\r"))
    csv.writer(text, delimiter=draw.choice(",,,;\t|"), lineterminator=end).writerows(rows)
    return encoded(draw, text.getvalue())


def spoilt_csv(draw: random.Random, rows: list[list[str]], path: Path) -> Path:
    data = as_csv(draw, spoilt_cells(draw, rows) if draw.random() < 0.75 else rows)
    path.write_bytes(spoilt_bytes(draw, data) if draw.random() < 0.4 else data)
    return path


def spoilt_workbook(draw: random.Random, path: Path) -> Path:
    import datetime

    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    page.title = draw.choice(("activity", "activity", "Sheet1", "数据"))
    odd: list[Any] = [
        datetime.datetime(2024, 1, 2),
        datetime.time(3),
        datetime.timedelta(5),
        True,
        5,
        1e300,
        "=1/0",
        "=A1",
        -3.5,
    ]
    for row in spoilt_cells(draw, activity(draw)):
        row = [cell.encode("utf-8", "replace").decode() for cell in row]
        cells: list[Any] = [draw.choice(odd) if draw.random() < 0.02 else cell for cell in row]
        with contextlib.suppress(Exception):  # what openpyxl does not write
            page.append(
                [
                    float(cell) if isinstance(cell, str) and cell[:1].isdigit() and draw.random() < 0.5 else cell
                    for cell in cells
                ]
            )
    for _ in range(draw.choice((0, 0, 1, 3))):
        cell = page.cell(draw.randrange(1, 20), draw.randrange(1, 12))
        cell.number_format = draw.choice(("0%", "yyyy-mm-dd", "[h]:mm", "@", '0.0 "kg"', "General", "# ?/?"))
    if draw.random() < 0.1:
        page.merge_cells("A2:B3")
    if draw.random() < 0.2:
        book.create_sheet(draw.choice(("other", "activity ", "#product")))
    book.save(path)
    if draw.random() < 0.35:
        path.write_bytes(spoilt_bytes(draw, path.read_bytes()))
    elif draw.random() < 0.3:
        _spoil_part(draw, path)
    return path


def _spoil_part(draw: random.Random, path: Path) -> None:
    """Spoil one file inside a workbook."""
    import zipfile

    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    name = draw.choice(sorted(parts))
    with zipfile.ZipFile(path, "w") as new:
        for each, data in parts.items():
            if each != name or draw.random() < 0.8:
                new.writestr(each, spoilt_bytes(draw, data) if each == name else data)


def tree(draw: random.Random) -> Any:
    """Activity data as a document."""
    names = HEAD[1:]
    rows = [{name: cell for name, cell in zip(names, row, strict=True) if cell} for row in ROWS]
    return spoilt_tree(draw, [{"product": product, "rows": [dict(row) for row in rows]} for product in PRODUCTS])


def spoilt_tree(draw: random.Random, data: Any) -> Any:
    """A document of which some places hold something else."""
    odd: tuple[Any, ...] = (
        None,
        True,
        [],
        {},
        [[]],
        {"a": {"b": []}},
        -1,
        1e308,
        10**400,
        0.1,
        "x",
        token(draw),
        {"": ""},
        [None],
    )
    for _ in range(draw.choice((1, 1, 2, 4))):
        place = data
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = draw.choice(keys)
            if isinstance(place[key], dict | list) and place[key] and draw.random() < 0.8:
                place = place[key]
                continue
            what = draw.randrange(4)
            if what == 0:
                place[key] = draw.choice(odd)
            elif what == 1:
                del place[key]
            elif what == 2 and isinstance(place, dict):
                place[draw.choice((token(draw), str(key).upper(), "value", "per", "unit", "id"))] = draw.choice(
                    (place[key], *odd)
                )
            else:
                place[key] = token(draw)
            break
    return data


def written(draw: random.Random, data: Any, path: Path) -> Path:
    """A document as YAML or JSON."""
    import yaml

    try:
        if path.suffix == ".json":
            text = json.dumps(data, ensure_ascii=draw.random() < 0.5, indent=draw.choice((None, 1)))
        else:
            text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    except (ValueError, yaml.YAMLError):
        text = str(data)
    raw = encoded(draw, text)
    path.write_bytes(spoilt_bytes(draw, raw) if draw.random() < 0.35 else raw)
    return path


def spoilt_rule(draw: random.Random, path: Path) -> Path:
    import yaml

    if draw.random() < 0.5:
        return written(draw, spoilt_tree(draw, yaml.safe_load(RULE)), path)
    lines = RULE.splitlines()
    for _ in range(draw.choice((1, 2))):
        at = draw.randrange(len(lines))
        what = draw.randrange(5)
        if what == 0:
            lines.insert(at, draw.choice(lines))
        elif what == 1:
            lines[at] = " " * draw.randrange(4) + lines[at]
        elif what == 2:
            del lines[at]
        elif what == 3:
            head, colon, _ = lines[at].partition(":")
            lines[at] = f"{head}{colon} {token(draw)}"
        else:
            words = lines[at].split(" ")
            words[draw.randrange(len(words))] = token(draw)
            lines[at] = " ".join(words)
    path.write_bytes(encoded(draw, "\n".join(lines)))
    return path
