"""From the written rule to the checked one: every mistake is collected, with its line and its cure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from textile_pcf.errors import RuleError
from textile_pcf.io.strict_yaml import Document
from textile_pcf.methods import METHODS
from textile_pcf.regions import is_region, known_regions, region_by_name
from textile_pcf.rules.compile_defaults import Place, Values
from textile_pcf.rules.ruleset import PRODUCT, FlowSpec, LossSpec, PropertySpec, RuleSet, StageSpec, plain
from textile_pcf.rules.schema import MASS_DRIVERS, RESERVED, ChosenDefault, Flow, Loss, Property, RuleDocument, Stage
from textile_pcf.units import Unit, UnitError, convert, describe, parse_unit, split_quantity

KILOGRAM = "kg"
NAMED = 20  # names that a message tells
STEPS = ("country", "group")
LIBRARY_READS = {"grammage": "g/m2", "width": "m", "wears": "wear", "fossil_carbon": "kg/kg", "biogenic_carbon": "kg/kg"}


def compile_rule(written: RuleDocument, document: Document, path: Path | None, sha256: str) -> RuleSet:
    """Checked rule from a written one.

    Raises
    ------
    RuleError
        With every mistake found: unknown names, units that do not fit, numbers without source, circles.
    """
    return _Compiler(written, document).compile(path, sha256)


class _Compiler(Values):
    """One compilation: checks the order and lays everything into flat lists."""

    # -- the whole ------------------------------------------------------------------------------------------------

    def compile(self, path: Path | None, sha256: str) -> RuleSet:
        """The checked rule, or RuleError with all problems."""
        self.check_ids()
        self.check_stage_order()
        self.order_properties()
        properties = tuple(self.property_spec(stage, name) for stage, name in self.order)
        losses = tuple(self.losses())
        flows = tuple(self.flows())
        self.check_product(properties)
        self.check_cutoff()
        self.check_forbidden(self.written.matching.forbid, ("matching", "forbid"))
        alternatives = tuple(self.alternatives())
        if self.problems:
            raise RuleError(self.problems)
        return RuleSet(
            document=self.written,
            product_unit=self.product_unit,
            properties=properties,
            losses=losses,
            flows=flows,
            stages=tuple(self.stages(losses, flows, alternatives)),
            alternatives=alternatives,
            names=self.names(properties, losses, flows),
            path=path,
            sha256=sha256,
            unit_names=self.unit_names,
        )

    # -- names ----------------------------------------------------------------------------------------------------

    def check_ids(self) -> None:
        """Stage ids are unique; within a stage properties, losses and flows share one namespace."""
        seen: dict[str, int] = {}
        for index, stage in enumerate(self.written.stages):
            self.check_new(stage.id, seen, ("stages", index, "id"), "stage")
            inside: dict[str, int] = {}
            for name in stage.properties:
                self.check_new(name, inside, ("stages", index, "properties", name), "id in this stage")
            for number, loss in enumerate(stage.losses):
                self.check_new(loss.id, inside, ("stages", index, "losses", number, "id"), "id in this stage")
            for name in stage.flows:
                self.check_new(name, inside, ("stages", index, "flows", name), "id in this stage")
        for name in self.written.product.properties:
            if name in RESERVED - {"mass"}:
                self.problem(("product", "properties", name), f"{name!r} is reserved.", "Choose another id.")

    def check_new(self, name: str, seen: dict[str, int], path: Place, kind: str) -> None:
        """An id is neither reserved nor taken."""
        if name in RESERVED:
            self.problem(path, f"{name!r} is reserved.", "Choose another id.")
        if name in seen:
            self.problem(path, f"{name!r} is already a {kind}.", "Give each its own id.")
        seen[name] = 1

    def check_stage_order(self) -> None:
        """Component stages come first."""
        common = False
        for index, stage in enumerate(self.written.stages):
            if stage.scope == "component" and common:
                cure = "Move it before the stages of the whole product, or make its scope `product`."
                self.problem(("stages", index, "scope"), "A component stage stands after a common stage.", cure)
            common = common or stage.scope == "product"
            if stage.region is not None and not is_region(stage.region):
                close = region_by_name(stage.region) or self.near(stage.region, known_regions())
                cure = f"Did you mean {close!r}?" if close else "Write a code such as CN, or leave it out."
                self.problem(("stages", index, "region"), f"{stage.region!r} is not a region.", cure)

    # -- properties -----------------------------------------------------------------------------------------------

    def model_path(self, stage: int, *rest: str | int) -> Place:
        """Path in the document of something of a stage or of the product."""
        return ("product", *rest) if stage == PRODUCT else ("stages", stage, *rest)

    def order_properties(self) -> None:
        """Lay the properties in an order in which each can be computed; circles are a problem."""
        homes = [(PRODUCT, self.written.product.properties)]
        homes += [(index, stage.properties) for index, stage in enumerate(self.written.stages)]
        self.models = {(stage, name): model for stage, models in homes for name, model in models.items()}
        self.place = dict.fromkeys(self.models, -1)  # so that find() knows the names
        needs = {key: set(self.needs(key)) for key in self.models}
        users: dict[tuple[int, str], list[tuple[int, str]]] = {}
        for key, needed in needs.items():
            for need in needed:
                users.setdefault(need, []).append(key)
        written = {key: number for number, key in enumerate(self.models)}
        left = {key: len(needed) for key, needed in needs.items()}
        ready = [key for key, count in left.items() if not count]
        while ready:  # all that need only what is known, in the order in which they are written; then what needs these
            self.order += ready
            free: list[tuple[int, str]] = []
            for user in (user for key in ready for user in users.get(key, ())):
                left[user] -= 1
                free += [user] if not left[user] else []
            ready = sorted(free, key=written.__getitem__)
        self.check_circles([key for key, count in left.items() if count])
        self.place = {key: index for index, key in enumerate(self.order)}

    def check_circles(self, waiting: list[tuple[int, str]]) -> None:
        """Properties that never become known need each other, or one that does; they are laid behind the others."""
        if waiting:
            stage, name = waiting[0]
            circle = ", ".join([name for _, name in waiting[:NAMED]] + ["..."] * (len(waiting) > NAMED))
            path = self.model_path(stage, "properties", name)
            self.problem(path, f"These properties need each other in a circle: {circle}.", "Give one of them a value.")
        self.order += waiting

    def needs(self, key: tuple[int, str]) -> list[tuple[int, str]]:
        """Properties that must be known before this one."""
        stage, model = key[0], self.models[key]
        method = METHODS.get(model.method or "")
        names = [model.inputs.get(name, name) for name in method.inputs] if method else []
        if isinstance(model.value, ChosenDefault):
            names.append(model.value.by)
        if isinstance(model.value, str) and not model.choice:
            names.append(model.value)
        keys = [self.key(stage, name) for name in names]
        return [need for need in keys if need is not None]

    def property_spec(self, stage: int, name: str) -> PropertySpec:
        """One property, checked."""
        model = self.models[stage, name]
        path = self.model_path(stage, "properties", name)
        unit = self.unit(model.unit or ("1" if model.choice else None), (*path, "unit"))
        self.check_words(model, (*path, "choice"))
        return PropertySpec(
            index=self.place[stage, name],
            id=name,
            stage=stage,
            unit=unit,
            component=stage != PRODUCT and self.written.stages[stage].scope == "component",
            optional=model.optional,
            choice=tuple(model.words),
            titles=tuple(model.words.values()),
            default=self.default(model, stage, path, unit, unit),
            method=METHODS.get(model.method or ""),
            inputs=self.method_inputs(model, stage, path, unit),
            plausible=self.plausible(model, path, unit, unit),
        )

    def check_words(self, model: Property, path: Place) -> None:
        """The words of a choice are told apart, by themselves and by their names."""
        if model.choice is not None and len(set(model.choice)) != len(model.choice):
            self.problem(path, "A word stands twice.", "Write each word once.")
        meant: dict[str, str] = {plain(word): word for word in model.words}
        for word, title in model.words.items():
            for name in (title.en, title.zh or "") if title else ():
                if name and meant.setdefault(plain(name), word) != word:
                    what = f"{name!r} may mean {meant[plain(name)]!r} or {word!r}."
                    self.problem((*path, word), what, "Give each word a name of its own.")

    def method_inputs(self, model: Property, stage: int, path: Place, unit: Unit) -> dict[str, int]:
        """Property that each input of the method takes, with names and dimensions checked."""
        if model.method is None:
            if model.inputs:
                self.problem((*path, "inputs"), "There are inputs but no method.", "Add `method:`.")
            return {}
        method = METHODS.get(model.method)
        if method is None:
            close = self.near(model.method, METHODS) or ", ".join(METHODS)
            self.problem((*path, "method"), f"There is no method {model.method!r}.", f"Did you mean {close!r}?")
            return {}
        if convert(parse_unit(method.output), unit) is None:
            what = f"{method.name} gives {method.output}, which cannot be told in {unit.text}."
            self.problem((*path, "unit"), what, f"Write `unit: {method.output}`.")
        for name in model.inputs:
            if name not in method.inputs:
                cure = f"Its inputs are: {', '.join(method.inputs)}."
                self.problem((*path, "inputs", name), f"{method.name} has no input {name!r}.", cure)
        bound: dict[str, int] = {}
        for name, wanted in method.inputs.items():
            found = self.named_property(stage, model.inputs.get(name, name), (*path, "method"))
            if found is None:
                continue
            other = self.models[self.order[found]]
            if other.unit and convert(self.unit(other.unit, path), parse_unit(wanted)) is None:
                what = f"Input {name!r} of {method.name} is in {wanted}, but the property is in {other.unit}."
                self.problem((*path, "inputs"), what, "Bind another property, or give it that unit.")
            bound[name] = found
        return bound

    # -- losses, flows, stages ------------------------------------------------------------------------------------

    def losses(self) -> Iterable[LossSpec]:
        """All losses of all stages."""
        index = 0
        for stage, model in enumerate(self.written.stages):
            for number, loss in enumerate(model.losses):
                yield self.loss_spec(index, stage, loss, ("stages", stage, "losses", number))
                index += 1

    def loss_spec(self, index: int, stage: int, loss: Loss, path: Place) -> LossSpec:
        """One loss, checked."""
        unit = self.unit(loss.unit, (*path, "unit"))
        if unit.dimensions:
            what = f"A loss is mass per mass, but {unit.text} is {describe(unit.dimensions)}."
            self.problem((*path, "unit"), what, 'Write `unit: "%"` or `unit: kg/kg`.')
        default = self.default(loss, stage, path, unit, unit)
        if default is not None and default.reference < 0:
            low, high = {"input": (0.0, 1.0), "output": (0.0, math.inf), "ratio": (0.0, math.inf)}[loss.basis]
            bad = (default.values < low) | (default.values >= high) | ((default.values == 0) & (loss.basis == "ratio"))
            if np.any(bad):
                cure = "A loss on the input is 0 % or more and below 100 %; a ratio is above 0."
                self.problem((*path, "value"), "The loss is outside its range.", cure)
        band = self.plausible(loss, path, unit, unit)
        return LossSpec(index, loss.id, stage, unit, loss.basis, loss.optional, default, band)

    def flows(self) -> Iterable[FlowSpec]:
        """All flows of all stages."""
        index = 0
        for stage, model in enumerate(self.written.stages):
            for name, flow in model.flows.items():
                yield self.flow_spec(index, stage, name, flow, model)
                index += 1

    def flow_spec(self, index: int, stage: int, name: str, flow: Flow, home: Stage) -> FlowSpec:
        """One flow, checked."""
        path: Place = ("stages", stage, "flows", name)
        unit = self.unit(flow.unit, (*path, "unit"))
        drivers = self.drivers(flow, stage, path)
        whole = unit
        for driver in drivers:
            per = self.driver_unit(driver)
            whole = whole / per if per.dimensions else whole
        default = self.default(flow, stage, path, unit, whole)
        if default is not None and default.reference < 0 and flow.sign != "any" and np.any(default.values < 0):
            self.problem((*path, "value"), "The value is negative.", "Add `sign: any` where that makes sense.")
        own = flow.matching.forbid if flow.matching else []
        self.check_forbidden(own, (*path, "matching", "forbid"))
        forbid = (*self.written.matching.forbid, *own)
        return FlowSpec(
            index=index,
            id=name,
            stage=stage,
            unit=unit,
            ratio_unit=whole,
            drivers=drivers,
            optional=flow.optional,
            default=default,
            factor=flow.factor,
            kind=flow.kind,
            category=flow.category,
            group=flow.group or home.group,
            any_sign=flow.sign == "any",
            forbid=forbid,
            plausible=self.plausible(flow, path, unit, whole),
        )

    def drivers(self, flow: Flow, stage: int, path: Place) -> tuple[str | int, ...]:
        """What the value is multiplied by: masses and the product by name, properties by place."""
        names = [flow.per] if isinstance(flow.per, str) else flow.per
        if not names:
            self.problem((*path, "per"), "The list is empty.", "Name at least one driver, such as `output`.")
        found: list[str | int] = []
        for name in sorted(name for name, count in Counter(names).items() if count > 1):
            self.problem((*path, "per"), f"The driver {name!r} stands twice.", "Name each driver once.")
        for name in names:
            if name in MASS_DRIVERS or name == "product":
                found.append(name)
                continue
            place = self.named_property(stage, name, (*path, "per"))
            if place is not None and self.models[self.order[place]].choice:
                self.problem((*path, "per"), f"{name!r} is a choice, not a number.", "Name a property with a unit.")
            elif place is not None:
                found.append(place)
        return tuple(found)

    def driver_unit(self, driver: str | int) -> Unit:
        """Unit in which a driver is counted."""
        if isinstance(driver, int):
            model = self.models[self.order[driver]]
            return self.unit(model.unit, self.model_path(self.order[driver][0], "properties", self.order[driver][1], "unit"))
        return self.product_unit if driver == "product" else parse_unit(KILOGRAM)

    def stages(
        self, losses: tuple[LossSpec, ...], flows: tuple[FlowSpec, ...], alternatives: tuple[tuple[tuple[str, int], ...], ...]
    ) -> Iterable[StageSpec]:
        """The stages; one that is an alternative takes place only when it is named."""
        choosable = {index for group in alternatives for kind, index in group if kind == "stage"}
        for index, stage in enumerate(self.written.stages):
            yield StageSpec(
                index=index,
                id=stage.id,
                component=stage.scope == "component",
                outside=stage.boundary == "outside",
                optional=stage.optional or index in choosable,
                group=stage.group,
                region=(stage.region or "").strip(),
                losses=tuple(loss.index for loss in losses if loss.stage == index),
                flows=tuple(flow.index for flow in flows if flow.stage == index),
            )

    def alternatives(self) -> Iterable[tuple[tuple[str, int], ...]]:
        """Groups of stages and flows of which exactly one is taken."""
        stages = {stage.id: index for index, stage in enumerate(self.written.stages)}
        flows = [f"{stage.id}.{name}" for stage in self.written.stages for name in stage.flows]
        for number, alternative in enumerate(self.written.alternatives):
            group: list[tuple[str, int]] = []
            for reference in alternative.one_of:
                if reference in stages:
                    group.append(("stage", stages[reference]))
                elif reference in flows:
                    group.append(("flow", flows.index(reference)))
                else:
                    close = self.near(reference, [*stages, *flows])
                    path: Place = ("alternatives", number, "one_of")
                    cure = f"Did you mean {close!r}?" if close else "Write `stage` or `stage.flow`."
                    self.problem(path, f"There is no stage or flow {reference!r}.", cure)
            yield tuple(group)

    def check_forbidden(self, steps: list[str], path: Place) -> None:
        """What is forbidden exists; a misspelt ban would ban nothing."""
        for step in steps:
            if step not in STEPS and not is_region(step):
                close = self.near(step, [*STEPS, *known_regions()])
                cure = f"Did you mean {close!r}?" if close else "Write a region such as GLO, or `country` or `group`."
                self.problem(path, f"{step!r} is neither a region nor a step of the search.", cure)

    def check_cutoff(self) -> None:
        """Cut-off criteria are parts of the result."""
        for name in ("single", "total"):
            told = getattr(self.written.cutoff, name)
            if told is None:
                continue
            try:
                amount, unit = split_quantity(told)
                part = amount * parse_unit(unit).factor if unit and not parse_unit(unit).dimensions else math.nan
            except UnitError:
                part = math.nan
            if not 0 <= part <= 1:
                self.problem(("cutoff", name), f"{told!r} is not a part of the result.", "Write for example `1 %`.")

    def check_product(self, properties: tuple[PropertySpec, ...]) -> None:
        """The properties that turn results into other units have the dimensions for it."""
        unit = self.product_unit
        known = {spec.id: spec for spec in properties if spec.stage == PRODUCT}
        weighed = unit.dimensions == parse_unit(KILOGRAM).dimensions
        if not weighed and "mass" not in known:
            what = f"The product is counted in {unit.text}, so its mass must be known."
            self.problem(("product", "unit"), what, f"Add a property `mass` in kg or kg/{unit.text}.")
        if "mass" in known:
            told = known["mass"].unit.dimensions
            kilogram = parse_unit(KILOGRAM)
            allowed = [kilogram.dimensions, (kilogram / unit).dimensions]
            allowed += [parse_unit(f"kg/{count}").dimensions for count in ("piece", "pair", "set")] if weighed else []
            if told not in allowed:
                what = f"`mass` is {describe(told)}, but it must be mass per product unit."
                self.problem(("product", "properties", "mass", "unit"), what, f"Write kg or kg/{unit.text}.")
        for name, wanted in LIBRARY_READS.items():
            if name in known and known[name].unit.dimensions != parse_unit(wanted).dimensions:
                what = f"`{name}` is {describe(known[name].unit.dimensions)}, not {describe(parse_unit(wanted).dimensions)}."
                self.problem(("product", "properties", name, "unit"), what, f"Write a unit such as {wanted}.")

    def names(
        self, properties: tuple[PropertySpec, ...], losses: tuple[LossSpec, ...], flows: tuple[FlowSpec, ...]
    ) -> dict[str, dict[str, tuple[str, int]]]:
        """What each id means, per stage and for the product."""
        ids = {PRODUCT: "product"} | {index: stage.id for index, stage in enumerate(self.written.stages)}
        names: dict[str, dict[str, tuple[str, int]]] = {name: {} for name in ids.values()}
        for kind, specs in (("property", properties), ("loss", losses), ("flow", flows)):
            for spec in specs:
                names[ids[spec.stage]][spec.id] = (kind, spec.index)
        return names
