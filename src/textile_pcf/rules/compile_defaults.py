"""Compile names and values of a rule: references to properties, units, default values and citations."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from textile_pcf.errors import SHOWN, Problem
from textile_pcf.io.strict_yaml import Document
from textile_pcf.messages.message import JoinedMessage, Message
from textile_pcf.rules.compile_spreads import check_place, stated_spread
from textile_pcf.rules.schema import ChosenDefault, Flow, Property, Quantity, RuleDocument
from textile_pcf.rules.specs import PRODUCT
from textile_pcf.rules.stated_values import DRIVER_ITSELF, Citation, Default
from textile_pcf.suggest import nearest
from textile_pcf.units import OwnUnitsError, Unit, UnitError, UnitNames, own_units, parse_unit

DocumentPath = tuple[str | int | float, ...]


class DefaultCompiler:
    """Resolve names and compile default values of one rule; collect every problem on the way.

    Parameters
    ----------
    written : RuleDocument
        The rule as written.
    document : Document
        Its file, which knows the line of every key.

    Attributes
    ----------
    problems : list of Problem
        Mistakes found so far.
    stage_index : dict of str to int
        Index of each stage by its id.
    order : list of (int, str)
        Stage index and id of the properties, in the order of calculation.
    property_index : dict of (int, str) to int
        Index of each property in `order`; -1 until the order is known.
    models : dict of (int, str) to Property
        Written model of each property.
    """

    def __init__(self, written: RuleDocument, document: Document) -> None:
        self.written = written
        self.document = document
        self.problems: list[Problem] = []
        self.stage_index: dict[str, int] = {}
        for index, stage in enumerate(written.stages):
            self.stage_index.setdefault(stage.id, index)
        self.invalid_units: set[str] = set()
        self.unit_names = self.read_unit_names()
        self.product_unit = self.unit(written.product.unit, ("product", "unit"))
        self.order: list[tuple[int, str]] = []
        self.property_index: dict[tuple[int, str], int] = {}
        self.models: dict[tuple[int, str], Property] = {}

    def read_unit_names(self) -> UnitNames | None:
        """Return the known units if the rule defines some of its own; report every wrong definition."""
        try:
            return own_units(self.written.units)
        except OwnUnitsError as wrong:
            for name, error in wrong.errors.items():
                self.problem(("units", name), error.what, error.cure)
            self.invalid_units = set(wrong.errors)
            return wrong.names

    # -- problems and units ---------------------------------------------------------------------------------------

    def problem(self, path: DocumentPath, what: str, cure: str, code: str = "") -> None:
        """Add a problem at a path of the document."""
        where = ".".join(str(step) for step in path)
        self.problems.append(Problem(f"{self.document.place(path)} ({where})", what, cure, code=code))

    def near(self, text: str, known: Iterable[str]) -> str | None:
        """Return the known name most like a text; None once there are more problems than a message shows."""
        return nearest(text, known) if len(self.problems) < SHOWN else None

    def unit(self, text: str | None, path: DocumentPath) -> Unit:
        """Parse a unit; add a problem and return the dimensionless unit where the text is none."""
        if text is None:
            self.problem(path[:-1], "The unit is missing.", "Add `unit:`, for example `unit: kWh`.")
            return parse_unit("1")
        try:
            return parse_unit(text, self.unit_names)
        except UnitError as error:
            if error.name not in self.invalid_units:  # else its definition was reported
                self.problem(path, error.what, error.cure)
            return parse_unit("1")

    # -- names of properties --------------------------------------------------------------------------------------

    def key(self, stage: int, name: str) -> tuple[int, str] | None:
        """Return stage index and id of the property that a name refers to in a stage.

        `property` is the stage's own or else the product's; `stage.property` is that of the named stage.
        """
        owner, _, inner = name.partition(".")
        keys = [(self.stage_index[owner], inner)] if inner and owner in self.stage_index else [(stage, name), (PRODUCT, name)]
        return next((key for key in keys if key in self.property_index), None)

    def find_property(self, stage: int, name: str, path: DocumentPath) -> int | None:
        """Return the index of the property that a name refers to in a stage; add a problem where there is none."""
        key = self.key(stage, name)
        if key is None:
            known = [other for owner, other in self.property_index if owner in (stage, PRODUCT)]
            close = self.near(name, known)
            cure = (
                Message("Did you mean {close!r}?", close=close)
                if close
                else "Add it to `properties` of the stage or the product."
            )
            self.problem(path, Message("There is no property {name!r} here.", name=name), cure)
            return None
        index = self.property_index[key]
        if self.is_averaged(index, stage) and self.models[self.order[index]].choice:
            what = Message("{name!r} is chosen per fibre, and a mean of options does not exist.", name=name)
            self.problem(path, what, "Name it only in stages of scope component.")
        return index

    def is_averaged(self, index: int, stage: int) -> bool:
        """Whether a common stage uses a property of components, so that their mean by share is taken."""
        owner = self.order[index][0] if index < len(self.order) else PRODUCT
        scopes = ["product" if user == PRODUCT else self.written.stages[user].scope for user in (owner, stage)]
        return scopes == ["component", "product"]

    def is_choice(self, index: int, name: str, path: DocumentPath) -> bool:
        """Return whether a property is a choice, and add a problem: its number is the place of a word in a list."""
        if self.models[self.order[index]].choice:
            what = Message("{name!r} is a choice, not a number.", name=name)
            self.problem(path, what, "Name a property with a unit.")
            return True
        return False

    # -- values ---------------------------------------------------------------------------------------------------

    def default(self, model: Quantity, stage: int, path: DocumentPath, unit: Unit, ratio_unit: Unit) -> Default | None:
        """Compile the default value of a property, loss or flow to canonical units.

        Parameters
        ----------
        model : Quantity
            The property, loss or flow as written.
        stage : int
            Index of its stage, or `PRODUCT`.
        path : DocumentPath
            Location in the document.
        unit : Unit
            Unit of what is counted.
        ratio_unit : Unit
            Unit of the value: of a flow `unit` per unit of each driver, otherwise `unit`.
        """
        value = model.value
        check_place(model, path, isinstance(value, (int, float)), self.problem)
        if value is None:
            if model.source and model.source not in self.written.sources:
                self.citation(model, model, path)
            return None
        path = (*path, "value")
        choice = getattr(model, "choice", None)
        if isinstance(value, ChosenDefault):
            return self.chosen_default(model, value, stage, path, ratio_unit)
        if isinstance(value, str):
            if choice:
                if value not in choice:
                    self.problem(
                        path,
                        Message("{value!r} is not one of the options.", value=value),
                        Message("Choose from: {choices}.", choices=", ".join(choice)),
                    )
                    return None
                return Default(np.array([float(list(choice).index(value))]), (self.citation(model, model, path),))
            return None if self.is_number(value, path) else self.reference(value, stage, path, unit, ratio_unit)
        number = self.number(value, path) * ratio_unit.factor
        spreads = (stated_spread(model, model, float(value), path, ratio_unit.factor, self.problem),)
        if isinstance(model, Flow) and value == 1.0 and not model.source and not spreads[0]:
            return Default(np.array([number]), (Citation("", DRIVER_ITSELF),))
        return Default(np.array([number]), (self.citation(model, model, path),), spreads=spreads)

    def number(self, value: float, path: DocumentPath) -> float:
        """Return a number; add a problem and return 0 where it is not finite."""
        if not math.isfinite(value):
            self.problem(path, "The number is not finite.", "Write a finite number, or leave `value` out.")
            return 0.0
        return float(value)

    def is_number(self, text: str, path: DocumentPath) -> bool:
        """Return whether a text is meant as a number, and add a problem: no property has such a name."""
        if not text[:1].isdecimal() and text[:1] not in ("+", "-", ".", ""):
            return False
        cure = "Write a plain number such as 2.5, without quotes, separators or unit; or name a property."
        self.problem(path, Message("{text!r} is not a number.", text=text), cure)
        return True

    def reference(self, name: str, stage: int, path: DocumentPath, unit: Unit, ratio_unit: Unit) -> Default | None:
        """Compile a default that is the value of another property."""
        index = self.find_property(stage, name, path)
        if index is None:
            return None
        model = self.models[self.order[index]]
        if self.is_choice(index, name, path):
            return None
        other = self.unit(model.unit, path) if model.unit else parse_unit("1")
        if other.dimensions not in (unit.dimensions, ratio_unit.dimensions):
            what = Message(
                "{name!r} is in {unit}, but {expected} or {expected_ratio} is needed.",
                name=name,
                unit=other.text,
                expected=unit.text,
                expected_ratio=ratio_unit.text,
            )
            self.problem(path, what, "Name another property, or give it that unit.")
        scale = 1.0 if other.dimensions == ratio_unit.dimensions else ratio_unit.factor / unit.factor
        return Default(np.array([scale]), (Citation("", ""),), reference=index)

    def chosen_default(
        self, model: Quantity, value: ChosenDefault, stage: int, path: DocumentPath, ratio_unit: Unit
    ) -> Default | None:
        """Compile a default that another property chooses, by its option or by the range of its value."""
        by = self.find_property(stage, value.by, (*path, "by"))
        if by is None:
            return None
        chooser = self.models[self.order[by]]
        if value.has_ranges:
            return self._default_by_range(model, value, by, path, ratio_unit)
        if not chooser.choice:
            self.problem(
                (*path, "by"),
                Message("{by!r} is not a choice.", by=value.by),
                "Use `upto:` or `below:` with bounds, or name a choice.",
            )
            return None
        for option in value.words:
            if option not in chooser.choice:
                cure = Message("Its options are: {choice}.", choice=", ".join(chooser.choice))
                self.problem(
                    (*path, option), Message("{option!r} is not an option of {name!r}.", option=option, name=value.by), cure
                )
        entries = [value.words.get(option) for option in chooser.choice]
        numbers = [self.number(entry.value, path) * ratio_unit.factor if entry else math.nan for entry in entries]
        citations = tuple(self.citation(model, entry, path) if entry else Citation("", "") for entry in entries)
        spreads = tuple(
            stated_spread(model, entry, entry.value, (*path, option), ratio_unit.factor, self.problem) if entry else None
            for option, entry in zip(chooser.choice, entries, strict=True)
        )
        return Default(np.array(numbers), citations, by, spreads=spreads)

    def _default_by_range(
        self, model: Quantity, value: ChosenDefault, by: int, path: DocumentPath, ratio_unit: Unit
    ) -> Default | None:
        chooser = self.models[self.order[by]]
        if chooser.choice:
            self.problem(
                (*path, "upto" if value.upto else "below"),
                Message("{by!r} is a choice.", by=value.by),
                "Give a value for each option instead of `upto` or `below`.",
            )
            return None
        ranges = {"upto": value.upto, "below": value.below}
        for key, table in ranges.items():
            if list(table) != sorted(set(table)):
                self.problem((*path, key), "The bounds do not ascend.", "Write them from the lowest to the highest.")
        for bound in value.below.keys() & value.upto.keys():
            what = Message("The bound {bound} stands under `upto` and under `below`.", bound=f"{bound:g}")
            self.problem((*path, "below", bound), what, "Write it under one of them.")
        scale = self.unit(chooser.unit, path).factor if chooser.unit else 1.0
        both = [(bound, key, entry) for key, table in ranges.items() for bound, entry in table.items()]
        both.sort(key=lambda one: one[0])
        entries = [(entry, (*path, key, bound)) for bound, key, entry in both]
        numbers = [self.number(entry.value, where) * ratio_unit.factor for entry, where in entries]
        citations = tuple(self.citation(model, entry, where) for entry, where in entries)
        spreads = tuple(
            stated_spread(model, entry, entry.value, where, ratio_unit.factor, self.problem) for entry, where in entries
        )
        bounds = np.array([bound for bound, _, _ in both]) * scale
        exclusive = np.array([key == "below" for _, key, _ in both])
        return Default(np.array(numbers), citations, by, bounds, exclusive=exclusive, spreads=spreads)

    def citation(self, model: Quantity, entry: object, path: DocumentPath) -> Citation:
        """Return source and locator of a number: its own, else those of the quantity; add a problem where one is missing."""
        source = getattr(entry, "source", None) or model.source
        locator = (getattr(entry, "locator", None) or model.locator or "").strip()
        if not source or not locator:
            parts = [Message(name) for name, text in (("source", source), ("locator", locator)) if not text]
            self.problem(
                path,
                Message("The number has no {missing}.", missing=JoinedMessage(parts, " and ", "、")),
                "State where it was read: `source:` and `locator:`.",
            )
        if source and source not in self.written.sources:
            close = self.near(source, self.written.sources)
            cure = Message("Did you mean {close!r}?", close=close) if close else "Add it to `sources`."
            self.problem(path, Message("There is no source {source!r}.", source=source), cure)
        return Citation(source or "", locator)

    def plausible_band(self, model: Quantity, path: DocumentPath, unit: Unit, ratio_unit: Unit) -> tuple[float, float] | None:
        """Return the lowest and the highest plausible value. [canonical unit of `ratio_unit`]"""
        if model.plausible is None:
            return None
        low, high, *rest = model.plausible
        band_unit = self.unit(str(rest[0]), (*path, "plausible")) if rest else unit
        if band_unit.dimensions not in (unit.dimensions, ratio_unit.dimensions):
            what = Message(
                "The band is in {unit}, but {expected} or {expected_ratio} is needed.",
                unit=band_unit.text,
                expected=unit.text,
                expected_ratio=ratio_unit.text,
            )
            self.problem((*path, "plausible"), what, "Use one of these units.")
        if not low <= high:
            self.problem((*path, "plausible"), "The band is empty.", "Write the lower number first.")
        is_ratio = band_unit.dimensions == ratio_unit.dimensions and band_unit.dimensions != unit.dimensions
        scale = band_unit.factor if is_ratio else band_unit.factor / unit.factor * ratio_unit.factor
        return float(low) * scale, float(high) * scale
