"""Workbooks for several products, drawn, filled in and read back."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from template_forms import Form, rows_of

import textile_pcf as tp
from textile_pcf.io.template_workbook import DASH
from textile_pcf.template.lists import BAR

Rows = list[dict[str, str]]

YES, NO = f"yes{BAR}是", f"no{BAR}否"

ABOUT = ("unit", "item", "per", "component", "region", "year", "data_type", "source", "note")  # alike for all of a line


def filled_form(blank: Path, tmp_path: Path, rule: Path) -> Form:
    """A workbook of three products of the small rule: most is alike, some is not."""
    form = Form(blank, rule)
    form.set("#product", **{"amount 1": "A", "amount 2": "B", "amount 3": 1003})
    form.set("weaving", **{"amount": YES, "amount 3": NO})
    form.set("weaving.loom", **{"amount": "air_jet", "amount 2": "water_jet"})
    form.set("weaving.electricity", amount=3, unit="kWh/kg", data_type="measured", source="meter", region="CN")
    form.set("weaving.lubricant", **{"unit": "g/kg", "item": f"caustic_soda_50{BAR}烧碱", "region": "FR", "amount 1": 2})
    form.set("dyeing.dyeing_loss", **{"amount": 8, "amount 2": 10})
    form.set("dyeing.heat", **{"amount 3": "默认"})
    form.path = tmp_path / "mill.xlsx"
    form.save()
    return form


def written(rows: Iterable[dict[str, Any]], path: Path) -> Path:
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def filled(form: Form, tables: dict[str, Rows], alike: bool) -> Form:
    """Rows of several products written into their columns, each into the first line that is free or says the same besides;
    with `alike`, what all products say stands once in the column for all.
    """
    numbers = dict(zip(tables, range(1, len(tables) + 1), strict=True))
    taken: dict[tuple[str, int], tuple[str, ...]] = {}
    seen: dict[tuple[Any, ...], list[str]] = {}
    for product, rows in tables.items():
        form.set("#product", **{f"amount {numbers[product]}": product})
        for row in rows:
            about = tuple(row.get(key, "") for key in ABOUT)
            seen.setdefault((row["stage"], row["flow"], row["amount"], *about), []).append(product)
    for (stage, flow, amount, *about), products in seen.items():
        ident = f"{stage}.{flow}" if flow else stage
        word = flow != "" and form.cell(ident, "item").value == DASH
        if word:
            about = ["", "", *about[2:]]
        number = 0
        while taken.get((ident, number), tuple(about)) != tuple(about):
            number += 1
            if number == len(form.lines[ident]):
                copied(form, ident, word)
        taken[ident, number] = tuple(about)
        item = next(row["item"] for row in tables[products[0]] if (row["stage"], row["flow"]) == (stage, flow)) if word else ""
        values: Any = item if word else float(amount) if amount else "默认" if flow else YES
        if stage == "product" and not flow:
            values = None
        everybody = alike and len(products) == len(tables)
        for column in ("amount",) if everybody else tuple(f"amount {numbers[product]}" for product in products):
            form.set(ident, number, **{column: values})
        for key, text in zip(ABOUT, about, strict=True):
            if text:
                form.set(ident, number, **{key: text})
    return form


def copied(form: Form, ident: str, word: bool) -> None:
    """A further line for an id below all others, as a person copies one."""
    sheet, _ = form.lines[ident][0]
    sheet.append([ident])
    form.lines[ident].append((sheet, sheet.max_row))
    if word:
        form.set(ident, len(form.lines[ident]) - 1, item=DASH)


def three(name: str) -> dict[str, Rows]:
    """An example as three products that differ in amounts, words, stages and items."""
    rows = rows_of(tp.load_example(name).activity)
    tables = {}
    for number, product in enumerate(("府绸 1", "B-2", "C=3")):
        table = [{**row, "product": product} for row in rows]
        for row in table:
            if row["amount"] and number and row["flow"] not in ("share", "fiber"):
                row["amount"] = f"{float(row['amount']) * (1 - 0.05 * number):g}"
            if row["flow"] == "loom" and number == 1:
                row["item"] = "rapier"
        leave = {"mercerising", "bleaching"} if number == 2 else set()
        tables[product] = [row for row in table if row["stage"] not in leave]
    return tables


def values(result: tp.Footprint) -> dict[tuple[str, str, str, str], float]:
    """Values by product, stage, flow and fibre. [kWh per kg where they are energy]"""
    lines = result.lines
    rows = range(len(lines.product))
    stages = [result.stages[place].id for place in lines.stage]
    return {
        (result.products[lines.product[row]], stages[row], lines.text("flow", row), lines.text("component", row)): float(
            lines.value[row]
        )
        for row in rows
    }
