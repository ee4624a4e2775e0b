"""Search emission factors by English or Chinese terms, including the names that mills use."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from textile_pcf.factors.editions import Unavailable, edition_folder, unavailable_items
from textile_pcf.factors.table import FactorSheet

MIN_SIMILARITY = 0.75  # from which a misspelt term counts as found


@cache
def synonyms(folder: Path) -> dict[str, frozenset[str]]:
    """Return other names of items of an edition, in lower case, by item."""
    with (folder / "synonyms.csv").open(encoding="utf-8", newline="") as file:
        terms_of: dict[str, set[str]] = {}
        for row in csv.DictReader(file):
            terms_of.setdefault(row["item"], set()).add(row["term"].lower())
    return {item: frozenset(terms) for item, terms in terms_of.items()}


def search(tables: Sequence[FactorSheet], query: str) -> list[tuple[FactorSheet, int]]:
    """Return the rows whose item, names, category or synonyms contain every term, best match first.

    Parameters
    ----------
    tables : sequence of FactorSheet
        Tables to search.
    query : str
        Terms in English or Chinese, separated by blanks; misspelt ones are found where nothing matches exactly.

    Returns
    -------
    list of (FactorSheet, int)
        Table and row of each factor.

    Examples
    --------
    >>> from textile_pcf.factors import load_factors
    >>> rows = search(load_factors().tables, "烧碱")
    >>> sorted({table.texts["item"][row] for table, row in rows})
    ['caustic_soda', 'caustic_soda_50']
    """
    terms = query.lower().split()
    scored = [(score, table, row) for table in tables for row in range(table.size) if (score := _score(table, row, terms)) > 0]
    scored.sort(key=lambda hit: (-hit[0], hit[1].texts["item"][hit[2]], hit[1].texts["region"][hit[2]]))
    best = scored[0][0] if scored else 0.0
    return [(table, row) for score, table, row in scored if best < 1 or score >= 1]


def search_unavailable(folder: Path, query: str) -> list[Unavailable]:
    """Return the items without an open factor whose names contain every term.

    Parameters
    ----------
    folder : Path
        Folder of the edition.
    query : str
        Terms in English or Chinese, separated by blanks.
    """
    terms = query.lower().split()

    def texts(one: Unavailable) -> list[str]:
        return [one.item, one.item.replace("_", " "), one.name_en.lower(), one.name_zh, *synonyms(folder).get(one.item, ())]

    found = unavailable_items(folder).values()
    return [one for one in found if all(any(term in text for text in texts(one)) for term in terms)]


def _score(table: FactorSheet, row: int, terms: list[str]) -> float:
    """Return at least 1 when the row contains every term, less when terms are only similar, 0 when one is missing."""
    item = table.texts["item"][row]
    proxied = table.texts["proxy_for"][row].split(";")
    titles = [table.texts[name][row] for name in ("name_en", "name_zh", "category")]
    names = [item, *item.split("_"), *proxied, *titles]
    texts = [name.lower() for name in names if name] + list(synonyms(edition_folder(table.path)).get(item, ()))
    score = 1.0
    for term in terms:
        if any(term == text for text in texts):
            score += 1.0
        elif not any(term in text for text in texts):
            similarity = max((SequenceMatcher(None, term, text).ratio() for text in texts if len(text) < 40), default=0.0)
            if similarity < MIN_SIMILARITY:
                return 0.0
            score *= similarity * 0.9
    return score
