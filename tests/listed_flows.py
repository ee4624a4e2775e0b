"""What standards and category rules list, and what answers it: `listed_flows.yaml`, its check and its two pages."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml

import textile_pcf as tp
from paths import TESTS
from textile_pcf.rules import RuleSet
from textile_pcf.template.entries import entries

TABLE: dict[str, Any] = yaml.safe_load((TESTS / "listed_flows.yaml").read_text(encoding="utf-8"))
HEADS = {"en": ("listed", "answered by", "remark"), "zh": ("所列内容", "对应", "说明")}


def rows() -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Yield document, process, what it lists, and the words that answer it."""
    for document, processes in TABLE["rows"].items():
        for process, flows in processes.items():
            for flow, words in flows.items():
                yield document, process, flow, tuple(words.split())


@cache
def rule(name: str) -> RuleSet:
    return tp.load_rules(f"{name}@2026.2")


@cache
def names_of(name: str) -> frozenset[tuple[str, str]]:
    """Return every (stage, name) that can be given to a rule, and every flow that it computes."""
    flows = {(stage.id, flow) for stage in rule(name).document.stages for flow in stage.flows}
    return frozenset({(entry.stage, entry.name) for entry in entries(rule(name))} | flows)


@cache
def keys_of_results() -> dict[str, frozenset[str]]:
    """Return the keys of a product, of the provenance and of lines, and those at the head of a rule."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", tp.PcfWarning)
        result = tp.footprint(*tp.load_example("cotton_poplin"))
    document = result.to_dict()
    clauses = rule("cotton_fabric").document.clauses
    return {
        "result": frozenset(document["products"][0]),
        "provenance": frozenset(document["provenance"]),
        "line": frozenset(result.contributions.columns),
        "head": frozenset(type(rule("cotton_fabric").document).model_fields),
        "clause": frozenset(f"{section}.{clause.id}" for section, found in clauses for clause in found),
    }


def exists(word: str) -> bool:
    """Return whether an answer is there: a flow, loss or property of a rule, a key of results or of a rule, or a clause."""
    kind, _, rest = word.partition(".")
    if kind in keys_of_results():
        return rest in keys_of_results()[kind]
    stage, _, name = rest.partition(".")
    return (stage, name) in names_of(kind)


def shown(word: str, language: str) -> str:
    """Return an answer as the pages show it: its name, and its id as code."""
    kind, _, rest = word.partition(".")
    stage, _, name = rest.partition(".")
    if kind in keys_of_results():
        return f"`{word}`"
    return f"{rule(kind).title(stage, language=language)}: {rule(kind).title(stage, name, language)} `{word}`"


def page(language: str) -> str:
    """Return the table as Markdown, a heading for each document and each process."""
    reasons, text = TABLE["reasons"], ""
    for document, about in TABLE["documents"].items():
        text += f"\n## {about['title'][language]}\n\n{about['read'][language]}\n"
        for process, flows in TABLE["rows"][document].items():
            text += f"\n### {process}\n\n| {' | '.join(HEADS[language])} |\n| --- | --- | --- |\n"
            for flow, words in flows.items():
                answers = "<br>".join(shown(word, language) for word in words.split() if "." in word)
                remarks = " ".join(reasons[word][language] for word in words.split() if "." not in word)
                text += f"| {flow} | {answers} | {remarks} |\n"
    return f"{text}\n"
