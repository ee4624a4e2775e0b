"""The plain table `activity` for the mill to fill in: one row for each thing that must be given."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from textile_pcf.io.safe_text import guard_cells
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rules import FlowSpec, PropertySpec, RuleSet
from textile_pcf.template.entries import Entry, default_text, entries, need_word
from textile_pcf.template.layout import layout_of

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
    "confirmed",
)


def template_rows(
    rules: RuleSet, everything: bool = False, language: str = "en", products: Sequence[str] = ("PRODUCT-1",)
) -> list[dict[str, str]]:
    """Rows of the table `activity`, product by product: what must be given; with `everything` also what may be.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> rows = template_rows(load_rules("cotton_fabric@2026.1"))
    >>> rows[0]["stage"], rows[0]["region"]
    ('product', 'CN')
    """
    rows = [{"stage": "product", "region": "CN", "note": fixed_text("template_region", language)}]
    for entry in entries(rules):
        if entry.need in ("required", "choose") or everything:
            rows.append(_row(rules, entry, language))
    return [{**{column: row.get(column, "") for column in HEADER}, "product": product} for product in products for row in rows]


def _row(rules: RuleSet, entry: Entry, language: str) -> dict[str, str]:
    spec = entry.spec
    words = "|".join(spec.choice) if isinstance(spec, PropertySpec) else ""
    item = spec.factor or "" if isinstance(spec, FlowSpec) else words
    note = " ".join(filter(None, (
        need_word(entry.need, language) + ":", rules.title(entry.stage, entry.name, language) + ".",
        rules.note(entry.stage, entry.name, language), default_text(rules, spec, language),
    )))  # fmt: skip
    unit = "" if words else spec.unit.text
    return {"stage": entry.stage, "flow": entry.name, "unit": unit, "item": item, "note": note}


def template_csv(
    rules: RuleSet, everything: bool = False, language: str = "en", products: int | Sequence[str] | None = None
) -> str:
    """The table as CSV text, for a number of products or products with these ids; for one where nothing is said.

    Raises
    ------
    UsageError
        As `layout_of`.
    """
    asked = layout_of(products).products or ("",)
    ids = [each or f"PRODUCT-{number}" for number, each in enumerate(asked, 1)]
    file = io.StringIO()
    writer = csv.DictWriter(file, HEADER, lineterminator="\n")
    writer.writeheader()
    writer.writerows(dict(zip(row, guard_cells(row.values()), strict=True))
                     for row in template_rows(rules, everything, language, ids))  # fmt: skip
    return file.getvalue()
