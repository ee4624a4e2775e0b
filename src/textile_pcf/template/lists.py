"""Lists to choose from in the cells of a template workbook: units, emission factors, options."""

from __future__ import annotations

from functools import cache

from textile_pcf.activity import DATA_TYPES
from textile_pcf.factors import FactorSheet, load_factors
from textile_pcf.factors.matching import Match, Request, match
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rules import FlowSpec, PropertySpec, QuantitySpec
from textile_pcf.rules.specs import comparison_key
from textile_pcf.units import Unit, convert, parse_unit

BAR = "｜"  # separates the value from its meaning in drop-down lists
MAX_LABEL = 40  # letters of a meaning in a list
REGION = "CN"
"""Region that the template writes beforehand."""
OFFERED = (
    "kg", "g", "t", "kWh", "MWh", "MJ", "GJ", "kgce", "tce", "m3", "L", "Nm3", "万Nm3", "t*km", "km", "%", "kg/kg", "g/kg",
    "kg/t", "kWh/kg", "kWh/t", "MJ/kg", "m3/t", "L/kg", "g/m2", "momme", "m", "cm", "mm", "Nm", "Ne", "dtex", "denier",
    "piece", "cycle", "wear", "h", "min", "1",
)  # fmt: skip


def labelled(text: str, meaning: str) -> str:
    """Return a text with its meaning after a bar, as drop-down lists show it. The reader takes the part before the bar.

    Examples
    --------
    >>> labelled("caustic_soda_50", "烧碱"), labelled("kg", "")
    ('caustic_soda_50｜烧碱', 'kg')
    """
    short = meaning if len(meaning) <= MAX_LABEL else f"{meaning[: MAX_LABEL - 1]}…"
    return f"{text}{BAR}{short}" if short else text


@cache
def units_of(unit: Unit, ratio_unit: Unit | None = None) -> tuple[str, ...]:
    """Return the units that an amount may be given in, the unit of the rule first.

    Parameters
    ----------
    unit : Unit
        Unit of the quantity in the rule.
    ratio_unit : Unit, optional
        Unit per unit of the driver, for flows.

    Examples
    --------
    >>> units_of(parse_unit("MJ"), parse_unit("MJ/kg"))
    ('MJ', 'MJ/kg', 'kWh', 'MWh', 'GJ', 'kgce', 'tce', 'kWh/kg', 'kWh/t')
    """
    targets = [target for target in (unit, ratio_unit) if target is not None]
    offered = [text for text in OFFERED if any(_fits(parse_unit(text), target, target is unit) for target in targets)]
    return tuple(dict.fromkeys([*(target.text for target in targets), *offered]))


def _fits(unit: Unit, target: Unit, may_invert: bool) -> bool:
    """Return True if `unit` converts to `target`; by the inverse (Nm to dtex) only if `may_invert`."""
    conversion = convert(unit, target)
    return conversion is not None and (may_invert or not conversion.inverse)


def units_for(spec: QuantitySpec) -> tuple[str, ...]:
    """Return the units offered for a quantity of a rule."""
    return units_of(spec.unit, spec.ratio_unit) if isinstance(spec, FlowSpec) else units_of(spec.unit)


def items_for(spec: FlowSpec, language: str, table: str = "default") -> tuple[str, ...]:
    """Return the items of a table that match a flow, with their names; the item of the rule first.

    An item is listed only if a factor is found for it in the way that a calculation searches: for a process in China, or else
    for the region that the list then names.

    Parameters
    ----------
    spec : FlowSpec
        The flow.
    language : str
        `en`, `zh` or `both`.
    table : str
        Table of emission factors: `NAME` or `NAME@EDITION`.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> flow = next(flow for flow in load_rules("cotton_fabric@2026.1").flows if flow.id == "electricity")
    >>> items_for(flow, "en", "default@2026.1")[0].partition(BAR)[0]
    'electricity'
    """
    found = _matching(spec.kind, spec.category or "", spec.unit, spec.forbid, table)
    order = sorted(found, key=lambda item: (item != spec.factor, item))
    return tuple(labelled(item, _with_region(_name(found[item][0], language, table) or item, found[item][1])) for item in order)


def factor_name(spec: FlowSpec, language: str, table: str) -> str:
    """Return the name of the emission factor that the rule names for a flow; its item where the table has none."""
    item = spec.factor or ""
    found = _matching(spec.kind, spec.category or "", spec.unit, spec.forbid, table)
    return (_name(found[item][0], language, table) if item in found else "") or item


def _name(row: int, language: str, table: str) -> str:
    """Return the name of a row of a table of factors, in Chinese unless the language is `en`."""
    texts = _sheet(table).texts
    return (texts["name_zh"][row] if language != "en" else "") or texts["name_en"][row]


@cache
def _sheet(table: str) -> FactorSheet:
    return load_factors(table).tables[0]


def _with_region(name: str, region: str) -> str:
    return f"{name} [{region}]" if region else name


@cache
def _matching(factor_kind: str, category: str, unit: Unit, forbid: tuple[str, ...], table: str) -> dict[str, tuple[int, str]]:
    """Return the items that match; for each the row, and the region to write, which is empty where that of the product does."""
    found: dict[str, tuple[int, str]] = {}
    sheet = _sheet(table)
    kinds, categories, regions = (sheet.texts[name] for name in ("kind", "category", "region"))
    for row, item in enumerate(sheet.texts["item"]):
        if kinds[row] != factor_kind or (category and categories[row] not in ("", category)) or item in found:
            continue
        for region in (REGION, regions[row]):
            matched = match([sheet], Request(item, factor_kind, region, 0, unit, category or None, forbid))
            if isinstance(matched, Match):
                found[item] = matched.row, "" if region == REGION else region
                break
    return found


def option_labels(spec: PropertySpec, language: str) -> tuple[str, ...]:
    """Return the options of a choice with their titles, in Chinese unless the language is `en`.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> loom = next(spec for spec in load_rules("cotton_fabric@2026.1").properties if spec.id == "loom")
    >>> option_labels(loom, "both")[:2], option_labels(loom, "en")[:2]
    (('water_jet｜喷水', 'air_jet｜喷气'), ('water_jet', 'air_jet'))
    """
    names = ((option, spec.option_title(option, "en" if language == "en" else "zh")) for option in spec.choice)
    return tuple(labelled(option, name if comparison_key(name) != comparison_key(option) else "") for option, name in names)


def labels_for(texts: tuple[str, ...], language: str) -> tuple[str, ...]:
    """Return fixed texts of the library with their meaning."""
    return tuple(labelled(text, "" if language == "en" else fixed_text(text, "zh")) for text in texts)


def data_types(language: str) -> tuple[str, ...]:
    """Return the allowed data types of an amount."""
    return labels_for(DATA_TYPES, language)


def bases(language: str) -> tuple[str, ...]:
    """Return the bases an amount can have other than the basis of the rule."""
    return labels_for(("period", "product"), language)


def answers(language: str) -> tuple[str, ...]:
    """Return the answers to the question whether a stage takes place."""
    return labels_for(("yes", "no"), language)
