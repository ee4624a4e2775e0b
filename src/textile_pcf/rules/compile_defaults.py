"""Names and values of a rule while it is compiled: what is cited, what another property chooses, what cannot be."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from textile_pcf.errors import SHOWN, Problem
from textile_pcf.io.strict_yaml import Document
from textile_pcf.rules.ruleset import PRODUCT, Citation, Default
from textile_pcf.rules.schema import ChosenDefault, Flow, Property, Quantity, RuleDocument
from textile_pcf.suggest import nearest
from textile_pcf.units import OwnUnitsError, Unit, UnitError, UnitNames, own_units, parse_unit

Place = tuple[str | int | float, ...]


class Values:
    """Carries the document and the problems found so far through one compilation; reads numbers and names."""

    def __init__(self, written: RuleDocument, document: Document) -> None:
        self.written = written
        self.document = document
        self.problems: list[Problem] = []
        self.homes: dict[str, int] = {}  # place of each stage
        for place, stage in enumerate(written.stages):
            self.homes.setdefault(stage.id, place)
        self.wrong_units: set[str] = set()
        self.unit_names = self.read_unit_names()
        self.product_unit = self.unit(written.product.unit, ("product", "unit"))
        self.order: list[tuple[int, str]] = []  # (stage, id) of properties, in the order of calculation
        self.place: dict[tuple[int, str], int] = {}
        self.models: dict[tuple[int, str], Property] = {}

    def read_unit_names(self) -> UnitNames | None:
        """Known units if the rule defines some of its own; a problem is noted for each wrong definition."""
        try:
            return own_units(self.written.units)
        except OwnUnitsError as wrong:
            for name, error in wrong.errors.items():
                self.problem(("units", name), error.what, error.cure)
            self.wrong_units = set(wrong.errors)
            return wrong.names

    # -- reporting ------------------------------------------------------------------------------------------------

    def problem(self, path: Place, what: str, cure: str) -> None:
        """Note a mistake at a path of the document."""
        where = ".".join(str(step) for step in path)
        self.problems.append(Problem(f"{self.document.name}:{self.document.line(path)} ({where})", what, cure))

    def near(self, text: str, known: Iterable[str]) -> str | None:
        """The known name most like a text; not looked for where more is wrong than anybody is told."""
        return nearest(text, known) if len(self.problems) < SHOWN else None

    def unit(self, text: str | None, path: Place) -> Unit:
        """Unit that a text stands for; dimensionless, with a problem noted, where it is none."""
        if text is None:
            self.problem(path[:-1], "The unit is missing.", "Add `unit:`, for example `unit: kWh`.")
            return parse_unit("1")
        try:
            return parse_unit(text, self.unit_names)
        except UnitError as error:
            if error.name not in self.wrong_units:  # else its definition was reported
                self.problem(path, error.what, error.cure)
            return parse_unit("1")

    def find(self, stage: int, name: str) -> int | None:
        """Place of the property that a name means in a stage: the stage's own, else the product's; or `stage.property`."""
        key = self.key(stage, name)
        return None if key is None else self.place[key]

    def key(self, stage: int, name: str) -> tuple[int, str] | None:
        """Home and id of the property that a name means in a stage."""
        home, _, inner = name.partition(".")
        keys = [(self.homes[home], inner)] if inner and home in self.homes else [(stage, name), (PRODUCT, name)]
        return next((key for key in keys if key in self.place), None)

    def named_property(self, stage: int, name: str, path: Place) -> int | None:
        """As `find`, with a problem noted where there is none."""
        found = self.find(stage, name)
        if found is None:
            known = [other for where, other in self.place if where in (stage, PRODUCT)]
            close = self.near(name, known)
            cure = f"Did you mean {close!r}?" if close else "Add it to `properties` of the stage or the product."
            self.problem(path, f"There is no property {name!r} here.", cure)
        elif self.pooled(found, stage) and self.models[self.order[found]].choice:
            what = f"{name!r} is chosen per fibre, and a mean of words does not exist."
            self.problem(path, what, "Name it only in stages of scope component.")
        return found

    def pooled(self, found: int, stage: int) -> bool:
        """Whether a property is told per fibre and wanted for all of them together: then their mean by share."""
        home = self.order[found][0] if found < len(self.order) else PRODUCT
        scopes = ["product" if place == PRODUCT else self.written.stages[place].scope for place in (home, stage)]
        return scopes == ["component", "product"]

    # -- values ---------------------------------------------------------------------------------------------------

    def default(self, model: Quantity, stage: int, path: Place, unit: Unit, whole: Unit) -> Default | None:
        """The value of the rule in canonical units; `whole` is the unit of the flow per driver, `unit` for others."""
        value = model.value
        if value is None:
            if model.source and model.source not in self.written.sources:
                self.cited(model, model, path)
            return None
        path = (*path, "value")
        choice = getattr(model, "choice", None)
        if isinstance(value, ChosenDefault):
            return self.chosen(model, value, stage, path, whole)
        if isinstance(value, str):
            if choice:
                if value not in choice:
                    self.problem(path, f"{value!r} is not one of the words.", f"Choose from: {', '.join(choice)}.")
                    return None
                return Default(np.array([float(list(choice).index(value))]), (self.cited(model, model, path),))
            return self.reference(value, stage, path, unit, whole)
        number = self.number(value, path) * whole.factor
        if isinstance(model, Flow) and value == 1.0 and not model.source:
            return Default(np.array([number]), (Citation("", "the driver itself"),))
        return Default(np.array([number]), (self.cited(model, model, path),))

    def number(self, value: float, path: Place) -> float:
        """A finite number."""
        if not math.isfinite(value):
            self.problem(path, "The number is not finite.", "Write a finite number, or leave `value` out.")
            return 0.0
        return float(value)

    def reference(self, name: str, stage: int, path: Place, unit: Unit, whole: Unit) -> Default | None:
        """A value that is another property's."""
        found = self.named_property(stage, name, path)
        if found is None:
            return None
        model = self.models[self.order[found]]
        other = self.unit(model.unit, path) if model.unit else parse_unit("1")
        if other.dimensions not in (unit.dimensions, whole.dimensions):
            what = f"{name!r} is in {other.text}, but {unit.text} or {whole.text} is needed."
            self.problem(path, what, "Name another property, or give it that unit.")
        scale = 1.0 if other.dimensions == whole.dimensions else whole.factor / unit.factor
        return Default(np.array([scale]), (Citation("", ""),), reference=found)

    def chosen(self, model: Quantity, value: ChosenDefault, stage: int, path: Place, whole: Unit) -> Default | None:
        """A value chosen by another property."""
        by = self.named_property(stage, value.by, (*path, "by"))
        if by is None:
            return None
        chooser = self.models[self.order[by]]
        if value.upto:
            if chooser.choice:
                self.problem((*path, "upto"), f"{value.by!r} is a choice.", "Give a value for each word instead of `upto`.")
                return None
            bounds = np.array(list(value.upto), dtype=float)
            if np.any(np.diff(bounds) <= 0):
                self.problem((*path, "upto"), "The bounds do not ascend.", "Write them from the lowest to the highest.")
            scale = self.unit(chooser.unit, path).factor if chooser.unit else 1.0
            entries = [(entry, (*path, "upto", bound)) for bound, entry in value.upto.items()]
            values = [self.number(entry.value, where) * whole.factor for entry, where in entries]
            citations = tuple(self.cited(model, entry, where) for entry, where in entries)
            return Default(np.array(values), citations, by, bounds * scale)
        if not chooser.choice:
            self.problem((*path, "by"), f"{value.by!r} is not a choice.", "Use `upto:` with bounds, or name a choice.")
            return None
        for word in value.words:
            if word not in chooser.choice:
                cure = f"Its words are: {', '.join(chooser.choice)}."
                self.problem((*path, word), f"{word!r} is not a word of {value.by!r}.", cure)
        table = [value.words.get(word) for word in chooser.choice]
        numbers = [self.number(e.value, path) * whole.factor if e else math.nan for e in table]
        citations = tuple(self.cited(model, e, path) if e else Citation("", "") for e in table)
        return Default(np.array(numbers), citations, by)

    def cited(self, model: Quantity, entry: object, path: Place) -> Citation:
        """Source and locator of a number: its own, else those of the quantity it belongs to."""
        source = getattr(entry, "source", None) or model.source
        locator = getattr(entry, "locator", None) or model.locator
        if not source or not locator:
            missing = "source and locator" if not source and not locator else "source" if not source else "locator"
            self.problem(path, f"The number has no {missing}.", "Say where it was read: `source:` and `locator:`.")
        if source and source not in self.written.sources:
            close = self.near(source, self.written.sources)
            cure = f"Did you mean {close!r}?" if close else "Add it to `sources`."
            self.problem(path, f"There is no source {source!r}.", cure)
        return Citation(source or "", locator or "")

    def plausible(self, model: Quantity, path: Place, unit: Unit, whole: Unit) -> tuple[float, float] | None:
        """The plausible band in canonical units."""
        if model.plausible is None:
            return None
        low, high, *rest = model.plausible
        told = self.unit(str(rest[0]), (*path, "plausible")) if rest else unit
        if told.dimensions not in (unit.dimensions, whole.dimensions):
            what = f"The band is in {told.text}, but {unit.text} or {whole.text} is needed."
            self.problem((*path, "plausible"), what, "Tell it in one of these.")
        if not low <= high:
            self.problem((*path, "plausible"), "The band is empty.", "Write the lower number first.")
        scale = told.factor if told.dimensions == whole.dimensions else told.factor / unit.factor * whole.factor
        if told.dimensions == unit.dimensions:
            scale = told.factor / unit.factor * whole.factor
        return float(low) * scale, float(high) * scale
