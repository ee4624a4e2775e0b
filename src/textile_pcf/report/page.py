"""A result as one HTML file for the reader who must believe it: what was counted, from which data, by which method."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import Problem, UsageError
from textile_pcf.messages.catalogue import fixed_text, translate
from textile_pcf.results import SPLIT, Footprint
from textile_pcf.results.display import rests_on, stage_bars

DETAILED = 20  # products shown line by line
LISTED = 1000  # products in the list
HOTSPOTS = 10
DECIMALS = 4


@dataclass(frozen=True)
class Written:
    """A report being written: the result, the unit it is told in, and its language."""

    result: Footprint
    unit: str
    scale: FloatArray
    language: str

    def word(self, key: str, **values: object) -> str:
        """A fixed word."""
        return fixed_text(key, self.language, **values)

    def warnings(self, product: int | None = None) -> list[str]:
        """Warnings in the language of the report."""
        name = None if product is None else self.result.products[product]
        names = {info.title: info.title_zh for info in self.result.stages}
        return [translate(text, self.language, names) for text in self.result.warnings(name)]


def figure(value: float) -> str:
    """A number with four significant digits, never in powers of ten where a person can read it otherwise.

    Examples
    --------
    >>> figure(12.7729447), figure(0.000123456), figure(1234567.8), figure(-1.5), figure(0.0), figure(1e-9)
    ('12.77', '0.0001235', '1,234,568', '−1.500', '0', '1.00e−09')
    """
    if value == 0 or not np.isfinite(value):
        return "0" if value == 0 else "–"
    size = int(np.floor(np.log10(abs(value))))
    text = f"{value:,.{max(0, DECIMALS - 1 - size)}f}" if size >= -6 else f"{value:.2e}"
    return text.replace("-", "−")


def in_line(value: float, total: float) -> str:
    """A number with as many decimals as the total has, so that a column of them is in line.

    Examples
    --------
    >>> in_line(0.04315, 12.77), in_line(4.74, 12.77), in_line(0.0, 0.0), in_line(3.0, 36938.0)
    ('0.043', '4.740', '0', '3')
    """
    size = max(abs(value), abs(total))
    decimals = min(max(0, DECIMALS - int(np.floor(np.log10(size)))), 12) if size else 0
    return f"{value:,.{decimals}f}".replace("-", "−")


def percent(value: float, total: float) -> str:
    """A part of the total; a dash where there is no total to be part of."""
    return f"{value / total * 100:.1f} %".replace("-", "−") if total else "–"


def page(result: Footprint, unit: str | None, language: str) -> str:
    """The report as text of an HTML file.

    Raises
    ------
    UsageError
        jinja2 is not installed.
    InputError
        Some product cannot be told in `unit`.
    """
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        cure = 'Run: pip install "textile_pcf[report]"'
        raise UsageError([Problem("to_html", "Reports need jinja2.", cure, code="extra")]) from None
    from markupsafe import Markup

    scale = result.scale(unit)
    written = Written(result, unit or result.unit, scale, language)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters["figure"] = figure
    environment.globals["in_line"] = in_line
    shown = range(min(DETAILED, len(result.products)))
    return environment.get_template("page.html.j2").render(
        w=written.word, language=language, unit=written.unit, told=result.provenance, result=result,
        title=result.provenance["title_zh" if language == "zh" else "title"], stages=_boundary(written),
        products=[_product(written, number, Markup) for number in shown], listed=_listed(written),
        hidden=len(result.products) - len(shown), warnings=written.warnings(), factors=_factors(written),
        provenance=provenance_lines(result, language),
    )  # fmt: skip


def _boundary(written: Written) -> list[dict[str, Any]]:
    """The stages in the material's way: whether they are inside, and whether they take place in any product."""
    taken = np.zeros(len(written.result.stages), dtype=bool)
    taken[np.unique(written.result.lines.stage)] = True
    masses = written.result.stage_masses
    taken[np.unique(masses.stage[np.abs(masses.input - masses.output) > 0])] = True
    return [
        {"name": info.name(written.language), "group": info.group, "taken": bool(taken[place]), "outside": info.outside}
        for place, info in enumerate(written.result.stages)
    ]


def _listed(written: Written) -> list[dict[str, Any]]:
    totals = written.result.totals * written.scale
    most = float(np.abs(totals[:LISTED]).max(initial=0.0)) or 1.0
    return [
        {"name": name, "total": float(total), "part": abs(float(total)) / most * 100}
        for name, total in zip(written.result.products[:LISTED], totals, strict=False)
    ]


def _product(written: Written, number: int, markup: Any) -> dict[str, Any]:
    """Everything that is said of one product."""
    result, by = written.result, float(written.scale[number])
    total = float(result.totals[number]) * by
    lines = np.flatnonzero(result.lines.product == number)
    told = [_line(written, int(line), total) for line in lines]
    counted = [line for line in told if not line["outside"]]
    beside = [(fixed_text(name, written.language), float(values[number]) * by) for name, values in result.beside.items()]
    return {
        "name": result.products[number],
        "total": total,
        "rests": [
            (text, kg, None if part is None else percent(part, 1.0))
            for text, kg, part in rests_on(result, number, written.language, by)
        ],
        "split": [
            (fixed_text(name, written.language), float(result.split_totals[number, k]) * by) for k, name in enumerate(SPLIT)
        ],
        "beside": beside,
        "picture": markup(stage_bars(result, number, written.language, by)),  # escaped where it is drawn
        "stages": _stages(written, number, total),
        "hotspots": sorted(counted, key=lambda line: -abs(line["kg"]))[:HOTSPOTS],
        "lines": told,
        "defaults": [line for line in told if line["ruled"]],
        "sources": _sources(counted, total),
        "warnings": written.warnings(number),
        "explained": result.explain(result.products[number], language=written.language),
    }


def _stages(written: Written, number: int, total: float) -> list[dict[str, Any]]:
    """The stages that take place, with their masses."""
    result, by = written.result, float(written.scale[number])
    masses = result.stage_masses
    rows = []
    for place, info in enumerate(result.stages):
        here = (masses.product == number) & (masses.stage == place)
        taken, given = float(masses.input[here].sum()) * by, float(masses.output[here].sum()) * by
        value = float(result.by_stage[number, place]) * by
        if value or taken != given:
            rows.append({
                "name": info.name(written.language), "group": fixed_text(info.group, written.language), "kg": value, "input": taken,
                "output": given, "outside": info.outside, "share": "" if info.outside else percent(value, total),
            })  # fmt: skip
    return rows


def _line(written: Written, line: int, total: float) -> dict[str, Any]:
    """One line of the sum as a reader checks it."""
    result = written.result
    lines, info = result.lines, result.stages[int(result.lines.stage[line])]
    by = float(written.scale[int(lines.product[line])])
    kilograms = float(lines.split[line].sum()) * by
    texts = {name: lines.text(name, line) for name in (
        "component", "item", "unit", "factor_unit", "region", "year", "fallback", "data_type", "source", "locator",
        "factor_table", "factor_source", "factor_locator")}  # fmt: skip
    return texts | {
        "stage": info.name(written.language),
        "outside": info.outside,
        "flow": info.flow(lines.text("flow", line), written.language),
        "amount": float(lines.amount[line]) * by,
        "value": f"{figure(float(lines.value[line]))} {lines.text('value_unit', line)}",
        "factor": float(lines.factor[line]),
        "kg": kilograms,
        "share": "" if info.outside else percent(kilograms, total),
        "ruled": bool(lines.ruled[line]),
        "data_type": fixed_text(texts["data_type"], written.language) if texts["data_type"] else "",
    }


def _sources(lines: list[dict[str, Any]], total: float) -> list[dict[str, Any]]:
    """Where amounts come from, and how much of the footprint rests on each."""
    found: dict[tuple[str, str], float] = {}
    for line in lines:
        key = (line["data_type"], line["source"])
        found[key] = found.get(key, 0.0) + line["kg"]
    ordered = sorted(found.items(), key=lambda entry: -abs(entry[1]))
    return [{"data_type": key[0], "source": key[1], "kg": kg, "share": percent(kg, total)} for key, kg in ordered]


def _factors(written: Written) -> list[dict[str, Any]]:
    """Every emission factor used, once."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for line in range(len(written.result.lines.product)):
        lines = written.result.lines
        names = ("item", "region", "year", "fallback", "factor_unit", "factor_table", "factor_source", "factor_locator")
        texts = {name: lines.text(name, line) for name in names}
        key = (*texts.values(), float(lines.factor[line]))
        if key not in found:
            found[key] = texts | {"factor": float(lines.factor[line])}
    return sorted(found.values(), key=lambda row: (row["item"], row["region"], row["year"]))


def provenance_lines(result: Footprint, language: str) -> list[tuple[str, str]]:
    """What is needed to calculate the same again, as lines of text."""
    told = result.provenance
    rows = [(key, value) for key, value in told.items() if isinstance(value, str) and not key.startswith("title")]
    rows += [("factors", f"{table['table']}  sha256 {table['sha256']}") for table in told["factors"]]
    files = [("input", file) for file in told["input"]]
    files += [("supply", told["supply"])] if "supply" in told else []
    rows += [(key, f"{file['name']}  sha256 {file['sha256']}") for key, file in files]
    return [(fixed_text(f"provenance_{key}", language), text) for key, text in rows]
