"""Draft of a rule, made of published category rules: stages, flows and what to measure; no amount is invented."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from textile_pcf.interchange.category_rules import (
    CO_PRODUCT,
    COUNTED,
    INTERNAL,
    NOT_COUNTED,
    UPTAKE,
    CategoryProcess,
    CategoryRow,
    CategoryRules,
    read_category_rules,
)
from textile_pcf.interchange.item_names import item_id
from textile_pcf.messages.message import JoinedMessage, Message, TranslatedText

OPEN = "# OPEN:"
"""Begins a line that a person has to answer."""
LONGEST = 60
"""Characters of an id."""
RESERVED = ("product", "share", "output", "input", "loss", "mass", "cutoff", "sold", "stage", "null", "true", "false")
"""Names with a meaning of their own in rules or in YAML."""
LOSS = "material_loss"
"""Id of the loss of a process that changes the mass of the material."""


def draft_rule(path: str | Path, rule: str = "", language: str = "en") -> str:
    """Return the draft of a rule as YAML.

    Parameters
    ----------
    path : path
        Published category rules, `structured.yaml`.
    rule : str, optional
        Id of the rule; by default the last part of the id of the category rules.
    language : str, optional
        Language of the remarks: `en` or `zh`.

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
    lines = [*_head(rules, name), *_sources(rules), *_product(rules), "stages:", *_stages(rules)]
    return "".join(f"{line.localized(language) if isinstance(line, Message) else line}\n" for line in lines)


def _remark(indent: int, text: str, sign: str = OPEN) -> JoinedMessage:
    """Return a comment in the language of the draft."""
    return JoinedMessage([" " * indent + sign, text], " ", " ")


def _head(rules: CategoryRules, name: str) -> Iterator[str]:
    yield _remark(0, Message("Draft made of the category rules {name}.", name=rules.id), "#")
    yield _remark(0, Message("It holds no amounts, for theirs has none. Answer what is marked OPEN, then run rules lint."), "#")
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
    yield f"  unit: {_unit(rules.unit or 'kg')}"
    number = re.match(r"[0-9.]+ ", rules.reference)
    if not rules.unit or (number and number[0] not in ("1 ", "1.0 ")):
        text = "Of how much of which unit are the rows per product? The reference is printed as {reference!r}."
        yield _remark(2, Message(text, reference=_line(rules.reference)))
    if rules.unit not in ("", "kg"):
        yield _remark(2, Message("Give the property `mass` of one {unit}, so that masses can be solved.", unit=rules.unit))


def _stages(rules: CategoryRules) -> Iterator[str]:
    taken: set[str] = set()
    for process in rules.processes:
        yield f"  - id: {_new_identifier(process.id, taken)}"
        yield f"    title: {_titles(process.title)}"
        if process.condition:
            yield f"    note: {_quoted(process.condition)}"
        yield _remark(4, Message("Is the group raw_material or production?"))
        yield "    group: production"
        if process.optional:
            yield "    optional: true"
        yield from _losses(process)
        yield from _flows(process)
        yield from _remarks(process)
        if not process.rows:
            yield _remark(4, Message("The category rules hold no rows of this process. What does it take and give off?"))


def _losses(process: CategoryProcess) -> Iterator[str]:
    """Yield a loss without a number where the process changes the mass of the material."""
    residues = [row for row in process.rows if row.direction == "outputs" and row.kind != "elementary" and row.role != INTERNAL]
    if not residues:
        return
    names = "; ".join(str(row.title) for row in residues)
    yield _remark(4, Message("Which of these leave the material, and what is the loss? {names}", names=_line(names)))
    yield "    losses:"
    note = _quoted(f"Mass in less mass out, per mass in. Rows: {names}")
    yield f'      - {{id: {LOSS}, basis: input, unit: "%", optional: true, note: {note}}}'


def _flows(process: CategoryProcess) -> Iterator[str]:
    counted = [row for row in process.rows if row.role == COUNTED]
    if any(row.unit for row in counted):
        yield "    flows:"
    taken = {LOSS}
    for row in counted:
        if not row.unit:
            text = "{row}: the unit {unit!r} is not known here; write the flow yourself."
            yield _remark(6, Message(text, row=row.id, unit=_line(row.unit_text)))
            continue
        yield f"      {_new_identifier(row.id, taken)}:"
        yield from _flow(row)


def _flow(row: CategoryRow) -> Iterator[str]:
    search = f"textile-pcf factors search {_line(str(row.title))}"
    yield _remark(8, Message("Which item of the emission factors is its `factor`? See: {search}", search=search))
    if row.doubtful_basis:
        text = "Is it per reference product, as the words say, or per output, as the kind says?"
        yield _remark(8, Message(text))
    if row.unit != row.unit_text.rpartition("/")[2].strip():
        yield _remark(8, Message("Is the unit right? It is printed as {unit!r}.", unit=_line(row.unit_text)))
    yield f"        unit: {_unit(row.unit)}"
    yield f"        per: {'product' if row.per_reference else 'output'}"
    yield "        optional: true" if row.conditional else "        optional: false"
    if row.kind == "waste":
        yield "        kind: end_of_life"
    yield f"        title: {_titles(row.title)}"
    yield f"        note: {_quoted(row.measure or str(row.title))}"


def _remarks(process: CategoryProcess) -> Iterator[str]:
    """Yield what is no flow: transfers inside, co-products, and what is no greenhouse gas."""
    for row in process.rows:
        named = f"{row.id} ({_line(str(row.title))})"
        if row.role == CO_PRODUCT:
            yield _remark(4, Message("How are emissions allocated to the co-product {named}?", named=named))
        elif row.role == UPTAKE:
            text = "Is {named} the carbon of the fibre? Then the rule asks for it by `balance`; it is no flow with an amount."
            yield _remark(4, Message(text, named=named))
        elif row.role == INTERNAL:
            yield _remark(4, Message("{named} stays inside the chain; its mass follows from the losses.", named=named), "#")
        elif row.role == NOT_COUNTED:
            yield _remark(4, Message("{named} is no greenhouse gas and is not counted.", named=named), "#")


def _identifier(text: str) -> str:
    name = "".join(each for each in item_id(text) if each.isascii()) or "x"
    name = (name if name[0].isalpha() else f"x_{name}")[:LONGEST].rstrip("_")
    return f"{name}_" if name in RESERVED else name


def _new_identifier(text: str, taken: set[str]) -> str:
    """Return an id that is not taken yet, and take it: long and Chinese names may be cut to the same letters."""
    name, number = _identifier(text), 1
    distinct = name
    while distinct in taken:
        number += 1
        distinct = f"{name[: LONGEST - len(str(number)) - 1]}_{number}"
    taken.add(distinct)
    return distinct


def _titles(title: TranslatedText) -> str:
    chinese = title.localized("zh")
    both = f", zh: {_quoted(chinese)}" if chinese != str(title) else ""
    return f"{{en: {_quoted(str(title))}{both}}}"


def _unit(text: str) -> str:
    """Return a unit as a value of YAML, in quotes where one begins with a sign, such as %."""
    return text if re.fullmatch(r"\w[\w/*()^. ]*", text) else _quoted(text)


def _quoted(text: str) -> str:
    """Return a text as a quoted scalar of YAML."""
    return json.dumps(text, ensure_ascii=False)


def _line(text: str) -> str:
    """Return a text for a comment: one line."""
    return " ".join(text.split())
