"""The commands on rules and emission factors: list, show, search, lint, schema."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from textile_pcf.cli import options
from textile_pcf.cli.category_rules import coverage, import_pcr
from textile_pcf.cli.help import Argument, Group
from textile_pcf.cli.width import pad, width
from textile_pcf.cli.writing import new, test
from textile_pcf.errors import Problem, UsageError
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import Message, localize, sentences
from textile_pcf.messages.suggestion import did_you_mean

if TYPE_CHECKING:
    from textile_pcf.factors import FactorSheet
    from textile_pcf.rules import PropertySpec, RuleSet
    from textile_pcf.template import Entry

SHOW_FORMATS = ("text", "markdown", "yaml")


@click.group("rules", cls=Group)
@options.group_language
def rules_group() -> None:
    """Product category rules."""


@click.group("factors", cls=Group)
@options.group_language
def factors_group() -> None:
    """Tables of emission factors."""


def _advise(text: str, lang: str) -> None:
    sys.stdout.write(f"{fixed_text('advice', lang)}: {localize(text, lang)}\n")


def _print(rows: Iterable[tuple[str, ...]]) -> None:
    """Print rows in aligned columns."""
    table = list(rows)
    widths = [max(width(row[k]) for row in table) for k in range(len(table[0]))] if table else []
    for row in table:
        sys.stdout.write("  ".join(pad(cell, columns) for cell, columns in zip(row, widths, strict=True)).rstrip() + "\n")


@rules_group.command("list")
@options.language
def list_rules(lang: str) -> None:
    """The shipped rules and their editions."""
    from textile_pcf.rules import editions, read_rule

    rows = []
    for name, files in editions().items():
        for edition, path in files.items():
            document = read_rule(path).document
            title = document.title.text(lang) if document.title else name
            facts = (
                fixed_text(f"status_{document.status}", lang),
                fixed_text(document.boundaries[0], lang),
                str(document.valid_from or ""),
            )
            rows.append((f"{name}@{edition}", *facts, title))
    _print(rows)


@rules_group.command("show")
@options.rule_argument
@click.option(
    "--format",
    "layout",
    metavar="FORMAT",
    default="text",
    help="text: an overview; markdown: a document for review; yaml: all of it, extended rules and pieces written out.",
)
@options.language
def show_rule(rule: str, layout: str, lang: str) -> None:
    """Stages of a rule with everything that can be given, its values and their sources."""
    from textile_pcf.rules import flat_rule, load_rules
    from textile_pcf.template import rule_document, status_sentence

    if layout not in SHOW_FORMATS:
        cure = Message("Choose from: {choices}.", choices=", ".join(SHOW_FORMATS))
        raise UsageError([Problem(f"--format {layout}", "There is no such format.", cure, code="usage")])
    rules = load_rules(rule)
    if layout == "yaml" and rules.path:
        sys.stdout.write(flat_rule(rules.path))
        return
    if layout == "markdown":
        sys.stdout.write(rule_document(rules, lang))
        return
    document = rules.document
    title = document.title.text(lang) if document.title else document.rule
    facts = (
        *(fixed_text(name, lang) for name in document.boundaries),
        document.gwp,
        fixed_text("show_per", lang, unit=rules.product_unit.text),
    )
    sys.stdout.write(f"{rules.name}: {title}\n{status_sentence(rules, lang)}\n{', '.join(facts)}\n")
    for basis in document.based_on:
        read = fixed_text(f"access_{basis.access}", lang)
        sys.stdout.write(fixed_text("show_based_on", lang, standard=basis.standard, read=read) + "\n")
    if document.note:
        sys.stdout.write(f"{document.note.text(lang)}\n")
    for stage in ("product", *(spec.id for spec in rules.stages)):
        _show_stage(rules, stage, lang)


def _show_stage(rules: RuleSet, stage: str, lang: str) -> None:
    from textile_pcf.template import entries, stage_facts

    about = [] if stage == "product" else stage_facts(rules, stage, lang)
    name = fixed_text("product", lang) if stage == "product" else rules.title(stage, language=lang)
    sys.stdout.write("\n" + " · ".join((f"{name} [{stage}]", *about)) + "\n")
    _print(_entry_row(rules, entry, lang) for entry in entries(rules, computed=True) if entry.stage == stage)


def _entry_row(rules: RuleSet, entry: Entry, lang: str) -> tuple[str, ...]:
    """Return the cells of an entry of a rule: id, unit, whether it is required, title, and options, value and source."""
    from textile_pcf.rules import PropertySpec
    from textile_pcf.template import default_text, need_in_words, sources_text

    spec = entry.spec
    choices = _option_list(spec, lang) if isinstance(spec, PropertySpec) and spec.choice else ""
    details = (choices, default_text(rules, spec, lang), _bracketed(sources_text(rules, spec)))
    unit = fixed_text("show_choice", lang) if choices else spec.unit.text
    title = rules.title(entry.stage, entry.name, lang)
    return f"  {entry.name}", unit, need_in_words(rules, entry, lang), title, " ".join(filter(None, details))


def _option_list(spec: PropertySpec, lang: str) -> str:
    """Return the options of a choice, each with its title."""
    options = ((choice, spec.option_title(choice, lang)) for choice in spec.choice)
    return "{" + ", ".join(choice if title == choice else f"{choice} {title}" for choice, title in options) + "}"


def _bracketed(text: str) -> str:
    return f"[{text}]" if text else ""


@rules_group.command("lint")
@options.rule_argument
@options.language
def lint_rule(rule: str, lang: str) -> None:
    """Check a rule; mistakes are errors (exit 3), advice is printed."""
    from textile_pcf.rule_cases import items_advice
    from textile_pcf.rules import advice, load_rules

    rules = load_rules(rule)
    for text in (*advice(rules), *items_advice(rules)):
        _advise(text, lang)
    sys.stderr.write(fixed_text("valid", lang, name=rules.name) + "\n")


for command in (new, test, import_pcr, coverage):
    rules_group.add_command(command)


@rules_group.command("schema")
@click.option("--factors", "tables", is_flag=True, help="Schema of a table's YAML file.")
@click.option("--cases", is_flag=True, help="Schema of files of worked cases.")
@click.option("--pieces", is_flag=True, help="Schema of files of shared pieces.")
@click.option("--adapters", is_flag=True, help="Schema of adapters, which map tables of others.")
@options.language
def schema(tables: bool, cases: bool, pieces: bool, adapters: bool, lang: str) -> None:
    """JSON Schema of rule files, for completion and checks in an editor."""
    if cases:
        from textile_pcf.rule_cases import cases_schema

        sys.stdout.write(cases_schema())
        return
    from textile_pcf.factors import TableDocument
    from textile_pcf.rules import pieces_schema, rule_schema

    if adapters:
        from textile_pcf.interchange.adapter_schema import Adapter

        sys.stdout.write(json.dumps(Adapter.model_json_schema(), indent=1, ensure_ascii=False) + "\n")
        return
    model = TableDocument.model_json_schema() if tables else pieces_schema() if pieces else rule_schema()
    sys.stdout.write(json.dumps(model, indent=1, ensure_ascii=False) + "\n")


def _tables(names: tuple[str, ...]) -> tuple[FactorSheet, ...]:
    from textile_pcf.factors import load_factors, shipped_tables

    return load_factors(*(names or shipped_tables())).tables


def _row(table: FactorSheet, row: int, lang: str) -> tuple[str, ...]:
    texts = table.texts
    name = texts[f"name_{lang}"][row] or texts["name_en"][row]
    if texts["proxy_for"][row]:
        name += fixed_text("proxy_for_items", lang, items=texts["proxy_for"][row].replace(";", ", "))
    value = f"{table.numbers['value'][row]:g} {table.units[row].text}"
    return (texts["item"][row], texts["region"][row], texts["year"][row], texts["kind"][row], value, table.name, name)


@factors_group.command("list")
@options.tables
@click.option("--items", is_flag=True, help="Items, not tables.")
@options.language
def list_factors(factors: tuple[str, ...], items: bool, lang: str) -> None:
    """The tables with their size and licence, or with --items every item once."""
    tables = _tables(factors)
    if not items:
        _print((t.label, fixed_text("show_rows", lang, count=t.size), t.title(lang), t.document.licence or "") for t in tables)
        return
    items_once = dict.fromkeys(
        (t.texts["category"][r], t.texts["item"][r], t.texts["kind"][r], t.name) for t in tables for r in range(t.size)
    )
    _print(sorted(items_once))


@factors_group.command("search")
@click.argument("words", cls=Argument, metavar="WORD", nargs=-1, required=True, help="Words in English or Chinese.")
@options.tables
@options.language
def search_factors(words: tuple[str, ...], factors: tuple[str, ...], lang: str) -> None:
    """Find emission factors by name, in English or Chinese, with the names that mills use."""
    from textile_pcf.factors.editions import edition_folder
    from textile_pcf.factors.search import search, search_unavailable

    tables = _tables(factors)
    matches = search(tables, " ".join(words))
    unavailable = [] if factors else search_unavailable(edition_folder(None), " ".join(words))
    for one in unavailable:
        sys.stdout.write(f"{one.message().localized(lang)}\n")
    if not matches and not unavailable:
        sys.stderr.write(fixed_text("nothing_found", lang, words=" ".join(words)) + "\n")
    _print(_row(table, row, lang) for table, row in matches)


@factors_group.command("show")
@click.argument("item", cls=Argument, metavar="ITEM", help="The item, as `factors list --items` names it.")
@options.tables
@options.language
def show_factor(item: str, factors: tuple[str, ...], lang: str) -> None:
    """All that is known of an item: every row with its source, locator and licence."""
    from textile_pcf.errors import Problem, UsageError
    from textile_pcf.factors import FactorTable
    from textile_pcf.factors.editions import edition_folder, unavailable_items
    from textile_pcf.factors.table import NUMBERS, TEXTS

    tables = _tables(factors)
    rows = [(table, row) for table in tables for row in table.index.get(item, [])]
    if not rows and (unavailable := unavailable_items(edition_folder(None)).get(item)) is not None:
        sys.stdout.write(f"{unavailable.message().localized(lang)}\n")
        return
    if not rows:
        cure = did_you_mean(
            item, {name for table in tables for name in table.index}, "Search with `textile-pcf factors search`."
        )
        raise UsageError([Problem(item, "There is no such item.", cure, code="no-item")])
    for table, row in rows:
        sys.stdout.write(f"{table.locations[row]}\n")
        numbers = ((name, table.numbers[name][row]) for name in NUMBERS)
        cells = [(name, table.texts[name][row]) for name in TEXTS]
        cells += [(name, f"{number:g}") for name, number in numbers if not math.isnan(number)]
        labelled = [(_label(name, lang), text) for name, text in cells if text]
        _print((f"  {name}", text) for name, text in [*labelled, (fixed_text("show_source", lang), table.source_title(row))])
        terms = FactorTable((table,)).composition(0, row, "AR6", "zero_zero")
        for term in terms.values["parts"] if terms is not None else ():
            sys.stdout.write(f"  = {localize(term, lang)}\n")


def _label(column: str, lang: str) -> str:
    """Return the name of a column of a factor table, followed by its Chinese name in Chinese."""
    return column if lang == "en" else f"{column} {fixed_text(f'column_of_factors_{column}', lang)}"


@factors_group.command("lint")
@click.argument("tables", cls=Argument, metavar="TABLE", nargs=-1, required=True, type=options.PATH, help="Paths of tables.")
@options.language
def lint_factors(tables: tuple[Path, ...], lang: str) -> None:
    """Check tables of emission factors; every mistake is an error (exit 3)."""
    from textile_pcf.factors import is_region, load_factors
    from textile_pcf.regions import region_of_others

    for table in load_factors(*tables).tables:
        uncited = sorted({key for key in table.texts["source"] if table.document.sources and key not in table.document.sources})
        for key in uncited:
            _advise(Message("source {key!r} is not described in the table's YAML file.", key=key), lang)
        for code in sorted({code for code in table.texts["region"] if not is_region(code)}):
            what = Message("region {code!r} is no known region; it is found only when requested by this code.", code=code)
            close = region_of_others(code)
            _advise(sentences(what, Message("Did you mean {close!r}?", close=close) if close else ""), lang)
        sys.stderr.write(fixed_text("valid_rows", lang, name=table.label, count=table.size) + "\n")
