"""Which flow of a rule answers each row of published category rules, which none, and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from textile_pcf.interchange.category_rules import (
    CO_PRODUCT,
    COUNTED,
    INTERNAL,
    NOT_COUNTED,
    REFERENCE,
    UPTAKE,
    CategoryProcess,
    CategoryRow,
    read_category_rules,
)
from textile_pcf.interchange.item_names import item_id
from textile_pcf.messages.message import Message
from textile_pcf.rules import RuleSet, load_rules
from textile_pcf.units import UnitError, parse_unit

_WORDLESS = frozenset({"for", "to", "of", "the", "and", "a", "in", "on", "from", "by", "grid", "purchased", "input", "output"})
_SAME = {"water": {"freshwater"}, "wastewater": {"effluent"}}
"""Words of a flow that other words of a row stand for."""


_WASTE = frozenset({"waste", "wastewater", "sludge", "effluent", "residue"})


@dataclass(frozen=True)
class CoveredRow:
    """A row of the category rules, and the flow that answers it.

    Attributes
    ----------
    process, row, name, kind, unit : str
        The row.
    answer : str
        `stage.flow` of the rule, `product`, `masses`; empty where none answers.
    why : str
        Why, or why not.
    """

    process: str
    row: str
    name: str
    kind: str
    unit: str
    answer: str
    why: str

    def as_dict(self) -> dict[str, Any]:
        """Return the row as texts."""
        return {name: str(value) for name, value in asdict(self).items()}


def rule_coverage(rule: RuleSet | str | Path, category_rules: str | Path) -> list[CoveredRow]:
    """Return, row by row of published category rules, which flow of a rule answers it.

    Flows are found by id and by words; a person has to read the list.

    Parameters
    ----------
    rule : RuleSet, name or path
        The rule.
    category_rules : path
        Published category rules, `structured.yaml`.

    Returns
    -------
    list of CoveredRow
        In the order of the category rules.

    Raises
    ------
    RuleError
        The rule or the file is invalid.
    UsageError
        There is no such rule or file.
    """
    rules = load_rules(rule)
    published = read_category_rules(category_rules)
    return [_cover_row(rules, process, row) for process in published.processes for row in process.rows]


def _cover_row(rules: RuleSet, process: CategoryProcess, row: CategoryRow) -> CoveredRow:
    fixed: dict[str, tuple[str, str]] = {
        REFERENCE: ("product", "It is the product."),
        INTERNAL: ("masses", "It passes inside the chain; its mass is solved backwards from the product."),
        CO_PRODUCT: ("", "It is a co-product; the rule has no flow for it, and its allocation is to be decided."),
        NOT_COUNTED: ("", "It is no greenhouse gas."),
        UPTAKE: ("", "It is taken up; a rule asks for it by the carbon that leaves in the product."),
    }
    answer, why = _by_words(rules, process, row) if row.role == COUNTED else fixed[row.role]
    return CoveredRow(process.id, row.id, str(row.title), f"{row.direction} {row.kind}", row.unit_text, answer, why)


def _by_words(rules: RuleSet, process: CategoryProcess, row: CategoryRow) -> tuple[str, str]:
    """Return the flow with the id of the row, else one whose words are all in its name; of several the nearest by stage."""
    row_words, near = _words(f"{row.id} {row.title}"), _words(f"{process.id} {process.title}")
    best: tuple[bool, int, int, int, str, str] | None = None
    for spec in rules.flows:
        stage = rules.stage_id(spec.stage)
        name = f"{stage}.{spec.id}"
        words, same = _words(spec.id), spec.id == row.id
        if not same and bool(words & _WASTE or spec.kind == "end_of_life") != (row.kind == "waste"):
            continue
        if not (same or (words and all(word in row_words or _SAME.get(word, set()) & row_words for word in words))):
            continue
        title = _words(f"{stage} {rules.title(stage)}")
        score = (same, len(words), len(title & near), -spec.stage, name, ", ".join(sorted(words)))
        best = max(best, score) if best else score
    if best is None:
        return "", "No flow of the rule names it."
    same, *_, answer, shared = best
    if not _same_dimension(rules, answer, row.unit):
        return answer, "It has the same id, in another unit." if same else Message(
            "By words: {words}; in another unit.", words=shared
        )
    return answer, "It has the same id." if same else Message("By words: {words}.", words=shared)


def _words(text: str) -> set[str]:
    return set(item_id(text).split("_")) - _WORDLESS - {""}


def _same_dimension(rules: RuleSet, name: str, unit: str) -> bool:
    try:
        wanted = parse_unit(unit).dimensions
    except UnitError:
        return False
    return any(f"{rules.stage_id(spec.stage)}.{spec.id}" == name and spec.unit.dimensions == wanted for spec in rules.flows)
