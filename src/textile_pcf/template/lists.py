"""What may be chosen from in the cells of a workbook: units, emission factors, words."""

from __future__ import annotations

from functools import cache

from textile_pcf.activity import DATA_TYPES
from textile_pcf.factors import FactorSheet, load_factors
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rules import FlowSpec, PropertySpec
from textile_pcf.template.entries import Spec
from textile_pcf.units import Unit, convert, parse_unit

BAR = "｜"  # between what is read and what it means, in cells that are chosen from a list
LONGEST = 40  # letters of a name in a list
OFFERED = (
    "kg", "g", "t", "kWh", "MWh", "MJ", "GJ", "kgce", "tce", "m3", "L", "Nm3", "万Nm3", "t*km", "km", "%", "kg/kg", "g/kg",
    "kg/t", "kWh/kg", "kWh/t", "MJ/kg", "m3/t", "L/kg", "g/m2", "momme", "m", "cm", "mm", "Nm", "Ne", "dtex", "denier",
    "piece", "cycle", "wear", "h", "min", "1",
)  # fmt: skip


def labelled(text: str, meaning: str) -> str:
    """A word with its meaning behind it, as lists show it; the reader takes what stands before the bar.

    Examples
    --------
    >>> labelled("caustic_soda_50", "烧碱"), labelled("kg", "")
    ('caustic_soda_50｜烧碱', 'kg')
    """
    short = meaning if len(meaning) <= LONGEST else f"{meaning[: LONGEST - 1]}…"
    return f"{text}{BAR}{short}" if short else text


@cache
def units_of(wanted: Unit, whole: Unit | None = None) -> tuple[str, ...]:
    """Units that an amount may be given in, the rule's own first.

    Examples
    --------
    >>> units_of(parse_unit("MJ"), parse_unit("MJ/kg"))
    ('MJ', 'MJ/kg', 'kWh', 'MWh', 'GJ', 'kgce', 'tce', 'kWh/kg', 'kWh/t')
    """
    asked = [unit for unit in (wanted, whole) if unit is not None]
    offered = [text for text in OFFERED if any(_fits(parse_unit(text), unit, unit is wanted) for unit in asked)]
    return tuple(dict.fromkeys([*(unit.text for unit in asked), *offered]))


def _fits(unit: Unit, wanted: Unit, own: bool) -> bool:
    found = convert(unit, wanted)
    return found is not None and (own or not found.inverse)


def units_for(spec: Spec) -> tuple[str, ...]:
    """Units offered for something of a rule."""
    return units_of(spec.unit, spec.ratio_unit) if isinstance(spec, FlowSpec) else units_of(spec.unit)


@cache
def _default_table() -> FactorSheet:
    return load_factors().tables[0]


def items_for(spec: FlowSpec, language: str) -> tuple[str, ...]:
    """Items of the shipped factors that may stand on a flow, with their names; the rule's own first."""
    per = parse_unit("kgCO2e") / spec.unit
    found = _items(spec.kind, spec.category or "", per.dimensions, language != "en")
    order = sorted(found, key=lambda item: (item != spec.factor, item))
    return tuple(labelled(item, found[item]) for item in order)


@cache
def _items(kind: str, category: str, dimensions: tuple[tuple[str, int], ...], chinese: bool) -> dict[str, str]:
    """Items of one kind, category and unit with their names."""
    table = _default_table()
    found: dict[str, str] = {}
    for row in range(table.size):
        texts = {name: table.texts[name][row] for name in ("item", "kind", "category", "name_en", "name_zh")}
        fits = texts["kind"] == kind and table.units[row].dimensions == dimensions
        if fits and (not category or texts["category"] in ("", category)):
            name = texts["name_zh"] if chinese and texts["name_zh"] else texts["name_en"]
            found.setdefault(texts["item"], name)
    return found


def words_of(spec: PropertySpec, language: str) -> tuple[str, ...]:
    """The words of a choice, with their Chinese names behind them.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> loom = next(spec for spec in load_rules("cotton_fabric@2026.1").properties if spec.id == "loom")
    >>> words_of(loom, "both")[:2], words_of(loom, "en")[:2]
    (('water_jet｜喷水', 'air_jet｜喷气'), ('water_jet', 'air_jet'))
    """
    names = ((word, spec.option_title(word, "zh") if language != "en" else word) for word in spec.choice)
    return tuple(labelled(word, name if name != word else "") for word, name in names)


def words_for(words: tuple[str, ...], language: str) -> tuple[str, ...]:
    """Fixed words of the library with what they mean."""
    return tuple(labelled(text, "" if language == "en" else fixed_text(text, "zh")) for text in words)


def data_types(language: str) -> tuple[str, ...]:
    """Where an amount may come from."""
    return words_for(DATA_TYPES, language)


def bases(language: str) -> tuple[str, ...]:
    """What an amount may be per, where it is not as the rule says."""
    return words_for(("period", "product"), language)


def answers(language: str) -> tuple[str, ...]:
    """Whether a stage takes place."""
    return words_for(("yes", "no"), language)
