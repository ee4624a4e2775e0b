"""Compile a rule: check the written document, collect every mistake with its line, and build the rule set."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from textile_pcf.errors import RuleError
from textile_pcf.io.strict_yaml import Document
from textile_pcf.messages.message import Message
from textile_pcf.regions import is_region, known_regions, region_by_name
from textile_pcf.rules.arrays import MORE_THAN_ALL, MORE_THAN_ALL_CURE, shares
from textile_pcf.rules.boundaries import is_optional, is_outside
from textile_pcf.rules.compile_balance import BalanceCompiler
from textile_pcf.rules.compile_clauses import clause_problems
from textile_pcf.rules.compile_defaults import DocumentPath
from textile_pcf.rules.compile_method import MethodCompiler
from textile_pcf.rules.ruleset import RuleSet
from textile_pcf.rules.schema import MASS_DRIVERS, RESERVED, Flow, Loss, RuleDocument, Stage
from textile_pcf.rules.specs import PRODUCT, FlowSpec, LossSpec, PropertySpec, StageSpec
from textile_pcf.units import Unit, UnitError, describe, parse_unit, split_quantity

KILOGRAM = "kg"
FALLBACK_STEPS = ("country", "group")
PROPERTY_UNITS = {"grammage": "g/m2", "width": "m", "wears": "wear", "fossil_carbon": "kg/kg", "biogenic_carbon": "kg/kg"}
"""Unit of the product properties that the library itself reads."""


def compile_rule(written: RuleDocument, document: Document, path: Path | None, sha256: str) -> RuleSet:
    """Check a written rule and return it compiled.

    Parameters
    ----------
    written : RuleDocument
        The rule as written.
    document : Document
        Its file, which knows the line of every key.
    path : Path or None
        Path of that file.
    sha256 : str
        Hash of that file.

    Returns
    -------
    RuleSet
        The rule with parsed units, resolved names and values in canonical units.

    Raises
    ------
    RuleError
        The rule has mistakes; all are listed: unknown names, units that do not fit, numbers without source, circles.
    """
    return _RuleCompiler(written, document).compile(path, sha256)


class _RuleCompiler(MethodCompiler, BalanceCompiler):
    """Compile one rule: check ids and order, then build flat lists of properties, losses, flows and stages."""

    def compile(self, path: Path | None, sha256: str) -> RuleSet:
        """Return the compiled rule; raise RuleError with all problems."""
        self.check_ids()
        self.check_stage_order()
        self.order_properties()
        properties = tuple(self.property_spec(stage, name) for stage, name in self.order)
        self.check_shares(properties)
        losses = tuple(self.losses())
        flows = tuple(self.flows())
        self.check_product(properties)
        self.check_cutoff()
        self.problems.extend(clause_problems(self.written, self.document))
        self.check_forbidden(self.written.matching.forbid, ("matching", "forbid"))
        alternatives = tuple(self.alternatives())
        self.check_method()
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
        """Check that ids are unique: those of stages, and within a stage those of properties, losses and flows."""
        stage_ids: set[str] = set()
        for index, stage in enumerate(self.written.stages):
            self.check_new(stage.id, stage_ids, ("stages", index, "id"), "stage")
            ids: set[str] = set()
            for name in stage.properties:
                self.check_new(name, ids, ("stages", index, "properties", name), "id in this stage")
            for number, loss in enumerate(stage.losses):
                self.check_new(loss.id, ids, ("stages", index, "losses", number, "id"), "id in this stage")
            for name in stage.flows:
                self.check_new(name, ids, ("stages", index, "flows", name), "id in this stage")
        for name in self.written.product.properties:
            if name in RESERVED - {"mass"}:
                self.problem(("product", "properties", name), Message("{name!r} is reserved.", name=name), "Choose another id.")

    def check_new(self, name: str, ids: set[str], path: DocumentPath, id_type: str) -> None:
        """Check that an id is neither reserved nor taken, and add it to the ids."""
        if name in RESERVED:
            self.problem(path, Message("{name!r} is reserved.", name=name), "Choose another id.")
        if name in ids:
            self.problem(
                path, Message("{name!r} is already a {id_type}.", name=name, id_type=Message(id_type)), "Give each its own id."
            )
        ids.add(name)

    def check_stage_order(self) -> None:
        """Check that component stages come first, and that regions of stages exist."""
        after_common = False
        for index, stage in enumerate(self.written.stages):
            if stage.scope == "component" and after_common:
                cure = "Move it before the stages of the whole product, or make its scope `product`."
                self.problem(("stages", index, "scope"), "A component stage follows a common stage.", cure)
            after_common = after_common or stage.scope == "product"
            if stage.region is not None and not is_region(stage.region):
                close = region_by_name(stage.region) or self.near(stage.region, known_regions())
                cure = Message("Did you mean {close!r}?", close=close) if close else "Write a code such as CN, or leave it out."
                self.problem(("stages", index, "region"), Message("{region!r} is not a region.", region=stage.region), cure)

    def check_shares(self, properties: tuple[PropertySpec, ...]) -> None:
        """Check that no range of a part of a whole goes beyond the whole."""
        for index in np.flatnonzero(shares(properties)).tolist():
            spec = properties[index]
            spreads = () if spec.default is None or not spec.default.spreads else spec.default.spreads
            path = self.model_path(spec.stage, "properties", spec.id, "value" if len(spreads) > 1 else "range")
            if any(spread is not None and spread.high > 1 for spread in spreads):
                self.problem(path, MORE_THAN_ALL, MORE_THAN_ALL_CURE, "bounds")

    # -- losses, flows, stages ------------------------------------------------------------------------------------

    def losses(self) -> Iterable[LossSpec]:
        """Compile the losses of all stages."""
        index = 0
        for stage, model in enumerate(self.written.stages):
            for number, loss in enumerate(model.losses):
                yield self.loss_spec(index, stage, loss, ("stages", stage, "losses", number))
                index += 1

    def loss_spec(self, index: int, stage: int, loss: Loss, path: DocumentPath) -> LossSpec:
        """Check and compile one loss."""
        unit = self.unit(loss.unit, (*path, "unit"))
        if unit.dimensions:
            what = Message(
                "A loss is mass per mass, but {unit} is {quantity}.", unit=unit.text, quantity=describe(unit.dimensions)
            )
            self.problem((*path, "unit"), what, 'Write `unit: "%"` or `unit: kg/kg`.')
        default = self.default(loss, stage, path, unit, unit)
        if default is not None and default.reference < 0:
            low, high = {"input": (0.0, 1.0), "output": (0.0, math.inf), "ratio": (0.0, math.inf)}[loss.basis]
            out_of_range = (default.values < low) | (default.values >= high) | ((default.values == 0) & (loss.basis == "ratio"))
            if np.any(out_of_range):
                cure = "A loss on the input is 0 % or more and below 100 %; a ratio is above 0."
                self.problem((*path, "value"), "The loss is outside its range.", cure)
        band = self.plausible_band(loss, path, unit, unit)
        return LossSpec(index, loss.id, stage, unit, loss.basis, loss.optional, default, band)

    def flows(self) -> Iterable[FlowSpec]:
        """Compile the flows of all stages."""
        index = 0
        for stage, model in enumerate(self.written.stages):
            for name, flow in model.flows.items():
                yield self.flow_spec(index, stage, name, flow, model)
                index += 1

    def flow_spec(self, index: int, stage: int, name: str, flow: Flow, owner: Stage) -> FlowSpec:
        """Check and compile one flow."""
        path: DocumentPath = ("stages", stage, "flows", name)
        unit = self.unit(flow.unit, (*path, "unit"))
        drivers = self.drivers(flow, stage, path)
        ratio_unit = unit
        for driver in drivers:
            driver_unit = self.driver_unit(driver)
            ratio_unit = ratio_unit / driver_unit if driver_unit.dimensions else ratio_unit
        default = self.default(flow, stage, path, unit, ratio_unit)
        if default is not None and default.reference < 0 and flow.sign != "any" and np.any(default.values < 0):
            self.problem((*path, "value"), "The value is negative.", "Add `sign: any` where that makes sense.")
        flow_forbids = flow.matching.forbid if flow.matching else []
        self.check_forbidden(flow_forbids, (*path, "matching", "forbid"))
        return FlowSpec(
            index=index,
            id=name,
            stage=stage,
            unit=unit,
            ratio_unit=ratio_unit,
            drivers=drivers,
            optional=flow.optional or flow.balance is not None,
            default=default,
            factor=flow.factor,
            kind=flow.kind,
            category=flow.category,
            group=flow.group or owner.group,
            any_sign=flow.sign == "any",
            forbid=(*self.written.matching.forbid, *flow_forbids),
            plausible=self.plausible_band(flow, path, unit, ratio_unit),
            expected=flow.required,
            conditions=self.conditions(flow.required_if, stage, (*path, "required_if")),
            excludable=flow.excludable,
            allocated=flow.allocated,
            balance=self.balance(flow, owner, unit, path),
        )

    def drivers(self, flow: Flow, stage: int, path: DocumentPath) -> tuple[str | int, ...]:
        """Return what multiplies the value: masses and the product by name, properties by index."""
        names = [flow.per] if isinstance(flow.per, str) else flow.per
        if not names:
            self.problem((*path, "per"), "The list is empty.", "Name at least one driver, such as `output`.")
        drivers: list[str | int] = []
        for name in sorted(name for name, count in Counter(names).items() if count > 1):
            self.problem((*path, "per"), Message("The driver {name!r} is given twice.", name=name), "Name each driver once.")
        for name in names:
            if name in MASS_DRIVERS or name == "product":
                drivers.append(name)
                continue
            index = self.find_property(stage, name, (*path, "per"))
            if index is not None and not self.is_choice(index, name, (*path, "per")):
                drivers.append(index)
        return tuple(drivers)

    def driver_unit(self, driver: str | int) -> Unit:
        """Return the unit of a driver."""
        if isinstance(driver, int):
            stage, name = self.order[driver]
            return self.unit(self.models[stage, name].unit, self.model_path(stage, "properties", name, "unit"))
        return self.product_unit if driver == "product" else parse_unit(KILOGRAM)

    def stages(
        self, losses: tuple[LossSpec, ...], flows: tuple[FlowSpec, ...], alternatives: tuple[tuple[tuple[str, int], ...], ...]
    ) -> Iterable[StageSpec]:
        """Compile the stages; one that is an alternative is optional."""
        alternative_stages = {index for group in alternatives for way_type, index in group if way_type == "stage"}
        for index, stage in enumerate(self.written.stages):
            yield StageSpec(
                index=index,
                id=stage.id,
                component=stage.scope == "component",
                outside=is_outside(stage, self.written.boundaries[0]),
                optional=is_optional(stage, self.written.boundaries[0]) or index in alternative_stages,
                group=stage.group,
                region=(stage.region or "").strip(),
                losses=tuple(loss.index for loss in losses if loss.stage == index),
                flows=tuple(flow.index for flow in flows if flow.stage == index),
                expected=stage.required,
                conditions=self.conditions(stage.required_if, index, ("stages", index, "required_if")),
                allocation=self.allocation(index),
            )

    def alternatives(self) -> Iterable[tuple[tuple[str, int], ...]]:
        """Compile the groups of stages and flows of which a product takes exactly one."""
        stages = {stage.id: index for index, stage in enumerate(self.written.stages)}
        flows = [f"{stage.id}.{name}" for stage in self.written.stages for name in stage.flows]
        for number, alternative in enumerate(self.written.alternatives):
            group: list[tuple[str, int]] = []
            path: DocumentPath = ("alternatives", number, "one_of")
            self.check_ways(alternative.one_of, path)
            for reference in alternative.one_of:
                if reference in stages:
                    group.append(("stage", stages[reference]))
                elif reference in flows:
                    group.append(("flow", flows.index(reference)))
                else:
                    close = self.near(reference, [*stages, *flows])
                    cure = Message("Did you mean {close!r}?", close=close) if close else "Write `stage` or `stage.flow`."
                    self.problem(path, Message("There is no stage or flow {reference!r}.", reference=reference), cure)
            yield tuple(group)

    def check_ways(self, ways: list[str], path: DocumentPath) -> None:
        """Check that the ways of an alternative exclude one another: none is there twice, and no flow with its own stage."""
        for way in sorted(way for way, count in Counter(ways).items() if count > 1):
            self.problem(path, Message("The way {way!r} is given twice.", way=way), "Name each way once.")
        for way in ways:
            stage = way.partition(".")[0]
            if stage != way and stage in ways:
                what = Message("{flow!r} is a flow of {stage!r}, so it cannot be taken without it.", flow=way, stage=stage)
                self.problem(path, what, "Name flows of one stage, or stages, that exclude one another.")

    def check_forbidden(self, steps: list[str], path: DocumentPath) -> None:
        """Check that forbidden regions and steps exist; a misspelt one would forbid nothing."""
        for step in steps:
            if step not in FALLBACK_STEPS and not is_region(step):
                close = self.near(step, [*FALLBACK_STEPS, *known_regions()])
                cure = (
                    Message("Did you mean {close!r}?", close=close)
                    if close
                    else "Write a region such as GLO, or `country` or `group`."
                )
                self.problem(path, Message("{step!r} is neither a region nor a step of the search.", step=step), cure)

    def check_cutoff(self) -> None:
        """Check that cut-off criteria are fractions of the result."""
        for name in ("single", "total"):
            text = getattr(self.written.cutoff, name)
            if text is None:
                continue
            try:
                amount, unit = split_quantity(text)
                fraction = amount * parse_unit(unit).factor if unit and not parse_unit(unit).dimensions else math.nan
            except UnitError:
                fraction = math.nan
            if not 0 <= fraction <= 1:
                self.problem(
                    ("cutoff", name), Message("{text!r} is not a part of the result.", text=text), "Write for example `1 %`."
                )

    def check_product(self, properties: tuple[PropertySpec, ...]) -> None:
        """Check the dimensions of the product properties that turn results into other units."""
        unit = self.product_unit
        known = {spec.id: spec for spec in properties if spec.stage == PRODUCT}
        is_mass = unit.dimensions == parse_unit(KILOGRAM).dimensions
        if not is_mass and "mass" not in known:
            what = Message("The product is counted in {unit}, so its mass must be known.", unit=unit.text)
            self.problem(("product", "unit"), what, Message("Add a property `mass` in kg or kg/{unit}.", unit=unit.text))
        if "mass" in known:
            dimensions = known["mass"].unit.dimensions
            kilogram = parse_unit(KILOGRAM)
            allowed = [kilogram.dimensions, (kilogram / unit).dimensions]
            allowed += [parse_unit(f"kg/{count}").dimensions for count in ("piece", "pair", "set")] if is_mass else []
            if dimensions not in allowed:
                what = Message("`mass` is {quantity}, but it must be mass per product unit.", quantity=describe(dimensions))
                self.problem(("product", "properties", "mass", "unit"), what, Message("Write kg or kg/{unit}.", unit=unit.text))
        for name, unit_text in {**PROPERTY_UNITS, "sold": f"sold/{unit.text}"}.items():
            if name in known and known[name].unit.dimensions != self.unit(unit_text, ("product", "unit")).dimensions:
                what = Message(
                    "`{name}` is {quantity}, not {expected}.",
                    name=name,
                    quantity=describe(known[name].unit.dimensions),
                    expected=describe(self.unit(unit_text, ("product", "unit")).dimensions),
                )
                self.problem(
                    ("product", "properties", name, "unit"),
                    what,
                    Message("Write a unit such as {unit_text}.", unit_text=unit_text),
                )

    def names(
        self, properties: tuple[PropertySpec, ...], losses: tuple[LossSpec, ...], flows: tuple[FlowSpec, ...]
    ) -> dict[str, dict[str, tuple[str, int]]]:
        """Return type and index of each id, by stage id and for `product`."""
        ids = {PRODUCT: "product"} | {index: stage.id for index, stage in enumerate(self.written.stages)}
        names: dict[str, dict[str, tuple[str, int]]] = {name: {} for name in ids.values()}
        for spec_type, specs in (("property", properties), ("loss", losses), ("flow", flows)):
            for spec in specs:
                names[ids[spec.stage]][spec.id] = (spec_type, spec.index)
        return names
