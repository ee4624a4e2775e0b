"""The mistakes of `docs/mistakes.yaml` that are made in tables, and the answers: written into pages of the documentation.

`python tests/tools/docs_pages.py` renews the pages; `tests/endtoend/test_docs.py` says when it is due.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import textile_pcf as tp

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "helpers")]
from mill_mistakes import FACTORS, GOOD, RULE, Mistake, catalogue, changes, workbook, written  # noqa: E402

SITE = {
    "utilities": "carrier,process,amount,unit,year\nelectricity,,1200,MWh,2024",
    "production": "product,process,output,unit\npoplin,dyeing,400,t\nvoile,printing,100,t",
    "plan": "carrier,process,driver,weight\nelectricity,dyeing,output,1\nelectricity,printing,output,2",
}
METERS = {
    "readings": "meter,time,value\nE1,2024-03-04 08:00,0\nE1,2024-03-04 09:00,10",
    "meters": "meter,carrier,unit,reading,machine\nE1,electricity,kWh,cumulative,JET1",
    "batches": "batch,product,process,machine,start,end,output,unit\n"
    "B1,poplin,dyeing,JET1,2024-03-04 08:00,2024-03-04 09:00,100,kg",
}
CHEMICALS = {
    "stock": "chemical,opening,purchased,closing,unit,item\nsalt,10,50,12,kg,sodium_chloride_brine",
    "recipes": "batch,chemical,dose,unit,liquor_ratio\nB1,salt,60,g/L,1:8",
    "batches": "batch,product,process,input,output,unit\nB1,poplin,dyeing,100,98,kg",
}
GOOD_TABLES = {"allocate": SITE, "meters": METERS, "chemicals": CHEMICALS}
CALLS = {"site": "allocate", "meters": "meters"}
WORDS = {"en": ("Message", "Why", "What to do"), "zh": ("提示", "原因", "改法")}
Answer = dict[str, str]


def answer(call: Callable[[], object], folder: Path, title: str) -> Answer:
    """Return the problems that a call raises, in each language, with paths as seen from the folder."""
    try:
        call()
    except (tp.InputError, tp.RuleError) as error:
        lines = {language: error.localized(language).splitlines()[1:] for language in WORDS}
        return {
            language: "\n".join(line.strip() for line in texts).replace(f"{folder}/", "").strip()
            for language, texts in lines.items()
        }
    raise AssertionError(f"no mistake any more, take it out of mistakes.yaml: {title}")


def _call(folder: Path, name: str, tables: dict[str, str], options: dict[str, Any]) -> Callable[[], object]:
    for table, text in tables.items():
        (folder / f"{table}.csv").write_text(text + "\n", encoding="utf-8")
    return lambda: getattr(tp.factory, name)(*(folder / f"{table}.csv" for table in tables), **options)


def _of_factory(section: str, folder: Path) -> Iterator[tuple[str, Answer]]:
    """Yield the tables as they were written, and the answer; the good tables have no problem."""
    _call(folder, CALLS[section], GOOD_TABLES[CALLS[section]], {})()
    for entry in catalogue()[section]:
        name = entry.get("call", CALLS[section])
        good = GOOD_TABLES.get(name, {})
        tables = {**good, **entry["tables"]}
        found = answer(_call(folder, name, tables, entry.get("options", {})), folder, entry["title"]["en"])
        yield "\n".join(f"# {table}.csv\n{text.strip()}" for table, text in entry["tables"].items()), found


def _of_tables(folder: Path) -> Iterator[tuple[str, Answer]]:
    for entry in catalogue()["table"]:
        lines, added = entry.get("lines", {}), entry.get("added", ())
        text = Mistake("", lines, tuple(added)).text()
        path = written(folder, text)
        numbered = {**lines, **dict(enumerate(added, len(GOOD) + 1))}
        shown = "\n".join(f"{number}: {line}" for number, line in numbered.items())
        yield shown, answer(lambda path=path: tp.footprint(path, RULE, FACTORS), folder, entry["title"]["en"])


def _of_cells(folder: Path) -> Iterator[tuple[str, Answer]]:
    for entry in catalogue()["cells"]:
        path = workbook(folder, change=changes(entry))
        formats, cells = entry.get("format", {}), entry.get("cells", {})
        shown = [f"{place} = {value}" + (f" as {formats[place]}" if place in formats else "") for place, value in cells.items()]
        shown += [f"{entry['merged']} merged"] if "merged" in entry else []
        yield "\n".join(shown), answer(lambda path=path: tp.footprint(path, RULE, FACTORS), folder, entry["title"]["en"])


def _of_targets(folder: Path) -> Iterator[tuple[str, Answer]]:
    from docs_target_mistakes import target_mistakes

    titles = [entry["title"]["en"] for entry in catalogue()["targets"]]
    for title, (shown, own, call) in zip(titles, target_mistakes(folder), strict=True):
        yield shown, answer(call, own, title)


@cache
def mistakes(section: str) -> tuple[tuple[dict[str, Any], str, Answer], ...]:
    """Return every entry of a section with what was written and the answer in each language."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        of_files = {"table": _of_tables, "cells": _of_cells, "targets": _of_targets}
        made = of_files.get(section, lambda folder: _of_factory(section, folder))(folder)
        return tuple((entry, *each) for entry, each in zip(catalogue()[section], made, strict=True))


def section(name: str, language: str) -> str:
    """Return each mistake of a section: what was written, the message, why, and what to do."""
    message, cause, cure = WORDS[language]
    parts = []
    for number, (entry, shown, lines) in enumerate(mistakes(name), 1):
        part = f"## {number}. {entry['title'][language]}\n\n```text\n{shown}\n```\n\n"
        part += f"**{message}**:\n\n```text\n{lines[language]}\n```\n"
        if "cause" in entry:
            part += f"\n**{cause}**: {entry['cause'][language]}\n\n**{cure}**: {entry['cure'][language]}\n"
        parts.append(part)
    return "\n".join(parts)


def good_table() -> str:
    """Return the good table, as a block with line numbers."""
    return "```text\n" + "\n".join(f"{number}: {line}" for number, line in enumerate(GOOD, 1)) + "\n```\n"
