"""Compile the methodological elements of a rule: completeness, allocation, and the boundaries that it offers."""

from __future__ import annotations

import numpy as np

from textile_pcf.messages.message import Message
from textile_pcf.rules.compile_defaults import DocumentPath
from textile_pcf.rules.compile_properties import PropertyCompiler
from textile_pcf.rules.method_schema import PRODUCT_PRICE
from textile_pcf.rules.schema import Loss
from textile_pcf.rules.specs import AllocationSpec


class MethodCompiler(PropertyCompiler):
    """Resolve what flows and stages are expected with, compile allocations, and check boundaries."""

    def conditions(self, names: list[str], stage: int, path: DocumentPath) -> tuple[tuple[str, int], ...]:
        """Return the flows and stages that names refer to: `flow` of the stage itself, `stage.flow`, or `stage`."""
        flows: dict[str, int] = {}
        for owner in self.written.stages:
            for name in owner.flows:
                flows[f"{owner.id}.{name}"] = len(flows)
        own = self.written.stages[stage].id
        found: list[tuple[str, int]] = []
        for number, name in enumerate(names):
            if f"{own}.{name}" in flows or name in flows:
                found.append(("flow", flows.get(f"{own}.{name}", flows.get(name, -1))))
            elif name in self.stage_index:
                found.append(("stage", self.stage_index[name]))
            else:
                close = self.near(name, [*flows, *self.stage_index, *self.written.stages[stage].flows])
                cure = Message("Did you mean {close!r}?", close=close) if close else Message("Write `stage` or `stage.flow`.")
                self.problem((*path, number), Message("There is no stage or flow {name!r}.", name=name), cure)
        return tuple(found)

    def allocation(self, stage: int) -> AllocationSpec | None:
        """Return the compiled allocation of a stage, or None if it has none."""
        written = self.written.stages[stage].allocation
        if written is None:
            return None
        index = {name: self.property_index[stage, name] for name in written.properties()}
        return AllocationSpec(
            share=index[written.id],
            masses=tuple(index[f"{name}_mass"] for name in written.co_products if f"{name}_mass" in index),
            prices=tuple(index[f"{name}_price"] for name in written.co_products if f"{name}_price" in index),
            price=index.get(PRODUCT_PRICE, -1),
        )

    def check_method(self) -> None:
        """Check completeness keys, allocations and boundaries of all stages."""
        self._check_boundaries()
        for index, stage in enumerate(self.written.stages):
            path: DocumentPath = ("stages", index)
            if (stage.required or stage.required_if) and not stage.optional:
                self.problem((*path, "required"), *_ALWAYS_THERE)
            for name, flow in stage.flows.items():
                if (flow.required or flow.required_if) and not flow.optional:
                    self.problem((*path, "flows", name, "required"), *_ALWAYS_THERE)
                if flow.excludable and (flow.optional or flow.value is not None):
                    self.problem((*path, "flows", name, "excludable"), *_NEVER_MISSING)
            if stage.allocation is not None:
                self._check_allocation(index)

    def _check_boundaries(self) -> None:
        offered = self.written.boundaries
        if len(set(offered)) < len(offered):
            self.problem(("boundary",), Message("A boundary appears twice."), Message("Name each once."))
        for index, stage in enumerate(self.written.stages):
            if not isinstance(stage.boundary, list):
                continue
            path: DocumentPath = ("stages", index, "boundary")
            for name in stage.boundary:
                if name not in offered:
                    what = Message("The rule does not offer the boundary {name!r}.", name=name)
                    self.problem(path, what, Message("Add it to `boundary` of the rule, or take it out here."))
            if stage.losses:
                what = Message("A stage that only some boundaries hold has a loss, so masses would depend on the boundary.")
                self.problem(path, what, Message("Write the loss as a property, and multiply flows by it with `per`."))

    def _check_allocation(self, stage: int) -> None:
        """Check sources and alternatives of an allocation, and that no loss of its stage is really a share."""
        owner, path = self.written.stages[stage], ("stages", stage, "allocation")
        assert owner.allocation is not None
        for number, other in enumerate(owner.allocation.alternatives):
            self.citation_of(other.source, (*path, "alternatives", number, "source"))
        if owner.allocation.source:
            self.citation_of(owner.allocation.source, (*path, "source"))
        if owner.boundary == "outside":
            what = Message("A stage outside the boundary shares no emissions.")
            self.problem(path, what, Message("Take `allocation` out, or the stage in."))
        for number, loss in enumerate(owner.losses):
            if _below_one(loss):
                what = Message("A ratio below 1 is a negative loss: mass would appear in the stage.")
                cure = Message("Give the share of the product in `allocation`; masses stay masses.")
                self.problem(("stages", stage, "losses", number, "value"), what, cure)

    def citation_of(self, source: str, path: DocumentPath) -> None:
        """Check that a source is among those of the rule."""
        if source not in self.written.sources:
            self.problem(path, Message("There is no source {source!r}.", source=source), Message("Add it to `sources`."))


_ALWAYS_THERE = (
    Message("`required` and `required_if` are for what is optional; this must be there anyway."),
    Message("Take the key out, or add `optional: true`."),
)
_NEVER_MISSING = (
    Message("`excludable` is for a flow that must be given, and this one may be absent."),
    Message("Take the key out."),
)


def _below_one(loss: Loss) -> bool:
    """Return whether the rule's value of a loss is a ratio below 1."""
    return loss.basis == "ratio" and isinstance(loss.value, float) and bool(np.less(loss.value, 1.0))
