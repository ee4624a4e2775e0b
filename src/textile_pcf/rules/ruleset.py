"""A checked product category rule: its specs, and names and notes of what it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from textile_pcf.errors import check_language
from textile_pcf.messages.message import TranslatedText
from textile_pcf.rules.schema import Quantity, RuleDocument, Stage
from textile_pcf.rules.specs import PRODUCT, FlowSpec, LossSpec, PropertySpec, StageSpec
from textile_pcf.units import Unit, UnitNames

INTERNAL = frozenset({
    "alternatives", "chosen_boundary", "components", "is_component_stage", "localized_note", "localized_title",
    "localized_ways", "names", "note", "option_title", "product_property", "stage_id", "unit_names", "ways_named",
})  # fmt: skip
"""Members for other packages of the library, which completion does not offer."""


@dataclass(frozen=True, eq=False)
class RuleSet:
    """A product category rule, checked and compiled.

    Attributes
    ----------
    document : RuleDocument
        The rule as written.
    product_unit : Unit
        Declared or functional unit.
    properties : tuple of PropertySpec
        Properties in an order in which each can be computed from those before it.
    losses : tuple of LossSpec
        Losses, stage by stage.
    flows : tuple of FlowSpec
        Flows, stage by stage.
    stages : tuple of StageSpec
        Stages in the direction of the material; component stages come first.
    alternatives : tuple
        Groups of which a product takes exactly one; each member is a pair (`stage` or `flow`, index).
    names : mapping
        Stage id (or `product`) → id → pair (`property`, `loss` or `flow`, index).
    unit_names : UnitNames or None
        Units that the rule defines.
    path : Path or None
        File of the rule.
    sha256 : str
        Hash of that file; of the flat text if it extends a rule or uses pieces.
    chosen_boundary : str
        Boundary that was chosen among several; empty for the first.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> rules = tp.load_rules("cotton_fabric@2026.1")
    >>> rules.name, rules.product_unit.text
    ('cotton_fabric@2026.1', 'kg')
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
    chosen_boundary: str = ""

    def __dir__(self) -> list[str]:
        return sorted(name for name in super().__dir__() if not name.startswith("_") and name not in INTERNAL)

    @property
    def boundary(self) -> str:
        """Boundary of the calculation, one of those that the rule offers."""
        return self.chosen_boundary or self.document.boundaries[0]

    @property
    def name(self) -> str:
        """Name and edition of the rule, as in `cotton_fabric@2026.1`."""
        return f"{self.document.rule}@{self.document.edition}"

    @property
    def components(self) -> int:
        """Number of component stages, which come first."""
        return sum(stage.component for stage in self.stages)

    def stage_id(self, index: int) -> str:
        """Return the id of a stage by its index; `product` for `PRODUCT`.

        Parameters
        ----------
        index : int
            Index in `stages`, or `PRODUCT`.

        Returns
        -------
        str
            Id of the stage.
        """
        return "product" if index == PRODUCT else self.stages[index].id

    def is_component_stage(self, index: int) -> bool:
        """Return whether a stage is calculated per component; the product itself is not.

        Parameters
        ----------
        index : int
            Index in `stages`, or `PRODUCT`.

        Returns
        -------
        bool
            Whether its quantities have an entry per component.
        """
        return index != PRODUCT and self.stages[index].component

    def product_property(self, name: str) -> PropertySpec | None:
        """Return the property of the product with an id, or None where the rule has none.

        Parameters
        ----------
        name : str
            Id of the property.

        Returns
        -------
        PropertySpec or None
            The property.
        """
        spec_type, index = self.names["product"].get(name, ("", -1))
        return self.properties[index] if spec_type == "property" else None

    def title(self, stage: str, name: str = "", language: str = "en") -> str:
        """Return the name of a stage or of something in it; the id where the rule has none.

        Parameters
        ----------
        stage : str
            Id of a stage, or `product`.
        name : str, optional
            Id of a property, loss or flow of the stage; without it the stage is meant.
        language : str, optional
            `en` or `zh`.

        Returns
        -------
        str
            The name.
        """
        model = self._model(stage, name)
        title = getattr(model, "title", None)
        return title.text(check_language(language)) if title else name or stage

    def localized_title(self, stage: str, name: str = "") -> TranslatedText:
        """Return the name of a stage or of something in it in both languages, for messages.

        Parameters
        ----------
        stage : str
            Id of a stage, or `product`.
        name : str, optional
            Id of a property, loss or flow of the stage; without it the stage is meant.

        Returns
        -------
        TranslatedText
            Its text in English; `text(language)` gives the other one.
        """
        return TranslatedText(self.title(stage, name), self.title(stage, name, "zh"))

    def option_title(self, stage: str, name: str, word: str, language: str = "en") -> str:
        """Return the name of an option of a choice; the option itself where the rule has none.

        Parameters
        ----------
        stage : str
            Id of a stage, or `product`.
        name : str
            Id of the property that is a choice.
        word : str
            Option of the choice.
        language : str, optional
            `en` or `zh`.

        Returns
        -------
        str
            The name.
        """
        spec_type, index = self.names[stage][name]
        return self.properties[index].option_title(word, check_language(language)) if spec_type == "property" else word

    def note(self, stage: str, name: str, language: str = "en") -> str:
        """Return what to measure for a property, loss or flow of a stage; empty where the rule has no note.

        Parameters
        ----------
        stage : str
            Id of a stage, or `product`.
        name : str
            Id of the property, loss or flow.
        language : str, optional
            `en` or `zh`.

        Returns
        -------
        str
            The note.
        """
        note = getattr(self._model(stage, name), "note", None)
        return note.text(check_language(language)) if note else ""

    def localized_note(self, stage: str, name: str) -> TranslatedText:
        """Return the note on a property, loss or flow of a stage in both languages, for messages.

        Parameters
        ----------
        stage : str
            Id of a stage, or `product`.
        name : str
            Id of a property, loss or flow of the stage.

        Returns
        -------
        TranslatedText
            Empty if the rule has no note on it.
        """
        return TranslatedText(self.note(stage, name), self.note(stage, name, "zh"))

    def localized_ways(self, ways: Iterable[str]) -> TranslatedText:
        """Return the names of alternatives in both languages, for messages.

        Parameters
        ----------
        ways : iterable of str
            Ids of stages or flows, as they stand in `alternatives` of the rule.

        Returns
        -------
        TranslatedText
            Each name followed by its id.
        """
        listed = tuple(ways)
        return TranslatedText(self.ways_named(listed), self.ways_named(listed, "zh"))

    def ways_named(self, ways: Iterable[str], language: str = "en") -> str:
        """Return the names of alternatives, each followed by its id.

        Parameters
        ----------
        ways : iterable of str
            Stages (`stage`) and flows (`stage.flow`).
        language : str, optional
            `en` or `zh`.

        Returns
        -------
        str
            Names and ids, separated by commas.

        Examples
        --------
        >>> from textile_pcf.rules import load_rules
        >>> load_rules("cotton_fabric@2026.1").ways_named(["weaving", "sizing.heat"])
        'Weaving [weaving], Heat [sizing.heat]'
        """
        return (", " if check_language(language) == "en" else "、").join(self._name_and_id(way, language) for way in ways)

    def _name_and_id(self, way: str, language: str) -> str:
        stage, _, name = way.partition(".")
        title = self.title(stage, name, language)
        return way if title in (stage, name) else f"{title} [{way}]"

    def _model(self, stage: str, name: str) -> Stage | Quantity | None:
        """Return the written model of a stage, or of something in it."""
        if stage == "product":
            return self.document.product.properties.get(name)
        owner = next(model for model in self.document.stages if model.id == stage)
        losses = {loss.id: loss for loss in owner.losses}
        return (owner.flows.get(name) or losses.get(name) or owner.properties.get(name)) if name else owner

    def __repr__(self) -> str:
        return f"<RuleSet {self.name} ({self.document.status}): {', '.join(stage.id for stage in self.stages)}>"
