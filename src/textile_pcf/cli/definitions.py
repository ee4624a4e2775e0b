"""The commands for people who look at rules and emission factors: list, show, search, lint."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from textile_pcf.cli.table import padded, width
from textile_pcf.language import translate, word

if TYPE_CHECKING:
    from textile_pcf.factors import Table
    from textile_pcf.rules import RuleSet

rules_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Product category rules.")
factors_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Tables of emission factors.")
RuleArgument = Annotated[str, typer.Argument(help="Rule: NAME, NAME@EDITION or a path.")]
Language = Annotated[str, typer.Option("--lang", envvar="TEXTILE_PCF_LANG", help="en or zh.")]
Tables = Annotated[list[str] | None, typer.Option("--factors", help="Table: name or path; all shipped ones otherwise.")]


def _advise(text: str, lang: str) -> None:
    sys.stdout.write(f"{word('advice', lang)}: {translate(text, lang)}\n")


def _print(rows: Iterable[tuple[str, ...]]) -> None:
    """Rows in columns as wide as they need to be."""
    table = list(rows)
    widths = [max(width(row[k]) for row in table) for k in range(len(table[0]))] if table else []
    for row in table:
        sys.stdout.write("  ".join(padded(cell, columns) for cell, columns in zip(row, widths, strict=True)).rstrip() + "\n")


@rules_app.command("list")
def list_rules(lang: Language = "en") -> None:
    """The shipped rules and their editions."""
    from textile_pcf.rules import editions, read_rule

    rows = []
    for name, files in editions().items():
        for edition, path in files.items():
            written = read_rule(path).document
            title = written.title.told(lang) if written.title else name
            rows.append((f"{name}@{edition}", written.status, written.boundary, str(written.valid_from or ""), title))
    _print(rows)


@rules_app.command("show")
def show_rule(rule: RuleArgument, lang: Language = "en") -> None:
    """Stages of a rule with everything that can be given, its values and their sources."""
    from textile_pcf.rules import load_rules

    rules = load_rules(rule)
    written = rules.document
    title = written.title.told(lang) if written.title else written.rule
    sys.stdout.write(
        f"{rules.name}: {title}\n{written.status}, {written.boundary}, {written.gwp}, per {rules.product_unit.text}\n"
    )
    for basis in written.based_on:
        sys.stdout.write(f"based on {basis.standard} (read: {basis.access})\n")
    if written.note:
        sys.stdout.write(f"{written.note.told(lang)}\n")
    for stage in ("product", *(spec.id for spec in rules.stages)):
        _show_stage(rules, stage, lang)


def _show_stage(rules: RuleSet, stage: str, lang: str) -> None:
    from textile_pcf.template import default_text, entries, need_word, sources_text

    spec = next((spec for spec in rules.stages if spec.id == stage), None)
    flags = [] if spec is None else [flag for flag in ("component", "optional", "outside") if getattr(spec, flag)]
    group = f" · {spec.group}" if spec else ""
    name = "product" if spec is None else rules.title(stage, language=lang)
    sys.stdout.write(f"\n{name} [{stage}]{group}{' · ' if flags else ''}{', '.join(flags)}\n")
    found = [entry for entry in entries(rules) if entry.stage == stage]
    _print(
        (f"  {e.name}", e.spec.unit.text, need_word(e.need, lang), rules.title(stage, e.name, lang),
         " ".join(filter(None, (default_text(rules, e.spec), _bracketed(sources_text(rules, e.spec))))))
        for e in found
    )  # fmt: skip


def _bracketed(text: str) -> str:
    return f"[{text}]" if text else ""


@rules_app.command("lint")
def lint_rule(rule: RuleArgument, lang: Language = "en") -> None:
    """Check a rule; mistakes are errors (exit 3), advice is printed."""
    from textile_pcf.rules import advice, load_rules

    rules = load_rules(rule)
    for text in advice(rules):
        _advise(text, lang)
    sys.stderr.write(word("valid", lang, name=rules.name) + "\n")


@rules_app.command("schema")
def schema(tables: Annotated[bool, typer.Option("--factors", help="Schema of a table's YAML file.")] = False) -> None:
    """JSON Schema of rule files, for completion and checks in an editor."""
    from textile_pcf.factors import TableDocument
    from textile_pcf.rules import RuleDocument

    model = TableDocument if tables else RuleDocument
    sys.stdout.write(json.dumps(model.model_json_schema(), indent=1, ensure_ascii=False) + "\n")


def _tables(names: list[str] | None) -> tuple[Table, ...]:
    from textile_pcf.factors import load_factors, shipped_tables

    return load_factors(*(names or shipped_tables())).tables


def _row(table: Table, row: int, lang: str) -> tuple[str, ...]:
    texts = table.texts
    name = texts[f"name_{lang}"][row] or texts["name_en"][row]
    value = f"{table.numbers['value'][row]:g} {table.units[row].text}"
    return (texts["item"][row], texts["region"][row], texts["year"][row], texts["kind"][row], value, table.name, name)


@factors_app.command("list")
def list_factors(
    factors: Tables = None, items: Annotated[bool, typer.Option("--items", help="Items, not tables.")] = False
) -> None:
    """The tables with their size and licence, or with --items every item once."""
    tables = _tables(factors)
    if not items:
        _print((t.label, f"{t.size} rows", t.title(), t.document.licence or "") for t in tables)
        return
    seen = dict.fromkeys(
        (t.texts["category"][r], t.texts["item"][r], t.texts["kind"][r], t.name) for t in tables for r in range(t.size)
    )
    _print(sorted(seen))


@factors_app.command("search")
def search_factors(words: Annotated[list[str], typer.Argument(help="Words in English or Chinese.")], factors: Tables = None,
                   lang: Language = "en") -> None:  # fmt: skip
    """Find emission factors by name, in English or Chinese, with the names that mills use."""
    from textile_pcf.factors.search import search

    found = search(_tables(factors), " ".join(words))
    if not found:
        sys.stderr.write(word("nothing_found", lang, words=" ".join(words)) + "\n")
    _print(_row(table, row, lang) for table, row in found)


@factors_app.command("show")
def show_factor(item: Annotated[str, typer.Argument(help="Item.")], factors: Tables = None) -> None:
    """All that is known of an item: every row with its source, locator and licence."""
    from textile_pcf.errors import Problem, UsageError
    from textile_pcf.factors.table import NUMBERS, TEXTS
    from textile_pcf.units import nearest

    tables = _tables(factors)
    rows = [(table, row) for table in tables for row in table.index.get(item, [])]
    if not rows:
        close = nearest(item, {name for table in tables for name in table.index})
        cure = f"Did you mean {close!r}?" if close else "Search with `textile-pcf factors search`."
        raise UsageError([Problem(item, "There is no such item.", cure, code="no-item")])
    for table, row in rows:
        sys.stdout.write(f"{table.places[row]}\n")
        told = [(name, table.texts[name][row]) for name in TEXTS]
        told += [
            (name, f"{table.numbers[name][row]:g}") for name in NUMBERS if table.numbers[name][row] == table.numbers[name][row]
        ]
        told.append(("source is", table.source_title(row)))
        _print((f"  {name}", text) for name, text in told if text)


@factors_app.command("lint")
def lint_factors(tables: Annotated[list[Path], typer.Argument(help="Paths of tables.")], lang: Language = "en") -> None:
    """Check tables of emission factors; every mistake is an error (exit 3)."""
    from textile_pcf.factors import is_region, load_factors

    for table in load_factors(*tables).tables:
        uncited = sorted({key for key in table.texts["source"] if table.document.sources and key not in table.document.sources})
        for key in uncited:
            _advise(f"source {key!r} is not described in the table's YAML file.", lang)
        for code in sorted({code for code in table.texts["region"] if not is_region(code)}):
            _advise(f"region {code!r} is no known region; it is found only when asked for by this code.", lang)
        sys.stderr.write(word("valid_rows", lang, name=table.label, count=table.size) + "\n")
