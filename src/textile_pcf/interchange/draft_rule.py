"""Draft of a rule, made of published category rules: stages, flows and what to measure; no amount is invented."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from textile_pcf.interchange.category_rules import (
    CO_PRODUCT,
    COUNTED,
    INTERNAL,
    NOT_COUNTED,
    CategoryProcess,
    CategoryRow,
    CategoryRules,
    read_category_rules,
)
from textile_pcf.interchange.item_names import item_id
from textile_pcf.messages.message import TranslatedText

OPEN = "# OPEN:"
"""Begins a line that a person has to answer."""
LONGEST = 60
"""Characters of an id."""
RESERVED = ("product", "share", "output", "input", "loss", "mass", "cutoff", "sold", "stage")


def draft_rule(path: str | Path, rule: str = "") -> str:
    """Return the draft of a rule as YAML.

    Parameters
    ----------
    path : path
        Published category rules, `structured.yaml`.
    rule : str, optional
        Id of the rule; by default the last part of the id of the category rules.

    Returns
    -------
    str
        The draft. Lines that begin with `# OPEN:` are to be answered by a person.

    Raises
    ------
    RuleError
        The file holds no category rules.
    UsageError
        There is no such file.
    """
    rules = read_category_rules(path)
    name = _identifier(rule or rules.id.rpartition(".")[2])
    return "\n".join([*_head(rules, name), *_sources(rules), *_product(rules), "stages:", *_stages(rules)]) + "\n"


def _head(rules: CategoryRules, name: str) -> Iterator[str]:
    yield f"# Draft made of the category rules {rules.id}."
    yield "# It holds no amounts: theirs has none. Answer every line that begins with OPEN, then run `textile-pcf rules lint`."
    yield f"rule: {name}"
    yield 'edition: "draft"'
    yield "status: own"
    yield f"title: {_quoted(rules.title)}"
    yield f"based_on: [{{standard: {_quoted(f'Product category rules {rules.id}')}, access: text}}]"
    yield "boundary: cradle_to_gate"
    text = "\n".join(f"{heading}: {words}" for heading, words in rules.notes)
    if text:
        yield f"note: {_quoted(text)}"


def _sources(rules: CategoryRules) -> Iterator[str]:
    if rules.sources:
        yield "sources:"
    for key, (reference, used_for) in rules.sources.items():
        note = f", note: {_quoted(used_for)}" if used_for else ""
        yield f"  {_quoted(key)}: {{title: {_quoted(reference)}{note}}}"


def _product(rules: CategoryRules) -> Iterator[str]:
    yield "product:"
    yield f"  unit: {rules.unit}"
    if rules.unit != "kg":
        yield f"  {OPEN} give the property `mass` of one {rules.unit}, so that masses can be solved."


def _stages(rules: CategoryRules) -> Iterator[str]:
    for process in rules.processes:
        yield f"  - id: {_identifier(process.id)}"
        yield f"    title: {_titles(process.title)}"
        if process.condition:
            yield f"    note: {_quoted(process.condition)}"
        yield f"    {OPEN} group: raw_material or production?"
        yield "    group: production"
        if process.optional:
            yield "    optional: true"
        yield from _losses(process)
        yield from _flows(process)
        yield from _remarks(process)


def _losses(process: CategoryProcess) -> Iterator[str]:
    """Yield a loss without a number where the process changes the mass of the material."""
    residues = [row for row in process.rows if row.direction == "outputs" and row.kind != "elementary" and row.role != INTERNAL]
    if not residues:
        return
    names = "; ".join(str(row.title) for row in residues)
    yield f"    {OPEN} which of these leave the material, and what is the loss? {_line(names)}"
    yield "    losses:"
    note = _quoted(f"Mass in less mass out, per mass in. Rows: {names}")
    yield f'      - {{id: material_loss, basis: input, unit: "%", optional: true, note: {note}}}'


def _flows(process: CategoryProcess) -> Iterator[str]:
    counted = [row for row in process.rows if row.role == COUNTED]
    if any(row.unit for row in counted):
        yield "    flows:"
    for row in counted:
        if not row.unit:
            yield f"      {OPEN} {_line(row.id)}: the unit {_line(row.unit_text)!r} is not known here; write the flow yourself."
            continue
        yield from _flow(row)


def _flow(row: CategoryRow) -> Iterator[str]:
    yield f"      {_identifier(row.id)}:"
    yield f"        {OPEN} factor: which item of the emission factors? `textile-pcf factors search {_line(str(row.title))}`"
    if row.doubtful_basis:
        yield f"        {OPEN} per: the words say reference product, the kind says output of the process."
    if row.unit != row.unit_text.rpartition("/")[2].strip():
        yield f"        {OPEN} unit: printed as {_line(row.unit_text)!r}."
    yield f"        unit: {row.unit}"
    yield f"        per: {'product' if row.per_reference else 'output'}"
    yield "        optional: true" if row.conditional else "        optional: false"
    if row.kind == "waste":
        yield "        kind: end_of_life"
    yield f"        title: {_titles(row.title)}"
    yield f"        note: {_quoted(row.measure or str(row.title))}"


def _remarks(process: CategoryProcess) -> Iterator[str]:
    """Yield what is no flow: transfers inside, co-products, and what is no greenhouse gas."""
    for row in process.rows:
        if row.role == CO_PRODUCT:
            yield f"    {OPEN} co-product {_line(row.id)} ({_line(str(row.title))}): how are emissions allocated?"
        elif row.role == INTERNAL:
            yield f"    # inside the chain: {_line(row.id)} ({_line(str(row.title))}); its mass follows from the losses."
        elif row.role == NOT_COUNTED:
            yield f"    # not counted: {_line(row.id)} ({_line(str(row.title))}) is no greenhouse gas."


def _identifier(text: str) -> str:
    name = "".join(each for each in item_id(text) if each.isascii()) or "x"
    name = (name if name[0].isalpha() else f"x_{name}")[:LONGEST].rstrip("_")
    return f"{name}_" if name in RESERVED else name


def _titles(title: TranslatedText) -> str:
    chinese = title.localized("zh")
    both = f", zh: {_quoted(chinese)}" if chinese != str(title) else ""
    return f"{{en: {_quoted(str(title))}{both}}}"


def _quoted(text: str) -> str:
    """Return a text as a quoted scalar of YAML."""
    return json.dumps(text, ensure_ascii=False)


def _line(text: str) -> str:
    """Return a text for a comment: one line."""
    return " ".join(text.split())
