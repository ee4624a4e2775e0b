"""Clauses of ISO 14067 → what → function → test → source, from the tables of `docs/method.md`, as a file for dossiers.

`PYTHONPATH=src python tests/tools/docs_pages.py` renews it with the pages.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE = ROOT / "src/textile_pcf/audit/clauses.csv"
HEAD = ("clause", "what", "section", "function", "test", "source")
FUNCTION, TEST = r"`([a-z_.]+:[A-Za-z_.]+)`", r"`((?:[\w/]+)\.(?:py|yaml)(?: :: [^`]+)?)`"


def clauses_text() -> str:
    """The text of the file as the method page has it now."""
    page = (ROOT / "docs/method.md").read_text(encoding="utf-8")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    for clause, what, here in re.findall(r"^\| ([\d., ]+) \| (.+?) \| (.+?) \|$", _section(page, "By clause"), re.MULTILINE):
        numbers = list(dict.fromkeys(re.findall(r"\[(\d+)\]\(#", here)))
        rows = [_row(_section(page, rf"{number}\. [^\n]*"), number) for number in numbers] or [("", "", "", _plain(here))]
        writer.writerows([clause, what, *row] for row in rows)
    return out.getvalue()


def _row(section: str, number: str) -> tuple[str, str, str, str]:
    """Section, functions, tests and source of a numbered section."""
    rows = dict(re.findall(r"^\| (\w+) \| (.+) \|$", section, re.MULTILINE))
    functions = re.findall(FUNCTION, rows.get("function", rows.get("here", "")))
    tests = re.findall(TEST, rows.get("tests", ""))
    return number, "; ".join(functions), "; ".join(tests), _plain(rows.get("source", ""))


def _section(page: str, title: str) -> str:
    found = re.search(rf"^## {title}$(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE)
    assert found is not None, title
    return found[1]


def _plain(text: str) -> str:
    """A cell without links and code marks."""
    return re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text).replace("`", "")


def main() -> None:
    FILE.write_text(clauses_text(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
