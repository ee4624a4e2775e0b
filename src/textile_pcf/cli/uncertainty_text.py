"""Uncertainty as text: a table for a terminal, CSV and JSON."""

from __future__ import annotations

from collections.abc import Iterator

from textile_pcf.cli.width import pad, width
from textile_pcf.io.csv_text import table_csv
from textile_pcf.io.json_text import indented_json
from textile_pcf.messages.message import Message
from textile_pcf.uncertainty_analysis import Uncertainty
from textile_pcf.uncertainty_analysis.result import STATISTICS

COLUMNS = ("product", "stage", "unit", "deterministic", *STATISTICS)
TOTAL = "total"
MAX_DETAILED = 5
SHOWN_SOURCES = 5


def uncertainty_text(found: Uncertainty, output_format: str, language: str) -> str:
    """Return uncertainty in a format.

    Parameters
    ----------
    found : Uncertainty
    output_format : str
        `table`, `csv` or `json`.
    language : str
        `en` or `zh`, of the table.
    """
    if output_format == "json":
        return indented_json(found.to_dict())
    if output_format == "csv":
        return table_csv(COLUMNS, _csv_rows(found))
    blocks = [_head(found, language)]
    if len(found.products) > MAX_DETAILED:
        return "\n".join([*blocks, *_one_line_each(found)]) + "\n"
    blocks += ["\n".join(_product_lines(found, place, language)) for place in range(len(found.products))]
    return "\n\n".join(blocks) + "\n"


def _csv_rows(found: Uncertainty) -> Iterator[dict[str, object]]:
    unit = found.unit or found.result.unit
    for product in found.to_dict()["products"]:
        rows = {TOTAL: product, **product["stages"]}
        for stage, numbers in rows.items():
            yield {**{name: numbers[name] for name in COLUMNS[3:]}, "product": product["product"], "stage": stage, "unit": unit}


def _head(found: Uncertainty, language: str) -> str:
    unit = found.unit or found.result.unit
    return Message("kgCO2e per {unit}; {draws} draws, seed {seed}", unit=unit, draws=found.draws, seed=found.seed).localized(
        language
    )


def _one_line_each(found: Uncertainty) -> Iterator[str]:
    columns = max(width(product) for product in found.products) + 2
    numbers = found.statistics
    for place, product in enumerate(found.products):
        low, high = numbers.p2_5[place], numbers.p97_5[place]
        yield f"{pad(product, columns)}{found.deterministic[place]:>12.4g}   [{low:.4g}, {high:.4g}]"


def _product_lines(found: Uncertainty, place: int, language: str) -> Iterator[str]:
    """Yield the lines of one product: its statistics, its stages, and where the spread comes from."""
    product = found.to_dict_of(found.products[place])
    form = product["closed_form"]
    yield product["product"]
    yield from _columns([
        ("Stated value", _short(product["deterministic"])),
        ("Median of the draws", _short(product["median"])),
        ("Mean of the draws", _short(product["mean"])),
        ("95 % of the draws", f"{_short(product['p2_5'])} – {_short(product['p97_5'])}"),
        ("Geometric standard deviation of the draws", _short(product["gsd"])),
        ("Closed form: 95 %", f"{_short(form['p2_5'])} – {_short(form['p97_5'])}"),
        ("Amounts with a declared spread", f"{product['declared_share']['amounts']:.1%}"),
        ("Factors with a declared spread", f"{product['declared_share']['factors']:.1%}"),
    ], language)  # fmt: skip
    titles = {info.id: info.title_zh if language == "zh" else info.title for info in found.result.stages}
    used = [(name, row) for name, row in product["stages"].items() if row["deterministic"] or row["mean"]]
    columns = max((width(titles[name]) for name, _ in used), default=0) + 2
    yield "  " + Message("Stages: stated value, 95 % of the draws").localized(language)
    for name, row in used:
        span = f"{_short(row['p2_5'])} – {_short(row['p97_5'])}"
        yield f"    {pad(titles[name], columns)}{_short(row['deterministic']):>10}   {span}"
    varied = [source for source in product["sources"] if source["variance_share"] > 0][:SHOWN_SOURCES]
    if varied:
        yield "  " + Message("Where the spread comes from: part of the variance").localized(language)
    for source in varied:
        yield f"    {source['variance_share']:>7.1%}  {source['source']}"
    if product["undeclared"]:
        yield "  " + Message("Largest inputs without a declared spread: kgCO2e").localized(language)
    for row in product["undeclared"][:SHOWN_SOURCES]:
        yield f"    {_short(row['kgCO2e']):>9}  {row['source']}"


def _columns(rows: list[tuple[str, str]], language: str) -> Iterator[str]:
    names = [Message(name).localized(language) for name, _ in rows]
    columns = max(map(width, names)) + 2
    for name, (_, text) in zip(names, rows, strict=True):
        yield f"  {pad(name, columns)}{text}"


def _short(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"
