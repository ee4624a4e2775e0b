"""Find emission factors by words in English or Chinese, with the names that mills use."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cache

from textile_pcf.factors.table import FactorSheet
from textile_pcf.io.resources import data_root

CLOSE = 0.75  # similarity from which a misspelt word counts


@cache
def synonyms() -> dict[str, frozenset[str]]:
    """Other names of items: item → terms, lower case."""
    with (data_root("emission_factors") / "synonyms.csv").open(encoding="utf-8", newline="") as file:
        found: dict[str, set[str]] = {}
        for row in csv.DictReader(file):
            found.setdefault(row["item"], set()).add(row["term"].lower())
    return {item: frozenset(terms) for item, terms in found.items()}


def search(tables: Sequence[FactorSheet], words: str) -> list[tuple[FactorSheet, int]]:
    """Rows whose item, names, category or synonyms hold every word, best first.

    Examples
    --------
    >>> from textile_pcf.factors import load_factors
    >>> found = search(load_factors().tables, "烧碱")
    >>> sorted({table.texts["item"][row] for table, row in found})
    ['caustic_soda_50']
    """
    asked = words.lower().split()
    scored = [(score, table, row) for table in tables for row in range(table.size) if (score := _score(table, row, asked)) > 0]
    scored.sort(key=lambda hit: (-hit[0], hit[1].texts["item"][hit[2]], hit[1].texts["region"][hit[2]]))
    best = scored[0][0] if scored else 0.0
    return [(table, row) for score, table, row in scored if best < 1 or score >= 1]


def _score(table: FactorSheet, row: int, words: list[str]) -> float:
    """1 and more when every word is found as it stands, less for words that are only alike."""
    item = table.texts["item"][row]
    names = [item, *item.split("_"), table.texts["name_en"][row], table.texts["name_zh"][row], table.texts["category"][row]]
    texts = [name.lower() for name in names if name] + list(synonyms().get(item, ()))
    score = 1.0
    for word in words:
        if any(word == text for text in texts):
            score += 1.0
        elif not any(word in text for text in texts):
            alike = max((SequenceMatcher(None, word, text).ratio() for text in texts if len(text) < 40), default=0.0)
            if alike < CLOSE:
                return 0.0
            score *= alike * 0.9
    return score
