"""A checked rule as the calculation sees it: units parsed, names resolved to places in flat lists, numbers canonical."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import FloatArray
from textile_pcf.io.localized import LocalizedText
from textile_pcf.methods import Method
from textile_pcf.rules.schema import Quantity, RuleDocument, Stage
from textile_pcf.units import Conversion, Unit, UnitNames, convert

PRODUCT = -1  # the place of product properties in lists by stage


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a number of the rule comes from."""

    source: str
    locator: str


@dataclass(frozen=True, slots=True)
class Default:
    """A value of the rule: one number, a property, or numbers of which a property chooses one.

    Parameters
    ----------
    values : array, shape (entries,)
        In canonical units; NaN where a word of the choosing property has no value.
    citations : tuple, one per entry
    by : int
        Property that chooses the entry; -1 when there is one entry.
    bounds : array, shape (entries,), or None
        Upper bounds in the canonical unit of `by`; None when `by` is a choice and entries follow its words.
    reference : int
        Property whose value it is; -1 when it is a number.
    """

    values: FloatArray
    citations: tuple[Citation, ...] = ()
    by: int = -1
    bounds: FloatArray | None = None
    reference: int = -1

    def entry(self, by: FloatArray) -> NDArray[np.intp]:
        """Entry that each value of the choosing property points to; -1 where there is none."""
        known = ~np.isnan(by)
        if self.bounds is None:
            place = np.where(known, by, -1).astype(np.intp)
        else:
            place = np.searchsorted(self.bounds, np.where(known, by, np.inf))
        place = np.where(known & (place < len(self.values)), place, -1)
        return np.where(np.isnan(np.append(self.values, np.nan)[place]), -1, place)


@dataclass(frozen=True, slots=True)
class PropertySpec:
    """A quantity of the product or of a stage; `plausible` in canonical units."""

    index: int
    id: str
    stage: int
    unit: Unit
    component: bool
    optional: bool
    choice: tuple[str, ...] = ()
    default: Default | None = None
    method: Method | None = None
    inputs: Mapping[str, int] = field(default_factory=dict)
    plausible: tuple[float, float] | None = None
    titles: tuple[LocalizedText | None, ...] = ()

    def option_title(self, word: str, language: str = "en") -> str:
        """Name of a word of the choice, for people; the word itself where the rule has none.

        Examples
        --------
        >>> from textile_pcf.rules import load_rules
        >>> loom = next(spec for spec in load_rules("cotton_fabric@2026.1").properties if spec.id == "loom")
        >>> loom.option_title("air_jet"), loom.option_title("air_jet", "zh"), loom.option_title("by hand", "zh")
        ('Air jet', '喷气', 'by hand')
        """
        title = self.titles[self.choice.index(word)] if word in self.choice else None
        return title.text(language) if title else word

    def option_in_chinese(self, word: str) -> str:
        """A word of the choice with its Chinese name behind it, where it has one.

        Examples
        --------
        >>> from textile_pcf.rules import load_rules
        >>> loom = next(spec for spec in load_rules("cotton_fabric@2026.1").properties if spec.id == "loom")
        >>> loom.option_in_chinese("air_jet")
        'air_jet（喷气）'
        """
        title = self.option_title(word, "zh")
        return word if title == word else f"{word}（{title}）"

    def option_index(self, text: str) -> int:
        """Place of the word that a text means, as written or by its name in any language; -1 where it is none of them.

        Examples
        --------
        >>> from textile_pcf.rules import load_rules
        >>> loom = next(spec for spec in load_rules("cotton_fabric@2026.1").properties if spec.id == "loom")
        >>> loom.option_index("rapier"), loom.option_index("剑杆"), loom.option_index("Air jet"), loom.option_index("by hand")
        (3, 3, 1, -1)
        """
        if text in self.choice:
            return self.choice.index(text)
        wanted = text.casefold()
        for place, title in enumerate(self.titles):
            if title and wanted in (title.en.casefold(), (title.zh or title.en).casefold()):
                return place
        return -1


def plain(text: str) -> str:
    """A word as it is compared: capitals, blanks and underscores do not matter.

    Examples
    --------
    >>> plain("T 恤"), plain("Air_Jet")
    ('t恤', 'airjet')
    """
    return "".join(text.casefold().replace("_", " ").split())


@dataclass(frozen=True, slots=True)
class LossSpec:
    """A loss: kg/kg, on its basis."""

    index: int
    id: str
    stage: int
    unit: Unit
    basis: str
    optional: bool
    default: Default | None
    plausible: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class FlowSpec:
    """A flow: `unit` is what is counted, `whole` is that per driver; amounts are canonical in `whole`."""

    index: int
    id: str
    stage: int
    unit: Unit
    ratio_unit: Unit
    drivers: tuple[str | int, ...]
    optional: bool
    default: Default | None
    factor: str | None
    kind: str
    category: str | None
    group: str
    any_sign: bool
    forbid: tuple[str, ...]
    plausible: tuple[float, float] | None

    def conversion(self, unit: Unit, whole: Unit | None = None) -> Conversion | None:
        """Turn amounts told in `unit` into canonical ones; None when `unit` is neither the flow's nor the whole ratio."""
        ratio = self.ratio_unit if whole is None else whole
        counted = convert(unit, self.unit)
        if counted is not None and not counted.inverse:
            return Conversion(counted.factor * ratio.factor)
        return Conversion(unit.factor) if unit.dimensions == ratio.dimensions else None


@dataclass(frozen=True, slots=True)
class StageSpec:
    """A stage, with the places of its losses and flows in the flat lists."""

    index: int
    id: str
    component: bool
    outside: bool
    optional: bool
    group: str
    region: str
    losses: tuple[int, ...]
    flows: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class RuleSet:
    """A product category rule, checked and ready to calculate with.

    `properties` stand in an order in which each can be computed from those before it. `names` gives, per stage id (and
    `product`), what each id of that stage is: a pair of kind (`property`, `loss`, `flow`) and place in the flat list.
    """

    document: RuleDocument
    product_unit: Unit
    properties: tuple[PropertySpec, ...]
    losses: tuple[LossSpec, ...]
    flows: tuple[FlowSpec, ...]
    stages: tuple[StageSpec, ...]
    alternatives: tuple[tuple[tuple[str, int], ...], ...]
    names: Mapping[str, Mapping[str, tuple[str, int]]]
    path: Path | None
    sha256: str
    unit_names: UnitNames | None = None
    """Known units, if the rule defines some of its own."""

    @property
    def name(self) -> str:
        """`rule@edition`."""
        return f"{self.document.rule}@{self.document.edition}"

    @property
    def components(self) -> int:
        """Number of component stages; they come first."""
        return sum(stage.component for stage in self.stages)

    def stage_id(self, index: int) -> str:
        """Id of the stage at a place; `product` for the product itself."""
        return "product" if index == PRODUCT else self.stages[index].id

    def product_property(self, name: str) -> PropertySpec | None:
        """The product property of that name, if the rule has it."""
        kind, index = self.names["product"].get(name, ("", -1))
        return self.properties[index] if kind == "property" else None

    def title(self, stage: str, name: str = "", language: str = "en") -> str:
        """Name of a stage, or of something in it, for people; the id where the rule has none."""
        model = self._model(stage, name)
        title = getattr(model, "title", None)
        return title.text(language) if title else name or stage

    def option_title(self, stage: str, name: str, word: str, language: str = "en") -> str:
        """Name of a word of a choice, for people; the word itself where the rule has none."""
        kind, index = self.names[stage][name]
        return self.properties[index].option_title(word, language) if kind == "property" else word

    def note(self, stage: str, name: str, language: str = "en") -> str:
        """What to measure for something of a stage; empty where the rule does not say."""
        note = getattr(self._model(stage, name), "note", None)
        return note.text(language) if note else ""

    def ways_named(self, ways: Iterable[str], language: str = "en") -> str:
        """Stages and flows (`stage`, `stage.flow`) by their names, with their ids behind.

        Examples
        --------
        >>> from textile_pcf.rules import load_rules
        >>> load_rules("cotton_fabric@2026.1").ways_named(["weaving", "sizing.heat"])
        'Weaving [weaving], Heat [sizing.heat]'
        """
        return (", " if language == "en" else "、").join(self._way(way, language) for way in ways)

    def _way(self, way: str, language: str) -> str:
        stage, _, name = way.partition(".")
        title = self.title(stage, name, language)
        return way if title in (stage, name) else f"{title} [{way}]"

    def translations(self) -> dict[str, str]:
        """Titles, notes and words of the rule, and lists of these words: English → Chinese, for messages."""
        document = self.document
        told: list[object] = [document, *document.product.properties.values(), *document.alternatives, *document.stages]
        for stage in document.stages:
            told += [*stage.properties.values(), *stage.losses, *stage.flows.values()]
        texts = [title for spec in self.properties for title in spec.titles]
        texts += [getattr(model, name, None) for model in told for name in ("title", "note")]
        chosen = [spec for spec in self.properties if spec.choice]
        lists = {", ".join(spec.choice): "、".join(map(spec.option_in_chinese, spec.choice)) for spec in chosen}
        for group in document.alternatives:  # all ways, and those of which two or three are taken
            some = [tuple(group.one_of), *combinations(group.one_of, 2), *combinations(group.one_of, 3)]
            lists |= {self.ways_named(ways): self.ways_named(ways, "zh") for ways in some}
        return {text.en: text.zh for text in texts if text is not None and text.zh} | lists

    def _model(self, stage: str, name: str) -> Stage | Quantity | None:
        if stage == "product":
            return self.document.product.properties.get(name)
        home = next(model for model in self.document.stages if model.id == stage)
        losses = {loss.id: loss for loss in home.losses}
        return (home.flows.get(name) or losses.get(name) or home.properties.get(name)) if name else home

    def __repr__(self) -> str:
        return f"<RuleSet {self.name} ({self.document.status}): {', '.join(stage.id for stage in self.stages)}>"
