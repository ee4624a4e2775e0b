"""Read `composed.yaml` of an edition and append its factors to a table as rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from textile_pcf.errors import FactorError, Problem
from textile_pcf.factors.composition import SPLIT_SIZE, Composition, Term
from textile_pcf.factors.matching import NoMatch, Request, match
from textile_pcf.factors.table import NUMBERS, TEXTS, FactorSheet
from textile_pcf.factors.values import split_values
from textile_pcf.io.documents import Source, Strict, validate_document
from textile_pcf.io.localized import Text
from textile_pcf.io.resources import sha256_of
from textile_pcf.io.strict_yaml import Document, read_yaml
from textile_pcf.messages.message import Message
from textile_pcf.units import UnitError, parse_unit

FILE = "composed.yaml"
COMPOSED = "COMPOSED"
"""Source of composed rows; their inputs are cited one by one."""
PRINTED = "AR6"
"""GWP set of the value that is shown where no run has one."""


class ComposedInput(Strict):
    """One input of a composed factor."""

    item: str
    """Item of its factor."""
    kind: str = "life_cycle"
    """Kind of its factor."""
    region: str | None = None
    """Region of its factor; by default that of the composed factor."""
    amount: float
    """Amount in one unit of the composed factor, before losses."""
    unit: str
    """Unit of the amount."""
    loss: float = 0.0
    """Part of the input that is lost."""
    source: str
    """Where amount and loss come from: a key of `sources`."""
    locator: str
    """The place in the source."""


class ComposedFactor(Strict):
    """A factor as a small inventory of cited rows."""

    title: Text
    """Name."""
    category: str
    """Category of the item."""
    kind: str = "life_cycle"
    """Kind of factor."""
    unit: str = "kgCO2e/kg"
    """Unit of the factor."""
    regions: list[str]
    """Regions, each with its own electricity."""
    years: str = ""
    """A year; `electricity`: one row for each year of the region's electricity."""
    inputs: list[ComposedInput]
    """What goes in."""
    low: float | None = None
    """Lower end of the values read."""
    high: float | None = None
    """Upper end of the values read."""
    confidence: str
    """high, medium or low."""
    proxy_for: list[str] = []
    """Items that the factor stands in for."""
    note: Text
    """What is in and what is not."""


class ComposedDocument(Strict):
    """Composed factors of an edition, by table."""

    edition: str
    """Edition of the tables."""
    sources: dict[str, Source]
    """Where amounts and losses come from."""
    tables: dict[str, dict[str, ComposedFactor]]
    """Factors by table and item."""


@dataclass(frozen=True)
class _Place:
    """Where a composed factor stands, and what its inputs may be taken from."""

    read: Document
    document: ComposedDocument
    table: str
    item: str

    def problem(self, what: str, cure: str, *keys: str | int) -> Problem:
        return Problem(self.read.location(("tables", self.table, self.item, *keys)), what, cure)


def with_composed(table: FactorSheet, others: Sequence[FactorSheet]) -> FactorSheet:
    """Return a shipped table with its composed factors as further rows.

    Parameters
    ----------
    table : FactorSheet
        The rows of its CSV file.
    others : sequence of FactorSheet
        Further tables of the edition that inputs may be taken from.

    Returns
    -------
    FactorSheet
        The same table if the edition composes nothing for it.

    Raises
    ------
    FactorError
        An input has no factor, or the document is invalid.
    """
    path = table.path.with_name(FILE) if table.path else Path(FILE)
    if not path.is_file():
        return table
    content = sha256_of(path)
    read, document = _read(path, content)
    factors = document.tables.get(table.name)
    if not factors:
        return table
    sources = {**table.document.sources, **document.sources}
    sha256 = hashlib.sha256((table.sha256 + content).encode()).hexdigest()
    table = replace(table, document=table.document.model_copy(update={"sources": sources}), sha256=sha256)
    for items in _levels(factors):
        places = [_Place(read, document, table.name, item) for item in items]
        table = _append([*others], table, [(place, factors[place.item]) for place in places])
    return _with_values(table)


def _levels(factors: Mapping[str, ComposedFactor]) -> Iterator[list[str]]:
    """Yield the items in the order in which they can be composed: those that need no other composed item first."""
    waiting = dict(factors)
    while waiting:
        ready = [item for item, factor in waiting.items() if not any(given.item in waiting for given in factor.inputs)]
        ready = ready or list(waiting)  # a loop: `match` then says which input has no factor
        yield ready
        waiting = {item: factor for item, factor in waiting.items() if item not in ready}


@lru_cache(maxsize=8)
def _read(path: Path, content: str) -> tuple[Document, ComposedDocument]:
    """Read the composed factors of an edition, once per hash of their file."""
    read = read_yaml(path, FactorError)
    return read, validate_document(ComposedDocument, read, FactorError)


def _years(table: FactorSheet, others: Sequence[FactorSheet], factor: ComposedFactor, region: str) -> Iterator[str]:
    """Yield the years of a factor: as written, or those of the region's electricity."""
    if factor.years != "electricity":
        yield factor.years
        return
    for sheet in (table, *others):
        by_year = sheet.by_item_and_kind.get(("electricity", "life_cycle"), {}).get(region)
        if by_year:
            yield from (str(year) for year in sorted(by_year))
            return


def _append(others: Sequence[FactorSheet], table: FactorSheet, factors: Sequence[tuple[_Place, ComposedFactor]]) -> FactorSheet:
    """Return the table with the rows of some factors, which do not need each other."""
    problems: list[Problem] = []
    texts: list[dict[str, str]] = []
    numbers: list[dict[str, float]] = []
    added: list[tuple[_Place, Composition]] = []
    index = {item: list(rows) for item, rows in table.index.items()}
    for place, factor in factors:
        places = [(region, year) for region in factor.regions for year in _years(table, others, factor, region)]
        for where in places:
            terms = [_term((table, *others), factor, place, number, where) for number in range(len(factor.inputs))]
            problems += [term for term in terms if isinstance(term, Problem)]
            row = table.size + len(added)
            added.append((place, Composition(row, tuple(term for term in terms if isinstance(term, Term)))))
            texts.append(_texts(table, factor, place, where))
            numbers.append({"low": _number(factor.low), "high": _number(factor.high)})
            index.setdefault(place.item, []).append(row)
    if problems:
        raise FactorError(problems)
    return replace(
        table,
        texts={name: [*table.texts[name], *(row.get(name, "") for row in texts)] for name in TEXTS},
        numbers={name: np.append(table.numbers[name], [row.get(name, np.nan) for row in numbers]) for name in NUMBERS},
        units=(*table.units, *(parse_unit(row["unit"]) for row in texts)),
        locations=(*table.locations, *(place.read.location(("tables", place.table, place.item)) for place, _ in added)),
        index=index,
        composed=(*table.composed, *(composition for _, composition in added)),
    )


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _texts(table: FactorSheet, factor: ComposedFactor, place: _Place, where: tuple[str, str]) -> dict[str, str]:
    """Return the text columns of a row."""
    parts = [
        f"{given.amount:g} {given.unit} {given.item}" + (f" / (1 - {given.loss:g})" if given.loss else "")
        for given in factor.inputs
    ]
    licence = table.document.licence or ""
    return {
        "item": place.item, "unit": factor.unit, "region": where[0], "year": where[1], "kind": factor.kind,
        "source": COMPOSED, "locator": f"{FILE}, {place.item}: {' + '.join(parts)}", "name_en": factor.title.text(),
        "name_zh": factor.title.text("zh"), "category": factor.category, "gwp": "unknown", "confidence": factor.confidence,
        "licence": licence if licence.startswith("CC BY-SA") else place.document.sources[COMPOSED].licence or "",
        "redistributable": "true", "notes": factor.note.text(), "proxy_for": ";".join(factor.proxy_for),
    }  # fmt: skip


def _term(
    tables: tuple[FactorSheet, ...], factor: ComposedFactor, place: _Place, number: int, where: tuple[str, str]
) -> Term | Problem:
    """Return one input with its factor, or why it has none."""
    given, at = factor.inputs[number], ("inputs", number)
    try:
        unit = parse_unit(given.unit)
    except UnitError as error:
        return place.problem(error.what, error.cure, *at, "unit")
    if not 0 <= given.loss < 1 or not np.isfinite(given.amount):
        return place.problem("A loss is outside 0 to 1.", "Write a part, such as 0.03.", *at, "loss")
    if given.source not in place.document.sources:
        what = Message("The source {source!r} is not described.", source=given.source)
        return place.problem(what, "Describe it under `sources`.", *at, "source")
    request = Request(given.item, given.kind, given.region or where[0], int(where[1] or 0), unit)
    found = match(tables, request)
    if isinstance(found, NoMatch):
        return place.problem(found.what, found.cure, *at, "item")
    sheet = tables[found.table]
    per_canonical = sheet.units[found.row].factor / found.flow_units * unit.factor
    own = None if found.table == 0 else sheet
    return Term(own, found.row, given.amount, given.unit, per_canonical, given.loss, given.source, given.locator)


def _with_values(table: FactorSheet) -> FactorSheet:
    """Return the table with the value of each composed row under AR6, for lists and searches."""
    split = split_values(table, PRINTED, "zero_zero")
    values = table.numbers["value"].copy()
    for composition in table.composed:
        values[composition.row] = float(split[composition.row, :SPLIT_SIZE].sum())
    numbers = {**table.numbers, "value": values}
    for gas in ("co2_uptake", "co2_biogenic"):  # of the inputs, for whoever asks what a row removes
        numbers[gas] = table.numbers[gas].copy()
        for composition in table.composed:
            masses = [
                np.nan_to_num((term.sheet.numbers if term.sheet else numbers)[gas][term.row]) * term.needed * term.per_canonical
                for term in composition.terms
            ]
            numbers[gas][composition.row] = sum(masses) or np.nan
    return replace(table, numbers=numbers)
