"""From a chemical of the stock to the item of a factor: as given, by the map, by CAS number, by an equal name, or not at all.

Nothing is matched by likeness: a person decides in the map, with a reason. Candidates are shown for that decision only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from textile_pcf.errors import Problem
from textile_pcf.factors.editions import edition_folder
from textile_pcf.factors.search import synonyms
from textile_pcf.factors.table import DECLARED, FactorSheet
from textile_pcf.factory.cas import items_by_cas
from textile_pcf.factory.chemical_map import ChemicalMap, comparable
from textile_pcf.factory.stock import Stock
from textile_pcf.messages.message import Message

LEVELS = ("given", "cas", "name", "class", "proxy", "none")
LIFE_CYCLE = "life_cycle"
GATE = "cradle_to_gate"
MOST_CANDIDATES, SHORTEST_NAME = 5, 2
"""Candidates shown of each chemical, and letters that a name needs to be looked for inside others."""


@dataclass(frozen=True, slots=True)
class ChemicalMatch:
    """The item of a chemical.

    Attributes
    ----------
    item : str
        Empty where none was found.
    level : str
        A word of `LEVELS`.
    active_ratio : float
        kg of the item in one kg of the chemical as it was bought.
    candidates : tuple of str
        Items that a person may choose from in the map, where none was found.
    """

    item: str = ""
    level: str = "none"
    active_ratio: float = 1.0
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class LifeCycleItems:
    """Items of the tables asked that can stand for a chemical: those with a factor of kind `life_cycle`.

    A supplier's declared footprint (`pcf:ID`, from cradle to gate) stands for what it declares, where it is named.

    Attributes
    ----------
    tables : sequence of FactorSheet
    """

    tables: Sequence[FactorSheet]
    _known: dict[str, bool] = field(default_factory=dict, repr=False)

    def __contains__(self, item: str) -> bool:
        if item not in self._known:
            kind = GATE if item.startswith(DECLARED) else LIFE_CYCLE
            self._known[item] = any((item, kind) in table.by_item_and_kind for table in self.tables)
        return self._known[item]

    @cached_property
    def by_name(self) -> dict[str, tuple[str, ...]]:
        """Items by their comparable names: the item itself, its names in the tables, its synonyms."""
        found: dict[str, dict[str, None]] = {}
        for table in self.tables:
            rows = [row for row, kind in enumerate(table.texts["kind"]) if kind == LIFE_CYCLE]
            others = synonyms(edition_folder(table.path))
            for row in rows:
                item = table.texts["item"][row]
                names = (item, table.texts["name_en"][row], table.texts["name_zh"][row], *others.get(item, ()))
                for name in filter(None, map(comparable, names)):
                    found.setdefault(name, {})[item] = None
        return {name: tuple(items) for name, items in found.items()}

    def candidates(self, names: Iterable[str], known: Iterable[str] = ()) -> tuple[str, ...]:
        """Return items for a person to choose from: those known, then those whose name holds, or is held by, one of the names.

        Parameters
        ----------
        names : iterable of str
            Names of the chemical in comparable form.
        known : iterable of str
            Items of its CAS number or of its name, where these are several.
        """
        found = dict.fromkeys(item for item in known if item in self)
        for name in names:
            for other, items in self.by_name.items():
                shorter = min(len(name), len(other))
                if shorter >= SHORTEST_NAME and (not other[:shorter].isascii() or shorter > SHORTEST_NAME + 1):
                    found |= dict.fromkeys(items) if name in other or other in name else {}
        return tuple(list(found)[:MOST_CANDIDATES])


@dataclass(frozen=True, eq=False)
class _Chosen:
    """An item before the active contents are compared; `active` is the content that its factor is per."""

    item: str
    level: str
    active: float
    place: tuple[Any, int]


def match_chemicals(
    stock: Stock, chemical_map: ChemicalMap | None, tables: Sequence[FactorSheet], problems: list[Problem]
) -> list[ChemicalMatch]:
    """Match every chemical of the stock.

    Parameters
    ----------
    stock : Stock
    chemical_map : ChemicalMap or None
    tables : sequence of FactorSheet
        The only tables asked.
    problems : list of Problem
        Problems are appended: an active content of the chemical without one of the factor, or the other way round.

    Returns
    -------
    list of ChemicalMatch, shape (chemicals,)
    """
    items = LifeCycleItems(tables)
    return [_match(stock, row, chemical_map, items, problems) for row in range(stock.table.rows)]


def map_row(stock: Stock, row: int, chemical_map: ChemicalMap | None) -> int | None:
    """Return the row of the map that speaks of a chemical: by its id, else by its CAS number, else by its name.

    Parameters
    ----------
    stock : Stock
    row : int
        Row of the stock.
    chemical_map : ChemicalMap or None
    """
    if chemical_map is None:
        return None
    texts = {"chemical": comparable(stock.chemicals[row]), "cas": stock.table.texts("cas")[row]}
    texts["name"] = comparable(stock.table.texts("name")[row])
    return next((chemical_map.rows[found] for found in texts.items() if found in chemical_map.rows), None)


def _match(
    stock: Stock, row: int, chemical_map: ChemicalMap | None, items: LifeCycleItems, problems: list[Problem]
) -> ChemicalMatch:
    """Return the match of one chemical. What a person has named is not replaced by another item, even if it has no factor."""
    given, mapped = stock.table.texts("item")[row], map_row(stock, row, chemical_map)
    name = comparable(stock.table.texts("name")[row] or stock.chemicals[row])
    if given:
        chosen = _Chosen(given, "given", float("nan"), (stock.table, row))
    elif mapped is not None and chemical_map is not None:
        level = "given" if chemical_map.levels[mapped] == "exact" else chemical_map.levels[mapped]
        chosen = _Chosen(chemical_map.items[mapped], level, float(chemical_map.active[mapped]), (chemical_map.table, mapped))
    else:
        of_cas = [known for known in items_by_cas().get(stock.table.texts("cas")[row], ()) if known.item in items]
        of_name = items.by_name.get(name, ())
        if len(of_cas) == 1:
            active = float(of_cas[0].active or "nan")
            chosen = _Chosen(of_cas[0].item, "cas", active, (stock.table, row))
        elif len(of_name) == 1:
            chosen = _Chosen(of_name[0], "name", float("nan"), (stock.table, row))
        else:
            return ChemicalMatch(candidates=items.candidates([name], (*(known.item for known in of_cas), *of_name)))
    if chosen.item not in items:
        return ChemicalMatch(candidates=items.candidates([comparable(chosen.item), name]))
    return ChemicalMatch(chosen.item, chosen.level, _active_ratio(stock, row, chosen, problems))


def _active_ratio(stock: Stock, row: int, chosen: _Chosen, problems: list[Problem]) -> float:
    """Return active content of the chemical / that of the factor; 1 where neither is stated; one alone is a problem."""
    own = float(stock.active[row])
    if own != own and chosen.active != chosen.active:
        return 1.0
    if own != own:
        what = Message("The factor {item!r} is per active content, and that of {name!r} is not stated.",
                       item=chosen.item, name=stock.chemicals[row])  # fmt: skip
        cure = Message("Fill in the column `active` of the stock, such as 50 %.")
        stock.table.problem(problems, row, "active", what, cure)
    elif chosen.active != chosen.active:
        if chosen.place[0].title == "map" and chosen.place[0].texts("active")[chosen.place[1]]:
            return own  # the cell has a problem of its own
        what = Message("{name!r} has an active content, and what the factor {item!r} is per is not stated.",
                       name=stock.chemicals[row], item=chosen.item)  # fmt: skip
        cure = Message("Give `active` of the factor in the map, such as 100 %, or leave it empty here.")
        stock.table.problem(problems, row, "active", what, cure)
    return own / chosen.active


def given_without_factor(stock: Stock, chemical_map: ChemicalMap | None, matches: Sequence[ChemicalMatch]) -> list[Message]:
    """Return a warning for each item that a person named and that has no factor of the right kind in the tables.

    Parameters
    ----------
    stock : Stock
    chemical_map : ChemicalMap or None
    matches : sequence of ChemicalMatch
    """
    warnings = []
    for row, match in enumerate(matches):
        mapped = map_row(stock, row, chemical_map)
        named = stock.table.texts("item")[row] or (chemical_map.items[mapped] if chemical_map and mapped is not None else "")
        if named and not match.item:
            what = "{name}: the item {item!r} has no factor of kind life_cycle in the tables asked."
            warnings.append(Message(what, name=stock.chemicals[row], item=named))
    return warnings
