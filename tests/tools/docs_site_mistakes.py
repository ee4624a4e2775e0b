"""The mistakes of `docs/mistakes_site.yaml` (a site's year) and `docs/mistakes_meters.yaml` (readings, meters, batches).

Each is made in good tables, and the answers are written into two pages of each file.

`python tests/tools/docs_pages.py` renews the pages; `tests/endtoend/test_docs.py` says when it is due.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

import textile_pcf as tp

DOCS = Path(__file__).resolve().parents[2] / "docs"
GOOD = {
    "utilities": "carrier,process,amount,unit,year\nelectricity,,1200,MWh,2024",
    "production": "product,process,output,unit\npoplin,dyeing,400,t\nvoile,printing,100,t",
    "plan": "carrier,process,driver,weight\nelectricity,dyeing,output,1\nelectricity,printing,output,2",
}
GOOD_METERS = {
    "readings": "meter,time,value\nE1,2024-03-04 08:00,0\nE1,2024-03-04 09:00,10",
    "meters": "meter,carrier,unit,reading,machine\nE1,electricity,kWh,cumulative,JET1",
    "batches": "batch,product,process,machine,start,end,output,unit\n"
    "B1,poplin,dyeing,JET1,2024-03-04 08:00,2024-03-04 09:00,100,kg",
}
GOOD_OF = {"allocate": GOOD, "meters": GOOD_METERS}
WORDS = {"en": ("Message", "Why", "What to do"), "zh": ("提示", "原因", "改法")}


def answer(entry: dict[str, Any], folder: Path) -> dict[str, str]:
    """What is told in each language when the tables of an entry are read."""
    call, tables = entry.get("call", "allocate"), dict(entry["tables"])
    if call in GOOD_OF:
        tables = {name: tables.get(name, good) for name, good in GOOD_OF[call].items()}
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
    raise AssertionError(f"no mistake any more, take it out of the file: {entry['title']['en']}")


@cache
def mistakes(subject: str) -> tuple[tuple[dict[str, Any], dict[str, str]], ...]:
    """Every entry of a file with what is told; the good tables have no problem."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for call, tables in GOOD_OF.items():
            for table, text in tables.items():
                (folder / f"{table}.csv").write_text(text, encoding="utf-8")
            getattr(tp.factory, call)(*(folder / f"{table}.csv" for table in tables))
        entries = yaml.safe_load((DOCS / f"mistakes_{subject}.yaml").read_text(encoding="utf-8"))
        return tuple((entry, answer(entry, folder)) for entry in entries)


def section(language: str, subject: str = "site") -> str:
    """Each mistake: the tables as they were written, what is told, why, and what to do."""
    told, cause, cure = WORDS[language]
    parts = []
    for number, (entry, lines) in enumerate(mistakes(subject), 1):
        tables = "\n".join(f"# {name}.csv\n{text.strip()}" for name, text in entry["tables"].items())
        parts.append(
            f"## {number}. {entry['title'][language]}\n\n```text\n{tables}\n```\n\n"
            f"**{told}**:\n\n```text\n{lines[language]}\n```\n\n"
            f"**{cause}**: {entry['cause'][language]}\n\n**{cure}**: {entry['cure'][language]}\n"
        )
    return "\n".join(parts)
