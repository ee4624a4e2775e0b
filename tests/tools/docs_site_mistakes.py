"""The mistakes of `docs/mistakes_site.yaml`, made in the tables of a site's year, and the answers: written into two pages.

`python tests/tools/docs_pages.py` renews the pages; `tests/endtoend/test_docs.py` says when it is due.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

import textile_pcf as tp

DATA = Path(__file__).resolve().parents[2] / "docs/mistakes_site.yaml"
GOOD = {
    "utilities": "carrier,process,amount,unit,year\nelectricity,,1200,MWh,2024",
    "production": "product,process,output,unit\npoplin,dyeing,400,t\nvoile,printing,100,t",
    "plan": "carrier,process,driver,weight\nelectricity,dyeing,output,1\nelectricity,printing,output,2",
}
WORDS = {"en": ("Message", "Why", "What to do"), "zh": ("提示", "原因", "改法")}


def answer(entry: dict[str, Any], folder: Path) -> dict[str, str]:
    """What is told in each language when the tables of an entry are read."""
    call, tables = entry.get("call", "allocate"), dict(entry["tables"])
    if call == "allocate":
        tables = {name: tables.get(name, good) for name, good in GOOD.items()}
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text + "\n", encoding="utf-8")
    try:
        getattr(tp.factory, call)(*(folder / f"{name}.csv" for name in tables))
    except tp.InputError as error:
        told = {language: error.localized(language).splitlines()[1:] for language in WORDS}
        return {
            language: "\n".join(lines).replace(f"{folder}/", "").replace("\n  ", "\n").strip()
            for language, lines in told.items()
        }
    raise AssertionError(f"no mistake any more, take it out of {DATA.name}: {entry['title']['en']}")


@cache
def mistakes() -> tuple[tuple[dict[str, Any], dict[str, str]], ...]:
    """Every entry with what is told; the good tables have no problem."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for table, text in GOOD.items():
            (folder / f"{table}.csv").write_text(text, encoding="utf-8")
        tp.factory.allocate(*(folder / f"{table}.csv" for table in GOOD))
        return tuple((entry, answer(entry, folder)) for entry in yaml.safe_load(DATA.read_text(encoding="utf-8")))


def section(language: str) -> str:
    """Each mistake: the tables as they were written, what is told, why, and what to do."""
    told, cause, cure = WORDS[language]
    parts = []
    for number, (entry, lines) in enumerate(mistakes(), 1):
        tables = "\n".join(f"# {name}.csv\n{text.strip()}" for name, text in entry["tables"].items())
        parts.append(
            f"## {number}. {entry['title'][language]}\n\n```text\n{tables}\n```\n\n"
            f"**{told}**:\n\n```text\n{lines[language]}\n```\n\n"
            f"**{cause}**: {entry['cause'][language]}\n\n**{cure}**: {entry['cure'][language]}\n"
        )
    return "\n".join(parts)
