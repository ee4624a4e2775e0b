"""Data collection templates: a workbook with a sheet per stage or a flat table, and problems annotated in a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textile_pcf.errors import Problem, UsageError, check_language
from textile_pcf.io.output_files import as_path, write_atomically
from textile_pcf.messages.message import Message
from textile_pcf.rules import RuleSet, load_rules
from textile_pcf.template.annotate import annotate
from textile_pcf.template.entries import Entry, default_text, entries, need_text, sources_text
from textile_pcf.template.flat import template_csv, template_rows
from textile_pcf.template.layout import layout_of, parse_products
from textile_pcf.template.rule_document import rule_document, status_sentence
from textile_pcf.template.stage_facts import need_in_words, stage_facts

__all__ = [
    "Entry",
    "annotate",
    "default_text",
    "entries",
    "make_template",
    "need_in_words",
    "need_text",
    "parse_products",
    "rule_document",
    "sources_text",
    "stage_facts",
    "status_sentence",
    "template_csv",
    "template_rows",
]
LANGUAGES = ("en", "zh", "both")
NO_SHEETS = Message("A table has no sheets for the year of a site."), Message("Give a path that ends in .xlsx.")


def make_template(
    rule: str | Path | RuleSet, path: str | Path, language: str = "both", everything: bool = False,
    products: int | Sequence[str] | None = None, site: bool = False,
) -> Path:  # fmt: skip
    """Write a template for a mill to fill in; `read_activity` reads it back.

    Parameters
    ----------
    rule : str, Path or RuleSet
        Name, `name@edition` or path of a rule.
    path : str or Path
        File to write: a workbook if it ends in .xlsx, a flat table if it ends in .csv.
    language : str
        `en`, `zh`, or `both` next to each other (a flat table is in English then).
    everything : bool
        Include optional rows in a flat table. A workbook always has all of them.
    products : int or list of str, optional
        Number of products, or their ids; one product by default. A workbook of several products has one column per product on
        every sheet, next to a column for all of them.
    site : bool
        Add sheets for the year of a site to a workbook: energy and water, production, and the plan by which they are allocated.
        `tp.factory.allocate` reads them.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    UsageError
        There is no such rule or language, the path has another ending, `products` is invalid, or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     make_template("cotton_fabric", f"{folder}/mill.xlsx", language="zh").name
    'mill.xlsx'
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     make_template("cotton_fabric", f"{folder}/mill.xlsx", products=["P-1", "P-2"]).name
    'mill.xlsx'
    """
    rules, target = load_rules(rule), as_path(path, "path")
    check_language(language, LANGUAGES)
    if target.suffix.lower() == ".xlsx":
        from textile_pcf.template.workbook import write_workbook

        layout = layout_of(products)
        write_atomically(target, lambda draft: write_workbook(rules, draft, language, layout, site), str(target))
    elif target.suffix.lower() == ".csv":
        if site:
            raise UsageError([Problem(str(path), *NO_SHEETS, code="ending")])
        text = template_csv(rules, everything, "zh" if language == "zh" else "en", products)
        write_atomically(target, lambda draft: draft.write_text(text, encoding="utf-8-sig", newline=""), str(target))
    else:
        cure = "Give a path that ends in .xlsx or .csv."
        raise UsageError([Problem(str(path), "This is no kind of template.", cure, code="ending")])
    return target
