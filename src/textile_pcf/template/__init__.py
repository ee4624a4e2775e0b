"""Something for the mill to fill in: a workbook with a sheet per stage, or a plain table; problems written back into it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textile_pcf.errors import Problem, UsageError, check_language
from textile_pcf.io.output_files import as_path, write_atomically
from textile_pcf.rules import RuleSet, load_rules
from textile_pcf.template.annotate import annotate
from textile_pcf.template.entries import Entry, default_text, entries, need_word, sources_text
from textile_pcf.template.flat import template_csv, template_rows
from textile_pcf.template.layout import layout_of, told_products

__all__ = [
    "Entry",
    "annotate",
    "default_text",
    "entries",
    "make_template",
    "need_word",
    "sources_text",
    "template_csv",
    "template_rows",
    "told_products",
]
LANGUAGES = ("en", "zh", "both")


def make_template(
    rule: str | Path | RuleSet, path: str | Path, language: str = "both", everything: bool = False,
    products: int | Sequence[str] | None = None,
) -> Path:  # fmt: skip
    """Write a workbook for a mill to fill in, which `read_activity` reads back; a path that ends in .csv gives a plain table.

    Parameters
    ----------
    rule : str, Path or RuleSet
        Name, `name@edition` or path of a rule.
    path : str or Path
        Where to write: .xlsx or .csv.
    language : str
        `en`, `zh`, or `both` beside each other (a plain table is in English then).
    everything : bool
        Of a plain table: also rows that need not be given. A workbook always has all of them.
    products : int or list of ids, optional
        How many products it takes, or which; one where nothing is said. A workbook of several has a column for each on every
        sheet, beside one for what is alike for all.

    Returns
    -------
    Path
        Where it was written.

    Raises
    ------
    UsageError
        No such rule or language, another ending, products that cannot be, or a file that cannot be written.

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
        write_atomically(target, lambda draft: write_workbook(rules, draft, language, layout), str(target))
    elif target.suffix.lower() == ".csv":
        text = template_csv(rules, everything, "zh" if language == "zh" else "en", products)
        write_atomically(target, lambda draft: draft.write_text(text, encoding="utf-8-sig", newline=""), str(target))
    else:
        cure = "Give a path that ends in .xlsx or .csv."
        raise UsageError([Problem(str(path), "This is no kind of template.", cure, code="ending")])
    return target
