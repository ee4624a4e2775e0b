"""The flat table `activity` for the mill to fill in: one row per quantity."""

from __future__ import annotations

from collections.abc import Sequence

from textile_pcf.io.csv_text import table_csv
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rules import FlowSpec, PropertySpec, RuleSet
from textile_pcf.template.entries import Entry, default_text, entries, need_text
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
    """Return the rows of the table `activity`, product by product.

    Parameters
    ----------
    rules : RuleSet
        The rule.
    everything : bool
        Include optional quantities, not only required ones.
    language : str
        Language of the notes: `en` or `zh`.
    products : sequence of str
        Ids of the products.

    Returns
    -------
    list of dict
        One dict per row, with the columns of `HEADER`.

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
    options = "|".join(spec.choice) if isinstance(spec, PropertySpec) else ""
    item = spec.factor or "" if isinstance(spec, FlowSpec) else options
    note = " ".join(filter(None, (
        need_text(entry.need, language) + ":", rules.title(entry.stage, entry.name, language) + ".",
        rules.note(entry.stage, entry.name, language), default_text(rules, spec, language),
    )))  # fmt: skip
    unit = "" if options else spec.unit.text
    return {"stage": entry.stage, "flow": entry.name, "unit": unit, "item": item, "note": note}


def template_csv(
    rules: RuleSet, everything: bool = False, language: str = "en", products: int | Sequence[str] | None = None
) -> str:
    """Return the table as CSV text.

    Parameters
    ----------
    rules, everything, language
        As for `template_rows`.
    products : int or sequence of str, optional
        Number of products, or their ids; one product by default.

    Raises
    ------
    UsageError
        `products` is invalid, see `layout_of`.
    """
    names = layout_of(products).products or ("",)
    ids = [name or f"PRODUCT-{number}" for number, name in enumerate(names, 1)]
    return table_csv(HEADER, template_rows(rules, everything, language, ids))
