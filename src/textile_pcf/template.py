"""A table for the mill to fill in: what a rule needs, with what to measure and what the rule would take otherwise."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from textile_pcf.rules import PRODUCT, Default, FlowSpec, LossSpec, PropertySpec, RuleSet

HEADER = (
    "product",
    "stage",
    "flow",
    "component",
    "amount",
    "unit",
    "item",
    "region",
    "year",
    "per",
    "data_type",
    "source",
    "note",
)
GUIDE = {
    "en": ("stage", "name of the stage", "flow", "name", "unit", "need", "value of the rule", "source", "what to measure"),
    "zh": ("工序编号", "工序", "项目编号", "项目", "单位", "是否必填", "规则默认值", "来源", "如何计量"),
}
NEED = {
    "en": {"required": "required", "choose": "one of several", "default": "the rule has a value", "optional": "optional"},
    "zh": {"required": "必填", "choose": "多选一", "default": "规则有默认值", "optional": "选填"},
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Something a rule lets the mill give."""

    stage: str
    name: str
    spec: PropertySpec | LossSpec | FlowSpec
    need: str


def entries(rules: RuleSet) -> Iterator[Entry]:
    """Everything that can be given, stage by stage, with whether it must be."""
    for home in (PRODUCT, *(stage.index for stage in rules.stages)):
        for spec in _specs_of(rules, home):
            yield Entry(rules.stage_id(home), spec.id, spec, _need(rules, spec))


def _need(rules: RuleSet, spec: PropertySpec | LossSpec | FlowSpec) -> str:
    if isinstance(spec, FlowSpec) and any(("flow", spec.index) in group for group in rules.alternatives):
        return "choose"
    if spec.default is not None and not spec.optional:
        return "default"
    computed = isinstance(spec, PropertySpec) and spec.method is not None
    absent = spec.stage != PRODUCT and rules.stages[spec.stage].optional
    return "optional" if spec.optional or computed or absent else "required"


def _specs_of(rules: RuleSet, home: int) -> Iterator[PropertySpec | LossSpec | FlowSpec]:
    yield from (spec for spec in rules.properties if spec.stage == home)
    yield from (spec for spec in rules.losses if spec.stage == home)
    yield from (spec for spec in rules.flows if spec.stage == home)


def template_rows(rules: RuleSet, everything: bool = False, language: str = "en") -> list[dict[str, str]]:
    """Rows of the table `activity`: what must be given; with `everything` also what may be.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> rows = template_rows(load_rules("cotton_fabric@2026.1"))
    >>> rows[0]["stage"], rows[0]["region"]
    ('product', 'CN')
    """
    region = {"product": "PRODUCT-1", "stage": "product", "region": "CN", "note": _words(language, "region")}
    rows = [region]
    for entry in entries(rules):
        if entry.need in ("required", "choose") or everything:
            rows.append(_row(rules, entry, language))
    return [{column: row.get(column, "") for column in HEADER} for row in rows]


def _words(language: str, key: str) -> str:
    words = {
        "region": {"en": "Region and year of everything that says no other.", "zh": "未另行说明的数据所属地区与年份。"},
        "one_of": {"en": "one of:", "zh": "下列之一："},
    }
    return words[key][language]


def _row(rules: RuleSet, entry: Entry, language: str) -> dict[str, str]:
    spec = entry.spec
    words = "|".join(spec.choice) if isinstance(spec, PropertySpec) else ""
    item = spec.factor or "" if isinstance(spec, FlowSpec) else words
    note = " ".join(filter(None, (
        NEED[language][entry.need] + ":", rules.title(entry.stage, entry.name, language) + ".",
        rules.note(entry.stage, entry.name, language), default_text(rules, spec),
    )))  # fmt: skip
    unit = "" if words else spec.unit.text
    return {"product": "PRODUCT-1", "stage": entry.stage, "flow": entry.name, "unit": unit, "item": item, "note": note}


def default_text(rules: RuleSet, spec: PropertySpec | LossSpec | FlowSpec) -> str:
    """The rule's value as a person reads it; empty where there is none.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> rules = load_rules("cotton_fabric@2026.1")
    >>> stage, flow = next((s, f) for s, ids in rules.names.items() for f in ids if (s, f) == ("sizing", "electricity"))
    >>> default_text(rules, rules.flows[rules.names[stage][flow][1]])
    '= 0.2 kWh/kg'
    """
    default = spec.default
    if default is None:
        method = spec.method if isinstance(spec, PropertySpec) else None
        return f"= {method.name}({', '.join(method.inputs)})" if method else ""
    if default.reference >= 0:
        return f"= {rules.properties[default.reference].id}"
    unit = spec.whole if isinstance(spec, FlowSpec) else spec.unit
    if isinstance(spec, PropertySpec) and spec.choice:
        return f"= {spec.choice[int(default.values[0])]}"
    if default.by < 0:
        return f"= {default.values[0] / unit.factor:g} {unit.text}"
    return f"= {_chosen_text(rules, default, unit.factor)} {unit.text}"


def _chosen_text(rules: RuleSet, default: Default, factor: float) -> str:
    by = rules.properties[default.by]
    if default.bounds is None:
        names = by.choice
    else:
        names = tuple(f"≤ {bound / by.unit.factor:g} {by.unit.text}" for bound in default.bounds)
    told = [f"{name} {value / factor:g}" for name, value in zip(names, default.values, strict=True) if not np.isnan(value)]
    return f"{{{by.id}: {', '.join(told)}}}"


def sources_text(rules: RuleSet, spec: PropertySpec | LossSpec | FlowSpec) -> str:
    """Where the rule's value was read."""
    citations = spec.default.citations if spec.default else ()
    told = dict.fromkeys(f"{rules.document.sources[c.source].title}, {c.locator}" for c in citations if c.source)
    return "; ".join(told)


def template_csv(rules: RuleSet, everything: bool = False, language: str = "en") -> str:
    """The table as CSV text."""
    file = io.StringIO()
    writer = csv.DictWriter(file, HEADER, lineterminator="\n")
    writer.writeheader()
    writer.writerows(template_rows(rules, everything, language))
    return file.getvalue()


def write_template(rules: RuleSet, path: Path, everything: bool = False, language: str = "en") -> None:
    """Write the table as .csv, or as .xlsx with a guide to everything the rule knows beside it."""
    if path.suffix.lower() == ".xlsx":
        _workbook(rules, path, everything, language)
    else:
        path.write_text(template_csv(rules, everything, language), encoding="utf-8-sig", newline="")


def _workbook(rules: RuleSet, path: Path, everything: bool, language: str) -> None:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "activity"
    sheet.append(list(HEADER))
    for row in template_rows(rules, everything, language):
        sheet.append([row[column] for column in HEADER])
    guide = book.create_sheet("guide")
    guide.append(list(GUIDE[language]))
    for entry in entries(rules):
        guide.append(_guide_row(rules, entry, language))
    wanted = PatternFill("solid", fgColor="FFF3C4")
    for page, widths in (
        (sheet, (14, 18, 22, 12, 12, 10, 22, 8, 8, 8, 12, 18, 70)),
        (guide, (18, 24, 24, 30, 10, 16, 34, 60, 70)),
    ):
        page.freeze_panes = "A2"
        for place, width in enumerate(widths):
            page.column_dimensions[chr(ord("A") + place)].width = width
        for cell in page[1]:
            cell.font = Font(bold=True)
        for line in page.iter_rows(min_row=2):
            for cell in line:
                cell.alignment = Alignment(vertical="top", wrap_text=len(str(cell.value or "")) > 30)
                cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type  # never a formula
    for line in sheet.iter_rows(min_row=3, min_col=5, max_col=5):
        line[0].fill = wanted
    book.save(path)


def _guide_row(rules: RuleSet, entry: Entry, language: str) -> list[str]:
    stage = "" if entry.stage == "product" else rules.title(entry.stage, language=language)
    return [
        entry.stage,
        stage,
        entry.name,
        rules.title(entry.stage, entry.name, language),
        entry.spec.unit.text if not (isinstance(entry.spec, PropertySpec) and entry.spec.choice) else "",
        NEED[language][entry.need],
        default_text(rules, entry.spec).removeprefix("= "),
        sources_text(rules, entry.spec),
        rules.note(entry.stage, entry.name, language),
    ]
